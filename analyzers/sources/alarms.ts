import { type AlarmHistoryItem, DescribeAlarmHistoryCommand, DescribeAlarmsCommand, type MetricAlarm } from '@aws-sdk/client-cloudwatch';
import {
  type AlarmChange,
  type AlarmState,
  type Alarms,
  type Missing,
  type Resource,
  SCHEMA_VERSION,
  type SourceGap,
} from '../contract.ts';
import type { Reading } from './cloudwatch.ts';
import { everyPage } from './pages.ts';
import { gapOf, troubleOf } from './trouble.ts';

/**
 * Alarms of the resources, and others that changed in the window, with every change of state in it. AWS keeps an alarm's history for 30 days:
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html
 *
 * @param fromS, toS epoch seconds
 */
export async function readAlarms(
  reading: Reading,
  resources: readonly Resource[],
  fromS: number,
  toS: number,
): Promise<{ alarms: Alarms | Missing; gaps: SourceGap[] }> {
  const gaps: SourceGap[] = [];
  let defined: MetricAlarm[];
  try {
    defined = await definedAlarms(reading, gaps);
  } catch (error) {
    const trouble = troubleOf(error, 'cloudwatch:DescribeAlarms');
    return { alarms: { missing: `${trouble.reason}. ${trouble.next}` }, gaps: [gapOf('alarms', trouble)] };
  }
  let changes = new Map<string, AlarmChange[]>();
  try {
    changes = await changesBetween(reading, fromS, toS, gaps);
  } catch (error) {
    gaps.push(gapOf('alarms', troubleOf(error, 'cloudwatch:DescribeAlarmHistory')));
  }
  const alarms = defined.flatMap((alarm) => {
    const name = alarm.AlarmName ?? '';
    const node = nodeOf(alarm, resources);
    const changed = changes.get(name) ?? [];
    if (node === null && changed.length === 0) return [];
    return [
      {
        name,
        node,
        metric: alarm.MetricName ?? null,
        threshold: alarm.Threshold ?? null,
        state: stateOf(alarm.StateValue) ?? ('INSUFFICIENT_DATA' as const),
        changes: changed,
      },
    ];
  });
  return { alarms: { schemaVersion: SCHEMA_VERSION, alarms }, gaps };
}

const PAGE_SIZE = 100;

async function definedAlarms({ cloudwatch, signal }: Reading, gaps: SourceGap[]): Promise<MetricAlarm[]> {
  const { items, short } = await everyPage<MetricAlarm>('cloudwatch:DescribeAlarms', async (NextToken) => {
    const command = new DescribeAlarmsCommand({ AlarmTypes: ['MetricAlarm'], MaxRecords: PAGE_SIZE, NextToken });
    const output = await cloudwatch.send(command, signal ? { abortSignal: signal } : {});
    return { items: output.MetricAlarms, next: output.NextToken };
  });
  if (short !== null) gaps.push(gapOf('alarms', { ...short, next: LOOK_YOURSELF }));
  return items;
}

async function changesBetween(reading: Reading, fromS: number, toS: number, gaps: SourceGap[]): Promise<Map<string, AlarmChange[]>> {
  const { items, short } = await everyPage<AlarmHistoryItem>('cloudwatch:DescribeAlarmHistory', async (NextToken) => {
    const command = new DescribeAlarmHistoryCommand({
      HistoryItemType: 'StateUpdate',
      AlarmTypes: ['MetricAlarm'],
      StartDate: new Date(fromS * 1000),
      EndDate: new Date(toS * 1000),
      ScanBy: 'TimestampAscending',
      MaxRecords: PAGE_SIZE,
      NextToken,
    });
    const output = await reading.cloudwatch.send(command, reading.signal ? { abortSignal: reading.signal } : {});
    return { items: output.AlarmHistoryItems, next: output.NextToken };
  });
  if (short !== null) gaps.push(gapOf('alarms', { ...short, next: LOOK_YOURSELF }));
  const changes = new Map<string, AlarmChange[]>();
  for (const item of items) {
    const change = changeOf(item);
    const name = item.AlarmName ?? '';
    if (change !== null) changes.set(name, [...(changes.get(name) ?? []), change]);
  }
  return changes;
}

const LOOK_YOURSELF = 'Look at the remaining alarms in the console.';

interface HistoryData {
  oldState?: { stateValue?: unknown };
  newState?: { stateValue?: unknown; stateReason?: unknown };
}

/** Null for what is no change of state, or can't be read. */
function changeOf({ Timestamp, HistoryData }: AlarmHistoryItem): AlarmChange | null {
  let data: HistoryData;
  try {
    data = Object(JSON.parse(HistoryData ?? '')) as HistoryData;
  } catch {
    return null;
  }
  const from = stateOf(data.oldState?.stateValue);
  const to = stateOf(data.newState?.stateValue);
  if (Timestamp === undefined || from === null || to === null) return null;
  const reason = data.newState?.stateReason;
  return { atS: Timestamp.getTime() / 1000, from, to, reason: typeof reason === 'string' ? reason : '' };
}

const STATES: readonly unknown[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const stateOf = (value: unknown): AlarmState | null => (STATES.includes(value) ? (value as AlarmState) : null);

/** The resource whose dimensions the alarm's metric has, all of them; of several, the one that fits closest. Null for an alarm on math, or on something else. */
function nodeOf({ Dimensions = [] }: MetricAlarm, resources: readonly Resource[]): string | null {
  const own = new Map(Dimensions.map(({ Name = '', Value = '' }) => [Name, Value]));
  const fits = (dimensions: Readonly<Record<string, string>>): number => {
    const pairs = Object.entries(dimensions);
    return pairs.length > 0 && pairs.every(([name, value]) => own.get(name) === value) ? pairs.length : 0;
  };
  const closest = resources
    .map(({ node, dimensions, metrics = [] }) => ({
      node,
      fit: Math.max(fits(dimensions), ...metrics.map((metric) => fits(metric.dimensions))),
    }))
    .filter(({ fit }) => fit > 0)
    .toSorted((a, b) => b.fit - a.fit);
  return closest[0]?.node ?? null;
}
