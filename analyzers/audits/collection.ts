import type { Audit, Client, Finding } from '../contract.ts';
import { total, whyNotActive } from '../series.ts';
import { figure, plural } from '../words.ts';

export const collection: Audit<'client'> = {
  id: 'collection',
  question: 'Did everything that the engine measured arrive?',
  needs: ['client'],
  audit({ client }) {
    const findings: Finding[] = [];
    if (client.executionStartS === null) {
      const ran = total(client.iterations) > 0;
      findings.push({
        id: 'collection',
        verdict: 'inconclusive',
        severity: 'critical',
        title: whyNotActive(client),
        why: ran ? 'Nothing can be said of a load that was never seen.' : 'No user was ever active, so nothing was measured.',
        evidence: [],
        next: ran
          ? 'Give the script more to do: `duration` and `vus`, or scenarios.'
          : 'Read engine.log: the script may have failed before its first iteration.',
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
    findings.push(...lossFindings(client));
    if (client.gaps.length > 0) findings.push(gapFinding(client.gaps));
    return findings;
  },
};

/** k6 counts its requests itself: only where that is not known may lost series be requests. */
function lossFindings({ endpoints, exact, overflow: { seriesLost } }: Client): Finding[] {
  const counted = total(endpoints.flatMap(({ requests }) => requests));
  const sent = exact?.requests ?? null;
  if (sent === null ? seriesLost === 0 : counted === sent && seriesLost === 0) return [];
  const evidence = [
    { what: 'requests that k6 sent', value: sent },
    { what: 'requests in this report', value: counted },
    { what: 'series lost', value: seriesLost },
  ];
  if (counted === sent) {
    return [
      {
        id: 'collection',
        verdict: 'warn',
        severity: 'low',
        title: `Metrics of the script's own are missing: ${figure(seriesLost)} of their series could not be kept`,
        why: 'Every request is in this report. There is room for 50 trends and 50 counters, and none for negative or infinite values of a trend.',
        evidence,
        next: "Use fewer metrics and tag values. k6's thresholds on them count all the same.",
      },
    ];
  }
  return [
    {
      id: 'collection',
      verdict: 'inconclusive',
      severity: 'high',
      title:
        sent === null
          ? `${figure(seriesLost)} series of measurements were lost`
          : `Of ${plural(sent, 'request')}, ${figure(counted)} arrived here`,
      why: 'Requests that were lost on the way from k6 are in no figure of this report.',
      evidence,
      next: seriesLost > 0 ? 'Give tags fewer distinct values: no ids, no tokens, no times.' : 'Run again on a machine with less to do.',
    },
  ];
}

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
