export interface Edge {
  from: string;
  to: string;
}

/**
 * Both lists as one. A service that X-Ray's graph knows only by its name (`cache`) is the node that the traces know by more
 * (`elasticache:cache`), where there is one such.
 */
export function edgesOf(ofTraces: readonly Edge[], ofGraph: readonly Edge[]): Edge[] {
  const nodes = [...new Set(ofTraces.flatMap(({ from, to }) => [from, to]))];
  const known = (name: string): string => {
    if (name.includes(':')) return name;
    const candidates = nodes.filter((node) => node === `elasticache:${name}`);
    return candidates[0] ?? name;
  };
  const all = [...ofTraces, ...ofGraph.map(({ from, to }) => ({ from: known(from), to: known(to) }))];
  return [...new Map(all.map((edge) => [`${edge.from}\n${edge.to}`, edge])).values()];
}
