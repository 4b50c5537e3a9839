/** What `loadkit capacity` takes, and no suggested test goes beyond. */

/** `--users`; `loadkit run` takes no more, and neither do the scenarios that ship. */
export const USERS_MAX = 100_000;
/** `--steps` */
export const STEPS_MAX = 50;
/** `--duration` has no bound of its own, but the scenarios that ship take no more than a week (`scenarios/lib/settings.ts`). */
export const DURATION_MAX_S = 7 * 24 * 3600;
