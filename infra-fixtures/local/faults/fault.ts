import type { FunctionName, TableName } from '../../game/definition.ts';
import type { StackSettings } from '../settings.ts';

/** A part of the stack as a diagnosis names it; `generator` is the machine that sends the load. */
type Node =
  | `lambda:${FunctionName}`
  | `dynamodb:${TableName}`
  | 'elasticache:cache'
  | 'fargate:engine'
  | 'apigateway:api'
  | 'apigateway:chat'
  | 'generator';

/**
 * Something wrong with the stack that can be switched on, with what a diagnosis has to find. It acts by limits and waits, never by keeping this machine
 * busy, so that what it does to the stack does not depend on the machine.
 */
export interface Fault {
  /** The file's name, and what `--fault` takes. */
  name: string;
  /** What is wrong, in one sentence without a full stop. */
  summary: string;
  /** The ground truth: the part that is wrong by its code, its size, its limit or by what goes over it, and what of it; not those that it happens to. */
  truth: { node: Node; resource: string };
  /** The number that may follow after `=`; null for a fault that takes none. */
  value: FaultValue | null;
  /** A scenario of `scenarios/` whose players meet it. */
  scenario: 'mixed' | 'real-time' | 'database-heavy' | 'fargate-focused';
  /** Where the players feel it. */
  symptom: Symptom;
  /** The metrics of the cause's own node that show it, with how they differ from those of a healthy stack under the same load. */
  evidence: readonly Evidence[];
  /** Changes the settings of a healthy stack. They are the caller's own copy. `value` is within its bounds. */
  apply(settings: StackSettings, value: number): void;
}

interface FaultValue {
  /** What the number is, in words, with its unit. */
  what: string;
  fallback: number;
  min: number;
  max: number;
  /** Whole numbers only. */
  whole: boolean;
}

/** What players see, of the requests whose name begins with one of `requests` (all of the run's where it is empty), or of a trend that the scenario measures. */
export type Symptom =
  | { kind: 'slow'; requests: readonly string[] }
  | { kind: 'failing'; requests: readonly string[] }
  | { kind: 'slow-trend'; trend: 'task_latency' | 'chat_round_trip' | 'chat_fanout_lag' };

/** A metric that `rises` well above what it is on a healthy stack, or `falls` well below it, or is there at all (`appears`) where it is absent or zero on a healthy one. */
export interface Evidence {
  namespace: string;
  metric: string;
  dimensions: Readonly<Record<string, string>>;
  stat: 'Sum' | 'Average' | 'Maximum' | 'Minimum' | 'p50' | 'p95';
  change: 'rises' | 'falls' | 'appears';
}
