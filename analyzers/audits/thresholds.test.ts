import { describe, expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { findingsOf, withClient } from '../../tests/judged.ts';
import { judge } from '../judge.ts';

describe('thresholds', () => {
  it('has nothing to say where k6 and loadkit agree, on a pass or on a miss', () => {
    expect(findingsOf('thresholds', syntheticRun({ durationS: 90 }))).toEqual([]);
    const failing = syntheticRun({ durationS: 90, errorRate: 0.1 });
    expect(failing.client.exact?.thresholds.some(({ ok }) => !ok)).toBe(true);
    expect(findingsOf('thresholds', failing)).toEqual([]);
  });

  it('explains a threshold that the whole run missed and the steady window met, as a warning', () => {
    const cold = syntheticRun({
      ratePerS: 200,
      durationS: 180,
      rampS: 30,
      latencyMs: 100,
      latencyFactor: (elapsedS) => (elapsedS < 30 ? 80 : 1),
    });
    expect(cold.client.exact?.thresholds[0]).toMatchObject({ expression: 'avg<500', ok: false });
    const report = judge(cold);
    expect(report).toMatchObject({ verdict: 'warn', exitCode: 0 });
    expect(report.findings).toContainEqual(
      expect.objectContaining({ id: 'thresholds', title: 'latency-avg is met in the steady window, and was missed over the whole run' }),
    );
  });

  it('is inconclusive where k6 left no end-of-test values: the script may have had thresholds', () => {
    expect(findingsOf('thresholds', withClient(syntheticRun({ durationS: 90 }), { exact: null }))).toEqual([
      expect.objectContaining({ verdict: 'inconclusive' }),
    ]);
  });
});
