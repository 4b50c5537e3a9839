import type { Audit, Finding } from '../contract.ts';
import { figure, plural } from '../words.ts';

export const collection: Audit<'client'> = {
  id: 'collection',
  question: 'Did everything that the engine measured arrive?',
  needs: ['client'],
  audit({ client }) {
    const findings: Finding[] = [];
    if (client.executionStartS === null) {
      findings.push({
        id: 'collection',
        verdict: 'inconclusive',
        severity: 'critical',
        title: 'The engine never began to execute',
        why: 'No user was ever active, so nothing was measured.',
        evidence: [],
        next: 'Read engine.log: the script may have failed before its first iteration.',
      });
    }
    if (!client.complete) {
      findings.push({
        id: 'collection',
        verdict: 'inconclusive',
        severity: 'high',
        title: 'The record of the run breaks off',
        why: 'The stream of measurements has no proper end: what was measured after the break is lost.',
        evidence: [],
        next: 'Find out what stopped loadkit (killed, disk full), and run again.',
      });
    }
    if (client.overflow.seriesLost > 0) {
      findings.push({
        id: 'collection',
        verdict: 'inconclusive',
        severity: 'high',
        title: `${plural(client.overflow.seriesLost, 'series')} beyond the cap were lost`,
        why: 'Requests in lost series are in no figure of this report.',
        evidence: [{ what: 'series lost', value: client.overflow.seriesLost, limit: 0 }],
        next: 'Give tags fewer distinct values: no ids, no tokens, no times.',
      });
    }
    if (client.gaps.length > 0) findings.push(gapFinding(client.gaps));
    return findings;
  },
};

function gapFinding(gaps: readonly { fromS: number; toS: number }[]): Finding {
  const seconds = gaps.map(({ fromS, toS }) => toS - fromS);
  const longest = seconds.reduce((a, b) => Math.max(a, b), 0);
  return {
    id: 'collection',
    verdict: 'pass',
    severity: 'low',
    title: `Measurements came late ${figure(gaps.length)} ${gaps.length === 1 ? 'time' : 'times'}, by up to ${figure(longest)} s`,
    why: 'Their counts are right, their place in time is not; the timeline spreads them evenly over the gap.',
    evidence: [
      { what: 'longest gap', value: longest, unit: 's' },
      { what: 'all gaps together', value: seconds.reduce((a, b) => a + b, 0), unit: 's' },
    ],
  };
}
