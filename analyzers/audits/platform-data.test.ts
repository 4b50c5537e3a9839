import { expect, it } from 'vitest';
import { syntheticRun } from '../../tests/artifacts.ts';
import { type Inventory, SCHEMA_VERSION, type SourceGap } from '../contract.ts';
import { judge } from '../judge.ts';
import type { TelemetryFile } from '../telemetry-file.ts';
import { platformData } from './platform-data.ts';

const platform: TelemetryFile = { schemaVersion: SCHEMA_VERSION, periodS: 60, times: [], nodes: [], edges: [], series: [] };
const inventory = (gaps: SourceGap[]): Inventory => ({
  schemaVersion: SCHEMA_VERSION,
  region: 'eu-central-1',
  resources: [],
  edges: [],
  gaps,
});
const denied: SourceGap = {
  source: 'inventory',
  reason: 'lambda:GetFunctionConcurrency: access is denied',
  next: 'Allow the IAM action lambda:GetFunctionConcurrency.',
};

it('says nothing where nothing is missing', () => {
  expect(platformData.audit({ inventory: inventory([]), platform })).toEqual([]);
});

it('names each gap with what mends it', () => {
  expect(platformData.audit({ inventory: inventory([denied, { ...denied, source: 'alarms', reason: 'none' }]), platform })).toMatchObject({
    verdict: 'warn',
    title: expect.stringContaining('2 gaps'),
    next: denied.next,
    evidence: [{ what: expect.stringContaining('lambda:GetFunctionConcurrency'), value: denied.next }, { what: 'alarms: none' }],
  });
});

it('makes a run inconclusive whose platform was asked and did not answer, and leaves one alone that asked nobody', () => {
  const run = syntheticRun({ durationS: 120 });
  const without = judge(run);
  const reason = 'cloudwatch:GetMetricData: the credentials have expired';
  const unanswered = judge({ ...run, inventory: inventory([]), platform: { missing: reason } });
  expect(without.findings).toEqual([]);
  expect(unanswered.findings).toContainEqual(expect.objectContaining({ verdict: 'inconclusive', title: expect.stringContaining(reason) }));
  expect(judge({ ...run, inventory: inventory([denied]), platform }).verdict).toBe('warn');
});
