import type { Host } from '../host.ts';
import { awsCredentials } from './aws-credentials.ts';
import type { Answer, Check } from './check.ts';
import { chromium } from './chromium.ts';
import { disk } from './disk.ts';
import { fileDescriptors } from './file-descriptors.ts';
import { go } from './go.ts';
import { k6 } from './k6.ts';
import { node } from './node.ts';
import { redis } from './redis.ts';

/** In the order in which they are shown: what no run can do without comes first. */
export const CHECKS: readonly Check[] = [node, k6, disk, fileDescriptors, redis, go, awsCredentials, chromium];

/** `doctor --json`, a contract. */
export interface Diagnosis {
  schemaVersion: 1;
  /** Whether a run can be done. */
  ready: boolean;
  checks: (Pick<Check, 'id' | 'question'> & Answer)[];
}

/** Asks all of `checks` at once. Each bounds its own time. */
export async function diagnose(host: Host, checks: readonly Check[] = CHECKS): Promise<Diagnosis> {
  const answered = await Promise.all(
    checks.map(async (check) => ({ id: check.id, question: check.question, ...(await check.check(host)) })),
  );
  return { schemaVersion: 1, ready: answered.every(({ status }) => status !== 'missing'), checks: answered };
}
