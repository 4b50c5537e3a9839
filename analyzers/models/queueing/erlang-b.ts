/**
 * Erlang's loss formula: the share of random arrivals that find all servers busy and are turned away (M/G/c/c: it holds for whatever distribution the service
 * times have). By its recursion, which stays within [0, 1] for any number of servers.
 * Source: Erlang 1917; Gross et al., Fundamentals of Queueing Theory, 4th ed., §2.5.
 *
 * @param offered arrivals per second × seconds that one takes: how many would be under way in the mean, were none turned away (Little's law)
 * @throws RangeError for an offered load below 0, or no whole number of servers
 * @example erlangB(10, 4.461) // 0.01
 */
export function erlangB(servers: number, offered: number): number {
  if (!(offered >= 0 && Number.isFinite(offered))) throw new RangeError(`erlangB needs an offered load of 0 or more, not ${offered}`);
  if (!Number.isInteger(servers) || servers < 0) throw new RangeError(`erlangB needs a whole number of servers, not ${servers}`);
  let blocked = 1;
  for (let n = 1; n <= servers; n += 1) blocked = (offered * blocked) / (n + offered * blocked);
  return blocked;
}

/**
 * The offered load at which so large a share of arrivals is turned away.
 *
 * @param blockedMax above 0, below 1
 * @example offeredFor(10, 0.01) // 4.461
 */
export function offeredFor(servers: number, blockedMax: number): number {
  if (!(blockedMax > 0 && blockedMax < 1)) throw new RangeError(`offeredFor needs a share between 0 and 1, not ${blockedMax}`);
  let [lo, hi] = [0, 1];
  while (erlangB(servers, hi) < blockedMax) hi *= 2;
  // Halved until doubles end: the share grows with the load.
  for (let middle = hi / 2; middle > lo && middle < hi; middle = (lo + hi) / 2) {
    if (erlangB(servers, middle) < blockedMax) lo = middle;
    else hi = middle;
  }
  return hi;
}

/**
 * The fewest servers that turn away no larger a share of arrivals.
 *
 * @param blockedMax above 0
 * @example serversFor(4.46, 0.01) // 10
 */
export function serversFor(offered: number, blockedMax: number): number {
  if (!(blockedMax > 0)) throw new RangeError(`serversFor needs a share above 0, not ${blockedMax}`);
  if (!(offered >= 0 && Number.isFinite(offered))) throw new RangeError(`serversFor needs an offered load of 0 or more, not ${offered}`);
  let [servers, blocked] = [0, 1];
  while (blocked > blockedMax) {
    servers += 1;
    blocked = (offered * blocked) / (servers + offered * blocked);
  }
  return Math.max(1, servers);
}
