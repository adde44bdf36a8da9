import { defineConfig } from 'vitest/config';

export default defineConfig({
  resolve: { alias: { plimsoll: new URL('./src/strategy/index.ts', import.meta.url).pathname } },
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    pool: 'forks',
  },
});
