import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{analyzers,cli,reports,infra-fixtures,scenarios,tests}/**/*.test.ts'],
    globalSetup: 'tests/setup.ts',
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real processes share two cores with the tests: more files at once only make each slower.
    maxWorkers: 2,
    reporters: ['default', ['json', { outputFile: 'node_modules/.cache/vitest/results.json' }]],
  },
});
