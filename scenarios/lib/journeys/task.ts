import { check } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { fields } from '../picked.ts';
import type { Player } from '../player.ts';
import { oneOf } from '../random.ts';

/** From enqueueing a task to its end, in milliseconds, by the game's own clocks: looking only now and then does not blur it. */
const latency = new Trend('task_latency', true);
/** Tasks that were not at their end after `WAIT_MAX_S`. */
const timeouts = new Counter('task_timeouts');
/** A task that fails fails no HTTP target: a check tells of it. */
const IS_DONE = { 'task is done': (status: unknown) => status === 'done' };

const KINDS = ['harvesting', 'crafting', 'combat'] as const;

/** Pauses between looks: the first, how they grow, and the longest. Guess: tune. */
const POLL = { firstS: 0.5, growth: 1.6, maxS: 4 };
/** Guess: tune. Far beyond the 2 s target; then the player loses patience. */
const WAIT_MAX_S = 30;

const FIELDS = '{status,enqueuedAt,finishedAt}';

/** Work for the engine service: enqueued, and looked after until it is done. */
export async function task(player: Player): Promise<void> {
  const ids = [player.characterId];
  const enqueued = await player.post('/characters/:id/tasks', { ids, body: { kind: oneOf(player.details, KINDS) }, pick: 'taskId' });
  if (typeof enqueued.picked === 'string') await awaitEnd(player, [player.characterId, enqueued.picked]);
}

async function awaitEnd(player: Player, ids: readonly string[]): Promise<void> {
  let pauseS = POLL.firstS;
  for (let waitedS = 0; waitedS < WAIT_MAX_S; waitedS += pauseS, pauseS = Math.min(POLL.maxS, pauseS * POLL.growth)) {
    const answer = await player.get('/characters/:id/tasks/:taskId', { ids, pick: FIELDS, afterS: pauseS });
    if (!answer.ok) return;
    const { status, enqueuedAt, finishedAt } = fields(answer.picked);
    if (status !== 'failed' && status !== 'done') continue;
    check(status, IS_DONE);
    if (status === 'done' && typeof enqueuedAt === 'number' && typeof finishedAt === 'number') latency.add(finishedAt - enqueuedAt);
    return;
  }
  check('late', IS_DONE);
  timeouts.add(1);
}
