/** Players who keep the engine service busy: they enqueue tasks and wait for them, with little else between. */
import { activity } from './lib/journeys/activity.ts';
import { offlineProgress } from './lib/journeys/offline-progress.ts';
import { task } from './lib/journeys/task.ts';
import { story } from './lib/story.ts';

const { options, play } = story({
  rhythm: { thinkMeanS: 4, requestsPerSession: 40, awayMeanS: 10 },
  journeys: [
    [8, task],
    [1, activity],
    [1, offlineProgress],
  ],
  // An arrival waits for its task, and looks after it at intervals: mostly twice.
  visitS: 3,
});

export { options };
export default play;
