import { type AuditInputs, type Evidence, type Finding, isMissing, type Missing, type Resource, type ResourceKind } from './contract.ts';
import { isTold, type Stretch, stretchOf } from './platform-series.ts';
import { runEndS, runStartS } from './run-times.ts';
import { orMissing, unreadOf } from './unread-series.ts';

/** What the audits of the platform have in common: each asks its question to every resource of a kind, within the window. */
export type PlatformNeed = 'platform' | 'inventory' | 'window' | 'plan' | 'client';
export const PLATFORM_NEEDS: readonly PlatformNeed[] = ['platform', 'inventory', 'window', 'plan', 'client'];
export type PlatformInputs = Pick<AuditInputs, PlatformNeed>;
type BaselineInputs = Pick<PlatformInputs, 'platform' | 'inventory' | 'plan'> & { client: AuditInputs['client'] | null };

/** Of these CloudWatch has datapoints for as long as they are there; the others tell only when they have something to do. */
export const ALWAYS_TOLD: ReadonlySet<ResourceKind> = new Set(['ecs', 'elasticache']);

/** A finding but for its id, which is the audit's. */
export type Said = Omit<Finding, 'id'>;
export type Answer = Said | readonly Said[] | Missing;

/** Asks it of each resource. There is nothing to say of a kind that isn't there, or of a resource that had nothing to do. */
export function ofEach(
  id: string,
  kinds: readonly ResourceKind[],
  inputs: PlatformInputs,
  ask: (resource: Resource, stretch: Stretch) => Answer,
): Finding[] | Missing {
  const resources = inputs.inventory.resources.filter(({ kind }) => kinds.includes(kind));
  if (resources.length === 0) return [];
  const stretch = windowStretch(inputs);
  if (isMissing(stretch)) return stretch;
  return gathered(
    id,
    resources.map((resource) => (isTold(stretch, resource.node) ? orMissing(() => ask(resource, stretch)) : silence(resource))),
  );
}

/** What can't be answered for one resource doesn't keep another's finding from the reader. */
export function gathered(id: string, answers: readonly Answer[]): Finding[] | Missing {
  const said = answers.flatMap((answer): readonly Said[] => (isMissing(answer) ? [] : [answer].flat()));
  const missing = [...new Set(answers.flatMap((answer) => (isMissing(answer) ? [answer.missing] : [])))];
  if (missing.length > 0 && said.length === 0) return { missing: missing.join('; ') };
  return [...said, ...missing.map(unanswered)].map((each) => ({ id, ...each }));
}

const silence = ({ node, kind }: Resource): Answer =>
  ALWAYS_TOLD.has(kind) ? { missing: `CloudWatch has no datapoints of ${node} within the window` } : [];

const unanswered = (missing: string): Said => ({
  verdict: 'inconclusive',
  severity: 'high',
  title: `Not enough is known: ${missing}`,
  why: 'What was not measured cannot pass.',
  evidence: [],
});

/** The steady window; all of the run where it never was steady, for what was refused at any time was refused. */
export function windowStretch(inputs: PlatformInputs): Stretch | Missing {
  const { platform, inventory, window, plan } = inputs;
  const run = { fromS: runStartS(inputs) ?? window.fromS, toS: runEndS(plan) ?? window.toS };
  const { fromS, toS } = window.steady ? window : run;
  const stretch = stretchOf(platform, fromS, toS, unreadOf(inventory));
  if (stretch.periods.length > 0) return stretch;
  return { missing: `no period of the platform's metrics (${platform.periodS} s) lies within the window` };
}

/** The window, steady or not: for shares that a start always spoils, as of a cache that fills and of environments that start. */
export const fullLoadStretch = ({ platform, inventory, window }: Pick<PlatformInputs, 'platform' | 'inventory' | 'window'>): Stretch =>
  stretchOf(platform, window.fromS, window.toS, unreadOf(inventory));

/** What went on before the first player. The embedded stack begins with the run, so that its baseline lies between the run's start and the load's. */
export function baselineStretch({ platform, inventory, plan, client }: BaselineInputs): Stretch | Missing {
  const stretch = stretchOf(platform, platform.times[0] ?? 0, runStartS({ plan, client }) ?? 0, unreadOf(inventory));
  return stretch.periods.length > 0 ? stretch : { missing: 'there are no metrics of the platform from before the run' };
}

/** When something began, for a reader of the timeline. */
export const began = (inputs: Pick<BaselineInputs, 'plan' | 'client'>, sinceS: number | null): Evidence[] => {
  const startS = runStartS(inputs);
  if (sinceS === null || startS === null) return [];
  return [{ what: 'first seen in the run after', value: Math.max(0, sinceS - startS), unit: 's' }];
};
