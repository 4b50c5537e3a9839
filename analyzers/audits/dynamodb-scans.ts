import type { Audit, Missing, Resource, Trace } from '../contract.ts';
import { type Answer, ofEach, PLATFORM_NEEDS, type PlatformNeed, windowStretch } from '../platform-audit.ts';
import { type Stretch, total } from '../platform-series.ts';
import { insteadOfScan, operationSeries, READS } from '../table-operations.ts';
import { tracesByNode, untraced } from '../trace-samples.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent } from '../words.ts';

/** A share of the time spent on reading the table that is worth a warning. Guess: tune. */
const SHARE_MAX = 0.1;

export const dynamodbScans: Audit<PlatformNeed, 'traces'> = {
  id: 'dynamodb-scans',
  question: 'Are tables scanned where they could be queried?',
  needs: PLATFORM_NEEDS,
  wants: ['traces'],
  audit(inputs) {
    const byNode = tracesByNode(inputs.traces, windowStretch(inputs));
    return ofEach('dynamodb-scans', ['dynamodb'], inputs, (resource, stretch) =>
      ofTable(resource, stretch, byNode.get(resource.node) ?? [], untraced(inputs.traces)),
    );
  },
};

interface Reads {
  scans: number;
  reads: number;
  scanMs: number;
  allMs: number;
  from: string;
}

function ofTable({ node }: Resource, stretch: Stretch, traces: readonly Trace[], untold: Missing | null): Answer {
  const counted = measured(node, stretch);
  if (counted === null && untold !== null && isRead(node, stretch)) return untold;
  const found = counted ?? traced(node, traces);
  if (found.scans === 0) return [];
  const { scans, reads, scanMs, allMs, from } = found;
  const share = scanMs / allMs;
  const consumed = ifRead(() => total(stretch, [node, 'ConsumedReadCapacityUnits', 'Sum']));
  return {
    verdict: share >= SHARE_MAX ? 'warn' : 'pass',
    severity: share >= SHARE_MAX ? 'high' : 'low',
    title: `${node} is scanned: ${figure(scans)} of ${figure(reads)} reads, which take ${percent(share)} of the time spent on reading it`,
    ...(share >= SHARE_MAX && { limiter: { node, resource: 'index', harm: 'wasteful' as const, since: null } }),
    why: 'A scan reads the whole table and throws away what it was not asked for. It gets slower, and dearer, with every item that is stored, whatever the load.',
    evidence: [
      { what: `Scan (by ${from})`, value: scans },
      { what: `all reads (by ${from})`, value: reads },
      { what: 'share of the time spent on reading', value: share, limit: SHARE_MAX, unit: 'ratio' },
      { what: 'a scan takes', value: scanMs / scans, unit: 'ms' },
      { what: 'consumed', value: consumed, unit: 'RCU' },
    ],
    next: insteadOfScan(node),
    effect: `A read of some items in milliseconds rather than ${figure(scanMs / scans)} ms, however large the table becomes.`,
  };
}

/** Whether it may have been, where nobody says what it consumed. */
const isRead = (node: string, stretch: Stretch): boolean => total(stretch, [node, 'ConsumedReadCapacityUnits', 'Sum']) !== 0;

/** DynamoDB's own metrics by operation, where they were asked for. */
function measured(node: string, stretch: Stretch): Reads | null {
  let found: Reads | null = null;
  for (const operation of READS) {
    const { count, totalMs } = operationSeries(stretch, node, operation);
    if (count === 0) continue;
    found ??= { scans: 0, reads: 0, scanMs: 0, allMs: 0, from: 'CloudWatch' };
    add(found, operation, count, totalMs);
  }
  return found;
}

function traced(node: string, traces: readonly Trace[]): Reads {
  const found: Reads = { scans: 0, reads: 0, scanMs: 0, allMs: 0, from: 'traces' };
  for (const { spans } of traces) {
    for (const span of spans) {
      if (span.node !== node || span.endS === null || !READS.includes(span.operation)) continue;
      add(found, span.operation, 1, 1000 * (span.endS - span.startS));
    }
  }
  return found;
}

function add(to: Reads, operation: string, count: number, ms: number): void {
  to.reads += count;
  to.allMs += ms;
  if (operation !== 'Scan') return;
  to.scans += count;
  to.scanMs += ms;
}
