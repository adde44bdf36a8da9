import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BrokenPromise, type Money } from '../base/index.ts';
import { closeLots, costOf, type Lot, splitLots } from './lot.ts';

const USD = 1_000_000;
const lot = (quantity: number, dollars: number): Lot => ({
  quantity,
  cost: (dollars * USD) as Money,
});

/** Lots of one sign, each with a cost of that sign. */
const lots: fc.Arbitrary<Lot[]> = fc
  .tuple(
    fc.constantFrom(1, -1),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 0, max: 1e12 })), {
      maxLength: 8,
    }),
  )
  .map(([sign, drawn]) =>
    drawn.map(([quantity, cost]) => ({
      quantity: sign * quantity,
      cost: (cost === 0 ? 0 : sign * cost) as Money,
    })),
  );
const sharesOf = (list: readonly Lot[]) => list.reduce((sum, one) => sum + one.quantity, 0);

describe('closing lots, first in, first out', () => {
  test('the rule of IRS Publication 550: the first shares bought are the first sold', () => {
    // 100 shares at $10 in one year, 200 at $11 in the next, 100 at $9.50; 130 are sold.
    const held = [lot(100, 1_000), lot(200, 2_200), lot(100, 950)];
    expect(closeLots(held, 130)).toBe((1_000 + 30 * 11) * USD);
    expect(held).toEqual([lot(170, 1_870), lot(100, 950)]);
  });

  test('a short position is covered in the order in which it was sold', () => {
    const held = [lot(-10, -1_000), lot(-20, -2_200)];
    expect(closeLots(held, 15)).toBe(-(1_000 + 5 * 110) * USD);
    expect(held).toEqual([lot(-15, -1_650)]);
  });

  test('a lot that ends exactly is gone', () => {
    const held = [lot(10, 100), lot(10, 120)];
    expect(closeLots(held, 10)).toBe(100 * USD);
    expect(held).toEqual([lot(10, 120)]);
    expect(closeLots(held, 0)).toBe(0);
    expect(closeLots(held, 10)).toBe(120 * USD);
    expect(held).toEqual([]);
  });

  test('a part takes its share of the cost rounded down in size, long or short', () => {
    const [long, short] = [
      [{ quantity: 3, cost: 100 as Money }],
      [{ quantity: -3, cost: -100 as Money }],
    ];
    expect([closeLots(long, 1), closeLots(short, 1)]).toEqual([33, -33]);
    expect([long, short]).toEqual([[{ quantity: 2, cost: 67 }], [{ quantity: -2, cost: -67 }]]);
  });

  test('more than is held breaks a promise', () => {
    expect(() => closeLots([lot(10, 100)], 11)).toThrow(BrokenPromise);
  });

  test('no share and no micro-dollar is lost, in any number of steps', () => {
    fc.assert(
      fc.property(lots, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (held, shares) => {
        const [total, quantity] = [costOf(held), Math.abs(sharesOf(held))];
        let [closed, cost] = [0, 0];
        for (const share of shares) {
          const part = Math.floor((quantity - closed) * share);
          cost += closeLots(held, part);
          closed += part;
          expect(cost + costOf(held)).toBe(total);
          expect(Math.abs(sharesOf(held))).toBe(quantity - closed);
        }
      }),
    );
  });
});

describe('splitting lots', () => {
  test('each lot keeps its cost and its place', () => {
    const split = splitLots([lot(100, 1_000), lot(50, 900)], 4, 1);
    expect(split).toEqual({ lots: [lot(400, 1_000), lot(200, 900)], restCost: 0 });
  });

  test('a reverse split gives a part of a share, with its cost, to the next lot', () => {
    // 1 for 10: 15 and 25 old shares are 1.5 and 2.5 new ones.
    const split = splitLots([lot(15, 150), lot(25, 500)], 1, 10);
    expect(split).toEqual({ lots: [lot(1, 100), lot(3, 550)], restCost: 0 });
  });

  test('the cost of a part of a share is rounded down in size', () => {
    // 1 for 2: of three old shares at 100 micro-dollars in all, one goes into the next lot.
    for (const sign of [1, -1]) {
      const held = [3, 1].map((size) => ({ quantity: sign * size, cost: (sign * 100) as Money }));
      const [first, second] = splitLots(held, 1, 2).lots;
      expect([first, second]).toEqual([
        { quantity: sign, cost: sign * 67 },
        { quantity: sign, cost: sign * 133 },
      ]);
    }
  });

  test('what is left over is taken from the oldest lot', () => {
    // 1 for 10: 43 old shares are 4.3 new ones; the 0.3 are three old shares at $10.
    const split = splitLots([lot(23, 230), lot(20, 400)], 1, 10);
    expect(split).toEqual({ lots: [lot(2, 200), lot(2, 400)], restCost: 30 * USD });
  });

  test('a lot too small for one share is part of the next', () => {
    const split = splitLots([lot(-3, -30), lot(-4, -80), lot(-13, -130)], 1, 10);
    expect(split).toEqual({ lots: [lot(-2, -240)], restCost: 0 });
  });

  test('less than one share in all is all rest', () => {
    expect(splitLots([lot(3, 30), lot(4, 80)], 1, 10)).toEqual({ lots: [], restCost: 110 * USD });
    expect(splitLots([], 2, 1)).toEqual({ lots: [], restCost: 0 });
  });

  test('whole shares are rounded down in size, and no micro-dollar is lost', () => {
    const ratio = fc.tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 50 }));
    fc.assert(
      fc.property(lots, ratio, (held, [numerator, denominator]) => {
        const before = structuredClone(held);
        const { lots: after, restCost } = splitLots(held, numerator, denominator);
        expect(held).toEqual(before);
        expect(costOf(after) + restCost).toBe(costOf(held));
        const exact = (sharesOf(held) * numerator) / denominator;
        expect(sharesOf(after)).toBe(Math.trunc(exact + 1e-9 * Math.sign(exact)) + 0);
        const sign = Math.sign(sharesOf(held));
        for (const { quantity, cost } of after) {
          expect([Math.sign(quantity), cost * sign >= 0]).toEqual([sign, true]);
        }
      }),
    );
  });
});
