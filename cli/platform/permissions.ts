import { clockWords, isClockOff, SET_CLOCK } from '../../analyzers/sources/clock-watch.ts';
import type { Config } from '../config.ts';
import { awsCredentials } from '../doctor/aws-credentials.ts';
import type { Answer } from '../doctor/check.ts';
import type { Host } from '../host.ts';
import { awsAsk } from './ask.ts';

/** What `doctor --aws` adds to `doctor --json`; a contract. */
export interface AwsDiagnosis {
  /** Whether a run can be told what the platform did. */
  ready: boolean;
  credentials: Answer;
  /** Null where none is set. */
  region: string | null;
  /** Whether this machine's clock is that of AWS. */
  clock: Answer;
  checks: { action: string; gives: string; status: Answer['status']; found: string; fix?: string }[];
  /** An IAM policy document. */
  policy: object;
}

/** Tries what the sources of a run use, with calls that read nothing to speak of: credentials, region, and each IAM action. */
export async function diagnoseAws(host: Host, config: Pick<Config, 'aws' | 'resources' | 'edges'>): Promise<AwsDiagnosis> {
  const [{ awsClients }, { leastPolicy, tryPermissions }] = await Promise.all([
    import('../../analyzers/sources/clients.ts'),
    import('../../analyzers/sources/permissions.ts'),
  ]);
  const clients = awsClients(awsAsk(host, config, { asked: true })?.address ?? {}, host.now, { paced: false });
  try {
    const region = await clients.region().catch(() => null);
    const attempts = await tryPermissions(clients, host.now());
    const checks = attempts.map(({ action, gives, needed, trouble }) => ({
      action,
      gives,
      status: trouble === null ? ('ok' as const) : needed ? ('missing' as const) : ('warn' as const),
      found: trouble === null ? 'allowed' : trouble.reason.slice(action.length + ': '.length),
      ...(trouble === null ? {} : { fix: trouble.next }),
    }));
    return {
      ready: checks.every(({ status }) => status !== 'missing'),
      credentials: await awsCredentials.check(host),
      region,
      clock: clockAnswer(clients.clockAheadMs()),
      checks,
      policy: leastPolicy(config.aws ?? {}),
    };
  } finally {
    clients.destroy();
  }
}

function clockAnswer(aheadMs: number | null): Answer {
  if (aheadMs === null) return { status: 'warn', found: 'not compared: no answer told the time' };
  if (isClockOff(aheadMs)) return { status: 'warn', found: `this machine's clock is ${clockWords(aheadMs / 1000)}`, fix: SET_CLOCK };
  return { status: 'ok', found: "the same as AWS's, to within seconds" };
}
