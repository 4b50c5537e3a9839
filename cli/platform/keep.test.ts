import { describe, expect, it } from 'vitest';
import { type Alarms, type Inventory, type Resource, SCHEMA_VERSION, type SourceGap } from '../../analyzers/contract.ts';
import type { TelemetryFile } from '../../analyzers/telemetry-file.ts';
import { made, madeTrace, many, tracesWith } from '../../tests/made-trace.ts';
import type { PlatformFiles } from './files.ts';
import { besideFile, better, type Earlier } from './keep.ts';

const METRICS = ['Invocations', 'Errors', 'Throttles'];
const NODES = ['lambda:auth', 'lambda:chat'];
const platform: TelemetryFile = {
  schemaVersion: SCHEMA_VERSION,
  periodS: 60,
  times: [60],
  nodes: NODES.map((id) => ({ id, kind: 'lambda' })),
  edges: [],
  series: NODES.flatMap((node) => METRICS.map((metric) => ({ node, metric, stat: 'Sum', values: [1] }))),
};
const part: TelemetryFile = { ...platform, series: platform.series.slice(0, 4) };
const resources: Resource[] = NODES.map((node) => ({ node, kind: 'lambda', dimensions: {}, limits: { memoryMb: 256 } }));
const inventory: Inventory = { schemaVersion: SCHEMA_VERSION, region: '', resources, edges: [], gaps: [] };
const alarm = { name: 'a', node: null, metric: null, threshold: null, state: 'OK', changes: [] } as const;
const alarms: Alarms = { schemaVersion: SCHEMA_VERSION, alarms: [{ ...alarm, changes: [] }] };
const traces = tracesWith(many(3, (k) => madeTrace(k, made('apigateway:api GET /items', 0, 100))));
const before: Earlier = { inventory, platform, alarms, traces: 3 };
const now: PlatformFiles = { inventory, platform, alarms, traces };

const gap = (source: SourceGap['source'], reason: string, more: Partial<SourceGap> = {}): SourceGap => ({
  source,
  reason,
  next: 'x',
  ...more,
});
const withGaps = (...gaps: SourceGap[]): Inventory => ({ ...inventory, gaps });
const gapsIn = ({ inventory: found }: PlatformFiles): string[] => (found as Inventory).gaps.map(({ reason }) => reason);

describe('of two answers', () => {
  it('the later is taken, where it is not less', () => {
    expect(better(before, now)).toEqual({ files: now, kept: [] });
    const whole = { ...now, inventory: withGaps(gap('cloudwatch', 'expired', { series: [{ node: 'lambda:chat', metric: 'Age' }] })) };
    expect(better(before, whole)).toEqual({ files: whole, kept: [] });
    const nothing = { notAsked: 'not yet' };
    expect(better({ inventory: nothing, platform: nothing, alarms: nothing, traces: 0 }, now)).toEqual({ files: now, kept: [] });
  });

  it('what is missing from the later is kept, with the gaps that it had, and the rest is taken', () => {
    const earlier = { ...before, inventory: withGaps(gap('xray', 'X-Ray left 1 trace'), gap('cloudwatch', 'late')) };
    const denied = { ...now, inventory: withGaps(gap('xray', 'X-Ray denied')), traces: { missing: 'X-Ray denied' } };
    const { files, kept } = better(earlier, denied);
    expect(kept).toEqual([{ artifact: 'traces', why: 'X-Ray denied' }]);
    expect(files).not.toHaveProperty('traces');
    expect(gapsIn(files)).toEqual(['X-Ray left 1 trace']);
  });

  it('a half does not take the place of a whole', () => {
    const expired = gap('cloudwatch', 'expired, for 2 of 6 series', { series: platform.series.slice(4) });
    const { files, kept } = better(before, { ...now, inventory: withGaps(expired), platform: part });
    expect(kept).toEqual([{ artifact: 'platform', why: expired.reason }]);
    expect(files.platform).toEqual(platform);
    expect(gapsIn(files)).toEqual([]);
    // Nor does one whose series are all there, and end early.
    expect(better(before, { ...now, inventory: withGaps(expired) }).files.platform).toEqual(platform);
    expect(better({ ...before, inventory: withGaps(expired), platform: part }, now)).toEqual({ files: now, kept: [] });
  });

  it('less is taken where less was asked for', () => {
    const fewer = { ...now, inventory: { ...inventory, resources: resources.slice(0, 1) }, platform: part };
    expect(better(before, fewer)).toEqual({ files: fewer, kept: [] });
    // A gap that there was before explains nothing.
    const always = gap('inventory', 'lambda:GetAccountSettings denied');
    const again = { ...fewer, inventory: { ...fewer.inventory, gaps: [always] } };
    expect(better({ ...before, inventory: withGaps(always) }, again)).toEqual({ files: again, kept: [] });
  });

  it('limits, alarms and who calls whom are not lost either', () => {
    const edges = [{ from: 'lambda:auth', to: 'lambda:chat' }];
    const bare = { ...inventory, resources: resources.map((resource) => ({ ...resource, limits: {} })) };
    const gaps = [gap('inventory', 'lambda denied'), gap('alarms', 'alarms denied')];
    const { files, kept } = better(
      { ...before, inventory: { ...inventory, edges } },
      { ...now, inventory: { ...bare, gaps }, alarms: { missing: 'alarms denied' } },
    );
    expect(kept.map(({ artifact }) => artifact)).toEqual(['inventory', 'alarms']);
    expect(files).toMatchObject({ inventory: { resources, edges, gaps: [] }, alarms, traces });
  });
});

describe('beside a file', () => {
  const own: TelemetryFile = {
    ...platform,
    nodes: [{ id: 'lambda:auth' }, { id: 'dynamodb:users/email-index' }, { id: 'dynamodb:users' }, { id: 'something' }],
    edges: [{ from: 'lambda:auth', to: 'dynamodb:users' }],
  };

  it('what is known stands, without the gaps of the metrics', () => {
    const { resources: known, edges, gaps } = besideFile(withGaps(gap('cloudwatch', 'denied'), gap('xray', 'denied')), own);
    expect(known.slice(0, 2)).toEqual(resources);
    expect(known.slice(2)).toEqual([expect.objectContaining({ node: 'dynamodb:users', kind: 'dynamodb' })]);
    expect({ edges, gaps }).toEqual({ edges: own.edges, gaps: [gap('xray', 'denied')] });
  });

  it('nodes follow from their names where nothing is known', () => {
    expect(besideFile({ missing: 'denied' }, own).resources.map(({ node }) => node)).toEqual(['lambda:auth', 'dynamodb:users']);
  });
});
