import { defineConfig } from 'vitest/config';

/** The tests beside the mutated rooms: fast ones, without a process or a file. */
export default defineConfig({
  resolve: { alias: { plimsoll: new URL('../../src/strategy/index.ts', import.meta.url).pathname } },
  test: { include: ['src/{orders,ledger,risk,engine,portfolio}/**/*.test.ts'], pool: 'forks' },
});
