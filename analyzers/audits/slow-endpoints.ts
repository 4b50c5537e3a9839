import { coldStartAdvice } from '../cold-start-advice.ts';
import { type Audit, type Evidence, type Finding, type Inventory, orNull, type Window } from '../contract.ts';
import { needOf } from '../lambda-capacity.ts';
import { fullLoadStretch } from '../platform-audit.ts';
import type { Stretch } from '../platform-series.ts';
import { medianOf, type SlowKind, slowKinds } from '../slow-kinds.ts';
import { insteadOfScan } from '../table-operations.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { INVOCATION, isStart } from '../traces/invocations.ts';
import { pathParts } from '../traces/path-parts.ts';
import { sampleNote } from '../traces/sample-note.ts';
import { ifRead } from '../unread-series.ts';
import { figure, percent, plural } from '../words.ts';

/** What takes less than half of the time shares the blame. */
const SHARE_MIN = 0.5;

/**
 * Slow by every request of its kind, which the client counts, and because of one part, which traces show. Platforms trace a sample of requests, so that of
 * a rare one there may be few: they say where its time goes, not that it is slow. A ramp is slow by itself, with environments that start for the first time,
 * so that only the steady window counts, and all of the run where there was none. What no trace tells of is `untraced-endpoints`' to answer.
 */
export const slowEndpoints: Audit<'client' | 'traces' | 'window', 'platform' | 'inventory'> = {
  id: 'slow-endpoints',
  question: 'Is one part the reason why a kind of request is slow?',
  needs: ['client', 'traces', 'window'],
  wants: ['platform', 'inventory'],
  audit({ client, traces, window, platform, inventory }) {
    const blamed = slowKinds(client, window, traces.traces).flatMap((slow) => blame(slow) ?? []);
    if (blamed.length === 0) return [];
    const stretch = stretchOf({ platform: orNull(platform), inventory: orNull(inventory), window });
    return [...Map.groupBy(blamed, ({ node }) => node).values()].map((ofNode) => finding(ofNode, sampleNote(traces), stretch));
  },
};

interface Around {
  platform: TelemetryFile | null;
  inventory: Inventory | null;
  window: Window;
}

const stretchOf = ({ platform, inventory, window }: Around): Stretch | null =>
  platform === null || inventory === null ? null : fullLoadStretch({ platform, inventory, window });

/** What Lambda does before it runs any code, whichever of its spans shows it. */
const START = 'start';

interface Blamed extends SlowKind {
  node: string;
  operation: string;
  share: number;
  selfS: number;
  traces: number;
  example: string;
}

function blame(slow: SlowKind): Blamed | null {
  const { typical } = slow;
  const totalS = typical.reduce((sum, { lengthS }) => sum + lengthS, 0);
  const parts = Map.groupBy(
    typical.flatMap(({ trace }) => pathParts(trace)).map((part) => (isStart(part) ? { ...part, operation: START } : part)),
    ({ node, operation }) => `${node}\n${operation}`,
  );
  const [most] = [...parts.values()]
    .flatMap(([first, ...others]) =>
      first === undefined ? [] : [{ ...first, selfS: others.reduce((sum, { selfS }) => sum + selfS, first.selfS) }],
    )
    .sort((a, b) => b.selfS - a.selfS);
  if (most === undefined || most.selfS < SHARE_MIN * totalS) return null;
  return {
    ...slow,
    ...most,
    share: most.selfS / totalS,
    selfS: most.selfS / typical.length,
    traces: typical.length,
    example: typical[0]?.trace.id ?? '',
  };
}

function finding(blamed: readonly Blamed[], note: string, stretch: Stretch | null): Finding {
  const [worst] = blamed as [Blamed, ...Blamed[]];
  const { node, name, medianS, share, selfS } = worst;
  const { part, resource, next } = adviceOn(worst, stretch);
  const others = blamed.length > 1 ? `, and ${plural(blamed.length - 1, 'other endpoint')} likewise` : '';
  return {
    id: 'slow-endpoints',
    verdict: 'warn',
    severity: 'medium',
    title: `${name} takes ${figure(1000 * medianS)} ms, ${percent(share)} of it in ${part}${others}`,
    limiter: { node, resource, harm: 'slow', since: null },
    why: `Half of its requests take at least so long. Of the traces of such ones, what the player waited for is mostly this part itself, not what it calls.${note}`,
    evidence: blamed.flatMap(evidenceOf),
    next,
    effect: `A request of ${name} would take up to ${figure(1000 * selfS)} ms less.`,
  };
}

function adviceOn({ node, operation, example }: Blamed, stretch: Stretch | null): { part: string; resource: string; next: string } {
  if (operation === START) {
    const need = stretch && ifRead(() => needOf(node, stretch));
    return { part: `${node}'s starts, in which none of its code runs`, resource: 'cold-starts', next: coldStartAdvice(node, need) };
  }
  if (node.startsWith('lambda:') && operation === INVOCATION) {
    const next = `Profile ${node}: it computes, waits (locks, sleeps, retries of its own) or calls what is not traced. More memory helps only where it computes.`;
    return { part: `${node}'s own code`, resource: 'code', next };
  }
  const part = `${node} ${operation}`;
  if (node.startsWith('dynamodb:') && operation === 'Scan') return { part, resource: 'index', next: insteadOfScan(node) };
  // Slow ones or many: traces of slow requests alone don't tell.
  return { part, resource: 'time', next: `Look at ${part} first: open trace ${example}.` };
}

const evidenceOf = ({ share, traces, ...slow }: Blamed): Evidence[] => [
  medianOf(slow),
  {
    what: `${slow.name}: share of ${slow.node} ${slow.operation} in ${plural(traces, 'trace')}`,
    value: 100 * share,
    limit: 100 * SHARE_MIN,
    unit: '%',
  },
];
