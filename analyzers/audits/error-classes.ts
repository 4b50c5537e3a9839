import type { Audit, ErrorClass } from '../contract.ts';
import { total } from '../series.ts';
import { percent, plural } from '../words.ts';

/** Classes worth a line; the report's table has them all. */
const CLASSES_MAX = 5;
/** From one failure in ten on, the service is down rather than flawed. Guess: tune. */
const HIGH_SHARE = 0.1;

export const errorClasses: Audit<'client'> = {
  id: 'error-classes',
  question: 'What failed most, and how?',
  needs: ['client'],
  audit({ client }) {
    const classes = client.errorClasses.filter(({ count }) => count > 0).toSorted((a, b) => b.count - a.count);
    const [worst] = classes;
    if (worst === undefined) return [];
    const requests = total(client.endpoints.flatMap((endpoint) => endpoint.requests));
    const failed = classes.reduce((sum, { count }) => sum + count, 0);
    const share = requests > 0 ? `${percent(Math.min(1, failed / requests))} of all requests failed; ` : '';
    return {
      id: 'error-classes',
      // The targets on errors and availability judge; this explains.
      verdict: 'pass',
      severity: failed >= HIGH_SHARE * requests ? 'high' : 'medium',
      title: `${plural(failed, 'request')} failed, most often ${nameOf(worst)}`,
      why: `${share}${percent(worst.count / failed)} of the failures were ${nameOf(worst)}.`,
      evidence: classes
        .slice(0, CLASSES_MAX)
        .map((errorClass) => ({ what: nameOf(errorClass), value: errorClass.count, unit: 'requests' })),
      next: adviceOn(worst),
      effect: `Up to ${plural(worst.count, 'request')}${requests > 0 ? `, ${percent(Math.min(1, worst.count / requests))} of all,` : ''} would succeed.`,
    };
  },
};

function nameOf({ endpoint, status, errorCode }: ErrorClass): string {
  const cause = status === '0' || status === '' ? `no response${errorCode === '' ? '' : `, k6 error ${errorCode}`}` : `status ${status}`;
  return `${endpoint} (${cause})`;
}

/** By k6's error codes, https://grafana.com/docs/k6/latest/javascript-api/error-codes/, and by status. */
function adviceOn({ status, errorCode }: ErrorClass): string {
  return BY_ERROR_CODE.get(errorCode) ?? BY_STATUS.get(status) ?? byClassOfStatus(status);
}

const BY_ERROR_CODE: ReadonlyMap<string, string> = new Map([
  ['1020', 'The script asked for an invalid URL: look at how it builds them.'],
  ['1050', 'Requests ran into their time limit: look at what the endpoint waits for.'],
  ['1101', 'The host name does not resolve: check the target.'],
  ['1110', 'The script went to an address outside of the allowed targets: see `ext.loadkit.allowedTargets`.'],
  ['1111', 'The script went to a host outside of the allowed targets: see `ext.loadkit.allowedTargets`.'],
  ['1211', 'Connections were not accepted in time: look at the listen backlog and at connection limits.'],
  ['1212', 'Connections were refused: check that the target is up, and whether it went down under load.'],
  ['1213', 'Connections could not be opened: this machine may be out of ports or file descriptors (`loadkit doctor`).'],
  ['1220', 'The target closed connections: look for crashes, and for idle timeouts shorter than the think time.'],
]);

const BY_STATUS: ReadonlyMap<string, string> = new Map([
  ['401', 'Requests were not authorized: look at how the script signs in, and at how long its tokens live.'],
  ['403', 'Requests were forbidden: look at roles, and at a firewall that takes the load for an attack.'],
  ['404', 'Resources were not found: look at the data that the script relies on.'],
  ['409', 'Requests conflicted: if the scenario expects that, mark the status as expected.'],
  ['413', 'Bodies were too large for the target.'],
  ['429', 'The target throttled: look at its rate limits and concurrency quotas.'],
  ['500', 'The target failed: read its own log for the first of these errors.'],
  ['502', 'A backend behind the gateway failed or answered malformed: read its log.'],
  ['503', 'The target had no capacity: look at its scaling and its throttling.'],
  ['504', 'A backend behind the gateway did not answer in time: look at what it waits for.'],
]);

function byClassOfStatus(status: string): string {
  if (status.startsWith('5')) return 'The target failed: read its own log for the first of these errors.';
  if (status.startsWith('3')) return 'Answers were redirects that nobody followed: point the script at where they lead.';
  if (status.startsWith('4')) return 'The target rejected requests: compare what the script sends with what it expects.';
  return 'Requests got no response: check the target and the way to it.';
}
