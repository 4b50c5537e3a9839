import type { BatchGetTracesCommand } from '@aws-sdk/client-xray';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../tests/virtual-clock.ts';
import { randomSource } from '../../models/random.ts';
import { createNaming } from '../../traces/naming.ts';
import type { Api } from './ask.ts';
import { fetchTraces } from './batches.ts';
import { createPace } from './pace.ts';

/** How long X-Ray takes for an answer. */
const LATENCY_MS = 150;
const ids = (count: number): string[] => Array.from({ length: count }, (_, k) => `1-6b000000-0badcafe${k.toString(16).padStart(16, '0')}`);

/** X-Ray as far as its rates go: fixed seconds of `perS` calls, and a share of the calls for which others used them up. */
class LimitedXRay {
  calls = 0;
  #secondS = 0;
  #inSecond = 0;
  readonly clock: VirtualClock;
  readonly perS: number;
  readonly foreignShare: number;
  readonly #random = randomSource(7).uniform;

  constructor(clock: VirtualClock, perS: number, foreignShare = 0) {
    this.clock = clock;
    this.perS = perS;
    this.foreignShare = foreignShare;
  }

  async send(command: BatchGetTracesCommand): Promise<object> {
    this.calls += 1;
    await this.clock.sleep(LATENCY_MS / 2);
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.#secondS) [this.#secondS, this.#inSecond] = [second, 0];
    this.#inSecond += 1;
    const refused = this.#inSecond > this.perS || this.#random() < this.foreignShare;
    await this.clock.sleep(LATENCY_MS / 2);
    if (refused) throw Object.assign(new Error('Rate exceeded'), { name: 'ThrottledException', $metadata: { httpStatusCode: 429 } });
    return {
      Traces: (command.input.TraceIds ?? []).map((Id) => ({ Id, Segments: [{ Document: document(Id) }] })),
      UnprocessedTraceIds: [],
    };
  }
}

const document = (traceId: string, more: object = { end_time: 1001 }): string =>
  JSON.stringify({
    id: '00000000000000aa',
    name: 'api/prod',
    trace_id: traceId,
    start_time: 1000,
    origin: 'AWS::ApiGateway::Stage',
    ...more,
  });

const apiOf = (client: { send: Api['client']['send'] }, clock: VirtualClock, signal?: AbortSignal): Api => ({
  action: 'xray:BatchGetTraces',
  client,
  pace: createPace(clock, signal),
  outside: { clock, random: randomSource(3).uniform, signal },
});

describe('fetchTraces', () => {
  it.each([
    [2, 0],
    [5, 0],
    [20, 0],
    [45, 0],
    [5, 0.25],
    [20, 0.25],
  ])('reads 10,000 traces within 1.3 times what %d calls a second allow, of which others take %d', async (perS, foreignShare) => {
    const clock = new VirtualClock(1_800_000_000_000);
    const xray = new LimitedXRay(clock, perS, foreignShare);
    const startMs = clock.now();
    const fetched = await fetchTraces(apiOf(xray, clock), ids(10_000), createNaming(), () => undefined);
    expect(fetched).toMatchObject({ unprocessed: [], troubles: [] });
    expect(fetched.traces.size).toBe(10_000);
    const allowedS = 10_000 / 5 / (perS * (1 - foreignShare));
    // Refused calls are at others' cost.
    expect(xray.calls).toBeLessThan((2 * 2000) / (1 - foreignShare));
    expect((clock.now() - startMs) / 1000 / allowedS).toBeLessThan(1.3);
  });

  /** Answers as `answers` say, one after the other, and with whole traces after that. */
  const scripted = (answers: ((asked: string[]) => object)[]) => ({
    asked: [] as string[][],
    async send({ input: { TraceIds = [] } }: BatchGetTracesCommand): Promise<object> {
      this.asked.push(TraceIds);
      const answer = answers.shift();
      return answer === undefined ? { Traces: TraceIds.map((Id) => ({ Id, Segments: [{ Document: document(Id) }] })) } : answer(TraceIds);
    },
  });

  it('asks five at a time, again for what was left or in progress, and gives up in the end', async () => {
    const clock = new VirtualClock(1_800_000_000_000);
    const [a = '', b = '', c = ''] = ids(3);
    const under = { Id: b, Segments: [{ Document: document(b, { in_progress: true }) }] };
    const xray = scripted([
      () => ({ Traces: [{ Id: a, Segments: [{ Document: document(a) }] }, under], UnprocessedTraceIds: [c] }),
      ...Array.from({ length: 9 }, () => () => ({ Traces: [], UnprocessedTraceIds: [c] })),
    ]);
    const fetched = await fetchTraces(apiOf(xray, clock), [a, b, c], createNaming(), () => undefined);
    expect(xray.asked[0]).toEqual([a, b, c]);
    expect(xray.asked[1]).toEqual([c, b]);
    expect(xray.asked.length).toBeLessThan(10);
    expect(fetched.unprocessed).toEqual([c]);
    expect([...fetched.traces.values()].map(({ id, partial }) => [id, partial])).toEqual([
      [a, false],
      [b, true],
    ]);
  });

  it('lets go of the rest where it may not go on', async () => {
    const clock = new VirtualClock(1_800_000_000_000);
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    let calls = 0;
    const xray = {
      send: async () => {
        calls += 1;
        throw denied;
      },
    };
    const fetched = await fetchTraces(apiOf(xray, clock), ids(1000), createNaming(), () => undefined);
    expect(fetched.troubles[0]).toMatchObject({
      kind: 'denied',
      next: expect.stringMatching(/^Allow the IAM action xray:BatchGetTraces /),
    });
    expect(calls).toBeLessThan(20);
  });

  it('does not go round in circles, and says so', async () => {
    const clock = new VirtualClock(1_800_000_000_000);
    const [a = ''] = ids(1);
    let calls = 0;
    const xray = {
      send: async ({ input: { NextToken } }: BatchGetTracesCommand) => {
        calls += 1;
        // Whoever follows these would never stop.
        if (calls > 100) throw new Error('asked too often');
        return { Traces: [{ Id: a, Segments: [{ Document: document(a) }] }], NextToken: NextToken === 'a' ? 'b' : 'a' };
      },
    };
    const { traces, troubles } = await fetchTraces(apiOf(xray, clock), [a], createNaming(), () => undefined);
    expect([...traces.keys()]).toEqual([a]);
    expect(troubles).toEqual([expect.objectContaining({ kind: 'incomplete', reason: expect.stringContaining('circle') })]);
    expect(calls).toBe(3);
  });

  it('makes a trace partial whose documents can’t be read, or exceed the limit', async () => {
    const clock = new VirtualClock(1_800_000_000_000);
    const [a = '', b = ''] = ids(2);
    const xray = scripted([
      () => ({
        Traces: [
          { Id: a, Segments: [{ Document: document(a) }, { Document: '{"torn' }] },
          { Id: b, LimitExceeded: true, Segments: [{ Document: document(b) }] },
          { Id: 'empty', Segments: [] },
        ],
      }),
    ]);
    const { traces } = await fetchTraces(apiOf(xray, clock), [a, b], createNaming(), () => undefined);
    expect([...traces.values()].map(({ partial }) => partial)).toEqual([true, true]);
  });
});
