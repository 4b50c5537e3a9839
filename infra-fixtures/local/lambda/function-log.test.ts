import { expect, it } from 'vitest';
import { reportLine } from './function-log.ts';
import { cpuWaitMs, heapMaxMb } from './function-memory.ts';

const report = { requestId: 'r', durationMs: 12.344, initMs: null, memoryMb: 512, memoryUsedMb: 91.2, failure: null, trace: null };

it('writes a report as Lambda does', () => {
  // The form of https://docs.aws.amazon.com/lambda/latest/dg/nodejs-logging.html
  expect(reportLine(report)).toBe(
    'REPORT RequestId: r\tDuration: 12.34 ms\tBilled Duration: 13 ms\tMemory Size: 512 MB\tMax Memory Used: 92 MB\t',
  );
  expect(reportLine({ ...report, initMs: 150.2, trace: { root: '1-2-3', segmentId: 's' } })).toBe(
    'REPORT RequestId: r\tDuration: 12.34 ms\tBilled Duration: 163 ms\tMemory Size: 512 MB\tMax Memory Used: 92 MB\tInit Duration: 150.20 ms\t' +
      '\nXRAY TraceId: 1-2-3\tSegmentId: s\tSampled: true\t',
  );
  expect(reportLine({ ...report, memoryUsedMb: 600, failure: { status: 'error', errorType: 'Runtime.ExitError' } })).toContain(
    'Max Memory Used: 512 MB\tStatus: error\tError Type: Runtime.ExitError',
  );
});

it('makes a CPU share of memory, and no more than a whole CPU', () => {
  expect(cpuWaitMs(10, 1769)).toBe(0);
  expect(cpuWaitMs(10, 3538)).toBe(0);
  expect(cpuWaitMs(10, 1769 / 2)).toBeCloseTo(10);
  expect(cpuWaitMs(10, 256)).toBeCloseTo(10 * (1769 / 256 - 1));
  expect(heapMaxMb(128)).toBe(73);
  expect(heapMaxMb(40)).toBe(16);
});
