import type { StateRecord } from './alarms.ts';
import { type Input, oneOf, optionalInteger, optionalNumber, optionalText, pageOf, textsOf } from './input.ts';

/** What happened to alarms; it outlives them. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarmHistory.html */
export interface AlarmHistory {
  configured(name: string, change: 'Create' | 'Update' | 'Delete', alarm: object, atS: number): void;
  changed(name: string, from: StateRecord, to: StateRecord): void;
  describe(input: Input): object;
}

interface Item {
  AlarmName: string;
  AlarmType: 'MetricAlarm';
  Timestamp: number;
  HistoryItemType: (typeof TYPES)[number];
  HistorySummary: string;
  HistoryData: string;
}

const TYPES = ['ConfigurationUpdate', 'StateUpdate', 'Action', 'AlarmContributorStateUpdate', 'AlarmContributorAction'] as const;
/** AWS keeps two weeks. Guess: more than a day of 30 alarms that change each few minutes. */
const ITEMS_MAX = 10_000;
const RECORDS_MAX = 100;
/** Limits of the service's model. */
const SUMMARY_MAX = 255;
const DATA_MAX = 4095;

export const createAlarmHistory = (): AlarmHistory => {
  const items: Item[] = [];
  const add = (name: string, type: Item['HistoryItemType'], atS: number, summary: string, data: object, fallback: object): void => {
    const text = JSON.stringify(data);
    items.push({
      AlarmName: name,
      AlarmType: 'MetricAlarm',
      Timestamp: atS,
      HistoryItemType: type,
      HistorySummary: summary.slice(0, SUMMARY_MAX),
      HistoryData: text.length <= DATA_MAX ? text : JSON.stringify(fallback),
    });
    if (items.length > ITEMS_MAX) items.shift();
  };
  return {
    configured: (name, change, alarm, atS) => {
      const verb = `${change.toLowerCase()}d`;
      const data = { version: '1.0', type: change };
      add(name, 'ConfigurationUpdate', atS, `Alarm "${name}" ${verb}`, { ...data, [`${verb}Alarm`]: alarm }, data);
    },
    changed: (name, from, to) => {
      const data = (full: boolean) => ({ version: '1.0', oldState: stateOf(from, full), newState: stateOf(to, full) });
      add(name, 'StateUpdate', to.updatedS, `Alarm updated from ${from.value} to ${to.value}`, data(true), data(false));
    },
    describe: (input) => {
      const name = optionalText(input, 'AlarmName', 255);
      const type = oneOf(optionalText(input, 'HistoryItemType', 255), TYPES, 'HistoryItemType');
      const types = textsOf(input, 'AlarmTypes', RECORDS_MAX);
      const startS = optionalNumber(input, 'StartDate') ?? Number.NEGATIVE_INFINITY;
      const endS = optionalNumber(input, 'EndDate') ?? Number.POSITIVE_INFINITY;
      const order = oneOf(optionalText(input, 'ScanBy', 255), ['TimestampDescending', 'TimestampAscending'], 'ScanBy');
      const wanted = items
        .filter(
          (item) =>
            (types.length === 0 || types.includes('MetricAlarm')) &&
            (name === undefined || item.AlarmName === name) &&
            (type === undefined || item.HistoryItemType === type) &&
            item.Timestamp >= startS &&
            item.Timestamp <= endS,
        )
        .sort((a, b) => a.Timestamp - b.Timestamp);
      const ordered = order === 'TimestampAscending' ? wanted : wanted.toReversed();
      const size = optionalInteger(input, 'MaxRecords', 1, RECORDS_MAX) ?? RECORDS_MAX;
      const { page, next } = pageOf(ordered, optionalText(input, 'NextToken', 1024), size);
      return { AlarmHistoryItems: page, ...next };
    },
  };
};

const stateOf = ({ value, reason, data }: StateRecord, full: boolean): object => ({
  stateValue: value,
  stateReason: reason,
  ...(full && data !== undefined && { stateReasonData: JSON.parse(data) as unknown }),
});
