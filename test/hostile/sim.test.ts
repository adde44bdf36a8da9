import { describe, expect, test } from 'vitest';
import { planOfSeed } from './plan.ts';
import { play } from './play.ts';

const DAYS = 2;
const SEEDS = 40;
const TWICE = 12;

describe('the real runner in the hostile world', () => {
  test(`${SEEDS} worlds keep all invariants, and settle when the faults stop`, async () => {
    const failed: string[] = [];
    let orders = 0;
    let crashes = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const { violations, counts } = await play(seed, DAYS);
      orders += counts['orders'] ?? 0;
      crashes += counts['crashes'] ?? 0;
      for (const { invariant, text } of violations) {
        failed.push(
          `npm run sim -- --seed ${seed} --days ${DAYS}: invariant ${invariant}: ${text}`,
        );
      }
    }
    expect(failed).toEqual([]);
    expect(orders).toBeGreaterThan(SEEDS);
    expect(crashes).toBeGreaterThan(SEEDS / 4);
  }, 60_000);

  test('the same seed gives the same trace of wire and journal, twice', async () => {
    for (let seed = 101; seed <= 100 + TWICE; seed++) {
      const first = await play(seed, DAYS);
      expect((await play(seed, DAYS)).trace).toBe(first.trace);
    }
  }, 30_000);

  test('different seeds give different worlds', async () => {
    const traces = new Set<string>();
    for (let seed = 201; seed <= 205; seed++) traces.add((await play(seed, 1)).trace);
    expect(traces.size).toBe(5);
  });

  test('the seeds make worlds of both kinds of broker, every profile, 1 to 3 books', () => {
    const plans = Array.from({ length: 60 }, (_, seed) => planOfSeed(seed, 1));
    const kinds = new Set(plans.map(({ setup }) => setup.broker.clientIds));
    expect([...kinds].sort()).toEqual(['none', 'unique']);
    expect(new Set(plans.map(({ profile }) => profile)).size).toBe(3);
    expect(new Set(plans.map(({ setup }) => setup.books.length)).size).toBe(3);
  });
});
