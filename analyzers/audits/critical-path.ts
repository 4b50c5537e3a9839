import type { Audit, Evidence, Finding, Traces, Window } from '../contract.ts';
import { LAMBDA_SERVICE } from '../traces/invocations.ts';
import { type PathShare, type PathShares, pathShares } from '../traces/path-shares.ts';
import { sampleNote } from '../traces/sample-note.ts';
import { figure, percent, plural } from '../words.ts';

/** Operations worth a line. */
const SHARES_MAX = 5;
/** What takes less than a tenth of the time can't speed anything up by much (Amdahl). */
const SHARE_MIN = 0.1;
/** Fewer traces are examples, not shares. Guess: tune. */
const TRACES_MIN = 20;

export const criticalPath: Audit<'traces' | 'window'> = {
  id: 'critical-path',
  question: 'What do requests spend their time on?',
  needs: ['traces', 'window'],
  audit({ traces, window }) {
    const inWindow = pathShares(traces.traces.filter(({ spans }) => beganIn(window, spans)));
    const measured = inWindow.traces >= TRACES_MIN ? inWindow : pathShares(traces.traces);
    const [first] = measured.shares;
    if (first === undefined) return withoutTraces(traces);
    return finding(first, measured, traces, measured === inWindow);
  },
};

const beganIn = ({ fromS, toS }: Window, spans: Traces['traces'][number]['spans']): boolean => {
  const startS = spans[0]?.startS ?? 0;
  return startS >= fromS && startS < toS;
};

function withoutTraces({ traces }: Traces): Finding {
  return {
    id: 'critical-path',
    verdict: 'inconclusive',
    severity: 'medium',
    title: `None of ${plural(traces.length, 'trace')} is complete`,
    why: 'The time of a request can be divided only where all of its trace has arrived.',
    evidence: [{ what: 'partial traces', value: traces.filter(({ partial }) => partial).length }],
    next: 'Run `loadkit analyze --aws` again in a few minutes: segments arrive late.',
  };
}

function finding(first: PathShare, measured: PathShares, traces: Traces, steady: boolean): Finding {
  const few = measured.traces < TRACES_MIN;
  const leading = measured.shares.filter(({ share }, k) => k === 0 || share >= SHARE_MIN).slice(0, SHARES_MAX);
  return {
    id: 'critical-path',
    // The targets judge how long requests take; this says what of.
    verdict: 'pass',
    severity: few ? 'info' : 'low',
    title: `${percent(first.share)} of the time of requests is ${nameOf(first)}${few ? `, by only ${plural(measured.traces, 'trace')}` : ''}`,
    why: `Of ${plural(measured.traces, 'complete trace')}${steady ? ' in the steady window' : ''}, each counted for the requests that it stands for: on the critical path, so that only what the player waited for counts.${sampleNote(traces)}`,
    evidence: leading.flatMap(evidenceOf),
    next: `Look at ${nameOf(first)} first: a request spends ${figure(first.pathMs)} ms there on average.${hintOn(first)}`,
    effect: `Twice as fast there, a request would take ${percent(first.share / 2)} less time on average.`,
  };
}

/** What Lambda itself does is named by its parts, which say little to who doesn't know them. With a space before it. */
function hintOn({ node, operation }: PathShare): string {
  if (!node.startsWith('lambda:')) return '';
  if (operation === LAMBDA_SERVICE)
    return ' That is time in which no code ran: invocations wait for an environment (cold starts, concurrency).';
  return operation === 'Initialization' ? ' That is cold starts: load less before the handler, or provide concurrency.' : '';
}

const nameOf = ({ node, operation }: PathShare): string => `${node} ${operation}`;

function evidenceOf(share: PathShare): Evidence[] {
  const interval = share.interval;
  return [
    {
      what: `${nameOf(share)}: share of requests' time on the critical path`,
      value: 100 * share.share,
      unit: '%',
      ...(interval !== null && { interval: [100 * interval[0], 100 * interval[1]] as [number, number] }),
    },
    { what: `${nameOf(share)}: self time a request, on and off the path`, value: share.selfMs, unit: 'ms' },
  ];
}
