import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isBad } from './malformed.ts';
import { type TelemetryFile, telemetryFileOf, telemetrySlice } from './telemetry-file.ts';

const good: TelemetryFile = {
  schemaVersion: 1,
  periodS: 60,
  times: [0, 60, 120],
  nodes: [{ id: 'api' }, { id: 'db', kind: 'AWS::DynamoDB::Table' }],
  edges: [{ from: 'api', to: 'db' }],
  series: [{ node: 'db', metric: 'Latency', stat: 'Average', unit: 'Seconds', values: [0.1, null, 0] }],
};

describe('telemetryFileOf', () => {
  it('takes periods that begin at any second, and leaves some out', () => {
    expect(isBad(telemetryFileOf({ ...good, times: [7.5, 67.5, 187.5] }))).toBe(false);
  });

  it('lets a good file through as it is, and keys of a later version with it', () => {
    const later = { ...good, collectedBy: 'loadkit 9' };
    expect(telemetryFileOf(later)).toBe(later);
    expect(isBad(telemetryFileOf({ ...good, times: [], nodes: [], edges: [], series: [] }))).toBe(false);
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', [good], /not a JSON object/],
    ['another version', { ...good, schemaVersion: 2 }, /schemaVersion is 2, not 1/],
    ['no version', { ...good, schemaVersion: undefined }, /schemaVersion is undefined/],
    ['a period of 0', { ...good, periodS: 0 }, /periodS is 0/],
    ['times backwards', { ...good, times: [0, 120, 60] }, /times\[2\] is 60/],
    ['times between periods', { ...good, times: [0, 60, 90] }, /times\[2\] is 90, which is no whole number of periods \(60 s\) after 0/],
    ['times that are text', { ...good, times: ['0', 60, 120] }, /times\[0\] is "0"/],
    ['a node without an id', { ...good, nodes: [{ kind: 'x' }] }, /nodes\[0\] has no id/],
    ['a node twice', { ...good, nodes: [...good.nodes, { id: 'db' }] }, /nodes\[2\] is db a second time/],
    ['a call from nowhere', { ...good, edges: [{ from: 'web', to: 'db' }] }, /edges\[0\]\.from is "web"/],
    ['a call to nowhere', { ...good, edges: [{ from: 'api' }] }, /edges\[0\]\.to is undefined/],
    ['a series of nobody', { ...good, series: [{ ...good.series[0], node: 'web' }] }, /series\[0\]\.node is "web"/],
    ['a series without a stat', { ...good, series: [{ ...good.series[0], stat: '' }] }, /series\[0\] has no metric or no stat/],
    ['a series twice', { ...good, series: [good.series[0], good.series[0]] }, /series\[1\] is db\/Latency\/Average a second time/],
    ['too few values', { ...good, series: [{ ...good.series[0], values: [1, 2] }] }, /series\[0\] has 2 values for 3 times/],
    ['a value that is text', { ...good, series: [{ ...good.series[0], values: [1, '2', 3] }] }, /values\[1\] is "2"/],
    ['no series', { ...good, series: undefined }, /series is not a list/],
  ])('refuses %s with one sentence that names the place, and a hint', (_, document, bad) => {
    expect(telemetryFileOf(document)).toEqual({ bad: expect.stringMatching(bad), hint: expect.stringMatching(/./) });
  });

  it('never throws, whatever the document', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        expect(isBad(telemetryFileOf(document))).toBe(true);
      }),
    );
  });

  it('never throws where one part is anything', () => {
    fc.assert(
      fc.property(fc.constantFrom('periodS', 'times', 'nodes', 'edges', 'series'), fc.jsonValue(), (key, value) => {
        telemetryFileOf({ ...good, [key]: value });
      }),
    );
  });
});

describe('telemetrySlice', () => {
  it('keeps the periods that begin in the stretch, without its end', () => {
    const { times, series } = telemetrySlice(good, 60, 120);
    expect(times).toEqual([60]);
    expect(series[0]?.values).toEqual([null]);
    expect(telemetrySlice(good, 500, 600).times).toEqual([]);
  });
});
