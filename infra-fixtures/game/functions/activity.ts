import { randomUUID } from 'node:crypto';
import { ownCharacter, requireOwn, updateOwn } from '../characters.ts';
import { notFound, Refusal } from '../errors.ts';
import { oneOf } from '../input.ts';
import { count } from '../metrics.ts';
import { bodyOf, pathParameter, type RestContext, restHandler } from '../rest.ts';
import { ACTIVITIES, TASK_KINDS } from '../rules.ts';
import { enqueue, findTask, type Task } from '../tasks.ts';

const read = async (c: RestContext): Promise<Response> => {
  const { activity, activitySince } = await ownCharacter(pathParameter(c, 'id'), c.get('player').userId);
  return c.json({ activity, since: activitySince });
};

/** A rule of the game: whoever switches without collecting first forgoes what the old activity had earned. */
const switchTo = async (c: RestContext): Promise<Response> => {
  const activity = oneOf(bodyOf(c), 'activity', ACTIVITIES);
  const now = Date.now();
  const before = await updateOwn(
    pathParameter(c, 'id'),
    c.get('player').userId,
    'SET activity = :activity, activitySince = :now, lastActiveAt = :now, progressAt = :now',
    {},
    { ':activity': activity, ':now': now },
  );
  count('ActivitiesSwitched');
  return c.json({ activity, since: now, previous: before.activity });
};

const enqueueTask = async (c: RestContext): Promise<Response> => {
  const kind = oneOf(bodyOf(c), 'kind', TASK_KINDS);
  const characterId = pathParameter(c, 'id');
  await requireOwn(characterId, c.get('player').userId);
  const task: Task = { taskId: randomUUID(), characterId, kind, status: 'queued', enqueuedAt: Date.now(), attempts: 0 };
  if (!(await enqueue(task))) throw new Refusal(503, 'the engine has too much to do');
  count('TasksQueued');
  return c.json({ taskId: task.taskId, status: task.status, enqueuedAt: task.enqueuedAt }, 202);
};

const readTask = async (c: RestContext): Promise<Response> => {
  const characterId = pathParameter(c, 'id');
  await requireOwn(characterId, c.get('player').userId);
  const task = await findTask(pathParameter(c, 'taskId'));
  if (task === null || task.characterId !== characterId) throw notFound('task');
  const { characterId: _character, attempts: _attempts, ...shown } = task;
  return c.json(shown);
};

export const handler = restHandler('activity', {
  'GET /characters/{id}/activity': read,
  'PUT /characters/{id}/activity': switchTo,
  'POST /characters/{id}/tasks': enqueueTask,
  'GET /characters/{id}/tasks/{taskId}': readTask,
});
