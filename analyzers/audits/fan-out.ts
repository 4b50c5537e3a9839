import type { Audit, Finding } from '../contract.ts';
import { type CallPattern, callPatterns } from '../traces/call-patterns.ts';
import { likeCalls } from '../traces/like-calls.ts';
import { figure, percent } from '../words.ts';

/**
 * Calls beside each other from which on the slowest of them matters: of ten, one is slower than the 90th percentile in 65 % of requests
 * (1 − 0.9^10). Dean & Barroso, The Tail at Scale, 2013.
 */
const CALLS_MIN = 10;
const AT_ONCE_MIN = 4;
const TRACES_MIN = 3;
const PATTERNS_MAX = 5;

export const fanOut: Audit<'traces'> = {
  id: 'fan-out',
  question: 'Does a request wait for the slowest of many like calls?',
  needs: ['traces'],
  audit({ traces: { traces } }) {
    const bundles = likeCalls(traces, CALLS_MIN).filter(({ atOnceMax }) => atOnceMax >= AT_ONCE_MIN);
    const patterns = callPatterns(bundles).filter(({ traces: seen }) => seen >= TRACES_MIN);
    const [widest] = patterns.toSorted((a, b) => b.callsP50 - a.callsP50);
    return widest === undefined ? [] : finding(widest, patterns);
  },
};

function finding({ request, caller, node, operation, callsP50, share }: CallPattern, patterns: readonly CallPattern[]): Finding {
  const slow = 1 - 0.99 ** callsP50;
  return {
    id: 'fan-out',
    verdict: 'pass',
    severity: 'low',
    title: `${request} makes ${figure(callsP50)} calls of ${node} ${operation} beside each other`,
    why: `Such a request takes as long as the slowest of its calls: with ${figure(callsP50)}, ${percent(slow)} of requests meet a call that is slower than 99 of 100.`,
    evidence: patterns.slice(0, PATTERNS_MAX).flatMap((pattern) => [
      { what: `${nameOf(pattern)}: calls a request, median`, value: pattern.callsP50, unit: 'calls' },
      { what: `${nameOf(pattern)}: share of the request's time`, value: 100 * pattern.share, unit: '%' },
      { what: `${nameOf(pattern)}: an example`, value: pattern.example },
    ]),
    next: `In ${caller}, ask for less at once: a batch operation, a page, or a copy of what is read together.`,
    effect: `They take ${percent(share)} of the request's time.`,
  };
}

const nameOf = ({ request, node, operation }: CallPattern): string => `${request} → ${node} ${operation}`;
