import type { Inventory } from './contract.ts';

/** What the account has left for functions without a reservation, and these; null where the account's limit could not be read, or nothing is left. */
export function unreservedOf({ resources }: Pick<Inventory, 'resources'>): { nodes: string[]; limit: number; account: number } | null {
  const functions = resources.filter(({ kind }) => kind === 'lambda');
  const account = functions.find(({ limits }) => typeof limits.accountConcurrency === 'number')?.limits.accountConcurrency ?? null;
  if (account === null) return null;
  const reserved = functions.reduce((sum, { limits }) => sum + (limits.reservedConcurrency ?? 0), 0);
  const nodes = functions.filter(({ limits }) => typeof limits.reservedConcurrency !== 'number').map(({ node }) => node);
  return account - reserved > 0 ? { nodes, limit: account - reserved, account } : null;
}
