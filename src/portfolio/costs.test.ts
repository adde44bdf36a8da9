import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money, Price } from '../base/index.ts';
import { buyCostPerShare, type Costs, feeOf, NO_COSTS, slippedPrice } from './costs.ts';

const at = (dollars: number) => Math.round(dollars * 1e6) as Price;
const costsOf = (slippagePpm: number, feePerShare: number, feePpm: number): Costs => ({
  slippagePpm,
  feePerShare: Math.round(feePerShare * 1e6) as Money,
  feePpm,
});

const price = fc.integer({ min: 1, max: 900_000_000_000 }).map((one) => one as Price);
const costs = fc.record({
  slippagePpm: fc.integer({ min: 0, max: 30_000 }),
  feePerShare: fc.integer({ min: 0, max: 1_000_000 }).map((one) => one as Money),
  feePpm: fc.integer({ min: 0, max: 20_000 }),
});
const halfEven = (exact: Decimal) => exact.toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN).toNumber();

describe('slippage', () => {
  test('a buy pays more, a sale brings less', () => {
    const tenth = costsOf(1_000, 0, 0);
    expect(slippedPrice(at(100), 'buy', tenth)).toBe(at(100.1));
    expect(slippedPrice(at(100), 'sell', tenth)).toBe(at(99.9));
    expect(slippedPrice(at(100), 'buy', NO_COSTS)).toBe(at(100));
  });

  test('it is rounded half to even to a micro-dollar', () => {
    const half = costsOf(500_000, 0, 0);
    expect([1, 3, 5].map((one) => slippedPrice(one as Price, 'buy', half))).toEqual([2, 4, 8]);
  });

  test('a sale never goes below one micro-dollar', () => {
    expect(slippedPrice(1 as Price, 'sell', costsOf(900_000, 0, 0))).toBe(1);
    expect(slippedPrice(at(1), 'sell', costsOf(2_000_000, 0, 0))).toBe(1);
  });

  test('it is what decimals say, at every price up to the largest', () => {
    const any = fc.oneof(
      price,
      fc.integer({ min: 8e15, max: 9e15 }).map((one) => one as Price),
    );
    fc.assert(
      fc.property(any, fc.integer({ min: 0, max: 1_000 }), (one, slippagePpm) => {
        const exact = new Decimal(one).times(1_000_000 - slippagePpm).div(1_000_000);
        const found = slippedPrice(one, 'sell', costsOf(slippagePpm, 0, 0));
        expect(found).toBe(Math.max(1, halfEven(exact)));
      }),
    );
  });
});

describe('fees', () => {
  test('a fee is per share, in parts of the notional, or both', () => {
    expect(feeOf(at(50), 200, costsOf(0, 0.01, 0))).toBe(at(2));
    expect(feeOf(at(50), 200, costsOf(0, 0, 1_000))).toBe(at(10));
    expect(feeOf(at(50), 200, costsOf(0, 0.01, 1_000))).toBe(at(12));
    expect(feeOf(at(50), 200, NO_COSTS)).toBe(0);
  });

  test('a fee in parts of the notional is rounded half to even, once a fill', () => {
    fc.assert(
      fc.property(
        price,
        fc.integer({ min: 1, max: 9_999 }),
        fc.nat({ max: 20_000 }),
        (one, units, ppm) => {
          const exact = new Decimal(one).times(units).times(ppm).div(1_000_000);
          expect(feeOf(one, units, costsOf(0, 0, ppm))).toBe(halfEven(exact));
        },
      ),
    );
  });
});

describe('cost of a share bought', () => {
  test('the price with slippage and fees, as the reference counts it: 1.001 p + 0.01', () => {
    expect(buyCostPerShare(at(100), costsOf(1_000, 0.01, 0))).toBe(at(100.11));
    expect(buyCostPerShare(at(100), costsOf(0, 0, 1_000))).toBe(at(100.1));
    expect(buyCostPerShare(3 as Price, costsOf(0, 0, 1_000))).toBe(4);
  });

  test('any number of shares costs no more than so many times the cost of one', () => {
    fc.assert(
      fc.property(price, costs, fc.integer({ min: 1, max: 5_000 }), (one, charged, units) => {
        const fill = slippedPrice(one, 'buy', charged);
        const paid = fill * units + feeOf(fill, units, charged);
        expect(paid).toBeLessThanOrEqual(buyCostPerShare(one, charged) * units);
      }),
    );
  });
});
