import { defineConfig } from 'vitest/config';

/** Long runs, for CI and for who asks for them: `CI=1 npm test`. */
const SLOW = process.env['CI'] === undefined ? ['**/*.ci.test.ts'] : [];

export default defineConfig({
  test: {
    include: ['{analyzers,cli,reports,infra-fixtures,scenarios,tests}/**/*.test.ts'],
    exclude: ['**/node_modules/**', ...SLOW],
    globalSetup: 'tests/setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real processes share two cores with the tests: more files at once only make each slower.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/vitest/results.json' }]],
  },
});
