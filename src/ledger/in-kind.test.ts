import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise, type Money, type Price } from '../base/index.ts';
import { canRename, postInKind, postRename } from './in-kind.ts';
import { accountsOf } from './ledger.fixture.ts';
import { auditLedger, equityOf, heldIn, type Ledger, newLedger, postFill } from './ledger.ts';

const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
const at = (dollars: number) => Math.round(dollars * 1e6) as Price;

const moved = (quantity: number, dollars: number, symbol = 'SPY', multiplier = 1) => ({
  symbol,
  multiplier,
  quantity,
  price: at(dollars),
});

const bought = (quantity: number, dollars: number, fee = 0, symbol = 'SPY') => ({
  ...moved(quantity, dollars, symbol),
  fee: usd(fee),
});

const fresh = (): Ledger => newLedger('book', usd(10_000));

describe('shares without a trade', () => {
  test('come as capital, at their value, and cash stays', () => {
    const ledger = fresh();
    expect(postInKind(ledger, moved(10, 50))).toEqual({ realized: 0, quantity: 10 });
    expect(accountsOf(ledger)).toMatchObject({ cash: usd(10_000), capital: usd(10_500) });
    auditLedger(ledger);
  });

  test('leave with the P&L of the oldest lots, and their value off the capital', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100));
    postFill(ledger, bought(10, 120));
    expect(postInKind(ledger, moved(-15, 130))).toEqual({ realized: usd(350), quantity: 5 });
    expect(accountsOf(ledger)).toMatchObject({
      cash: usd(7_800),
      capital: usd(8_050),
      realized: usd(350),
    });
    auditLedger(ledger);
  });

  test('may come at no cost at all, and count nothing without a mark', () => {
    const ledger = fresh();
    postInKind(ledger, moved(7, 0));
    expect(equityOf(ledger, () => undefined)).toBe(usd(10_000));
    expect(equityOf(ledger, () => at(3))).toBe(usd(10_021));
    auditLedger(ledger);
  });

  test('none at all change nothing', () => {
    const ledger = fresh();
    expect(postInKind(ledger, moved(0, 50))).toEqual({ realized: 0, quantity: 0 });
    expect(ledger).toEqual(fresh());
  });

  test('a figure that is not whole changes nothing', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100));
    const before = structuredClone(ledger);
    for (const wrong of [moved(1.5, 10), moved(1, Number.NaN), moved(9e12, 900)]) {
      expect(() => postInKind(ledger, wrong)).toThrow(BadInput);
    }
    expect(() => postInKind(ledger, moved(1, 10, 'SPY', 100))).toThrow(BrokenPromise);
    expect(ledger).toEqual(before);
  });
});

describe('a new symbol', () => {
  test('keeps lots, cost and P&L; nothing happens when flat or to the same', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100, 1, 'FB'));
    postFill(ledger, bought(-4, 110, 0, 'FB'));
    postRename(ledger, 'FB', 'META');
    expect([heldIn(ledger, 'FB'), heldIn(ledger, 'META')]).toEqual([0, 6]);
    expect(ledger.positions.get('META')).toEqual({
      symbol: 'META',
      multiplier: 1,
      quantity: 6,
      lots: [{ quantity: 6, cost: usd(600) }],
      realized: usd(40),
    });
    const before = structuredClone(ledger);
    postRename(ledger, 'FB', 'META');
    postRename(ledger, 'META', 'META');
    expect(ledger).toEqual(before);
    auditLedger(ledger);
  });

  test('joins what is held under it, the old symbol’s lots first', () => {
    const ledger = fresh();
    postFill(ledger, bought(2, 30, 0, 'META'));
    postFill(ledger, bought(10, 100, 0, 'FB'));
    postRename(ledger, 'FB', 'META');
    expect(ledger.positions.get('META')?.lots).toEqual([
      { quantity: 10, cost: usd(1_000) },
      { quantity: 2, cost: usd(60) },
    ]);
    auditLedger(ledger);
  });

  test('is refused where the other sign or other units are held', () => {
    const ledger = fresh();
    postFill(ledger, bought(-2, 30, 0, 'META'));
    postFill(ledger, bought(10, 100, 0, 'FB'));
    postFill(ledger, { ...bought(1, 5, 0, 'OPT'), multiplier: 100 });
    for (const to of ['META', 'OPT']) {
      expect(canRename(ledger, 'FB', to)).toBe(false);
      expect(() => postRename(ledger, 'FB', to)).toThrow(BrokenPromise);
    }
    expect([canRename(ledger, 'FB', 'NEW'), canRename(ledger, 'NONE', 'META')]).toEqual([
      true,
      true,
    ]);
  });
});

/** The reverse of a fill that the broker busted. */
const reverse = (fill: ReturnType<typeof bought>) => ({
  ...fill,
  quantity: -fill.quantity,
  fee: -fill.fee as Money,
});

describe('a busted fill, posted in reverse', () => {
  test('right after it leaves the books as they were', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100, 1));
    postFill(ledger, reverse(bought(10, 100, 1)));
    expect(ledger).toEqual(fresh());
  });

  test('after other fills takes the oldest lots, and cash and count are as without it', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100, 1));
    postFill(ledger, bought(5, 120, 1));
    postFill(ledger, reverse(bought(5, 120, 1)));
    expect([ledger.cash, heldIn(ledger, 'SPY'), ledger.fees]).toEqual([usd(8_999), 10, usd(1)]);
    expect(ledger.positions.get('SPY')?.lots).toEqual([
      { quantity: 5, cost: usd(500) },
      { quantity: 5, cost: usd(600) },
    ]);
    auditLedger(ledger);
  });

  test('of what was sold on since opens the other side', () => {
    const ledger = fresh();
    postFill(ledger, bought(10, 100));
    postFill(ledger, bought(-10, 110));
    postFill(ledger, reverse(bought(10, 100)));
    expect([heldIn(ledger, 'SPY'), ledger.cash]).toEqual([-10, usd(11_100)]);
    auditLedger(ledger);
  });

  const fill = fc
    .record({
      quantity: fc.integer({ min: -50, max: 50 }).filter((one) => one !== 0),
      cents: fc.integer({ min: 1, max: 90_000 }),
      fee: fc.integer({ min: 0, max: 300 }),
    })
    .map(({ quantity, cents, fee }) => bought(quantity, cents / 100, fee / 100));

  test('whatever came between: cash, count, fees and equity are as if it had never been', () => {
    fc.assert(
      fc.property(fc.array(fill), fill, fc.array(fill), fill, (first, busted, then, mark) => {
        const [ledger, without] = [fresh(), fresh()];
        for (const one of [...first, busted, ...then]) postFill(ledger, one);
        for (const one of [...first, ...then]) postFill(without, one);
        postFill(ledger, reverse(busted));
        auditLedger(ledger);
        expect(heldIn(ledger, 'SPY')).toBe(heldIn(without, 'SPY'));
        expect([ledger.cash, ledger.fees]).toEqual([without.cash, without.fees]);
        const equity = (one: Ledger) => equityOf(one, () => mark.price);
        expect(equity(ledger)).toBe(equity(without));
      }),
    );
  });
});
