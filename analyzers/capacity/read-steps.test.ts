import { describe, expect, it } from 'vitest';
import { loadStep } from '../../tests/load-steps.ts';
import { noUsage } from '../models/cost/index.ts';
import { capacityOf } from './capacity.ts';
import { stepsIn } from './read-steps.ts';

/** What a test writes, as it is read again. */
const again = (value: unknown): unknown => JSON.parse(JSON.stringify({ schemaVersion: 1, ...Object(value) }));

describe('stepsIn', () => {
  it('takes what a test has written, also where an architecture could not be read', () => {
    const usage = {
      ...noUsage('us-east-1'),
      lambda: [{ node: 'lambda:auth', requests: 10, avgDurationMs: 20, memoryMb: 128, arch: null }],
      fargate: [{ node: 'fargate:engine', vcpu: 0.5, memoryGb: 1, hours: 730, tasks: 2, arch: null }],
    };
    const { steps } = capacityOf([loadStep(100, { usage }), loadStep(200)]);
    expect(stepsIn(again({ steps }))).toEqual(steps);
  });

  it.each([
    ['steps[0].users', { users: 0 }],
    ['steps[0].usage', { usage: { region: 'us-east-1', others: [] } }],
    ['steps[0].usage', { usage: { ...noUsage('us-east-1'), lambda: [{ requests: -1 }] } }],
    ['steps[0].holds', { holds: 'perhaps' }],
  ])('says that %s is wrong', (field, wrong) => {
    const found = stepsIn(again({ steps: [{ ...loadStep(100), ...wrong }] }));
    expect(found).toEqual({ bad: expect.stringContaining(`${field} is `), hint: 'run the test again' });
  });
});
