import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { findingsOf } from '../tests/judged.ts';
import { type PlatformRun, UNREAD, withPlatform, withSeries, withSilent, withUnread } from '../tests/platform.ts';
import { AUDITS } from './audits/index.ts';
import type { Finding, Report } from './contract.ts';
import { judge } from './judge.ts';
import { ifRead, orMissing, refuseUnread, unreadOf } from './unread-series.ts';

const auth = 'lambda:character';
const bare = withPlatform(syntheticRun({ durationS: 60 }));
const healthy: PlatformRun = { ...bare, inventory: { ...bare.inventory, edges: [{ from: 'apigateway:api', to: auth }] } };
const withoutMetrics = (run: PlatformRun, node: string, ...metrics: string[]): PlatformRun =>
  withUnread(
    run,
    metrics.map((metric) => ({ node, metric })),
  );

/** Something is wrong with every service. */
const troubled: PlatformRun = (
  [
    [auth, 'Throttles', 'Sum', 20],
    [auth, 'Errors', 'Sum', 20],
    [auth, 'Duration', 'Maximum', 30_000],
    ['apigateway:api', '5XXError', 'Sum', 50],
    ['dynamodb:guilds', 'ReadThrottleEvents', 'Sum', 10],
    ['dynamodb:guilds', 'ConsumedWriteCapacityUnits', 'Sum', 450],
    ['dynamodb:characters/userId-index', 'WriteKeyRangeThroughputThrottleEvents', 'Sum', 5],
    ['fargate:engine', 'CPUUtilization', 'Average', 95],
    ['fargate:engine', 'MemoryUtilization', 'Maximum', 90],
    ['fargate:engine', 'DesiredTaskCount', 'Average', 4],
    ['fargate:engine', 'QueueLength', 'Maximum', (_: number, timeS: number) => timeS - healthy.client.startS + 60],
    ['elasticache:cache', 'Evictions', 'Sum', 8],
    ['elasticache:cache', 'CacheMisses', 'Sum', 900],
    ['elasticache:cache', 'EngineCPUUtilization', 'Maximum', 95],
  ] as const
).reduce((run, [node, metric, stat, value]) => withSeries(run, node, metric, stat, value), healthy);

const sames = ({ findings }: Report): Set<string> => new Set(findings.map(nameOf));
const nameOf = ({ id, verdict, title }: Finding): string => `${id}: ${verdict}: ${title}`;

/** The audits that say that they have no answer, to one resource or at all. */
function unansweredOf({ findings }: Report): Set<string> {
  const open = findings.filter(({ verdict }) => verdict === 'inconclusive');
  const questions = new Set(open.flatMap(({ evidence }) => evidence.map(({ what }) => what)));
  return new Set([...open.map(({ id }) => id), ...AUDITS.filter(({ question }) => questions.has(question)).map(({ id }) => id)]);
}

describe('series that were not read', () => {
  it.each<[what: string, run: PlatformRun, audit: string]>([
    ['throttles', withoutMetrics(healthy, auth, 'Throttles'), 'lambda-throttles'],
    ['counts', withoutMetrics(healthy, auth, 'Invocations'), 'request-reconciliation'],
    ['counts under throttles', withoutMetrics(troubled, auth, 'Invocations'), 'lambda-throttles'],
    ['concurrency', withoutMetrics(healthy, auth, 'ConcurrentExecutions'), 'lambda-concurrency'],
    ['an index', withoutMetrics(healthy, 'dynamodb:characters/userId-index', 'WriteThrottleEvents'), 'dynamodb-throttles'],
    ['an operation', withoutMetrics(healthy, 'dynamodb:characters', 'SuccessfulRequestLatency:Query'), 'dynamodb-latency'],
    ['scans', withoutMetrics(healthy, 'dynamodb:characters', 'SuccessfulRequestLatency:Scan'), 'dynamodb-scans'],
    ['retries', withoutMetrics(healthy, 'dynamodb:characters', 'SuccessfulRequestLatency:Query'), 'dynamodb-retries'],
  ])('leave open what is asked of them: %s', (_, run, audit) => {
    const report = judge(run);
    expect([...unansweredOf(report)]).toContain(audit);
    expect(report.findings.filter(({ id, verdict }) => id === audit && verdict !== 'inconclusive')).toEqual([]);
    expect(report.verdict).toBe('inconclusive');
  });

  it('are no sign that a function had nothing to do', () => {
    const metrics = [...new Set(healthy.platform.series.filter(({ node }) => node === auth).map(({ metric }) => metric))];
    expect([...unansweredOf(judge(withoutMetrics(healthy, auth, ...metrics)))]).toEqual(
      expect.arrayContaining(['lambda-throttles', 'lambda-errors', 'lambda-duration', 'request-reconciliation']),
    );
    expect(judge(withSilent(withPlatform(syntheticRun({ durationS: 60 })), auth)).verdict).not.toBe('inconclusive');
  });

  it('take no finding with them that they only stand beside', () => {
    const evicting = withoutMetrics(troubled, 'elasticache:cache', 'DatabaseMemoryUsagePercentage');
    expect(findingsOf('redis-evictions', evicting)[0]?.evidence).toContainEqual(
      expect.objectContaining({ what: 'memory in use, most', value: null }),
    );
    expect(findingsOf('api-errors', withoutMetrics(troubled, auth, 'Throttles'))).toHaveLength(1);
  });

  it.each([
    ['healthy', healthy],
    ['troubled', troubled],
  ])('never make a finding, nor silence one: %s', (_, run) => {
    const whole = judge(run);
    const series = [...new Map(run.platform.series.map(({ node, metric }) => [`${node} ${metric}`, { node, metric }])).values()];
    fc.assert(
      fc.property(fc.subarray(series, { minLength: 1 }), (unread) => {
        const report = judge(withUnread(run, unread));
        const [known, open] = [sames(whole), unansweredOf(report)];
        const news = report.findings.filter((finding) => finding.verdict !== 'inconclusive' && !known.has(nameOf(finding)));
        expect(news.map(({ id }) => id)).toEqual(['platform-data']);
        const lost = whole.findings.filter((finding) => finding.verdict !== 'pass' && !sames(report).has(nameOf(finding)));
        expect(lost.filter(({ id }) => !open.has(id)).map(nameOf)).toEqual([]);
        const nodes = whole.bottlenecks.map(({ node }) => node);
        expect(nodes).toEqual(expect.arrayContaining(report.bottlenecks.map(({ node }) => node)));
      }),
      { seed: 12, numRuns: 60 },
    );
  });
});

describe('refuseUnread', () => {
  const unread = unreadOf({ gaps: [{ source: 'cloudwatch', reason: UNREAD, next: '', series: [{ node: 'a', metric: 'Latency:Query' }] }] });

  it('keeps from reading a series and its whole, and no other', () => {
    for (const metric of ['Latency:Query', 'Latency'])
      expect(orMissing(() => refuseUnread(unread, 'a', metric))).toEqual({ missing: UNREAD });
    for (const metric of ['Latency:Scan', 'Latencies']) expect(orMissing(() => refuseUnread(unread, 'a', metric))).toBeUndefined();
    expect(orMissing(() => refuseUnread(unread, 'b', 'Latency'))).toBeUndefined();
    expect(ifRead(() => refuseUnread(unread, 'a', 'Latency'))).toBeNull();
  });

  it('lets any other error through', () => {
    const broken = (): never => {
      throw new Error('division by cucumber');
    };
    expect(() => orMissing(broken)).toThrow('cucumber');
    expect(() => ifRead(broken)).toThrow('cucumber');
  });
});
