/**
 * Lambda's concurrency limits: a function with reserved concurrency has that much and no more; all others share what the reservations leave of the account's.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html
 */
export interface Concurrency {
  /** Takes one execution of the function; false when there is none left, and the invocation is to be throttled. */
  enter(name: string): boolean;
  leave(name: string): void;
  /** The highest numbers since the last call; the functions among them that had any. */
  peaks(): Peaks;
}

interface Peaks {
  functions: ReadonlyMap<string, number>;
  account: number;
  unreserved: number;
  /** Not available to functions without a reservation: unreserved executions and all that is reserved. */
  claimed: number;
}

interface Gauge {
  now: number;
  peak: number;
}

/** @param reserved by function; null for those that share the rest. */
export const createConcurrency = (accountMax: number, reserved: ReadonlyMap<string, number | null>): Concurrency => {
  const allocated = [...reserved.values()].reduce<number>((sum, share) => sum + (share ?? 0), 0);
  const unreservedMax = Math.max(0, accountMax - allocated);
  const account: Gauge = { now: 0, peak: 0 };
  const unreserved: Gauge = { now: 0, peak: 0 };
  const functions = new Map<string, Gauge>([...reserved.keys()].map((name) => [name, { now: 0, peak: 0 }]));
  const gaugesOf = (name: string): Gauge[] => {
    const own = functions.get(name);
    if (own === undefined) throw new Error(`no function ${name}`);
    return (reserved.get(name) ?? null) === null ? [own, account, unreserved] : [own, account];
  };
  return {
    enter: (name) => {
      const gauges = gaugesOf(name);
      const share = reserved.get(name) ?? null;
      if (share === null ? unreserved.now >= unreservedMax : (functions.get(name)?.now ?? 0) >= share) return false;
      for (const gauge of gauges) {
        gauge.now++;
        gauge.peak = Math.max(gauge.peak, gauge.now);
      }
      return true;
    },
    leave: (name) => {
      for (const gauge of gaugesOf(name)) gauge.now--;
    },
    peaks: () => {
      const busy = new Map([...functions].filter(([, { peak }]) => peak > 0).map(([name, { peak }]) => [name, peak]));
      const result = { functions: busy, account: account.peak, unreserved: unreserved.peak, claimed: unreserved.peak + allocated };
      for (const gauge of [account, unreserved, ...functions.values()]) gauge.peak = gauge.now;
      return result;
    },
  };
};
