import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { at, type Changes, FLAT, gateOf, gates, usd, WIDE } from './gate.fixture.ts';
import {
  grossMaxOf,
  onlyShrinks,
  positionAfter,
  powerOf,
  reducesOnly,
  reserveOf,
} from './exposure.ts';
import { review } from './review.ts';

const codeOf = (changes: Changes) => review(gateOf(changes))?.code ?? null;

const after = (changes: Changes) => {
  const { proposal, book } = gateOf(changes);
  return positionAfter(proposal, book);
};

const shrinks = (side: 'buy' | 'sell', held: number, pending: number) => {
  const standing = { held, pendingBuys: pending, pendingSells: pending };
  const { proposal, book } = gateOf({ proposal: { side }, standing });
  return onlyShrinks(proposal, book);
};

describe('a position after an order', () => {
  const dear = { worstPrice: at(101) };
  const cheap = { side: 'sell' as const, worstPrice: at(99) };

  test.each<[string, number, Changes]>([
    ['a first purchase, at the worst price', 1_010, { proposal: dear }],
    ['a raise: held at the price expected', 2_010, { proposal: dear, standing: { held: 10 } }],
    ['a raise with others pending', 1_515, { proposal: dear, standing: { pendingBuys: 5 } }],
    [
      'a raise beside a sale that may not fill',
      2_010,
      {
        proposal: dear,
        standing: { held: 10, pendingSells: 10 },
      },
    ],
    [
      'a purchase that turns a short position long',
      606,
      { proposal: dear, standing: { held: -4 } },
    ],
    ['a short sale, at the price expected', 1_000, { proposal: cheap }],
    ['a short sale with others pending', 1_500, { proposal: cheap, standing: { pendingSells: 5 } }],
    ['a sale that turns a long position short', 600, { proposal: cheap, standing: { held: 4 } }],
    ['contracts', 100_000, { proposal: { multiplier: 100 } }],
  ])('%s: %s dollars', (_, wanted, changes) => expect(after(changes)).toBe(usd(wanted)));

  test('an order only shrinks when it ends on its side of zero, whatever else fills', () => {
    expect([shrinks('sell', 10, 0), shrinks('sell', 9, 0), shrinks('sell', 10, 1)]).toEqual([
      true,
      false,
      false,
    ]);
    expect([shrinks('buy', -10, 0), shrinks('buy', -9, 0), shrinks('buy', -10, 1)]).toEqual([
      true,
      false,
      false,
    ]);
    for (const quantity of [0, -1, 1.5, Number.NaN]) {
      const { proposal, book } = gateOf({
        proposal: { side: 'sell', quantity },
        standing: { held: 9 },
      });
      expect(onlyShrinks(proposal, book)).toBe(false);
    }
    expect([shrinks('buy', 10, 0), shrinks('sell', -10, 0), shrinks('sell', 0, 0)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('what limits leave', () => {
  const limits = { ...WIDE, cashReservePctMin: 5, buyingPowerPctMax: 50, leverageMax: 1.5 };

  test('the reserve is of equity and never below 0, the power of free cash', () => {
    const standing = { ...FLAT, cash: usd(8_000), reserved: usd(3_000) };
    expect(reserveOf(standing, limits)).toBe(usd(500));
    expect(reserveOf({ equity: usd(-10_000) }, limits)).toBe(0);
    expect(powerOf(standing, limits)).toBe(usd(2_500));
    expect(grossMaxOf(standing, limits)).toBe(usd(15_000));
  });
});

const filled = (of: number, part: number) => Math.round(of * part);

describe('the worst case (F060, F061, invariants 13 and 14)', () => {
  test('whatever passes, and whichever live orders fill with it, stays within the limits', () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(gates, share, share, share, (gate, own, buys, sells) => {
        if (review(gate) !== null || reducesOnly(gate)) return;
        const { proposal, book, bookLimits } = gate;
        const sign = proposal.side === 'buy' ? 1 : -1;
        const pending =
          sign === 1 ? filled(book.pendingBuys, buys) : -filled(book.pendingSells, sells);
        const before = book.held + pending;
        const after = before + sign * filled(proposal.quantity, own);
        const notional = Math.abs(after) * proposal.expectedPrice * proposal.multiplier;
        const most = (book.equity / 100) * bookLimits.positionPctMax;
        const grew = Math.abs(after) > Math.abs(book.held);
        expect(grew && notional > most + 1).toBe(false);
        const gross = book.otherExposure + notional * book.fundFactor;
        expect(grew && gross > book.equity * bookLimits.leverageMax + 1).toBe(false);
        const short = sign === -1 && after < 0 && !bookLimits.shortSelling;
        expect(short).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  test('two books that share an account cannot pass together what one may not', () => {
    const second = { ...FLAT, equity: usd(20_000), cash: usd(20_000), pendingBuys: 95 };
    const account = { positionPctMax: 50 };
    expect(
      codeOf({ proposal: { quantity: 5 }, gate: { account: second }, accountLimits: account }),
    ).toBeNull();
    expect(
      codeOf({ proposal: { quantity: 6 }, gate: { account: second }, accountLimits: account }),
    ).toBe('positionAboveLimit');
  });
});
