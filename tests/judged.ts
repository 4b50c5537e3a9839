import type { Finding, FoundArtifacts, Missing, Target, TargetId } from '../analyzers/contract.ts';
import { judge } from '../analyzers/judge.ts';
import type { SyntheticRun } from './artifacts.ts';

/** What the judge finds under one audit's id. */
export const findingsOf = (id: string, found: FoundArtifacts): Finding[] => judge(found).findings.filter((finding) => finding.id === id);

export function targetOf(id: TargetId | `k6:${string}`, found: FoundArtifacts): Target {
  const target = judge(found).targets.find((candidate) => candidate.id === id);
  if (target === undefined) throw new Error(`the report has no target ${id}`);
  return target;
}

export const MISSING: Missing = { missing: 'there is no client.json.gz' };

/** The same run with other limits, and no others. */
export function withLimit(run: SyntheticRun, id: TargetId, limit: number): SyntheticRun {
  return { ...run, plan: { ...run.plan, limits: [{ id, limit }] } };
}

export const withClient = (run: SyntheticRun, client: Partial<SyntheticRun['client']>): SyntheticRun => ({
  ...run,
  client: { ...run.client, ...client },
});

export const withPlan = (run: SyntheticRun, plan: Partial<SyntheticRun['plan']>): SyntheticRun => ({
  ...run,
  plan: { ...run.plan, ...plan },
});

/** A run with the generator's samples all changed in the same way. */
export const withSamples = (run: SyntheticRun, sample: Partial<SyntheticRun['generator']['samples'][number]>): SyntheticRun => ({
  ...run,
  generator: { samples: run.generator.samples.map((given) => ({ ...given, ...sample })) },
});
