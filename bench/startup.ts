import { MAIN, runProcess, spread } from './measure.ts';

const ROUNDS = 15;

/** `loadkit --help` against `node -e 0`: at most 2.5 times. */
export async function bench(): Promise<string> {
  const node: number[] = [];
  const help: number[] = [];
  for (let round = -1; round < ROUNDS; round += 1) {
    const bare = await runProcess(process.execPath, ['-e', '0']);
    const ours = await runProcess(process.execPath, [MAIN, '--help']);
    if (ours.code !== 0) throw new Error(ours.stderr);
    if (round < 0) continue; // The first pair warms the file cache.
    node.push(bare.wallS * 1000);
    help.push(ours.wallS * 1000);
  }
  const ratios = help.map((ms, i) => ms / (node[i] ?? Number.NaN));
  return `node -e 0 ${spread(node, 0)} ms, loadkit --help ${spread(help, 0)} ms, ratio ${spread(ratios)} (target: at most 2.5), ${ROUNDS} pairs`;
}
