import type { Input } from '../input.ts';
import type { StateRecord } from './alarms.ts';
import { isAscending } from './input.ts';

interface Item {
  AlarmName: string;
  AlarmType: 'MetricAlarm';
  /** Epoch seconds. */
  Timestamp: number;
  HistoryItemType: (typeof TYPES)[number];
  HistorySummary: string;
  HistoryData: string;
}

const TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action', 'AlarmContributorStateUpdate', 'AlarmContributorAction'] as const;
/** AWS keeps two weeks. Guess: more than a day of 30 alarms that change each few minutes. */
const ITEMS_MAX = 10_000;
const RECORDS_MAX = 100;
/** Limits of the service's model: of what is longer, there is less. */
const SUMMARY_MAX = 255;
const DATA_MAX = 4095;

/** What happened to alarms. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export class AlarmHistory {
  readonly #items: Item[] = [];

  created(name: string, alarm: object, atS: number): void {
    const data = { version: '1.0', type: 'Create', createdAlarm: alarm };
    this.#add(name, 'ConfigurationUpdate', atS, `Alarm "${name}" created`, data);
  }

  changed(name: string, from: StateRecord, to: StateRecord): void {
    const data = { version: '1.0', oldState: stateOf(from), newState: stateOf(to) };
    this.#add(name, 'StateUpdate', to.updatedS, `Alarm updated from ${from.value} to ${to.value}`, data);
  }

  describe(input: Input): object {
    const name = input.optionalText('AlarmName');
    const type = input.choice('HistoryItemType', TYPES);
    const types = input.texts('AlarmTypes', RECORDS_MAX);
    const startS = input.number('StartDate') ?? Number.NEGATIVE_INFINITY;
    const endS = input.number('EndDate') ?? Number.POSITIVE_INFINITY;
    const wanted = this.#items.filter(
      (item) =>
        (types.length === 0 || types.includes(item.AlarmType)) &&
        item.AlarmName === (name ?? item.AlarmName) &&
        item.HistoryItemType === (type ?? item.HistoryItemType) &&
        item.Timestamp >= startS &&
        item.Timestamp <= endS,
    );
    const oldestFirst = wanted.sort((a, b) => a.Timestamp - b.Timestamp);
    const { page, next } = input.page(
      isAscending(input) ? oldestFirst : oldestFirst.reverse(),
      input.integer('MaxRecords', 1, RECORDS_MAX) ?? RECORDS_MAX,
    );
    return { AlarmHistoryItems: page, ...next };
  }

  #add(AlarmName: string, HistoryItemType: Item['HistoryItemType'], Timestamp: number, summary: string, data: object): void {
    const HistorySummary = summary.slice(0, SUMMARY_MAX);
    const text = JSON.stringify(data);
    const HistoryData = text.length <= DATA_MAX ? text : '{"version":"1.0"}';
    this.#items.push({ AlarmName, AlarmType: 'MetricAlarm', Timestamp, HistoryItemType, HistorySummary, HistoryData });
    if (this.#items.length > ITEMS_MAX) this.#items.shift();
  }
}

const stateOf = ({ value, reason }: StateRecord): object => ({ stateValue: value, stateReason: reason });
