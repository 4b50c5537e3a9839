import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { MISSING } from '../../tests/judged.ts';
import { withPlatform } from '../../tests/platform.ts';
import { type Audit, type Finding, isMissing } from '../contract.ts';
import { judge } from '../judge.ts';
import { AUDITS, type FoundInputs, runAudits } from './index.ts';

const run = withPlatform(syntheticRun({ durationS: 60 }));
const report = judge(run);
const inputs: FoundInputs = {
  ...run,
  window: report.window ?? MISSING,
  generatorHealth: report.generator ?? MISSING,
  targets: report.targets,
};

/** As if a platform had been asked: none of these is looked into where something else is missing. */
const asked = { platform: {}, inventory: {}, alarms: {}, traces: {} } as unknown as FoundInputs;

describe('AUDITS', () => {
  it('lists every file of the folder, under its own name', () => {
    const files = readdirSync(import.meta.dirname).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts',
    );
    expect(AUDITS.map(({ id }) => `${id}.ts`).toSorted()).toEqual(files.toSorted());
  });

  it('has a test for each', () => {
    const tests = readdirSync(import.meta.dirname).filter((file) => file.endsWith('.test.ts') && file !== 'index.test.ts');
    expect(tests.toSorted()).toEqual(AUDITS.map(({ id }) => `${id}.test.ts`).toSorted());
  });
});

describe('runAudits', () => {
  it('finds nothing wrong with a healthy run', () => {
    expect(runAudits(inputs).filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
  });

  it.each(AUDITS.flatMap((audit) => audit.needs.map((need) => [audit.id, need, audit] as const)))(
    '%s without its %s is inconclusive, with the reason',
    (id, need, audit) => {
      expect(runAudits({ ...inputs, ...asked, [need]: { missing: 'the file is gone' } }, [audit])).toEqual([
        expect.objectContaining({ id, verdict: 'inconclusive', title: 'Not enough is known: the file is gone' }),
      ]);
    },
  );

  it('is inconclusive where an audit throws, and asks the others all the same', () => {
    const throwing: Audit<'plan'> = {
      id: 'throwing',
      question: 'Does it throw?',
      needs: ['plan'],
      audit: () => {
        throw new Error('division by cucumber');
      },
    };
    const steady: Audit<'window'> = { ...throwing, id: 'asked', needs: ['window'], audit: ({ window }) => finding(String(window.steady)) };
    expect(runAudits(inputs, [throwing, steady])).toEqual([
      expect.objectContaining({ id: 'throwing', verdict: 'inconclusive', title: expect.stringContaining('division by cucumber') }),
      expect.objectContaining({ title: 'true' }),
    ]);
  });

  it('asks nothing that nobody asked the platform, even where another input is missing', () => {
    const needy: Audit<'client' | 'platform'> = {
      id: 'needy',
      question: '?',
      needs: ['client', 'platform'],
      audit: () => finding('asked'),
    };
    expect(runAudits({ ...inputs, client: MISSING, platform: { notAsked: 'no platform' } }, [needy])).toEqual([]);
  });

  it('hands over what is wanted where it is there, its reason where it is missing, and null where nobody asked', () => {
    const wanting: Audit<'plan', 'traces'> = {
      id: 'wanting',
      question: '?',
      needs: ['plan'],
      wants: ['traces'],
      audit: ({ traces }) => finding(isMissing(traces) ? traces.missing : traces === null ? 'without' : 'with'),
    };
    expect(runAudits(inputs, [wanting])).toEqual([expect.objectContaining({ title: 'with' })]);
    const titleOf = (traces: FoundInputs['traces']) => runAudits({ ...inputs, traces }, [wanting]).map(({ title }) => title);
    expect(titleOf({ notAsked: 'no platform' })).toEqual(['without']);
    expect(titleOf({ missing: 'the file is gone' })).toEqual(['the file is gone']);
  });

  it('tells once of what several audits found missing by themselves', () => {
    const blind = (id: string): Audit<'plan'> => ({ id, question: `${id}?`, needs: ['plan'], audit: () => ({ missing: 'no light' }) });
    expect(runAudits(inputs, [blind('one'), blind('two')])).toEqual([
      expect.objectContaining({
        id: 'unanswered',
        verdict: 'inconclusive',
        evidence: [
          { what: 'one?', value: null },
          { what: 'two?', value: null },
        ],
      }),
    ]);
  });

  it('hands over what is declared and nothing else', () => {
    const curious: Audit<'plan'> = {
      id: 'curious',
      question: 'What do I see?',
      needs: ['plan'],
      audit: (seen) => finding(Object.keys(seen).join()),
    };
    expect(runAudits(inputs, [curious])).toEqual([expect.objectContaining({ title: 'plan' })]);
  });

  it('tells of a missing file once, with all the questions that it leaves open', () => {
    const found = runAudits({ ...inputs, client: MISSING }).filter(({ verdict }) => verdict !== 'pass');
    expect(found).toHaveLength(1);
    const without = AUDITS.filter(({ needs }) => needs.includes('client'));
    expect(found[0]?.evidence.map(({ what }) => what)).toEqual(without.map(({ question }) => question));
  });
});

const finding = (title: string): Finding => ({ id: 'x', verdict: 'pass', severity: 'info', title, why: '', evidence: [] });
