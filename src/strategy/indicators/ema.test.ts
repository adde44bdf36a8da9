import { describe, expect, test } from 'vitest';
import type { Indicator } from '../indicator.ts';
import { ema, emaAdjusted, macd, wma } from './index.ts';
import { randomBars, realBars } from './series.fixture.ts';

const CLOSES = (realBars() ?? randomBars(11, 1500)).slice(0, 1500).map((bar) => bar.close);

/** Largest relative difference from a direct computation over all inputs so far. */
function worstOf(
  indicator: Indicator<number, number>,
  direct: (inputs: readonly number[]) => number,
): number {
  const differences = CLOSES.map((close, i) => {
    const value = indicator.update(close);
    return Math.abs(value / direct(CLOSES.slice(0, i + 1)) - 1);
  });
  return Math.max(...differences);
}

/** Weights a(1-a)^age, all that is left on the first input. */
function unadjusted(inputs: readonly number[], length: number): number {
  const a = 2 / (length + 1);
  return inputs.reduce((mean, x, i) => (i === 0 ? x : a * x + (1 - a) * mean), 0);
}

function adjusted(inputs: readonly number[], length: number): number {
  const a = 2 / (length + 1);
  let sum = 0;
  let weights = 0;
  inputs.forEach((x, i) => {
    const weight = (1 - a) ** (inputs.length - 1 - i);
    sum += weight * x;
    weights += weight;
  });
  return sum / weights;
}

describe('exponential means beside direct sums', () => {
  test.each([1, 2, 9, 26])('seed first, length %i', (length) => {
    expect(
      worstOf(ema(length, { seed: 'first' }), (inputs) => unadjusted(inputs, length)),
    ).toBeLessThan(1e-11);
  });

  test.each([1, 2, 9, 20])('adjusted, length %i', (length) => {
    expect(worstOf(emaAdjusted(length), (inputs) => adjusted(inputs, length))).toBeLessThan(1e-11);
  });

  test('a constant input is its own mean, exactly', () => {
    const means = [ema(20, { seed: 'first' }), ema(20, { seed: 'sma' }), emaAdjusted(20), wma(20)];
    for (let i = 0; i < 500; i += 1) for (const mean of means) mean.update(0.5);
    expect(means.map((mean) => mean.value)).toEqual([0.5, 0.5, 0.5, 0.5]);
  });
});

test('MACD seeded with the first input is three such means', () => {
  const fast = ema(12, { seed: 'first' });
  const slow = ema(26, { seed: 'first' });
  const signal = ema(9, { seed: 'first' });
  const all = macd(12, 26, 9, { seed: 'first' });
  for (const close of CLOSES) {
    const wanted = fast.update(close) - slow.update(close);
    const value = all.update(close);
    expect(value.macd).toBe(wanted);
    expect(value.signal).toBe(signal.update(wanted));
    expect(value.histogram).toBe(wanted - signal.value);
  }
});

test('MACD refuses a fast mean that is not below the slow one', () => {
  expect(() => macd(26, 26)).toThrow('macd: fast "26" is not below slow "26"');
});
