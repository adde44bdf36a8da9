import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawOf, normalPair, seeded } from './random.ts';

const moments = (numbers: readonly number[]) => {
  const mean = numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
  const variance = numbers.reduce((sum, one) => sum + (one - mean) ** 2, 0) / numbers.length;
  return { mean, variance };
};
const correlation = (a: readonly number[], b: readonly number[]) => {
  const [one, two] = [moments(a), moments(b)];
  const sum = a.reduce((all, x, i) => all + (x - one.mean) * ((b[i] as number) - two.mean), 0);
  return sum / a.length / Math.sqrt(one.variance * two.variance);
};
const N = 20_000;

describe('a seeded sequence', () => {
  test('is the same for a seed, within 0 and 1, and another for another', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const [one, two] = [seeded(seed), seeded(seed)];
        const numbers = Array.from({ length: 50 }, one);
        expect(numbers).toEqual(Array.from({ length: 50 }, two));
        for (const x of numbers) expect(x >= 0 && x < 1).toBe(true);
        expect(Array.from({ length: 50 }, seeded(seed + 1))).not.toEqual(numbers);
      }),
    );
  });

  test('has the mean and variance of uniform numbers, and no memory', () => {
    const numbers = Array.from({ length: N }, seeded(7));
    const { mean, variance } = moments(numbers);
    expect(mean).toBeCloseTo(0.5, 2);
    expect(variance).toBeCloseTo(1 / 12, 2);
    expect(Math.abs(correlation(numbers.slice(1), numbers.slice(0, -1)))).toBeLessThan(0.03);
  });
});

const counts = Array.from({ length: N }, (_, i) => i + 1);
const draws = (seed: number, purpose: number, ahead = 0) =>
  counts.map((count) => drawOf(seed, count + ahead, purpose));

describe('a draw that belongs to seed, count and purpose', () => {
  test.each([0, 1, 2])('is uniform over the counts, purpose %d', (purpose) => {
    for (const seed of [0, 1, 2, 42, -5]) {
      const { mean, variance } = moments(draws(seed, purpose));
      expect(mean).toBeCloseTo(0.5, 1);
      expect(Math.abs(mean - 0.5)).toBeLessThan(0.015);
      expect(Math.abs(variance - 1 / 12)).toBeLessThan(0.005);
    }
  });

  test('is not that of the next count, another purpose or another seed', () => {
    const base = draws(1, 0);
    for (const other of [draws(1, 1), draws(1, 2), draws(2, 0), draws(3, 0), draws(1, 0, 1)]) {
      expect(Math.abs(correlation(base, other))).toBeLessThan(0.03);
    }
  });

  test('fills every tenth of the range alike', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const count of counts) tenths[Math.floor(drawOf(9, count, 0) * 10)]!++;
    for (const count of tenths) expect(Math.abs(count / N - 0.1)).toBeLessThan(0.01);
  });
});

test('normal numbers have mean 0, variance 1, tails as they should, and no pair is alike', () => {
  const random = seeded(3);
  const pairs = Array.from({ length: N }, () => normalPair(random));
  for (const side of [0, 1] as const) {
    const numbers = pairs.map((pair) => pair[side]);
    const { mean, variance } = moments(numbers);
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
    const beyond = numbers.filter((x) => Math.abs(x) > 1.96).length / N;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(0.006);
    expect(numbers.every(Number.isFinite)).toBe(true);
  }
  const [a, b] = [pairs.map(([x]) => x), pairs.map(([, y]) => y)];
  expect(Math.abs(correlation(a, b))).toBeLessThan(0.03);
});

test('a uniform number of 0 gives finite normal ones', () => {
  expect(normalPair(() => 0).every(Number.isFinite)).toBe(true);
});
