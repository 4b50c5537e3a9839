import {
  type Client,
  type ErrorClass,
  type Generator,
  type GeneratorSample,
  type Histogram,
  SCHEMA_VERSION,
} from '../../analyzers/contract.ts';
import { UserError } from '../errors.ts';
import { type JournalRecord, type Names, type Push, readJournal } from './journal.ts';
import { unpackHistogram } from './packed.ts';
import { createCountSlots, createHistogramSlots, createSlots, createTimeline, type Slots, type Timeline } from './timeline.ts';

/**
 * Ten minutes at full resolution, 40 at 4 s. It decides how much memory an analysis takes (measured at 40 endpoints and 220 requests/s over 50 minutes:
 * 9 MB of histograms, with 1,800 slots 24 MB), and audits look at nothing shorter than some seconds. guess: tune.
 */
export const SLOTS_MAX = 600;

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
  try {
    // Twice through the file, so that slots have their final length from the start and nothing has to be merged again.
    const spans = await measure(readJournal(journalPath));
    const client = createClientBuilder(spans.client);
    const generator = createGeneratorBuilder(spans.generator);
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

// ---------------------------------------------------------------------------------------------------------------- time

/** The middle of what a push covers stands for it: pushes that come a little early or late still get a slot each. */
const timeOf = ({ fromS, atS }: Push): number => (fromS + atS) / 2;

const measure = async (records: AsyncIterable<JournalRecord>): Promise<{ client: Timeline; generator: Timeline }> => {
  const client = createSpan();
  const generator = createSpan();
  let startedS = 0;
  for await (const record of records) {
    if (record.kind === 'push') {
      client.startAt(record.fromS);
      client.reach(timeOf(record));
    } else if (record.kind === 'generator') {
      generator.startAt(record.timeS);
      generator.reach(record.timeS);
    } else if (record.kind === 'journal') startedS = record.startedS;
  }
  return { client: client.timeline(startedS), generator: generator.timeline(startedS) };
};

const createSpan = () => {
  let startS: number | null = null;
  let lastS: number | null = null;
  return {
    startAt: (timeS: number): void => {
      startS ??= timeS;
    },
    reach: (timeS: number): void => {
      lastS = Math.max(lastS ?? timeS, timeS);
    },
    timeline: (otherwiseS: number): Timeline => createTimeline(startS ?? otherwiseS, lastS, SLOTS_MAX),
  };
};

// ---------------------------------------------------------------------------------------------------------------- client

/** The engine samples its users once a second, so a slot of a second may lie between two samples: there the earlier still holds. */
const held = (users: (number | null)[]): (number | null)[] =>
  users.map((value, slot) => (value === null && (users[slot + 1] ?? null) !== null ? (users[slot - 1] ?? null) : value));

const createClientBuilder = (timeline: Timeline) => {
  const { startS, periodS, slots } = timeline;
  const users = createSlots<number, null>(slots, null, (_, later) => later);
  const iterations = createCountSlots(slots);
  const droppedIterations = createCountSlots(slots);
  const endpoints: { name: string; errors: Slots<number, number>; latencyS: Slots<Histogram, null> }[] = [];
  const trends: (Names['trends'][number] & { values: Slots<Histogram, null> })[] = [];
  const counters: { name: string; values: Slots<number, number> }[] = [];
  const errorClasses: ErrorClass[] = [];
  const gaps: Client['gaps'] = [];
  let latestS = startS;
  let executionStartS: number | null = null;
  let overflow: Client['overflow'] = { names: 0, seriesLost: 0 };
  let end: Extract<JournalRecord, { kind: 'end' }> | null = null;

  const addNames = ({ names = {} }: Push): void => {
    for (const name of names.endpoints ?? [])
      endpoints.push({ name, errors: createCountSlots(slots), latencyS: createHistogramSlots(slots) });
    for (const trend of names.trends ?? []) trends.push({ ...trend, values: createHistogramSlots(slots) });
    for (const name of names.counters ?? []) counters.push({ name, values: createCountSlots(slots) });
    for (const { endpoint, status, errorCode } of names.errorClasses ?? []) {
      errorClasses.push({ endpoint: known(endpoints[endpoint]).name, status, errorCode, count: 0 });
    }
  };

  const addCounts = (push: Push, slot: number): void => {
    if (push.users !== null) users.add(slot, push.users);
    iterations.add(slot, push.iterations);
    droppedIterations.add(slot, push.droppedIterations);
    for (const [id, errors, packed] of push.endpoints) {
      const endpoint = known(endpoints[id]);
      endpoint.errors.add(slot, errors);
      endpoint.latencyS.add(slot, unpackHistogram(packed));
    }
    for (const [id, packed] of push.trends) known(trends[id]).values.add(slot, unpackHistogram(packed));
    for (const [id, growth] of push.counters) known(counters[id]).values.add(slot, growth);
    for (const [id, count] of push.errorClasses) known(errorClasses[id]).count += count;
  };

  const addPush = (push: Push): void => {
    addNames(push);
    // Never back, when the machine's clock is set.
    latestS = Math.max(latestS, timeOf(push));
    addCounts(push, timeline.slotAt(latestS));
    if (push.gap) addGap(gaps, push.fromS, push.atS);
    executionStartS ??= push.executionStartS ?? null;
    overflow = push.overflow ?? overflow;
  };

  return {
    add: (record: JournalRecord): void => {
      if (record.kind === 'push') addPush(record);
      else if (record.kind === 'end') end = record;
    },
    build: (): Client => ({
      schemaVersion: SCHEMA_VERSION,
      startS,
      periodS,
      slots,
      executionStartS,
      endpoints: endpoints.map(({ name, errors, latencyS }) => ({
        name,
        requests: latencyS.values().map((latency) => latency?.count ?? 0),
        errors: errors.values(),
        latencyS: latencyS.values(),
      })),
      trends: trends.map(({ name, unit, values }) => ({ name, unit, slots: values.values() })),
      counters: counters.map(({ name, values }) => ({ name, slots: values.values() })),
      users: held(users.values()),
      iterations: iterations.values(),
      droppedIterations: droppedIterations.values(),
      errorClasses: errorClasses.toSorted((a, b) => b.count - a.count),
      scriptErrors: end?.scriptErrors ?? { count: 0, messages: [] },
      overflow,
      gaps,
      exact: end?.exact ?? null,
      complete: end !== null,
    }),
  };
};

/** @throws RangeError where a record speaks of what was never named */
const known = <T>(named: T | undefined): T => {
  if (named === undefined) throw new RangeError('a push counts something without a name');
  return named;
};

const addGap = (gaps: Client['gaps'], fromS: number, toS: number): void => {
  const last = gaps.at(-1);
  if (last && (last.toS >= fromS || gaps.length >= GAPS_MAX)) last.toS = toS;
  else gaps.push({ fromS, toS });
};

// ---------------------------------------------------------------------------------------------------------------- generator

/** What fell into one slot: processor use as sums to take the mean of, memory and lag as their highest. */
interface GeneratorSlot {
  highest: Omit<GeneratorSample, 'engineCpuCores' | 'machineCpu'>;
  engineCpuCores: { sum: number; count: number };
  machineCpu: { sum: number; count: number };
}

const createGeneratorBuilder = (timeline: Timeline) => {
  const slots = createSlots<GeneratorSlot, null>(timeline.slots, null, joinGeneratorSlots);
  return {
    add: (sample: GeneratorSample): void => slots.add(Math.max(0, timeline.slotAt(sample.timeS)), generatorSlotOf(sample)),
    build: (): Generator => ({
      samples: slots
        .values()
        .filter((slot) => slot !== null)
        .map(({ highest, engineCpuCores, machineCpu }) => ({
          ...highest,
          engineCpuCores: meanOf(engineCpuCores),
          machineCpu: meanOf(machineCpu),
        })),
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
