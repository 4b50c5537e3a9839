import { type Client, type Generator, type GeneratorSample, type Histogram, SCHEMA_VERSION } from '../../analyzers/contract.ts';
import { mergeHistograms } from '../../analyzers/models/histogram.ts';
import { UserError } from '../errors.ts';
import { type JournalRecord, type Names, type Push, readJournal } from './journal.ts';
import { unpackHistogram } from './packed.ts';
import { createTimeline, type Slots, type Timeline } from './timeline.ts';

/** Half an hour at full resolution, four hours at 8 s. guess: tune. */
export const SLOTS_MAX = 1_800;

/** guess: tune. Past it, stretches between gaps count as part of the last one. */
const GAPS_MAX = 1_000;

export interface Collected {
  client: Client;
  generator: Generator;
}

/**
 * Makes the journal of a run, finished or not, into its artifacts. Memory is bounded by the caps on slots and names, whatever the run's length.
 * @throws UserError 104 when the file can't be read or is no journal
 */
export const compact = async (journalPath: string): Promise<Collected> => {
  const client = createClientBuilder();
  const generator = createGeneratorBuilder();
  try {
    for await (const record of readJournal(journalPath)) {
      if (record.kind === 'generator') generator.add(record);
      else client.add(record);
    }
    return { client: client.build(), generator: generator.build() };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    throw new UserError(`${journalPath} holds a record that makes no sense`, 'run the test again', { cause });
  }
};

// ---------------------------------------------------------------------------------------------------------------- client

const plus = (a: number, b: number): number => a + b;
const later = <T>(_: T, b: T): T => b;
const merged = (a: Histogram, b: Histogram): Histogram => mergeHistograms([a, b]) ?? b;

const createClientBuilder = () => {
  let startedS = 0;
  let axis: Axis | null = null;
  const names: Names = { endpoints: [], trends: [], counters: [], errorClasses: [] };
  const errorCounts: number[] = [];
  const gaps: Client['gaps'] = [];
  let executionStartS: number | null = null;
  let overflow: Client['overflow'] = { names: 0, seriesLost: 0 };
  let end: Extract<JournalRecord, { kind: 'end' }> | null = null;

  const addPush = (push: Push): void => {
    axis ??= createAxis(push.fromS);
    const { names: fresh } = push;
    names.endpoints.push(...(fresh?.endpoints ?? []));
    names.trends.push(...(fresh?.trends ?? []));
    names.counters.push(...(fresh?.counters ?? []));
    names.errorClasses.push(...(fresh?.errorClasses ?? []));
    axis.add(push);
    for (const [id, count] of push.errorClasses) errorCounts[id] = (errorCounts[id] ?? 0) + count;
    if (push.gap) addGap(gaps, push.fromS, push.atS);
    executionStartS ??= push.executionStartS ?? null;
    overflow = push.overflow ?? overflow;
  };

  return {
    add: (record: Exclude<JournalRecord, { kind: 'generator' }>): void => {
      if (record.kind === 'journal') startedS = record.startedS;
      else if (record.kind === 'push') addPush(record);
      else if (record.kind === 'end') end = record;
    },
    build: (): Client => ({
      schemaVersion: SCHEMA_VERSION,
      ...(axis ?? createAxis(startedS)).build(names),
      executionStartS,
      errorClasses: names.errorClasses
        .map(({ endpoint, status, errorCode }, id) => ({
          endpoint: names.endpoints[endpoint] ?? '',
          status,
          errorCode,
          count: errorCounts[id] ?? 0,
        }))
        .sort((a, b) => b.count - a.count),
      scriptErrors: end?.scriptErrors ?? { count: 0, messages: [] },
      overflow,
      gaps,
      exact: end?.exact ?? null,
      complete: end !== null,
    }),
  };
};

const addGap = (gaps: Client['gaps'], fromS: number, toS: number): void => {
  const last = gaps.at(-1);
  if (last && (last.toS >= fromS || gaps.length >= GAPS_MAX)) last.toS = toS;
  else gaps.push({ fromS, toS });
};

type Axis = ReturnType<typeof createAxis>;

/** Everything of the client that has a place in time. */
const createAxis = (startS: number) => {
  const timeline = createTimeline(startS, SLOTS_MAX);
  const users = timeline.slots<number>(later);
  const iterations = timeline.slots(plus);
  const droppedIterations = timeline.slots(plus);
  const endpoints: { requests: Slots<number>; errors: Slots<number>; latencyS: Slots<Histogram> }[] = [];
  const trends: Slots<Histogram>[] = [];
  const counters: Slots<number>[] = [];
  let latestS = startS;

  return {
    add: (push: Push): void => {
      // The middle of what a push covers: pushes that come a little early or late still get a slot each. Never back, when the clock is set.
      latestS = Math.max(latestS, (push.fromS + push.atS) / 2);
      const slot = timeline.slotAt(latestS);
      if (push.users !== null) users.add(slot, push.users);
      iterations.add(slot, push.iterations);
      droppedIterations.add(slot, push.droppedIterations);
      for (const [id, errors, packed] of push.endpoints) {
        const histogram = unpackHistogram(packed);
        endpoints[id] ??= { requests: timeline.slots(plus), errors: timeline.slots(plus), latencyS: timeline.slots(merged) };
        endpoints[id].requests.add(slot, histogram.count);
        endpoints[id].errors.add(slot, errors);
        endpoints[id].latencyS.add(slot, histogram);
      }
      for (const [id, packed] of push.trends) slotsOf(timeline, trends, id, merged).add(slot, unpackHistogram(packed));
      for (const [id, growth] of push.counters) slotsOf(timeline, counters, id, plus).add(slot, growth);
    },
    build: (names: Names) => {
      const slots = timeline.length();
      return {
        startS,
        periodS: timeline.periodS(),
        slots,
        users: users.toArray(slots, null),
        iterations: iterations.toArray(slots, 0),
        droppedIterations: droppedIterations.toArray(slots, 0),
        // A name of an error class only (`other`) may have no requests of its own.
        endpoints: names.endpoints.flatMap((name, id) => {
          const endpoint = endpoints[id];
          return endpoint
            ? [
                {
                  name,
                  requests: endpoint.requests.toArray(slots, 0),
                  errors: endpoint.errors.toArray(slots, 0),
                  latencyS: endpoint.latencyS.toArray(slots, null),
                },
              ]
            : [];
        }),
        trends: names.trends.map((trend, id) => ({
          ...trend,
          slots: trends[id]?.toArray(slots, null) ?? new Array<null>(slots).fill(null),
        })),
        counters: names.counters.map((name, id) => ({ name, slots: counters[id]?.toArray(slots, 0) ?? new Array<number>(slots).fill(0) })),
      };
    },
  };
};

const slotsOf = <T>(timeline: Timeline, all: Slots<T>[], id: number, join: (a: T, b: T) => T): Slots<T> => {
  const slots = all[id] ?? timeline.slots(join);
  all[id] = slots;
  return slots;
};

// ---------------------------------------------------------------------------------------------------------------- generator

/** What fell into one slot: processor use as sums to take the mean of, memory and lag as their highest. */
interface GeneratorSlot {
  highest: Omit<GeneratorSample, 'engineCpuCores' | 'machineCpu'>;
  engineCpuCores: { sum: number; count: number };
  machineCpu: { sum: number; count: number };
}

const createGeneratorBuilder = () => {
  let timeline: Timeline | null = null;
  let slots: Slots<GeneratorSlot> | null = null;
  return {
    add: (sample: GeneratorSample): void => {
      timeline ??= createTimeline(sample.timeS, SLOTS_MAX);
      slots ??= timeline.slots(joinGeneratorSlots);
      slots.add(timeline.slotAt(sample.timeS), generatorSlotOf(sample));
    },
    build: (): Generator => ({
      samples: (slots?.toArray(timeline?.length() ?? 0, null) ?? []).flatMap((slot) =>
        slot ? [{ ...slot.highest, engineCpuCores: meanOf(slot.engineCpuCores), machineCpu: meanOf(slot.machineCpu) }] : [],
      ),
    }),
  };
};

const generatorSlotOf = ({
  timeS,
  engineCpuCores,
  engineMemoryBytes,
  machineCpu,
  eventLoopLagMsP99,
  ownMemoryBytes,
}: GeneratorSample): GeneratorSlot => ({
  highest: { timeS, engineMemoryBytes, eventLoopLagMsP99, ownMemoryBytes },
  engineCpuCores: { sum: engineCpuCores ?? 0, count: engineCpuCores === null ? 0 : 1 },
  machineCpu: { sum: machineCpu ?? 0, count: machineCpu === null ? 0 : 1 },
});

const joinGeneratorSlots = (a: GeneratorSlot, b: GeneratorSlot): GeneratorSlot => ({
  highest: {
    timeS: b.highest.timeS,
    engineMemoryBytes: highest(a.highest.engineMemoryBytes, b.highest.engineMemoryBytes),
    eventLoopLagMsP99: Math.max(a.highest.eventLoopLagMsP99, b.highest.eventLoopLagMsP99),
    ownMemoryBytes: Math.max(a.highest.ownMemoryBytes, b.highest.ownMemoryBytes),
  },
  engineCpuCores: joinSums(a.engineCpuCores, b.engineCpuCores),
  machineCpu: joinSums(a.machineCpu, b.machineCpu),
});

const joinSums = (a: { sum: number; count: number }, b: { sum: number; count: number }) => ({
  sum: a.sum + b.sum,
  count: a.count + b.count,
});
const meanOf = ({ sum, count }: { sum: number; count: number }): number | null => (count > 0 ? sum / count : null);
const highest = (a: number | null, b: number | null): number | null => (a === null ? b : b === null ? a : Math.max(a, b));
