import { ACCOUNT_ID, REGION } from '../../names.ts';
import type { Input } from '../input.ts';
import { type AlarmRequest, ruleOf } from './alarm-config.ts';
import { AlarmHistory } from './alarm-history.ts';
import { reasonOf } from './alarm-reason.ts';
import { type AlarmRule, type AlarmState, EXTRA_PERIODS, evaluate } from './alarm-state.ts';
import { floorTo } from './archive.ts';
import { type MetricId, sortedDimensions, validation } from './input.ts';
import { type Statistic, statisticNamed } from './statistic.ts';
import type { MetricStore } from './store.ts';

/** Limits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html */
const NAMES_MAX = 100;
const RECORDS_MAX = 100;
const RECORDS = 50;
/** Evaluations that nobody asked for: those of the last day are made up for. */
const CATCH_UP_MAX = 1440;

export interface StateRecord {
  value: AlarmState;
  reason: string;
  updatedS: number;
}

interface Alarm {
  request: AlarmRequest;
  rule: AlarmRule;
  metric: MetricId;
  statistic: Statistic;
  configuredS: number;
  state: StateRecord;
  /** The next evaluation. */
  nextS: number;
}

/**
 * Alarms on one metric each. Every alarm is evaluated once a minute, one with a shorter period once in that, with what could be read at that time; whoever
 * asks gets the transitions at the times at which they happened. Actions are not carried out.
 */
export class Alarms {
  readonly #store: MetricStore;
  readonly #delayS: number;
  readonly #alarms = new Map<string, Alarm>();
  readonly #history = new AlarmHistory();

  constructor(store: MetricStore, delayS: number) {
    this.#store = store;
    this.#delayS = delayS;
  }

  /** Evaluates everything that has come due. */
  advance(nowS: number): void {
    for (const alarm of this.#alarms.values()) {
      const stepS = stepOf(alarm.request);
      alarm.nextS = Math.max(alarm.nextS, floorTo(nowS, stepS) - CATCH_UP_MAX * stepS);
      for (; alarm.nextS <= nowS; alarm.nextS += stepS) this.#evaluate(alarm, alarm.nextS);
    }
  }

  /** @throws RangeError for a statistic that there isn't */
  put(request: AlarmRequest, nowS: number): void {
    const { AlarmName, Namespace: namespace, MetricName: metric, Dimensions = [], Statistic, ExtendedStatistic = '' } = request;
    const statistic = statisticNamed(Statistic ?? ExtendedStatistic);
    if (statistic === null) throw new RangeError(`alarm ${AlarmName}: there is no statistic ${Statistic ?? ExtendedStatistic}`);
    const dimensions = sortedDimensions(Dimensions.map(({ Name, Value }) => [Name, Value] as const));
    const state: StateRecord = { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation', updatedS: nowS };
    const nextS = floorTo(nowS, stepOf(request)) + stepOf(request);
    const of = { namespace, metric, dimensions };
    const alarm = { request, rule: ruleOf(request), metric: of, statistic, configuredS: nowS, state, nextS };
    this.#alarms.set(AlarmName, alarm);
    this.#history.created(AlarmName, describe(alarm), nowS);
  }

  describe(input: Input): object {
    input.unsupported('ActionPrefix', 'ChildrenOfAlarmName', 'ParentsOfAlarmName');
    const names = input.texts('AlarmNames', NAMES_MAX);
    const prefix = input.optionalText('AlarmNamePrefix');
    if (names.length > 0 && prefix !== undefined) {
      throw validation('The parameters AlarmNames and AlarmNamePrefix are mutually exclusive and you have specified both.');
    }
    const wantedState = input.choice('StateValue', ['OK', 'ALARM', 'INSUFFICIENT_DATA']);
    const types = input.texts('AlarmTypes', NAMES_MAX);
    const isWanted = ({ request: { AlarmName: name }, state }: Alarm): boolean =>
      (types.length === 0 || types.includes('MetricAlarm')) &&
      (names.length === 0 || names.includes(name)) &&
      name.startsWith(prefix ?? '') &&
      state.value === (wantedState ?? state.value);
    const wanted = [...this.#alarms.values()].filter(isWanted).sort((a, b) => (a.request.AlarmName < b.request.AlarmName ? -1 : 1));
    const { page, next } = input.page(wanted, input.integer('MaxRecords', 1, RECORDS_MAX) ?? RECORDS);
    return { MetricAlarms: page.map(describe), CompositeAlarms: [], ...next };
  }

  history(input: Input): object {
    return this.#history.describe(input);
  }

  #evaluate(alarm: Alarm, atS: number): void {
    const { request, rule, metric, statistic, state } = alarm;
    const periodS = request.Period;
    // The newest period is the one that can just be read.
    const endS = floorTo(atS - this.#delayS, stepOf(request));
    const length = rule.evaluationPeriods + EXTRA_PERIODS;
    const fromS = endS - length * periodS;
    const read = new Map(this.#store.read(metric, undefined, { fromS, endS, periodS, nowS: atS }, statistic.isPercentile));
    const values = Array.from({ length }, (_, index) => {
      const observed = read.get(fromS + index * periodS);
      return observed === undefined ? null : statistic.of(observed);
    });
    const { state: next, evaluated, filled } = evaluate(rule, values);
    if (next === null || next === state.value) return;
    const points = evaluated.map((index) => ({ startS: fromS + index * periodS, value: values[index] ?? 0 }));
    const reason = reasonOf({ request, rule, from: state.value, to: next, points, filled });
    alarm.state = { value: next, reason, updatedS: atS };
    this.#history.changed(request.AlarmName, state, alarm.state);
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html */
const stepOf = ({ Period }: AlarmRequest): number => Math.min(Period, 60);

const describe = ({ request, configuredS, state }: Alarm) => ({
  ...{ ActionsEnabled: true, OKActions: [], AlarmActions: [], InsufficientDataActions: [], Dimensions: [] },
  ...request,
  AlarmArn: `arn:aws:cloudwatch:${REGION}:${ACCOUNT_ID}:alarm:${request.AlarmName}`,
  AlarmConfigurationUpdatedTimestamp: configuredS,
  StateValue: state.value,
  StateReason: state.reason,
  StateUpdatedTimestamp: state.updatedS,
  StateTransitionedTimestamp: state.updatedS,
});
