import fc from 'fast-check';
import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { Limits } from './limits.ts';
import type { GateInput, Proposal, Standing } from './gate.ts';
import { newRiskState } from './activity.ts';

export const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
export const at = (dollars: number) => Math.round(dollars * 1e6) as Price;

/** Limits that refuse nothing of an order that the book can pay. */
export const WIDE: Limits = {
  positionPctMax: 100,
  cashReservePctMin: 0,
  leverageMax: 1,
  buyingPowerPctMax: 100,
  orderNotionalMax: usd(1_000_000),
  ordersPerDayMax: 20,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};

/** Limits that refuse nothing. */
export const UNBOUND: Limits = {
  ...WIDE,
  positionPctMax: 1_000,
  leverageMax: 100,
  orderNotionalMax: usd(1_000_000_000),
};

/** A book of $10,000 in cash that holds nothing. */
export const FLAT: Standing = {
  equity: usd(10_000),
  cash: usd(10_000),
  reserved: usd(0),
  held: 0,
  pendingBuys: 0,
  pendingSells: 0,
  pendingPrice: 0,
  otherExposure: usd(0),
  fundFactor: 1,
  net: 0,
  netUp: 0,
  netDown: 0,
  otherPositions: 0,
  brokerPower: null,
};

/** What a gate has beside an order, standings and limits, where nothing is the matter. */
export const CALM = {
  bookName: 'one',
  at: 1_700_000_000_000 as Instant,
  date: '2023-11-14' as DateText,
  ordersToday: 0,
  accountOrdersToday: 0,
  again: false,
  halt: 'NONE',
  bookStopped: null,
  fenceMs: null,
  reconciled: true,
  symbolBlocked: null,
  unknownOrder: null,
  oppositeOrder: null,
  uncovered: 0,
  bookMarks: { lastClose: usd(10_000), highest: usd(10_000) },
  accountMarks: { lastClose: usd(10_000), highest: usd(10_000) },
  rules: null,
  fundSign: 1,
} as const;

export interface Changes {
  readonly proposal?: Partial<Proposal>;
  readonly standing?: Partial<Standing>;
  readonly limits?: Partial<Limits>;
  readonly accountLimits?: Partial<Limits>;
  readonly gate?: Partial<GateInput>;
}

/** A gate where the only book buys 10 SPY at $100 without costs, but for `changes`. */
export function gateOf(changes: Changes = {}): GateInput {
  const terms = { side: 'buy' as const, quantity: 10, worstPrice: at(100), ...changes.proposal };
  const multiplier = terms.multiplier ?? 1;
  const cost = terms.side === 'buy' ? terms.worstPrice * terms.quantity * multiplier : 0;
  const book = { ...FLAT, ...changes.standing };
  const bookLimits = { ...WIDE, ...changes.limits };
  return {
    proposal: {
      symbol: 'SPY',
      expectedPrice: at(100),
      worstCost: cost as Money,
      multiplier,
      purpose: 'rebalance',
      pricing: { type: 'market' },
      legs: null,
      ...terms,
    },
    book,
    account: book,
    bookLimits,
    accountLimits: { ...bookLimits, ...changes.accountLimits },
    ...CALM,
    risk: newRiskState(),
    ...changes.gate,
  };
}

const money = (min: number, max: number) => fc.integer({ min, max }).map((one) => one as Money);
const shares = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 2_000 }));

export const standings: fc.Arbitrary<Standing> = fc.record({
  equity: money(-1e11, 1e12),
  cash: money(-1e11, 1e12),
  reserved: fc.oneof(fc.constant(usd(0)), money(0, 2e11)),
  held: fc.oneof(fc.constant(0), fc.integer({ min: -2_000, max: 2_000 })),
  pendingBuys: shares,
  pendingSells: shares,
  pendingPrice: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 1_000_000_000 })),
  otherExposure: fc.oneof(fc.constant(usd(0)), money(0, 1e12)),
  fundFactor: fc.constantFrom(1, 1, 2, 3),
  net: fc.integer({ min: -1e12, max: 1e12 }),
  netUp: fc.integer({ min: 0, max: 1e12 }),
  netDown: fc.integer({ min: 0, max: 1e12 }),
  otherPositions: fc.integer({ min: 0, max: 20 }),
  brokerPower: fc.constant(null),
});

export const limitsOf: fc.Arbitrary<Limits> = fc.record({
  positionPctMax: fc.integer({ min: 10_000, max: 1_000_000 }).map((ppm) => ppm / 10_000),
  cashReservePctMin: fc.oneof(
    fc.constant(0),
    fc.integer({ min: 0, max: 300_000 }).map((ppm) => ppm / 10_000),
  ),
  leverageMax: fc.integer({ min: 10, max: 300 }).map((hundredths) => hundredths / 100),
  buyingPowerPctMax: fc.integer({ min: 1, max: 100 }),
  orderNotionalMax: money(1e6, 1e12),
  ordersPerDayMax: fc.constant(20),
  dailyLossPctMax: fc.constant(100),
  drawdownPctMax: fc.constant(100),
  shortSelling: fc.boolean(),
});

/** The same with some of the limits that may be left out. */
export const manyLimits: fc.Arbitrary<Limits> = fc
  .record({
    limits: limitsOf,
    more: fc.record(
      {
        positionMax: money(1e6, 1e12),
        orderPctMax: fc.integer({ min: 1, max: 100 }),
        orderQuantityMax: fc.integer({ min: 1, max: 3_000 }),
        cashReserveMin: money(0, 1e11),
        grossExposureMax: money(1e6, 1e12),
        netExposurePctMax: fc.integer({ min: 0, max: 300 }),
        netExposureMax: money(0, 1e12),
      },
      { requiredKeys: [] },
    ),
  })
  .map(({ limits, more }) => ({ ...limits, ...more }));

/** Any proposal of 1 to 3,000 shares with slippage and fees of up to some percent. */
export const proposals: fc.Arbitrary<Proposal> = fc
  .record({
    side: fc.constantFrom('buy' as const, 'sell' as const),
    quantity: fc.integer({ min: 1, max: 3_000 }),
    price: fc.integer({ min: 1_000, max: 900_000_000 }),
    slippagePpm: fc.integer({ min: 0, max: 30_000 }),
    feeEach: fc.integer({ min: 0, max: 20_000 }),
    multiplier: fc.constantFrom(1, 1, 1, 100),
  })
  .map(({ side, quantity, price, slippagePpm, feeEach, multiplier }) => {
    const sign = side === 'buy' ? 1 : -1;
    const worst = Math.max(1, Math.round(price * (1 + (sign * slippagePpm) / 1e6)));
    const each = worst * multiplier + feeEach;
    return {
      symbol: 'SPY',
      side,
      quantity,
      expectedPrice: price as Price,
      worstPrice: worst as Price,
      worstCost: (side === 'buy' ? each * quantity : 0) as Money,
      multiplier,
      purpose: 'rebalance' as const,
      pricing: { type: 'market' as const },
      legs: null,
    };
  });

/** Any gate of a running book, with an account of its own or with the book as its account. */
export const gates: fc.Arbitrary<GateInput> = fc
  .record({
    proposal: proposals,
    book: standings,
    account: fc.option(standings),
    bookLimits: fc.oneof(limitsOf, manyLimits),
    accountLimits: fc.oneof(limitsOf, manyLimits),
    fundSign: fc.constantFrom(1 as const, 1 as const, -1 as const),
  })
  .map(({ account, ...rest }) => ({
    ...CALM,
    ...rest,
    account: account ?? rest.book,
    risk: newRiskState(),
  }));
