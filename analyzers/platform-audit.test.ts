import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../tests/artifacts.ts';
import { type PlatformRun, withHours, withoutResource, withPlatform, withSilent } from '../tests/platform.ts';
import type { Window } from './contract.ts';
import { baselineStretch, began, fullLoadStretch, ofEach, type Said, windowStretch } from './platform-audit.ts';

const run = withPlatform(syntheticRun({ durationS: 60 }));
const { startS } = run.client;
const window: Window = { fromS: startS + 10, toS: startS + 50, steady: true, reason: '' };
const inputsOf = ({ platform, inventory, plan, client }: PlatformRun) => ({ platform, inventory, plan, client, window });
const said = (title: string): Said => ({ verdict: 'warn', severity: 'low', title, why: '', evidence: [] });

describe('ofEach', () => {
  it('asks of each resource of the kind, and gives findings their id', () => {
    expect(ofEach('x', ['dynamodb'], inputsOf(run), ({ node }) => said(node))).toEqual([
      expect.objectContaining({ id: 'x', title: 'dynamodb:characters' }),
      expect.objectContaining({ id: 'x', title: 'dynamodb:guilds' }),
    ]);
  });

  it('has nothing to say of a kind that is not there, whatever the window', () => {
    expect(ofEach('x', ['alb'], inputsOf(withHours(run)), () => said('never'))).toEqual([]);
    expect(ofEach('x', ['ecs'], inputsOf(withoutResource(run, 'fargate:engine')), () => said('never'))).toEqual([]);
  });

  it('takes the silence of a function for idleness, and that of a service for missing data', () => {
    expect(ofEach('x', ['lambda'], inputsOf(withSilent(run, 'lambda:character')), () => said('never'))).toEqual([]);
    expect(ofEach('x', ['ecs'], inputsOf(withSilent(run, 'fargate:engine')), () => said('never'))).toEqual({
      missing: 'CloudWatch has no datapoints of fargate:engine within the window',
    });
  });

  it('is missing where no period lies within the window', () => {
    expect(ofEach('x', ['ecs'], inputsOf(withHours(run)), () => said('never'))).toEqual({
      missing: expect.stringContaining('no period of the platform'),
    });
  });

  it('keeps a finding beside what could not be answered', () => {
    const found = ofEach('x', ['lambda', 'ecs'], inputsOf(withSilent(run, 'fargate:engine')), ({ node }) => said(node));
    expect(found).toEqual([
      expect.objectContaining({ title: 'lambda:character', verdict: 'warn' }),
      expect.objectContaining({ id: 'x', verdict: 'inconclusive', title: expect.stringContaining('fargate:engine') }),
    ]);
  });
});

describe('windowStretch', () => {
  const lengthOf = (stretch: ReturnType<typeof windowStretch>) => ('periods' in stretch ? stretch.periods.length : 0);

  it('is the steady window, and all of the run where there was none', () => {
    expect(lengthOf(windowStretch(inputsOf(run)))).toBe(8);
    expect(lengthOf(windowStretch({ ...inputsOf(run), window: { ...window, steady: false } }))).toBeGreaterThan(11);
    const killed = { ...run.plan, endedAt: null };
    expect(lengthOf(windowStretch({ ...inputsOf(run), plan: killed, window: { ...window, steady: false } }))).toBe(10);
  });
});

describe('fullLoadStretch', () => {
  it('is the window, steady or not', () => {
    for (const steady of [true, false])
      expect(fullLoadStretch({ ...inputsOf(run), window: { ...window, steady } }).periods).toHaveLength(8);
  });
});

describe('baselineStretch', () => {
  it('ends with the first player, or with the start of the run where none is known', () => {
    const untilFirst = (client: typeof run.client | null): unknown => baselineStretch({ ...run, client });
    expect(untilFirst(null)).toMatchObject({ periods: expect.arrayContaining([0, 11]) });
    expect(untilFirst({ ...run.client, executionStartS: startS + 20 })).toMatchObject({ periods: expect.arrayContaining([0, 15]) });
    expect(untilFirst({ ...run.client, executionStartS: startS - 3600 })).toMatchObject({ missing: expect.any(String) });
  });
});

describe('began', () => {
  it('counts from the first player, or from the start of the run where none is known', () => {
    const firstSeen = (executionStartS: number | null): unknown =>
      began({ plan: run.plan, client: { ...run.client, executionStartS } }, startS + 12)[0]?.value;
    expect(firstSeen(startS + 5)).toBe(7);
    expect(firstSeen(null)).toBe(12);
    expect(began(run, null)).toEqual([]);
  });
});
