/** As AWS Lambda Power Tuning has them: the cheapest, the fastest, and a compromise. */
export const STRATEGIES = ['cost', 'speed', 'balanced'] as const;
export type Strategy = (typeof STRATEGIES)[number];
