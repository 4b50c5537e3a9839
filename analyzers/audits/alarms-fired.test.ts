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
    expect(findingsOf(id, withAlarms(alarm('engine-cpu', [firing(-30)])))).toEqual([]);
  });

  it('tells which fired, when and why', () => {
    const [finding] = findingsOf(id, withAlarms(alarm('engine-cpu', [firing(40)], 'ALARM'), alarm('quiet', [])));
    expect(finding).toMatchObject({ verdict: 'warn', title: '1 alarm fired during the run: engine-cpu', effect: expect.any(String) });
    expect(finding?.evidence).toEqual([{ what: 'engine-cpu (fargate:engine)', value: '40 s into the run: Threshold Crossed', limit: 80 }]);
  });

  it('notes those that stood in alarm before', () => {
    expect(findingsOf(id, withAlarms(alarm('engine-cpu', [], 'ALARM')))).toEqual([
      expect.objectContaining({ verdict: 'pass', title: '1 alarm was in ALARM since before the run: engine-cpu' }),
    ]);
  });

  it('is inconclusive where alarms could not be read', () => {
    expect(findingsOf(id, foundIn(run, { alarms: MISSING }))).toEqual([expect.objectContaining({ verdict: 'inconclusive' })]);
  });
});
