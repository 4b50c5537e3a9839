import { defineConfig } from 'vitest/config';

/** Long runs, for CI and for who asks for them: `CI=1 npm test`. */
const SLOW = process.env['CI'] === undefined ? ['**/*.ci.test.ts'] : [];
/** What measures capacity needs the machine to itself: a generator that waits its turn measures nothing, and says so. */
const ALONE = ['tests/capacity-network.ci.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          include: ['{analyzers,cli,reports,infra-fixtures,scenarios,tests}/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...SLOW, ...ALONE],
        },
      },
      { extends: true, test: { name: 'alone', include: ALONE, exclude: SLOW, sequence: { groupOrder: 1 } } },
    ],
    globalSetup: 'tests/setup.ts',
    // Process tests take a few seconds; a machine that others use, too, has been seen to need ten times that.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    // Real processes on a shared machine stall now and then: in CI a test that failed is asked once more, and vitest's report says so.
    retry: process.env['CI'] === undefined ? 0 : 1,
    // Real processes share two cores with the tests: more files at once only make each slower.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/vitest/results.json' }]],
  },
});
