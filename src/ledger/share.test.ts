import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenPromise } from '../base/index.ts';
import { shareOut } from './share.ts';

describe('sharing out', () => {
  test.each([
    [100, [1, 1, 1], [34, 33, 33]],
    [-100, [1, 1, 1], [-34, -33, -33]],
    [10, [1, 2, 4], [1, 3, 6]],
    [7, [0, 5], [0, 7]],
    [0, [3, 4], [0, 0]],
    [2, [1, 1, 1], [1, 1, 0]],
    [9_007_199_254_740_991, [9_007_199_254_740_991, 1], [9_007_199_254_740_990, 1]],
  ])('%d by %j is %j: who loses most by rounding gets what is left', (total, weights, parts) => {
    expect(shareOut(total, weights)).toEqual(parts);
  });

  test.each([
    [1, []],
    [1, [0, 0]],
    [1, [2, -1]],
    [1.5, [1]],
    [1, [0.5]],
    [Number.NaN, [1]],
  ])('%d by %j is refused', (total, weights) => {
    expect(() => shareOut(total, weights)).toThrow(BrokenPromise);
  });

  test('nothing is lost, and no part is off by one unit or more', () => {
    const weights = fc
      .array(fc.integer({ min: 0, max: 1e9 }), { minLength: 1, maxLength: 9 })
      .filter((list) => list.some((one) => one > 0));
    fc.assert(
      fc.property(fc.integer({ min: -1e12, max: 1e12 }), weights, (total, list) => {
        const parts = shareOut(total, list);
        const sum = list.reduce((all, one) => all + one, 0);
        expect(parts.reduce((all, one) => all + one, 0)).toBe(total);
        parts.forEach((part, i) => {
          const off = BigInt(part) * BigInt(sum) - BigInt(total) * BigInt(list[i] as number);
          expect(off < 0n ? -off < BigInt(sum) : off < BigInt(sum)).toBe(true);
          expect(Object.is(part, -0)).toBe(false);
        });
      }),
    );
  });
});
