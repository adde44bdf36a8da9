import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput } from '../../base/index.ts';
import type { Indicator } from '../indicator.ts';
import { bollinger, realizedVolatility, stdev, zscore } from './index.ts';
import { randomBars, realBars, seeded } from './series.fixture.ts';

const CLOSES = (realBars() ?? randomBars(5, 3000)).map((bar) => bar.close);

const meanOf = (xs: readonly number[]) => xs.reduce((sum, x) => sum + x, 0) / xs.length;

/** Two passes, with the second-pass correction for the rounding of the mean. */
function twoPass(xs: readonly number[], divisor = xs.length - 1): number {
  const mean = meanOf(xs);
  const rest = xs.reduce((sum, x) => sum + (x - mean), 0);
  const squares = xs.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return Math.sqrt(Math.max(0, squares - (rest * rest) / xs.length) / divisor);
}

/** Largest relative difference from a direct computation over the last `length` inputs. */
function worstOf(
  indicator: Indicator<number, number>,
  inputs: Iterable<number>,
  length: number,
  direct: (window: readonly number[]) => number,
): number {
  const window: number[] = [];
  let worst = 0;
  for (const input of inputs) {
    window.push(input);
    if (window.length > length) window.shift();
    const value = indicator.update(input);
    if (window.length < length) continue;
    const wanted = direct(window);
    const difference = value === wanted ? 0 : Math.abs(value / wanted - 1);
    worst = Math.max(worst, Number.isNaN(difference) ? 1 / 0 : difference);
  }
  return worst;
}

const returnsOf = (closes: readonly number[]) =>
  closes.slice(1).map((close, i) => Math.log(close / (closes[i] as number)));

const yearly = (periods: number) => (closes: readonly number[]) =>
  twoPass(returnsOf(closes)) * Math.sqrt(periods);

const steps = (seed: number, count: number, offset: number, spread: number) => {
  const random = seeded(seed);
  return Array.from({ length: count }, () => offset + spread * (random() - 0.5));
};

describe('deviation', () => {
  test.each([
    ['prices in dollars', 1e2, 1],
    ['prices in micro-dollars', 5e8, 1e5],
    ['a small spread on a large offset', 1e6, 1e-3],
    ['no offset', 0, 1e-6],
  ])('agrees with two passes after 100,000 updates: %s', (_, offset, spread) => {
    for (const length of [2, 20, 126]) {
      const inputs = steps(length, 100_000, offset, spread);
      expect(worstOf(stdev(length), inputs, length, twoPass)).toBeLessThan(1e-9);
    }
  });

  test('leaves nothing behind of a huge input that has passed', () => {
    const inputs = steps(9, 1000, 100, 1);
    for (let at = 20; at < 1000; at += 21) inputs[at] = 1e12;
    expect(worstOf(stdev(10), inputs, 10, twoPass)).toBeLessThan(1e-9);
  });

  test('agrees with two passes on any prices', () => {
    const price = fc.integer({ min: 1, max: 1_000_000 }).map((cents) => cents / 100);
    const prices = fc.array(price, { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(prices, fc.integer({ min: 2, max: 9 }), (inputs, length) => {
        expect(worstOf(stdev(length), inputs, length, twoPass)).toBeLessThan(1e-9);
      }),
    );
  });

  test('is exactly 0 for equal inputs, whatever came before', () => {
    const inputs = [...steps(4, 53, 100, 30), ...Array.from({ length: 20 }, () => 0.1 + 0.2)];
    const [sample, score, bands] = [stdev(20), zscore(20), bollinger(20, 2)];
    for (const input of inputs) {
      sample.update(input);
      score.update(input);
      bands.update(input);
    }
    expect(sample.value).toBe(0);
    expect(score.value).toBe(0);
    expect(bands.value).toEqual({ middle: 0.1 + 0.2, upper: 0.1 + 0.2, lower: 0.1 + 0.2 });
  });

  test('divides by n for a population', () => {
    const population = stdev(20, { population: true });
    expect(worstOf(population, CLOSES, 20, (xs) => twoPass(xs, 20))).toBeLessThan(1e-9);
  });

  test('needs two inputs', () => {
    for (const make of [stdev, zscore, realizedVolatility]) expect(() => make(1)).toThrow(BadInput);
    expect(() => bollinger(1, 2)).toThrow(BadInput);
  });
});

test('a z-score is the deviation of the newest input in sample deviations', () => {
  const score = zscore(126);
  const window: number[] = [];
  let worst = 0;
  for (const close of CLOSES) {
    window.push(close);
    if (window.length > 126) window.shift();
    const value = score.update(close);
    const wanted = (close - meanOf(window)) / twoPass(window);
    if (window.length === 126) worst = Math.max(worst, Math.abs(value - wanted));
  }
  expect(worst).toBeLessThan(1e-9);
});

test('realized volatility is the yearly sample deviation of log returns', () => {
  expect(worstOf(realizedVolatility(21), CLOSES, 22, yearly(252))).toBeLessThan(1e-9);
  const monthly = realizedVolatility(21, { periodsPerYear: 12 });
  expect(worstOf(monthly, CLOSES, 22, yearly(12))).toBeLessThan(1e-9);
});

test('a close of zero has no log return and is refused', () => {
  const volatility = realizedVolatility(2);
  volatility.update(1);
  expect(() => volatility.update(0)).toThrow('Close "0" is not above zero');
});

test('bands of the sample are wider than those of the population by their divisors', () => {
  const [sample, population] = [bollinger(5, 2, { sample: true }), bollinger(5, 2)];
  for (const close of CLOSES.slice(0, 50)) {
    sample.update(close);
    population.update(close);
  }
  const widths = [sample, population].map(({ value }) => value.upper - value.middle);
  expect((widths[0] as number) / (widths[1] as number)).toBeCloseTo(Math.sqrt(5 / 4), 10);
});
