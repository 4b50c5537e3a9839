import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, MISSING } from '../../tests/judged.ts';
import { foundIn, withPlatform } from '../../tests/platform.ts';
import type { AlarmChange, Alarms } from '../contract.ts';

const id = 'alarms-fired';
const run = withPlatform(syntheticRun({ durationS: 60 }));
const alarm = (name: string, changes: AlarmChange[], state: 'OK' | 'ALARM' = 'OK'): Alarms['alarms'][number] => ({
  ...{ name, changes, state, node: 'fargate:engine', metric: 'CPUUtilization', threshold: 80 },
});
const firing = (afterS: number): AlarmChange => ({ atS: run.client.startS + afterS, from: 'OK', to: 'ALARM', reason: 'Threshold Crossed' });
const withAlarms = (...alarms: Alarms['alarms']) => foundIn(run, { alarms: { ...run.alarms, alarms } });

describe('alarms-fired', () => {
  it('has nothing to say where none fired, or only before the run', () => {
    expect(findingsOf(id, run)).toEqual([]);
    expect(findingsOf(id, withAlarms(alarm('engine-cpu', [firing(-30), { ...firing(-20), from: 'ALARM', to: 'OK' }])))).toEqual([]);
  });

  it('tells which fired, when and why', () => {
    const [finding] = findingsOf(id, withAlarms(alarm('engine-cpu', [firing(40)], 'ALARM'), alarm('quiet', [])));
    expect(finding).toMatchObject({ verdict: 'warn', title: '1 alarm fired during the run: engine-cpu', effect: expect.any(String) });
    expect(finding?.evidence).toEqual([{ what: 'engine-cpu (fargate:engine)', value: '40 s into the run: Threshold Crossed', limit: 80 }]);
  });

  it('counts from the first player, and has an alarm come until a quarter of an hour after the run', () => {
    const late = { ...run, client: { ...run.client, executionStartS: run.client.startS + 10 } };
    const firedAfter = (afterS: number) =>
      findingsOf(id, { ...late, alarms: { ...run.alarms, alarms: [alarm('cpu', [firing(afterS)], 'ALARM')] } });
    expect(firedAfter(40)[0]?.evidence[0]?.value).toBe('30 s into the run: Threshold Crossed');
    expect(firedAfter(5).map(({ verdict }) => verdict)).toEqual(['pass']);
    expect(firedAfter(60 + 880)).toHaveLength(1);
    expect(firedAfter(60 + 920)).toEqual([]);
  });

  it('notes those that stood in alarm when the run began, whatever became of them', () => {
    const recovery: AlarmChange = { ...firing(30), from: 'ALARM', to: 'OK' };
    for (const standing of [alarm('engine-cpu', [], 'ALARM'), alarm('engine-cpu', [firing(-30)], 'ALARM'), alarm('engine-cpu', [recovery])])
      expect(findingsOf(id, withAlarms(standing))).toEqual([
        expect.objectContaining({ verdict: 'pass', title: '1 alarm was in ALARM when the run began: engine-cpu' }),
      ]);
  });

  it('is inconclusive where the history could not be read, and takes no alarm of today for one of before the run', () => {
    const reason = 'cloudwatch:DescribeAlarmHistory: access is denied';
    const gaps = [{ source: 'alarms' as const, reason, next: 'Allow it.' }];
    const denied = (...alarms: Alarms['alarms']) => ({ ...withAlarms(...alarms), inventory: { ...run.inventory, gaps } });
    const unanswered = expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining(reason) });
    expect(findingsOf(id, denied(alarm('quiet', [])))).toEqual([unanswered]);
    expect(findingsOf(id, denied(alarm('engine-cpu', [], 'ALARM')))).toEqual([
      expect.objectContaining({ title: expect.stringContaining('it is not known since when: engine-cpu') }),
      unanswered,
    ]);
    expect(findingsOf(id, denied(alarm('engine-cpu', [firing(40)], 'ALARM')))).toEqual([
      expect.objectContaining({ verdict: 'warn' }),
      unanswered,
    ]);
  });

  it('is inconclusive where alarms could not be read', () => {
    expect(findingsOf(id, foundIn(run, { alarms: MISSING }))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
  });
});
