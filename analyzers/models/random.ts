export interface Random {
  /** In [0, 1). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  poisson(mean: number): number;
}

/** Seeded randomness: mulberry32 (public domain, Tommy Ettinger), Box–Muller, and Poisson by its normal approximation above a mean of 50. */
export function randomSource(seed: number): Random {
  let state = seed >>> 0;
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > 50) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    // Knuth, TAOCP vol. 2, 3.4.1: multiply uniforms until the product falls below e^−mean.
    let count = 0;
    for (let product = uniform(); product > Math.exp(-mean); product *= uniform()) count += 1;
    return count;
  };
  return { uniform, normal, poisson };
}
