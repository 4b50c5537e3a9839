import { setFlagsFromString } from 'node:v8';

/**
 * Keeps V8's young generation at the size that it has. It grows where much is allocated, as when thousands of answers are parsed, and what it grew
 * by is never given back: reading 10,000 traces peaks at 283 MB with this, and at 340 to 360 MB without (bench/traces.ts).
 *
 * To be called before the work. https://v8.dev/blog/trash-talk , `node --v8-options | grep -A1 semi-space-growth-factor`
 */
export const keepYoungGenerationSmall = (): void => setFlagsFromString('--semi-space-growth-factor=1');
