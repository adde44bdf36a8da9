import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import { at, type Changes, FLAT, gateOf, gates, UNBOUND, usd } from './gate.fixture.ts';
import type { GateInput, RefusalCode } from './gate.ts';
import { review } from './review.ts';
import { roomToBuy, spendable } from './room.ts';

const room = (changes: Changes) =>
  roomToBuy(gateOf({ ...changes, proposal: { quantity: 1_000, ...changes.proposal } }));

/** The gate of the same purchase with another quantity. */
function resized(gate: GateInput, quantity: number): GateInput {
  const each = gate.proposal.worstCost / gate.proposal.quantity;
  const worstCost = (each * quantity) as Money;
  return { ...gate, proposal: { ...gate.proposal, quantity, worstCost } };
}

describe('room to buy', () => {
  test.each<[string, number, Changes]>([
    ['its own quantity, when nothing binds', 10, { proposal: { quantity: 10 } }],
    ['the cash', 100, {}],
    [
      'the cash, with slippage and fees',
      98,
      { proposal: { worstPrice: at(101), worstCost: usd(1_000 * 101.02) } },
    ],
    ['the cash that no order under way takes', 60, { standing: { reserved: usd(4_000) } }],
    ['the cash above the reserve', 95, { limits: { cashReservePctMin: 5 } }],
    ['the buying power', 94, { limits: { buyingPowerPctMax: 94.5 } }],
    ['the order notional', 12, { limits: { orderNotionalMax: usd(1_299) } }],
    ['the position', 25, { limits: { positionPctMax: 25 } }],
    [
      'the position at the worst price',
      24,
      { proposal: { worstPrice: at(101) }, limits: { positionPctMax: 25 } },
    ],
    [
      'the position less what is held and pending',
      12,
      {
        standing: { held: 8, pendingBuys: 5 },
        limits: { positionPctMax: 25 },
      },
    ],
    ['the leverage of a fund', 33, { standing: { fundFactor: 3 } }],
    ['the leverage less all other exposure', 20, { standing: { otherExposure: usd(8_000) } }],
    ['the account, where it binds first', 7, { gate: { account: { ...FLAT, cash: usd(700) } } }],
    [
      'the account’s limits, with the book as the account',
      10,
      { accountLimits: { positionPctMax: 10 } },
    ],
    ['contracts, with their multiplier', 1, { proposal: { multiplier: 100 } }],
    ['nothing, when it is all spent', 0, { standing: { cash: usd(99.99) } }],
    [
      'nothing, when the limit is passed by price',
      0,
      { standing: { held: 90 }, limits: { positionPctMax: 50 } },
    ],
    ['nothing, without equity', 0, { standing: { equity: usd(-1) } }],
    ['nothing, of nothing', 0, { proposal: { quantity: 0 } }],
    ['whole shares of a wish that is not', 1, { proposal: { quantity: 1.5 } }],
  ])('%s: %s', (_, wanted, changes) => expect(room(changes)).toBe(wanted));

  test('covering a short position is not cut, what goes beyond it is', () => {
    const poor = { held: -30, cash: usd(0), equity: usd(0) };
    expect(room({ proposal: { quantity: 20 }, standing: poor })).toBe(20);
    expect(room({ proposal: { quantity: 50 }, standing: poor })).toBe(30);
    expect(room({ proposal: { quantity: 50 }, standing: { ...poor, pendingBuys: 10 } })).toBe(20);
    const rich = { held: -30, limits: UNBOUND };
    expect(room({ proposal: { quantity: 50 }, standing: { held: rich.held } })).toBe(50);
  });

  test('a figure that is not known leaves no room', () => {
    for (const name of [
      'equity',
      'cash',
      'reserved',
      'held',
      'pendingBuys',
      'otherExposure',
      'fundFactor',
    ]) {
      for (const value of [Number.NaN, undefined])
        expect(room({ standing: { [name]: value } })).toBe(0);
    }
    for (const name of ['positionPctMax', 'leverageMax', 'cashReservePctMin', 'orderNotionalMax']) {
      expect(room({ limits: { [name]: Number.NaN } })).toBe(0);
      expect(room({ accountLimits: { [name]: Number.NaN } })).toBe(0);
    }
    for (const name of ['quantity', 'worstPrice', 'worstCost', 'expectedPrice']) {
      expect(room({ standing: { held: 5 }, proposal: { [name]: Number.NaN } })).toBe(0);
    }
  });
});

/** What cutting a purchase can mend. */
const MENDED: ReadonlySet<RefusalCode> = new Set([
  'orderNotionalAboveLimit',
  'cashBelowReserve',
  'buyingPowerAboveLimit',
  'positionAboveLimit',
  'leverageAboveLimit',
  'netExposureAboveLimit',
  'orderQuantityAboveLimit',
]);

describe('room and the last gate', () => {
  const buys = gates.map((gate): GateInput => {
    const { proposal } = gate;
    const { worstPrice, quantity, multiplier } = proposal;
    const worst = Math.max(worstPrice, proposal.expectedPrice);
    const worstCost = (
      proposal.side === 'buy' ? proposal.worstCost : worst * quantity * multiplier
    ) as Money;
    return {
      ...gate,
      proposal: { ...proposal, side: 'buy', worstPrice: worst as never, worstCost },
    };
  });

  test('a purchase cut to its room is not refused, and one share more is', () => {
    let cut = 0;
    fc.assert(
      fc.property(buys, (gate) => {
        const { quantity } = gate.proposal;
        const found = roomToBuy(gate);
        expect(Number.isSafeInteger(found) && found >= 0 && found <= quantity).toBe(true);
        expect(found === 0 ? null : review(resized(gate, found))).toBeNull();
        if (found > 0 && found < quantity) cut++;
        const more = found === quantity ? null : review(resized(gate, found + 1));
        expect(found === quantity || MENDED.has(more?.code as RefusalCode)).toBe(true);
      }),
      { numRuns: 5_000 },
    );
    expect(cut).toBeGreaterThan(100);
  });
});

describe('spendable cash', () => {
  test('is what is there less orders under way and the reserve, and may be below 0', () => {
    const { bookLimits } = gateOf({ limits: { cashReservePctMin: 5 } });
    expect(spendable({ ...FLAT, reserved: usd(4_000) }, bookLimits)).toBe(usd(5_500));
    expect(spendable({ ...FLAT, cash: usd(100) }, bookLimits)).toBe(usd(-400));
    expect(spendable({ ...FLAT, equity: usd(-100) }, bookLimits)).toBe(usd(10_000));
  });
});
