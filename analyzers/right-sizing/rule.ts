import { type Inventory, isMissing, type Resource, type ResourceKind, type Target, type Window } from '../contract.ts';
import { ALWAYS_TOLD } from '../platform-audit.ts';
import { isTold, type Stretch } from '../platform-series.ts';
import { orMissing } from '../unread-series.ts';
import type { Pricing, Saving } from './pricing.ts';
import type { Strategy } from './strategies.ts';

/** One question about the size of things, pure: from what a run measured to changes, or to why nothing can be said. One file each. */
export interface Rule {
  /** A noun, kebab-case, the same as its file's name. */
  id: string;
  question: string;
  /** What of a resource it would set: `memory`. */
  setting: string;
  /** It sets how something is bought, which comes after how large it is to be. */
  buys?: true;
  ask(input: RightSizingInput): Asked[];
}

export interface Asked {
  node: string;
  /** The nodes that it is made of, where it is of several together. */
  of?: readonly string[];
  answer: Changes | Open;
}

/** The one that is wanted most first: the guard takes the first that breaks nothing. None at all: the size is right. */
export interface Changes {
  changes: readonly Change[];
}

/** What can't be said: one lowercase sentence, and the measurement that would settle it. */
export interface Open {
  open: string;
  settledBy: string;
}
export const isOpen = (answer: object): answer is Open => 'open' in answer;

export interface Change extends Saving {
  /** Null where it is not known. */
  from: string | null;
  to: string;
  /** It takes away something that the run had. */
  reduces: boolean;
  impact: Impact;
  uses: Use[];
  risk: Risk;
  /** The evidence, in a sentence with numbers. */
  why: string;
}

interface Risk {
  level: 'low' | 'medium' | 'high';
  why: string;
}

/** What a change does to the requests of the run, at worst. `less`: no more than now, by how much less nobody knows. */
export type Shift = number | 'less' | 'unknown';
export interface Impact {
  /** Added to the mean of all requests. No single request gets faster by it where it is above 0. */
  latencyMs: Shift;
  /** Share of all requests that are refused besides those of the run, 0 to 1. */
  refused: Shift;
  why: string;
}
export const NO_IMPACT = { latencyMs: 0, refused: 0 } as const;

/** What is used after the change, at the load that it is sized for. Up to `safe` of the capacity is well used. */
export interface Use {
  what: string;
  unit: string;
  used: number;
  capacity: number;
  /** A share of 1. */
  safe: number;
  /** So much of it is no longer there for what is recommended after it, where several share it (by `what`). */
  taken?: number;
}

export interface RightSizingInput {
  inventory: Inventory;
  /** The platform, within the window of the run: for what goes on in the mean. */
  stretch: Stretch;
  /** All of the load, ramps included: for what has to be there at most. Errors of a ramp are errors, too. */
  whole: Stretch;
  /** All that was told of the platform, the run in it. */
  history: Stretch;
  window: Window;
  targets: readonly Target[];
  load: RunLoad;
  prices: Pricing;
  /** Runs of the same load with other settings, in a steady window each. */
  others: readonly MeasuredRun[];
  strategy: Strategy;
}

export interface MeasuredRun {
  runId: string;
  /** The targets that it missed. */
  missed: readonly string[];
  inventory: Inventory;
  stretch: Stretch;
}

/** What the run put on the system, and what came of it. */
export interface RunLoad {
  /** Null for an open load. */
  users: number | null;
  requestsPerS: number | null;
  /** The load to size for, in loads of the run: 1, and more where the run by its plan made fewer requests than the target of throughput asks for. */
  factor: number;
  latencyMsP99: number | null;
  latencyMsMax: number | null;
  generatorSaturated: boolean | null;
}

/** A saving below this share of what the resource costs is within what a run can't tell. Guess: tune. */
export const SAVING_SHARE_MIN = 0.05;

/** Asks of each resource of a kind that did something. */
export function ofEach(
  kind: ResourceKind,
  { inventory, stretch }: Pick<RightSizingInput, 'inventory' | 'stretch'>,
  ask: (resource: Resource) => Changes | Open,
): Asked[] {
  return inventory.resources
    .filter((resource) => resource.kind === kind)
    .flatMap((resource) => {
      const { node } = resource;
      if (isTold(stretch, node)) return [{ node, answer: ifAllRead(() => ask(resource)) }];
      return ALWAYS_TOLD.has(kind) ? [{ node, answer: notTold(node) }] : [];
    });
}

/** What AWS did not say may be just what stands against a change. */
export function ifAllRead<T extends object>(ask: () => T): T | Open {
  const answer = orMissing(ask);
  return isMissing(answer)
    ? { open: answer.missing, settledBy: 'A run of which AWS says all that it is asked (`loadkit doctor --aws`).' }
    : answer;
}

const notTold = (node: string): Open => ({
  open: `CloudWatch has no datapoints of ${node} within the window`,
  settledBy: 'A run that lasts a few periods of the metrics.',
});
