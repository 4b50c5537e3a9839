import { fork } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { syntheticRun } from '../tests/artifacts.ts';
import { median, spread, temporaryFolder } from './measure.ts';
import { pushes, REQUESTS_PER_S } from './pushes.ts';

const ROUNDS = 5;
const SHORT_S = 300;
const LONG_S = 3000;

/** loadkit's own memory over `mixed` with 1,000 users for 5 minutes: at most 150 MB; for a run ten times as long at most 1.15 times that. Peak resident set, report included. */
export async function bench(): Promise<string> {
  const short: number[] = [];
  const long: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    short.push((await replay(SHORT_S)) / 2 ** 20);
    long.push((await replay(LONG_S)) / 2 ** 20);
  }
  const ratios = long.map((mb, i) => mb / (short[i] ?? Number.NaN));
  return [
    `${SHORT_S} s of pushes: peak ${spread(short, 0)} MB (target: at most 150, median ${median(short).toFixed(0)})`,
    `${LONG_S} s of pushes: peak ${spread(long, 0)} MB, ratio ${spread(ratios)} (target: at most 1.15), ${ROUNDS} pairs`,
  ].join('\n');
}

/** @returns the peak resident set of a process that collects that many seconds of pushes, faster than they came, and writes the report: bytes */
async function replay(seconds: number): Promise<number> {
  const { folder, remove } = temporaryFolder();
  const { plan } = syntheticRun({ users: 1000, durationS: seconds, endpoints: 1, thinkTimeS: 4.5 });
  writeFileSync(path.join(folder, 'plan.json'), JSON.stringify(plan));
  const child = fork(path.join(import.meta.dirname, 'replay.js'), [folder]);
  const message = <T>() =>
    new Promise<T>((resolve, reject) =>
      child.once('message', (value) => resolve(value as T)).once('exit', (code) => reject(new Error(`replay exited with ${code}`))),
    );
  try {
    const { url } = await message<{ url: string }>();
    for (const body of pushes(seconds, Date.parse(plan.startedAt))) {
      const { ok, status } = await fetch(url, { method: 'POST', body: new Uint8Array(body) });
      if (!ok) throw new Error(`the receiver answered ${status}`);
    }
    child.send({ end: true });
    const { peakBytes, requests } = await message<{ peakBytes: number; requests: number }>();
    if (requests !== REQUESTS_PER_S * seconds)
      throw new Error(`${requests} requests were counted, ${REQUESTS_PER_S * seconds} were pushed`);
    return peakBytes;
  } finally {
    child.kill('SIGKILL');
    remove();
  }
}
