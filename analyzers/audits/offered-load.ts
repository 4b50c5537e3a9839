import { median } from 'simple-statistics';
import type { Audit, Client, Plan, Window } from '../contract.ts';
import { slotsWithin, total } from '../series.ts';
import { figure, percent } from '../words.ts';

/** Less than this share of the planned load is another question than the one that was asked. Guess: tune. */
const DELIVERED_SHARE_MIN = 0.95;

export const offeredLoad: Audit<'plan' | 'client' | 'window'> = {
  id: 'offered-load',
  question: 'Was the planned load really offered?',
  needs: ['plan', 'client', 'window'],
  audit({ plan, client, window }) {
    const delivered = deliveredLoad(plan, client, window);
    const { planned, unit } = plannedLoad(plan);
    if (delivered !== null && delivered >= DELIVERED_SHARE_MIN * planned) return [];
    const share = delivered === null || planned === 0 ? null : delivered / planned;
    return {
      id: 'offered-load',
      verdict: 'inconclusive',
      severity: 'high',
      title: share === null ? 'How much load was offered is not known' : `Only ${percent(share)} of the planned load was offered`,
      why: 'Targets that are met under less load than planned say nothing about the planned one.',
      evidence: [{ what: `${unit} in the window`, value: delivered, limit: planned, unit }],
      next: `Find out why there were not ${figure(planned)} ${unit}: scenarios that end early, too few free users, or an interrupted run.`,
    };
  },
};

function plannedLoad({ load }: Plan): { planned: number; unit: string } {
  return load.model === 'closed' ? { planned: load.usersMax, unit: 'users' } : { planned: load.ratePerS, unit: 'arrivals/s' };
}

/**
 * Median of users over a window at full load, or their peak where the plan has no plateau. k6 starts every planned arrival or counts it as
 * dropped, so arrivals are what was not dropped: completed iterations would lag by the length of a session.
 */
function deliveredLoad({ load, plateau }: Plan, client: Client, window: Window): number | null {
  const range = slotsWithin(client, window.fromS, window.toS);
  if (load.model === 'open') {
    const droppedPerS = total(client.droppedIterations, range) / ((range.to - range.from) * client.periodS);
    return Number.isFinite(droppedPerS) ? load.ratePerS - droppedPerS : null;
  }
  const users = client.users.slice(range.from, range.to).filter((value) => value !== null);
  if (users.length === 0) return null;
  return plateau === null ? users.reduce((a, b) => Math.max(a, b)) : median(users);
}
