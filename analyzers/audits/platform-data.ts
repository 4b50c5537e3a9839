import type { Audit } from '../contract.ts';
import { plural } from '../words.ts';

export const platformData: Audit<'inventory' | 'platform'> = {
  id: 'platform-data',
  question: 'Did AWS say all that it was asked?',
  needs: ['inventory', 'platform'],
  audit({ inventory: { gaps } }) {
    const [first] = gaps;
    if (first === undefined) return [];
    return {
      id: 'platform-data',
      // What is there stands; an audit that would have read what is missing is inconclusive by itself (unread-series.ts).
      verdict: 'warn',
      severity: 'medium',
      title: `AWS did not say all that it was asked: ${plural(gaps.length, 'gap')}`,
      why: 'A cause that lies in what is missing cannot be found.',
      evidence: gaps.map(({ source, reason, next }) => ({ what: `${source}: ${reason}`, value: next })),
      next: first.next,
    };
  },
};
