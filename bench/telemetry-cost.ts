import * as path from 'node:path';
import { findK6 } from '../cli/engines/k6/find.ts';
import { realHost } from '../cli/host.ts';
import { healthySettings } from '../infra-fixtures/local/settings.ts';
import { startStack } from '../infra-fixtures/local/stack.ts';
import { runProcess, spread } from './measure.ts';

const ROUNDS = 5;
/** So that the functions' code is warm: cold code is the price of a start, and telemetry's share of it is paid once. */
const WARM_UP_S = 30;
const MEASURED_S = 12;
/** Enough that the two cores are always busy. */
const PLAYERS = 40;

/** What telemetry takes of the stack's throughput: requests per second that it can carry with all of it on, against the same stack without. At most 15 %. */
export async function bench(): Promise<string> {
  const k6 = (await findK6(realHost())).path;
  const measured = { off: [] as number[], on: [] as number[] };
  for (let round = 0; round < ROUNDS; round += 1) {
    measured.off.push(await throughput(k6, false));
    measured.on.push(await throughput(k6, true));
  }
  const ratios = measured.on.map((on, i) => on / (measured.off[i] ?? Number.NaN));
  return [
    `without telemetry ${spread(measured.off, 0)} requests/s, with it ${spread(measured.on, 0)}`,
    `ratio ${spread(ratios)} (target: at least 0.85), ${ROUNDS} pairs of ${MEASURED_S} s with ${PLAYERS} players without think time`,
  ].join('\n');
}

async function throughput(k6: string, enabled: boolean): Promise<number> {
  const settings = healthySettings();
  settings.telemetry.enabled = enabled;
  const stack = await startStack({ env: process.env, settings });
  try {
    const script = path.join(import.meta.dirname, 'saturate.js');
    const variables = { TARGET: stack.http, PLAYERS, WARM_UP_S, MEASURED_S };
    const { stdout, stderr } = await runProcess(k6, [
      'run',
      '--quiet',
      '--no-usage-report',
      ...Object.entries(variables).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      script,
    ]);
    const { requests, failedShare } = JSON.parse(stdout || '{}') as { requests?: number; failedShare?: number };
    if (requests === undefined || failedShare !== 0) throw new Error(`not all requests were answered well: ${stdout}${stderr}`);
    return requests / MEASURED_S;
  } finally {
    await stack.stop();
  }
}
