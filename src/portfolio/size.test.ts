import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, type Money, parseMoney, type Price, parsePrice } from '../base/index.ts';
import { heldIn, equityOf, newLedger, postFill } from '../ledger/index.ts';
import { type Costs, feeOf, NO_COSTS, slippedPrice } from './costs.ts';
import { ABSENT, goldenCases, goldenCloses, goldenHere, goldenRows } from './golden.fixture.ts';
import {
  affordable,
  type Prices,
  rebalanceDifference,
  type SizingMoment,
  sizeToShares,
  sizeToWeight,
  weightsToShares,
} from './size.ts';

const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
const at = (dollars: number) => Math.round(dollars * 1e6) as Price;
const prices = (all: Readonly<Record<string, number>>): Prices =>
  Object.fromEntries(Object.entries(all).map(([symbol, dollars]) => [symbol, at(dollars)]));
/** What the reference charges: 0.1 % slippage and a cent a share. */
const REFERENCE: Costs = { slippagePpm: 1_000, feePerShare: 10_000 as Money, feePpm: 0 };

const momentOf = (more: Partial<SizingMoment>): SizingMoment => ({
  equity: usd(100_000),
  spendable: usd(100_000),
  held: 0,
  price: at(100),
  costs: NO_COSTS,
  ...more,
});

describe('weights to shares', () => {
  test('whole shares, rounded down; the rest is cash', () => {
    const market = prices({ QQQ: 300, TLT: 90.01 });
    const found = weightsToShares({ QQQ: 0.6, TLT: 0.3, CASH: 0.1 }, usd(10_000), market);
    expect(found).toEqual({ shares: { QQQ: 20, TLT: 33 }, cash: usd(10_000 - 6_000 - 2_970.33) });
  });

  test('weights of 0 and of cash need no price', () => {
    const found = weightsToShares({ QQQ: 0, CASH: 1 }, usd(10_000), {});
    expect(found).toEqual({ shares: {}, cash: usd(10_000) });
  });

  test('a rest of rounding above 1 is 1, as weights count at nine decimals', () => {
    const found = weightsToShares({ QQQ: 1 + 2 ** -52 }, usd(1_000), prices({ QQQ: 100 }));
    expect(found.shares).toEqual({ QQQ: 10 });
  });

  test.each([-0.01, 1.000001, Number.NaN, Number.POSITIVE_INFINITY])(
    '%s is no weight',
    (weight) => {
      const market = prices({ QQQ: 100 });
      expect(() => weightsToShares({ QQQ: weight }, usd(1_000), market)).toThrow(
        `Weight of "QQQ": found "${weight}", wanted 0 to 1`,
      );
    },
  );

  test('a missing price and more than all of the equity are refused', () => {
    expect(() => weightsToShares({ QQQ: 0.1 }, usd(1_000), {})).toThrow('No price for "QQQ"');
    const market = prices({ QQQ: 1, TLT: 1 });
    expect(() => weightsToShares({ QQQ: 0.6, TLT: 0.41 }, usd(1_000), market)).toThrow(BadInput);
    expect(() => weightsToShares({ QQQ: 0.6, TLT: 0.4001 }, usd(10_000), market)).not.toThrow();
  });
});

describe('the trades worth doing', () => {
  const market = { prices: prices({ QQQ: 100, TLT: 50 }), equity: usd(10_000), thresholdPct: 5 };

  test('those of at least the threshold, inclusive, and no differences of 0', () => {
    const current = { QQQ: 10, TLT: 20 };
    expect(rebalanceDifference(current, { QQQ: 15, TLT: 20 }, market)).toEqual({
      difference: { QQQ: 5 },
      kept: { QQQ: 5 },
    });
    expect(rebalanceDifference(current, { QQQ: 14, TLT: 29 }, market)).toEqual({
      difference: { QQQ: 4, TLT: 9 },
      kept: {},
    });
  });

  test('an exit always passes, unless exits are filtered too as the original does', () => {
    expect(rebalanceDifference({ QQQ: 1 }, {}, market).kept).toEqual({ QQQ: -1 });
    expect(rebalanceDifference({ QQQ: -1 }, {}, market).kept).toEqual({ QQQ: 1 });
    expect(rebalanceDifference({ QQQ: 1 }, {}, { ...market, exitsToo: true }).kept).toEqual({});
  });

  test('what has no price passes: it cannot be told to be small', () => {
    expect(rebalanceDifference({ GLD: 3 }, { GLD: 2 }, market).kept).toEqual({ GLD: -1 });
  });
});

describe('sizing to a weight (strategies.md 1.9)', () => {
  test('a first purchase takes min(equity x w, cash) / (1.001 p + 0.01)', () => {
    const moment = momentOf({ costs: REFERENCE });
    expect(sizeToWeight(0.6, moment)).toEqual({ side: 'buy', quantity: 599 }); // 60,000 / 100.11
    const short = momentOf({ costs: REFERENCE, spendable: usd(30_000) });
    expect(sizeToWeight(0.6, short)).toEqual({ side: 'buy', quantity: 299 });
  });

  test('a raise takes the gap between the weight and the position at the mark', () => {
    const moment = momentOf({ costs: REFERENCE, held: 200, spendable: usd(80_000) });
    expect(sizeToWeight(0.6, moment)).toEqual({ side: 'buy', quantity: 399 }); // 40,000 / 100.11
  });

  test('a cut sells the gap / (0.999 p), never more than is held', () => {
    const moment = momentOf({ costs: REFERENCE, held: 700 });
    expect(sizeToWeight(0.2, moment)).toEqual({ side: 'sell', quantity: 500 }); // 50,000 / 99.9
    const cheap = momentOf({ costs: { ...REFERENCE, slippagePpm: 900_000 }, held: 700 });
    expect(sizeToWeight(0.2, cheap)).toEqual({ side: 'sell', quantity: 700 });
  });

  test('a part of a micro-dollar is not there to be spent', () => {
    const moment = momentOf({ equity: 3 as Money, price: 2 as Price });
    expect(sizeToWeight(0.5, moment)).toEqual({ side: 'buy', quantity: 0 });
  });

  test('a weight of 0 sells all, and buys back all of a short position without cash', () => {
    expect(sizeToWeight(0, momentOf({ held: 7, spendable: usd(-1) }))).toEqual({
      side: 'sell',
      quantity: 7,
    });
    expect(sizeToWeight(0, momentOf({ held: -7, spendable: usd(-1) }))).toEqual({
      side: 'buy',
      quantity: 7,
    });
    expect(sizeToWeight(0, momentOf({}))).toMatchObject({ quantity: 0 });
  });

  test('held counts what is pending, so that nothing is ordered twice (F013)', () => {
    const first = sizeToWeight(0.5, momentOf({ costs: REFERENCE }));
    const again = momentOf({ costs: REFERENCE, held: first.quantity, spendable: usd(50_050) });
    expect(sizeToWeight(0.5, again)).toEqual({ side: 'buy', quantity: 0 });
    const partly = momentOf({ costs: REFERENCE, held: 200, spendable: usd(80_000) });
    expect(sizeToWeight(0.5, partly)).toEqual({ side: 'buy', quantity: 299 });
  });
});

describe('sizing to shares', () => {
  test('the gap, a buy cut to the cash that is there', () => {
    expect(sizeToShares(50, momentOf({ held: 20 }))).toEqual({ side: 'buy', quantity: 30 });
    expect(sizeToShares(50, momentOf({ held: 20, spendable: usd(1_234) }))).toEqual({
      side: 'buy',
      quantity: 12,
    });
    expect(sizeToShares(50, momentOf({ held: 80 }))).toEqual({ side: 'sell', quantity: 30 });
    expect(sizeToShares(50, momentOf({ held: 50 }))).toEqual({ side: 'buy', quantity: 0 });
  });

  test('an exit is the whole position, long or short, whatever cash there is', () => {
    expect(sizeToShares(0, momentOf({ held: 80, spendable: usd(-5) }))).toEqual({
      side: 'sell',
      quantity: 80,
    });
    expect(sizeToShares(0, momentOf({ held: -80, spendable: usd(-5) }))).toEqual({
      side: 'buy',
      quantity: 80,
    });
  });
});

const moments: fc.Arbitrary<SizingMoment> = fc.record({
  equity: fc.integer({ min: -1e12, max: 1e14 }).map((one) => one as Money),
  spendable: fc.integer({ min: -1e12, max: 1e14 }).map((one) => one as Money),
  held: fc.integer({ min: -10_000, max: 10_000 }),
  price: fc.integer({ min: 1, max: 1_000_000_000 }).map((one) => one as Price),
  costs: fc.record({
    slippagePpm: fc.integer({ min: 0, max: 30_000 }),
    feePerShare: fc.integer({ min: 0, max: 1_000_000 }).map((one) => one as Money),
    feePpm: fc.integer({ min: 0, max: 20_000 }),
  }),
});

describe('any sizing', () => {
  const wishes = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 20_000 }));

  test('a raise never costs more than the cash that may be spent (F062)', () => {
    fc.assert(
      fc.property(moments, wishes, (moment, [weight, target]) => {
        for (const sized of [sizeToWeight(weight, moment), sizeToShares(target, moment)]) {
          const raises = sized.side === 'buy' && moment.held >= 0;
          const units = raises ? sized.quantity : 0;
          const fill = slippedPrice(moment.price, 'buy', moment.costs);
          const paid = fill * units + feeOf(fill, units, moment.costs);
          expect(paid).toBeLessThanOrEqual(Math.max(0, moment.spendable));
        }
      }),
    );
  });

  test('a quantity is whole and never below 0, a sale never more than is held (F061)', () => {
    fc.assert(
      fc.property(moments, wishes, (moment, [weight, target]) => {
        for (const sized of [sizeToWeight(weight, moment), sizeToShares(target, moment)]) {
          expect(Number.isSafeInteger(sized.quantity) && sized.quantity >= 0).toBe(true);
          const most = sized.side === 'sell' ? Math.max(0, moment.held) : Number.MAX_SAFE_INTEGER;
          expect(sized.quantity).toBeLessThanOrEqual(most);
        }
      }),
    );
  });

  test('a raise does not pass its weight, and one share more would, or would cost too much', () => {
    fc.assert(
      fc.property(moments, fc.double({ min: 0.001, max: 1, noNaN: true }), (moment, weight) => {
        const sized = sizeToWeight(weight, moment);
        const gap = moment.equity * weight - moment.price * moment.held;
        const budget = Math.min(gap, moment.spendable);
        const each = slippedPrice(moment.price, 'buy', moment.costs) + moment.costs.feePerShare;
        const buys = sized.side === 'buy' ? sized.quantity : 0;
        // Weights count at nine decimals, and fees in parts of the notional are rounded up a share.
        const slack = moment.equity * 1e-9 + 2 + buys;
        expect(buys * each).toBeLessThanOrEqual(Math.max(0, budget) + Math.abs(slack));
        const more = (buys + 1) * (each + (each * moment.costs.feePpm) / 1e6 + 1);
        expect(sized.side === 'sell' || more > budget - Math.abs(slack)).toBe(true);
      }),
    );
  });

  test('what can be afforded is never below 0', () => {
    expect(affordable(usd(-5), momentOf({}))).toBe(0);
    expect(affordable(usd(5_000), momentOf({ spendable: usd(-1) }))).toBe(0);
    expect(affordable(usd(5_000), momentOf({ spendable: usd(999) }))).toBe(9);
  });
});

interface SharesCase {
  readonly fn: string;
  readonly input: {
    weights: Record<string, number>;
    equity: string;
    prices: Record<string, string>;
  };
  readonly output: { shares: Record<string, number>; cash: string } | { error: string };
}
interface DifferenceCase {
  readonly fn: string;
  readonly input: {
    current: Record<string, number>;
    target: Record<string, number>;
    prices: Record<string, string>;
    equity: string;
    threshold_pct: number;
  };
  readonly output: { diff: Record<string, number>; kept: Record<string, number> };
}

const parsed = (texts: Readonly<Record<string, string>>): Prices =>
  Object.fromEntries(Object.entries(texts).map(([symbol, text]) => [symbol, parsePrice(text)]));

const casesOf = <T extends { fn: string }>(fn: string): T[] =>
  goldenCases<T>('ops_cases').filter((one) => one.fn === fn);

/** What the reference answers: whole shares without zeros, or null where it refuses. */
function wantedOf(output: SharesCase['output']) {
  if ('error' in output) return null;
  const shares = Object.entries(output.shares).filter(([, count]) => count !== 0);
  return { shares: Object.fromEntries(shares), cash: parseMoney(output.cash) };
}

function sizedOrRefused({ input }: SharesCase) {
  try {
    return weightsToShares(input.weights, parseMoney(input.equity), parsed(input.prices));
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}

describe.skipIf(!goldenHere)(`the reference${goldenHere ? '' : ` ${ABSENT}`}`, () => {
  test('weights become the same shares and the same cash, or are refused', () => {
    const cases = casesOf<SharesCase>('weights_to_shares');
    expect(cases.length).toBeGreaterThan(100);
    for (const one of cases) expect(sizedOrRefused(one)).toEqual(wantedOf(one.output));
    expect(cases.filter(({ output }) => 'error' in output).length).toBeGreaterThan(2);
  });

  test('differences and kept trades are the same; our own filter lets exits pass too', () => {
    const cases = casesOf<DifferenceCase>('rebalance_diff');
    expect(cases.length).toBeGreaterThan(100);
    for (const { input, output } of cases) {
      const market = {
        prices: parsed(input.prices),
        equity: parseMoney(input.equity),
        thresholdPct: input.threshold_pct,
      };
      const { current, target } = input;
      const theirs = rebalanceDifference(current, target, { ...market, exitsToo: true });
      expect(theirs).toEqual({ difference: output.diff, kept: output.kept });
      const exits = Object.entries(output.diff).filter(([symbol]) => !target[symbol]);
      const ours = rebalanceDifference(current, target, market);
      expect(ours.kept).toEqual({ ...output.kept, ...Object.fromEntries(exits) });
    }
  });

  test('its first fills have our sizes: QQQ and TQQQ by cell, reductions before raises', () => {
    const fills = goldenRows('backtest_market_fills').slice(0, 24);
    const cells = new Map(
      goldenRows('backtest_market_daily').map(({ date, cell }) => [date, cell]),
    );
    const closes = { QQQ: goldenCloses('QQQ'), TQQQ: goldenCloses('TQQQ') };
    const weights = { '1': { QQQ: 0.4, TQQQ: 0.6 }, '3': { QQQ: 0.8, TQQQ: 0.2 } };
    const ledger = newLedger('book', usd(100_000));
    let compared = 0;
    for (const { date, symbol, side, quantity } of fills as Record<string, string>[]) {
      const target = weights[cells.get(date) as '1' | '3'] ?? null;
      const close = (of: string) => parsePrice(closes[of as 'QQQ'].get(date as string) as string);
      if (target === null || (symbol !== 'QQQ' && symbol !== 'TQQQ')) break;
      const price = close(symbol);
      const sized = sizeToWeight(target[symbol], {
        equity: equityOf(ledger, close),
        spendable: ledger.cash,
        held: heldIn(ledger, symbol),
        price,
        costs: REFERENCE,
      });
      expect([date, symbol, sized]).toEqual([
        date,
        symbol,
        { side: side?.toLowerCase(), quantity: Number(quantity) },
      ]);
      const fill = slippedPrice(price, sized.side, REFERENCE);
      const fee = feeOf(fill, sized.quantity, REFERENCE);
      const signed = sized.side === 'buy' ? sized.quantity : -sized.quantity;
      postFill(ledger, { symbol, multiplier: 1, quantity: signed, price: fill, fee });
      compared++;
    }
    expect(compared).toBeGreaterThanOrEqual(10);
  });
});
