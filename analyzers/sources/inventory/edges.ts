import type { Inventory } from '../../contract.ts';

/** Who calls whom among known resources, each once. */
export function edgesBetween(resources: Inventory['resources'], edges: Inventory['edges']): Inventory['edges'] {
  const nodes = new Set(resources.map(({ node }) => node));
  const known = edges.filter(({ from, to }) => nodes.has(from) && nodes.has(to));
  return [...new Map(known.map(({ from, to }) => [JSON.stringify([from, to]), { from, to }])).values()];
}
