import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import { WIDE } from './gate.fixture.ts';
import { HALT_LEVELS, type HaltLevel, isAtLeast, limitsFor, percentOf } from './limits.ts';

describe('percent of an amount', () => {
  test.each([
    [100_000_000, 25, 25_000_000],
    [100_000_000, 0.0001, 100],
    [1_000_000, 33.3333, 333_333],
    [3, 50, 1],
    [-3, 50, -1],
    [-100_000_000, 5, -5_000_000],
    [0, 100, 0],
    [9_007_199_254_740_991, 100, 9_007_199_254_740_991],
  ])('of %s, %s percent are %s', (amount, pct, wanted) => {
    expect(percentOf(amount as Money, pct)).toBe(wanted);
  });

  test('it is exact, rounded down in size, at four decimals', () => {
    const amount = fc.integer({ min: -Number.MAX_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(amount, fc.integer({ min: 0, max: 1_000_000 }), (whole, ppm) => {
        const exact = (BigInt(whole) * BigInt(ppm)) / 1_000_000n;
        expect(percentOf(whole as Money, ppm / 10_000)).toBe(Number(exact));
      }),
    );
  });

  test('what is not a number stays so: nothing can be compared with it', () => {
    expect(percentOf(Number.NaN as Money, 5)).toBeNaN();
    expect(percentOf(100 as Money, Number.NaN)).toBeNaN();
    expect(percentOf(undefined as unknown as Money, 5)).toBeNaN();
    expect(percentOf(100 as Money, Number.POSITIVE_INFINITY)).not.toBeLessThan(Number.MAX_VALUE);
  });
});

describe('levels of a halt', () => {
  test('each includes those before it', () => {
    HALT_LEVELS.forEach((level, i) =>
      HALT_LEVELS.forEach((other, k) => expect(isAtLeast(level, other)).toBe(i >= k)),
    );
  });

  test.each(['', 'stop', 'HALT', undefined, null, 3])(
    'an unreadable level, %s, is the highest',
    (found) => {
      const unreadable = found as HaltLevel;
      for (const level of HALT_LEVELS) expect(isAtLeast(unreadable, level)).toBe(true);
      expect(isAtLeast('STOP', unreadable)).toBe(true);
      expect(isAtLeast('CANCEL_ONLY', unreadable)).toBe(false);
    },
  );
});

describe('limits of one symbol', () => {
  const limits = {
    ...WIDE,
    ordersPerMinuteMax: 9,
    symbols: { TQQQ: { positionPctMax: 30, ordersPerMinuteMax: 1 } },
  };

  test('take the place of the others, but for counts', () => {
    const own = limitsFor(limits, 'TQQQ');
    expect(own).toEqual({ ...limits, positionPctMax: 30 });
    expect(limitsFor(limits, 'TQQQ')).toBe(own);
    expect(limitsFor(limits, 'QQQ')).toBe(limits);
    expect(limitsFor(WIDE, 'TQQQ')).toBe(WIDE);
  });
});
