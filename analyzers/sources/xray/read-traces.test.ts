/** Against the reference stack's telemetry endpoint, with AWS's own clients, in each kind of trouble that it can make. */
import { setTimeout as wait } from 'node:timers/promises';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { XRayClient } from '@aws-sdk/client-xray';
import { afterEach, describe, expect, it } from 'vitest';
import { PLATFORM_PATH } from '../../../infra-fixtures/local/telemetry/platform.ts';
import { startTelemetry, type Telemetry } from '../../../infra-fixtures/local/telemetry/telemetry.ts';
import type { TroubleName } from '../../../infra-fixtures/local/telemetry/trouble.ts';
import { syntheticRun } from '../../../tests/artifacts.ts';
import { awsError } from '../../../tests/telemetry.ts';
import { madeTraces } from '../../../tests/xray-documents.ts';
import { isMissing, type Traces } from '../../contract.ts';
import { randomSource } from '../../models/random.ts';
import type { Clock } from '../clock.ts';
import type { Sender } from './outside.ts';
import { readTraces, type TraceProgress, type TraceReading, type TracesRead } from './read-traces.ts';

const PREFIX = '1-6b000000-0badcafe';
const COUNT = 40;
const ended: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0)) await end();
});

const clock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    await wait(ms, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  },
};

/** The same in a tenth of the time, where nothing else keeps the time. */
const hurried: Clock = { now: clock.now, sleep: (ms, signal) => clock.sleep(ms / 10, signal) };

async function endpoint(...trouble: TroubleName[]): Promise<Telemetry> {
  const telemetry = await startTelemetry({ periodS: 1, delayS: 0, trouble, random: randomSource(11).uniform });
  ended.push(() => telemetry.stop());
  return telemetry;
}

/** As the stack's processes tell them. */
async function tell({ endpoint: url }: Telemetry, documents: readonly object[]): Promise<void> {
  const answer = await fetch(url + PLATFORM_PATH, { method: 'POST', body: JSON.stringify({ metrics: [], logs: [], segments: documents }) });
  expect(answer.status).toBe(204);
}

/** Ended a minute ago, so that nothing more is waited for. */
const END_S = Math.floor(Date.now() / 1000) - 60;
const WINDOW = { fromS: END_S - 20, toS: END_S };
const ownDocuments = (prefix = PREFIX): object[] =>
  [...madeTraces({ prefix, count: COUNT, startS: WINDOW.fromS + 1, perS: 4, segments: 6 })].flatMap(({ documents }) =>
    // X-Ray infers these itself.
    documents.filter(({ inferred }) => inferred !== true),
  );

const denying = (client: Sender, deny: RegExp | undefined): Sender => ({
  send: async (command: object, options) => {
    if (deny?.test(command.constructor.name)) throw awsError('AccessDeniedException', '', 403);
    return client.send(command, options);
  },
});

/** @param deny commands that are refused */
function read(
  { endpoint: url }: { endpoint: string },
  { deny, ...more }: Partial<TraceReading> & { deny?: RegExp } = {},
): Promise<TracesRead> {
  const config = { endpoint: url, region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' }, maxAttempts: 1 };
  const [xray, logs] = [new XRayClient(config), new CloudWatchLogsClient(config)];
  ended.push(() => {
    xray.destroy();
    logs.destroy();
  });
  return readTraces({
    xray: denying(xray, deny),
    logs: denying(logs, deny),
    plan: { tracePrefix: PREFIX },
    windowS: WINDOW,
    client: null,
    clock,
    random: randomSource(5).uniform,
    ...more,
  });
}

function tracesOf({ traces, gaps }: TracesRead): Traces {
  if (isMissing(traces)) throw new Error(`${traces.missing} ${JSON.stringify(gaps)}`);
  return traces;
}

const ids = ({ traces }: Traces): string[] => traces.map(({ id }) => id).sort();
const WANTED = [...madeTraces({ prefix: PREFIX, count: COUNT, startS: 0, perS: 1, segments: 4 })].map(({ id }) => id);

describe('readTraces', () => {
  it("reads the run's own traces whole, tells how far it is, and leaves others' alone", async () => {
    const telemetry = await endpoint();
    await tell(telemetry, [...ownDocuments(), ...ownDocuments('1-6b000000-deadbeef')]);
    const progress: TraceProgress[] = [];
    const result = await read(telemetry, { onProgress: (step) => progress.push(step) });
    const traces = tracesOf(result);
    expect(ids(traces)).toEqual(WANTED);
    expect(traces).toMatchObject({ source: 'xray', matchedBy: 'prefix', recorded: COUNT, gaps: [] });
    expect(traces.traces.every(({ partial }) => !partial)).toBe(true);
    expect(result.gaps).toEqual([]);
    expect(result.edges).toEqual(
      expect.arrayContaining([
        { from: 'apigateway:api', to: 'lambda:guilds' },
        { from: 'lambda:guilds', to: 'dynamodb:guilds' },
      ]),
    );
    expect(progress).toContainEqual({ step: 'reading traces', done: COUNT, total: COUNT });
  });

  it('reads its client’s traces by time and user agent where ids came back changed, and says so', async () => {
    const telemetry = await endpoint();
    await tell(telemetry, ownDocuments('1-6b000000-deadbeef'));
    expect(tracesOf(await read(telemetry))).toMatchObject({ matchedBy: 'window', recorded: COUNT });
  });

  it('reads a sample where there are more than wanted, whose weights add up to all', async () => {
    const telemetry = await endpoint();
    await tell(telemetry, ownDocuments());
    const traces = tracesOf(await read(telemetry, { tracesMax: 10, client: syntheticRun().client }));
    expect(traces).toMatchObject({ recorded: COUNT });
    expect(traces.traces).toHaveLength(10);
  });

  it('has nothing, and says what to switch on, where there is nothing', async () => {
    expect(await read(await endpoint())).toEqual({
      traces: { missing: 'X-Ray has no trace of the run in its window (none at all)' },
      edges: [],
      gaps: [{ source: 'xray', reason: expect.any(String), next: expect.stringContaining('active tracing') }],
    });
  });

  it('waits for what comes late', async () => {
    const telemetry = await endpoint();
    const nowS = Date.now() / 1000;
    const windowS = { fromS: nowS - 10, toS: nowS };
    let told = false;
    const onProgress = ({ step }: TraceProgress): void => {
      if (step !== 'waiting for traces' || told) return;
      told = true;
      void tell(telemetry, ownDocuments());
    };
    expect(ids(tracesOf(await read(telemetry, { windowS, onProgress })))).toEqual(WANTED);
  });

  it("reads all of them where AWS's clock is ahead, and tells their time by this machine's", async () => {
    const telemetry = await endpoint('skew');
    await tell(telemetry, ownDocuments());
    const traces = tracesOf(await read(telemetry, { aheadS: 600 }));
    expect(ids(traces)).toEqual(WANTED);
    for (const { startS } of traces.traces.flatMap(({ spans }) => spans)) {
      expect(startS).toBeGreaterThanOrEqual(WINDOW.fromS);
      expect(startS).toBeLessThanOrEqual(WINDOW.toS);
    }
  });

  it.each<TroubleName>(['throttle', 'reset'])('reads all of them in spite of %s', async (trouble) => {
    const telemetry = await endpoint(trouble);
    await tell(telemetry, ownDocuments());
    const traces = tracesOf(await read(telemetry));
    expect(ids(traces)).toEqual(WANTED);
    expect(traces.gaps).toEqual([]);
  });

  it('asks again for what was left unprocessed, and marks what is still in progress', async () => {
    const telemetry = await endpoint('partial');
    await tell(telemetry, ownDocuments());
    const traces = tracesOf(await read(telemetry, { clock: hurried }));
    expect(traces.traces.length).toBeGreaterThan(COUNT * 0.9);
    expect(traces.gaps).toHaveLength(traces.traces.length < COUNT ? 1 : 0);
    for (const { partial, spans } of traces.traces) expect(partial).toBe(spans.some(({ endS }) => endS === null));
  });

  it('is missing, with the action to allow, where X-Ray may not be read', async () => {
    const telemetry = await endpoint('denied');
    await tell(telemetry, ownDocuments());
    const { traces, gaps } = await read(telemetry);
    expect(traces).toEqual({ missing: expect.stringMatching(/^xray:GetTraceSummaries: access is denied/) });
    expect(gaps.map(({ next }) => next)).toEqual(
      expect.arrayContaining(
        ['xray:GetTraceSummaries', 'xray:GetServiceGraph'].map((action) =>
          expect.stringMatching(new RegExp(`^Allow the IAM action ${action} `)),
        ),
      ),
    );
  });

  it('says what to allow, and not what to switch on, where it may not see whether traces are in the logs', async () => {
    const telemetry = await endpoint('transaction-search');
    await tell(telemetry, ownDocuments());
    const forbidden = /GetTraceSegmentDestination|DescribeLogGroups/;
    const { traces, gaps } = await read(telemetry, { deny: forbidden });
    expect(traces).toEqual({
      missing: expect.stringMatching(/no trace of the run.*Transaction Search.*logs:DescribeLogGroups: access is denied/),
    });
    expect(gaps).toEqual([expect.objectContaining({ next: expect.stringMatching(/^Allow the IAM action logs:DescribeLogGroups /) })]);
    // One of the two is enough.
    expect(ids(tracesOf(await read(telemetry, { deny: /GetTraceSegmentDestination/ })))).toEqual(WANTED);
    expect(ids(tracesOf(await read(telemetry, { deny: /DescribeLogGroups/ })))).toEqual(WANTED);
  });

  it.each<TroubleName[][]>([[['transaction-search']], [['transaction-search', 'partial']], [['transaction-search', 'throttle']]])(
    'reads spans from the logs with %s',
    async (trouble) => {
      const telemetry = await endpoint(...trouble);
      await tell(telemetry, ownDocuments());
      const traces = tracesOf(await read(telemetry));
      expect(ids(traces)).toEqual(WANTED);
      expect(traces).toMatchObject({ source: 'transaction-search', matchedBy: 'prefix', recorded: COUNT, gaps: [] });
      const [first] = traces.traces;
      expect(first?.partial).toBe(false);
      expect(first?.spans.map(({ node, operation }) => `${node} ${operation}`)).toEqual(
        expect.arrayContaining(['apigateway:api GET /characters/{id}', 'lambda:character Invocation', 'dynamodb:characters GetItem']),
      );
    },
  );

  it('reads spans by time and user agent where ids came back changed', async () => {
    const telemetry = await endpoint('transaction-search');
    await tell(telemetry, ownDocuments('1-6b000000-deadbeef'));
    expect(tracesOf(await read(telemetry))).toMatchObject({ source: 'transaction-search', matchedBy: 'window', recorded: COUNT });
  });

  it('reads a share of the spans where there are more than wanted, each trace of them whole', async () => {
    const telemetry = await endpoint('transaction-search');
    await tell(telemetry, ownDocuments());
    // Two of forty are 12 of the 256 endings of an id; these ids count up from 00.
    const traces = tracesOf(await read(telemetry, { tracesMax: 2 }));
    expect(ids(traces)).toEqual(WANTED.slice(0, 12));
    expect(traces.recorded).toBe(COUNT);
    expect(traces.traces.every(({ partial, weight }) => !partial && weight > 1)).toBe(true);
  });

  it('keeps what it has when it is interrupted', async () => {
    const telemetry = await endpoint('throttle');
    await tell(telemetry, ownDocuments());
    const controller = new AbortController();
    const onProgress = ({ step, done }: TraceProgress): void => {
      if (step === 'reading traces' && done >= 10) controller.abort();
    };
    const traces = tracesOf(await read(telemetry, { signal: controller.signal, onProgress }));
    expect(traces.traces.length).toBeGreaterThanOrEqual(10);
    expect(traces.traces.length).toBeLessThan(COUNT);
    expect(traces.gaps).toContainEqual(expect.objectContaining({ reason: 'reading was interrupted' }));
  });

  it('is missing where nobody answers, or the credentials have expired', async () => {
    const gone = await read({ endpoint: 'http://127.0.0.1:1' }, { clock: hurried });
    expect(gone.traces).toEqual({ missing: expect.stringContaining('the connection failed') });
    const expired = { send: async () => Promise.reject(Object.assign(new Error('token expired'), { name: 'ExpiredTokenException' })) };
    const { traces, gaps } = await read({ endpoint: '' }, { xray: expired, logs: expired });
    expect(traces).toEqual({ missing: expect.stringMatching(/^xray:\w+: the credentials have expired$/) });
    expect(gaps[0]?.next).toMatch(/Renew the credentials/);
  });
});
