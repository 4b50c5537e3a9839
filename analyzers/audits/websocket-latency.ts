import {
  type Audit,
  type AuditInputs,
  type Client,
  type Evidence,
  type Finding,
  type Histogram,
  type Inventory,
  isMissing,
  orNull,
  type Plan,
  type Window,
} from '../contract.ts';
import { mergeHistograms, quantile } from '../models/histogram.ts';
import { trialsToClaim } from '../models/intervals.ts';
import { began, windowStretch } from '../platform-audit.ts';
import { busiestPerS, highest, total } from '../platform-series.ts';
import { type SlotRange, slotStartS, slotsWithin } from '../series.ts';
import { ifRead } from '../unread-series.ts';
import { figure } from '../words.ts';

/** As `scenarios/lib/chat.ts` measures them: there and back, and from one member's sending to another's receiving. */
const ROUND_TRIP = /round_trip$/;
const FAN_OUT = /fan_?out/;
/** Members who hear of a message so much of the limit later than its sender does are told one after the other: half of it. Guess: tune. */
const LAG_SHARE = 1 / 2;
/** What an answer may take where the plan has no limit for it: the game's p95 target. */
const LIMIT_MS = 2000;

export const websocketLatency: Audit<'client' | 'plan', 'platform' | 'inventory' | 'window'> = {
  id: 'websocket-latency',
  question: 'How long do WebSocket messages take, there and back and to everybody else?',
  needs: ['client', 'plan'],
  wants: ['platform', 'inventory', 'window'],
  audit({ client, plan, ...around }) {
    const [platform, inventory, window] = [orNull(around.platform), orNull(around.inventory), orNull(around.window)];
    const inputs: Wanted = { client, plan, platform, inventory, window };
    const limitMs = limitOf(plan);
    const range = rangeOf(inputs);
    const roundTripMs = p95Of(inputs.client, ROUND_TRIP, range);
    const fanOutMs = p95Of(inputs.client, FAN_OUT, range);
    const slow = [roundTripMs, fanOutMs].some((each) => each !== null && each > limitMs);
    const lagMs = roundTripMs === null || fanOutMs === null ? null : fanOutMs - roundTripMs;
    const serial = lagMs !== null && lagMs > LAG_SHARE * limitMs;
    if (!slow && !serial) return [];
    const since = slow
      ? firstBeyond(client, [ROUND_TRIP, FAN_OUT], limitMs, range)
      : firstBeyond(client, [FAN_OUT], (roundTripMs ?? 0) + LAG_SHARE * limitMs, range);
    const worstMs = Math.max(roundTripMs ?? 0, fanOutMs ?? 0);
    return {
      id: 'websocket-latency',
      verdict: 'warn',
      severity: slow ? 'high' : 'medium',
      title: serial
        ? `A message reaches the other members ${figure(lagMs)} ms later than its sender, by the 95th percentiles: after ${figure(fanOutMs ?? 0)} ms`
        : `WebSocket messages take up to ${figure(worstMs)} ms at the 95th percentile, more than ${figure(limitMs)} ms`,
      ...limiterOf(inputs.inventory, since),
      why: 'No HTTP target sees what goes through a WebSocket. Each message is a call of the function and one call of @connections for each member, so that the work grows with the square of a channel.',
      evidence: [
        { what: 'round trip, p95', value: roundTripMs, limit: limitMs, unit: 'ms' },
        { what: 'to other members, p95', value: fanOutMs, limit: limitMs, unit: 'ms' },
        ...evidenceOf(inputs),
        ...began(inputs, since),
      ],
      next: 'Send to all members of a channel side by side and once each, drop connections that are gone (410), and split large channels. Hand the fan-out to a queue, so that the sender does not wait for it.',
      effect: 'The lag of the last member falls to about a round trip.',
    };
  },
};

type Wanted = { plan: Plan; client: Client } & { [K in 'platform' | 'inventory' | 'window']: AuditInputs[K] | null };

/** The window; all of the run where there is none. */
const rangeOf = ({ client, window }: { client: Client; window: Window | null }): SlotRange =>
  window === null ? { from: 0, to: client.slots } : slotsWithin(client, window.fromS, window.toS);

const limitOf = ({ limits }: Plan): number => limits.find(({ id }) => id === 'latency-p95')?.limit ?? LIMIT_MS;

/** Milliseconds; the slowest of those whose name fits. Null without enough of them to speak of a 95th percentile. */
function p95Of({ trends }: Client, name: RegExp, { from, to }: SlotRange): number | null {
  const values = trends.flatMap((trend) => {
    const all = trend.unit === 's' && name.test(trend.name) ? mergeHistograms(trend.slots.slice(from, to)) : null;
    if (all === null || all.count < trialsToClaim(0.95, 0.95)) return [];
    return [1000 * (quantile(all, 0.95) ?? 0)];
  });
  return values.length === 0 ? null : Math.max(...values);
}

/** The first slot whose own 95th percentile is above so many milliseconds. */
function firstBeyond(client: Client, names: readonly RegExp[], limitMs: number, { from, to }: SlotRange): number | null {
  const trends = client.trends.filter(({ unit, name }) => unit === 's' && names.some((each) => each.test(name)));
  const p95MsOf = (times: Histogram | null): number => (times === null ? 0 : 1000 * (quantile(times, 0.95) ?? 0));
  const isBeyond = (slot: number): boolean => trends.some(({ slots }) => p95MsOf(slots[slot] ?? null) > limitMs);
  const first = Array.from({ length: to - from }, (_, i) => from + i).find(isBeyond);
  return first === undefined ? null : slotStartS(client, first);
}

/** The messages are one API's only where there is one. */
function limiterOf(inventory: Inventory | null, since: number | null): Pick<Finding, 'limiter'> {
  const [only, ...others] = (inventory?.resources ?? []).filter(({ kind }) => kind === 'websocket');
  if (only === undefined || others.length > 0) return {};
  return { limiter: { node: only.node, resource: 'fan-out', harm: 'slow', since } };
}

/** What the API says of the same time, where it was asked. */
function evidenceOf({ platform, inventory, window, plan, client }: Wanted): Evidence[] {
  if (platform === null || inventory === null || window === null) return [];
  const stretch = windowStretch({ platform, inventory, window, plan, client });
  if (isMissing(stretch)) return [];
  return inventory.resources
    .filter(({ kind }) => kind === 'websocket')
    .flatMap(({ node }) => [
      { what: `${node}, messages`, value: ifRead(() => total(stretch, [node, 'MessageCount', 'Sum'])), unit: 'messages' },
      {
        what: `${node}, in the busiest period`,
        value: ifRead(() => busiestPerS(stretch, [node, 'MessageCount', 'Sum'])),
        unit: 'messages/s',
      },
      {
        what: `${node}, IntegrationLatency p95 of the worst period`,
        value: ifRead(() => highest(stretch, [node, 'IntegrationLatency', 'p95'])),
        unit: 'ms',
      },
    ]);
}
