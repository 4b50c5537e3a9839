import { judge } from '../analyzers/judge.ts';
import { type JudgedRun, type RightSizing, rightSizing } from '../analyzers/right-sizing/index.ts';
import { syntheticRun } from './artifacts.ts';
import { type PlatformRun, withLimits, withPlatform } from './platform.ts';

/** A run that meets every target at some 770 requests/s, of a platform that has a size for everything. */
export const sizedRun = (): PlatformRun =>
  withLimits(withPlatform(syntheticRun({ durationS: 120, users: 800 })), 'fargate:engine', { cpuUnits: 1024, memoryMb: 4096, tasksMin: 2 });

export const judgedRun = (run: PlatformRun): JudgedRun => ({ report: judge(run), platform: run.platform, inventory: run.inventory });

export const sizesOf = (run: PlatformRun, options: Parameters<typeof rightSizing>[1] = {}): RightSizing =>
  rightSizing(judgedRun(run), options);

/** What one rule has to say of a node: its recommendation, and what it withholds. */
export function saidOf(sizes: RightSizing, rule: string, node: string) {
  const of = (each: { rule: string; node: string }): boolean => each.rule === rule && each.node === node;
  return { recommended: sizes.recommendations.find(of) ?? null, withheld: sizes.withheld.find(of) ?? null };
}
