import type { Audit } from '../contract.ts';
import { plural } from '../words.ts';

export const distinctNames: Audit<'client'> = {
  id: 'distinct-names',
  question: 'Do requests have names that can be told apart and added up?',
  needs: ['client'],
  audit({ client }) {
    const { names } = client.overflow;
    if (names === 0) return [];
    return {
      id: 'distinct-names',
      verdict: 'warn',
      severity: 'medium',
      title: `${plural(names, 'request name')} beyond the cap went to the endpoint "other"`,
      why: 'Names that carry ids or tokens give every request an endpoint of its own: nothing can be read from the table, and memory grows.',
      evidence: [{ what: 'names beyond the cap', value: names, limit: 0 }],
      next: 'Name requests by their route: `http.get(url, { tags: { name: "GET /characters/:id" } })`.',
    };
  },
};
