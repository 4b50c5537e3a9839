import { describe, expect, it } from 'vitest';
import { capacityOf } from '../analyzers/capacity/capacity.ts';
import type { LoadStep } from '../analyzers/capacity/load-step.ts';
import { uslThroughput } from '../analyzers/models/scalability/index.ts';
import { loadStep, stepsToTheTable } from '../tests/load-steps.ts';
import { sampleReport } from '../tests/sample-report.ts';
import { renderHtml } from './html.ts';
import { capacity } from './sections/capacity.ts';

const LAW = { lambda: 0.25, sigma: 0.002, kappa: 2e-6 };
const step = (users: number, holds: LoadStep['holds']): LoadStep => {
  const throughput = uslThroughput(LAW, users) * (1 + 0.01 * Math.sin(users));
  const uses = [{ node: 'dynamodb:<guilds>', resource: 'write-capacity', unit: 'WCU', used: 0.02 * throughput, limit: 5 }];
  return loadStep(users, { throughput, holds, reason: holds === 'no' ? '1 target missed: latency-p95' : null, uses });
};
const steps = [100, 200, 400, 600, 800, 1000, 1200, 1400].map((users) => step(users, users < 1000 ? 'yes' : 'no'));
const render = (...args: Parameters<typeof capacityOf>): string =>
  renderHtml(sampleReport({ capacity: capacityOf(...args) }), { css: '', scripts: [] });

describe('the capacity section', () => {
  it('is not there where nothing was tested for it', () => expect(capacity.render(sampleReport())).toBeNull());

  it('has the answer, the points with the curve and its band, and when each resource is used up', () => {
    const markup = render(steps, 200);
    expect(markup).toMatch(/All targets hold up to 800 users \([\d.]+ requests\/s\); the maximum lies between 800 and 1,000, of the loads/);
    expect(markup).toContain('That is 4 times the 200 users of today.');
    expect(markup).toContain('<code>loadkit capacity mixed --users 800..1000 --steps 5</code>');
    expect(markup).toMatch(/Knee: \d+ users \(\d+ to \d+\)\./);
    // 250 requests/s, where the curve has 52 at most.
    expect(markup).toMatch(/No number of users makes so much: something else leaves 52 requests\/s at most\./);
    expect(markup.match(/<circle class="(?:yes|no)"/g)).toHaveLength(8);
    expect(markup).toContain('class="band"');
    expect(markup).toMatch(/Peak by the Universal Scalability Law: [\d.]+ requests\/s \([\d.]+ to [\d.]+\) at \d+ users/);
    expect(markup).toMatch(/dynamodb:&lt;guilds&gt;<\/bdi>: write-capacity/);
    expect(markup).toMatch(/250 requests\/s \(\d+ to \d+\)/);
    expect(markup).toContain('>1,000</text>');
    expect(markup).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has the price of both loads, and no number of users far beyond what was tested', () => {
    const [first, ...more] = stepsToTheTable;
    const markup = render(
      [first as LoadStep, ...more].map((each) => ({ ...each, uses: each.uses.map((use) => ({ ...use, limit: 40 })) })),
      400,
    );
    expect(markup).toMatch(
      /By list prices 3[\d.]+ USD a month for 400 users, 1\.\d{4} per 1,000 users and hour; [\d.]+ USD a month for 900 users/,
    );
    expect(markup).toContain('8.89 times the load tested');
    expect(render(stepsToTheTable)).toContain('about 1,000 users (1,000 to 1,000)');
  });

  it('says why there is no peak, and draws no curve, where the points show none', () => {
    const markup = render(steps.slice(0, 3));
    expect(markup).toContain('No peak by the Universal Scalability Law.');
    expect(markup).not.toContain('class="band"');
    expect(render([])).toContain('No load is known to hold.');
  });
});
