import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['{analyzers,cli,reports,infra-fixtures,scenarios,tests}/**/*.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
