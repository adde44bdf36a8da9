import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, type Money, money, type Price, priceFromDollars } from '../base/index.ts';
import type { ClientOrderId, Intent, Report } from '../orders/index.ts';
import { NO_COSTS } from '../portfolio/index.ts';
import type { SimBrokerSettings } from './broker-order.ts';
import { SimBroker } from './broker.ts';

const PLAIN: SimBrokerSettings = {
  seed: 1,
  costs: NO_COSTS,
  delayMs: [0, 0],
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1,
  shortSelling: false,
};
const CASH = money(100_000_000_000);
const at = (ms: number) => ms as Instant;
const dollars = (amount: number) => priceFromDollars(amount);
const market = (prices: Record<string, number> | number) => (symbol: string) => {
  const price = typeof prices === 'number' ? prices : prices[symbol];
  return price === undefined ? undefined : dollars(price);
};

const intent = (n: number, parts: Partial<Intent> = {}): Intent => ({
  id: `i-${n}` as never,
  clientOrderId: `c-${n}` as ClientOrderId,
  book: 'one',
  symbol: 'SPY',
  side: 'buy',
  quantity: 10,
  pricing: { type: 'market' },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: dollars(100),
  at: at(0),
  date: '2024-01-03' as never,
  ...parts,
});
const stop = (price: number) => ({ type: 'stop', stopPrice: dollars(price) }) as const;
const limit = (price: number) => ({ type: 'limit', limitPrice: dollars(price) }) as const;
const stopLimit = (price: number, worst: number) =>
  ({ type: 'stopLimit', stopPrice: dollars(price), limitPrice: dollars(worst) }) as const;

const brief = (reports: readonly Report[]) =>
  reports.map((report) => {
    const told =
      report.kind === 'fill' ? ` ${report.fill.quantity} at ${report.fill.price / 1e6}` : '';
    return `${report.order} ${report.kind}${told}`;
  });
const broker = (parts: Partial<SimBrokerSettings> = {}, cash: Money = CASH) =>
  new SimBroker({ ...PLAIN, ...parts }, cash);

/** A broker that holds ten shares. */
function holding(parts: Partial<SimBrokerSettings> = {}): SimBroker {
  const made = broker(parts);
  made.submit(intent(1), at(1), market(100));
  return made;
}

describe('a stop', () => {
  test.each([
    ['sell', stop(90), 90.01, 89, 89],
    ['buy', stop(110), 109.99, 111, 111],
    ['sell', stopLimit(90, 88), 90.01, 89, 89],
    ['buy', stopLimit(110, 112), 109.99, 111, 111],
  ] as const)('to %s (%o) rests at %d and fills at %d', (side, pricing, before, reached, price) => {
    const sim = holding();
    const submitted = sim.submit(intent(2, { side, pricing }), at(2), market(100));
    expect(brief(submitted)).toEqual(['c-2 accepted']);
    expect(sim.nextDue()).toBeUndefined();
    expect(sim.advance(at(3), market(before))).toEqual([]);
    expect(brief(sim.advance(at(4), market(reached)))).toEqual([`c-2 fill 10 at ${price}`]);
    expect(sim.working.size).toBe(0);
  });

  test('with a limit that the market jumped over waits for it, and needs its stop no more', () => {
    const sim = holding();
    sim.submit(intent(2, { side: 'sell', pricing: stopLimit(90, 88) }), at(2), market(100));
    expect(sim.advance(at(3), market(80))).toEqual([]);
    expect(brief(sim.advance(at(4), market(95)))).toEqual(['c-2 fill 10 at 95']);
  });

  test('beyond its price already fills at once', () => {
    const sim = holding();
    const reports = sim.submit(intent(2, { side: 'sell', pricing: stop(90) }), at(2), market(85));
    expect(brief(reports)).toEqual(['c-2 accepted', 'c-2 fill 10 at 85']);
  });

  test('good for the day ends with it, and one till canceled goes on (F023)', () => {
    const sim = holding({ shortSelling: true });
    sim.submit(intent(2, { side: 'sell', pricing: stop(90) }), at(2), market(100));
    const gtc = { side: 'sell', pricing: stop(80), timeInForce: 'gtc' } as const;
    sim.submit(intent(3, gtc), at(2), market(100));
    expect(brief(sim.closeDay(at(9)))).toEqual(['c-2 expired']);
    expect(brief(sim.advance(at(10), market(70)))).toEqual(['c-3 fill 10 at 70']);
  });
});

const pair = (sim: SimBroker) => {
  const target = { group: 'g', role: 'target' } as const;
  const below = { group: 'g', role: 'stop' } as const;
  sim.submit(intent(2, { side: 'sell', pricing: limit(110), link: target }), at(2), market(100));
  sim.submit(intent(3, { side: 'sell', pricing: stop(90), link: below }), at(2), market(100));
  return sim;
};

describe('a linked pair', () => {
  test.each([
    [111, ['c-2 fill 10 at 111', 'c-3 canceled']],
    [89, ['c-3 fill 10 at 89', 'c-2 canceled']],
  ])('at %d fills one and ends the other', (price, wanted) => {
    const sim = pair(holding({ reserve: true }));
    expect(brief(sim.advance(at(3), market(price)))).toEqual(wanted);
    expect(sim.books.positions).toEqual({});
    expect(sim.working.size).toBe(0);
  });

  test('takes off the one what the other filled in part', () => {
    const partialFills = { sharePpm: 1_000_000, pieces: 2, everyMs: 0 };
    const sim = holding({ partialFills });
    sim.advance(at(2), market(100));
    pair(sim);
    expect(brief(sim.advance(at(3), market(111)))).toEqual(['c-2 fill 5 at 111']);
    const filled = sim.advance(at(4), market(89)).concat(sim.advance(at(5), market(89)));
    expect(brief(filled)).toEqual(['c-3 fill 5 at 89', 'c-3 canceled', 'c-2 canceled']);
    expect(sim.books.positions).toEqual({});
  });

  test('the second of which comes after the first has filled is over at once', () => {
    const sim = holding({ shortSelling: true });
    const link = { group: 'g', role: 'target' } as const;
    sim.submit(intent(2, { side: 'sell', link }), at(2), market(100));
    const late = intent(3, { side: 'sell', pricing: stop(90), link: { group: 'g', role: 'stop' } });
    expect(brief(sim.submit(late, at(3), market(100)))).toEqual(['c-3 accepted', 'c-3 canceled']);
  });
});

describe('an order of several legs', () => {
  const [LONG, SHORT] = ['SPY240119C00475000', 'SPY240119C00480000'];
  const legs = [
    { symbol: LONG as string, side: 'buy', ratio: 1 },
    { symbol: SHORT as string, side: 'sell', ratio: 2 },
  ] as const;
  const spread = (parts: Partial<Intent> = {}) => intent(1, { quantity: 3, legs, ...parts });
  const prices = (long: number, short: number) =>
    market({ [LONG as string]: long, [SHORT as string]: short });

  test('fills all legs at once, each with its multiplier and execution', () => {
    const sim = broker();
    const reports = sim.submit(spread(), at(1), prices(5, 2));
    expect(brief(reports)).toEqual(['c-1 accepted', 'c-1 fill 3 at 5', 'c-1 fill 6 at 2']);
    expect(reports.slice(1)).toMatchObject([
      { fill: { executionId: 'sim-1-1', symbol: LONG } },
      { fill: { executionId: 'sim-1-2', symbol: SHORT } },
    ]);
    const cash = CASH - 3 * 100 * 5e6 + 6 * 100 * 2e6;
    expect(sim.books).toMatchObject({
      cash,
      positions: { [LONG as string]: 3, [SHORT as string]: -6 },
    });
  });

  test('waits for its net limit, which may be received', () => {
    const sim = broker();
    const credit = { type: 'limit', limitPrice: -500_000 as Price } as const;
    expect(brief(sim.submit(spread({ pricing: credit }), at(1), prices(5, 2.5)))).toEqual([
      'c-1 accepted',
    ]);
    expect(sim.advance(at(2), prices(5, 2.7))).toEqual([]);
    expect(brief(sim.advance(at(3), prices(5, 2.75)))).toEqual([
      'c-1 fill 3 at 5',
      'c-1 fill 6 at 2.75',
    ]);
  });

  test('fills nothing where one leg has no market, and is refused without one', () => {
    const sim = broker();
    sim.hold(spread(), at(1), prices(5, 2));
    expect(sim.advance(at(2), market({ [LONG as string]: 5 }))).toEqual([]);
    const [report] = sim.submit(
      spread({ clientOrderId: 'c-2' as ClientOrderId }),
      at(2),
      market({}),
    );
    expect(report).toMatchObject({ kind: 'rejected', reason: `no market in ${LONG}` });
  });

  test('that costs more than the cash is refused', () => {
    const [report] = broker({}, money(299_000_000)).submit(spread(), at(1), prices(5, 2));
    expect(report).toMatchObject({ kind: 'rejected', reason: 'insufficient buying power' });
  });
});

test('an option alone costs a hundred times its price, and the fee on all of it', () => {
  const costs = { slippagePpm: 0, feePerShare: 650_000 as Money, feePpm: 1_000 };
  const sim = broker({ costs });
  sim.submit(intent(1, { symbol: 'SPY240119C00475000', quantity: 2 }), at(1), market(5));
  expect(sim.books.cash).toBe(CASH - 2 * 100 * 5e6 - 2 * 650_000 - 1_000_000);
});

describe('partial fills', () => {
  const partialFills = { sharePpm: 1_000_000, pieces: 3, everyMs: 50 };

  test('come one after the other, and are told again in full to who asks', () => {
    const sim = broker({ partialFills });
    expect(brief(sim.submit(intent(1), at(1), market(100)))).toEqual([
      'c-1 accepted',
      'c-1 fill 4 at 100',
    ]);
    expect(sim.nextDue()).toBe(51);
    expect(sim.advance(at(50), market(101))).toEqual([]);
    expect(brief(sim.advance(at(51), market(101)))).toEqual(['c-1 fill 4 at 101']);
    expect(brief(sim.advance(at(200), market(102)))).toEqual(['c-1 fill 2 at 102']);
    const order = sim.find('c-1' as ClientOrderId)!;
    const ids = sim
      .reportsOf(order, at(9))
      .flatMap((r) => (r.kind === 'fill' ? [r.fill.executionId] : []));
    expect(ids).toEqual(['sim-1-1', 'sim-1-2', 'sim-1-3']);
    expect(sim.books).toMatchObject({ positions: { SPY: 10 }, cash: CASH - 1_008e6 });
  });

  test('end with a cancel, and keep what was filled', () => {
    const sim = broker({ partialFills });
    sim.submit(intent(1), at(1), market(100));
    const told = sim.cancel('c-1' as ClientOrderId, at(2), 'enough');
    expect(brief(told)).toEqual(['c-1 accepted', 'c-1 fill 4 at 100', 'c-1 canceled']);
    expect(sim.advance(at(999), market(100))).toEqual([]);
    expect(sim.books.positions).toEqual({ SPY: 4 });
  });

  test('saved and restored in the middle, go on the same', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4 }), (steps) => {
        const settings = { partialFills, reserve: true };
        const [one, first] = [broker(settings), broker(settings)];
        for (const sim of [one, first]) {
          sim.submit(intent(1), at(1), market(100));
          for (let i = 0; i < steps; i++) sim.advance(at(100 * i), market(100));
        }
        const two = broker(settings);
        two.restore(first.save());
        expect(two.advance(at(900), market(99))).toEqual(one.advance(at(900), market(99)));
        expect(two.save()).toBe(one.save());
      }),
    );
  });
});

describe('with cash and shares reserved', () => {
  const poor = money(1_500_000_000);

  test('an open buy holds its cash, and lets go of it when it ends', () => {
    const sim = broker({ reserve: true }, poor);
    sim.submit(intent(1, { pricing: limit(90) }), at(1), market(100));
    expect(brief(sim.submit(intent(2), at(2), market(100)))).toEqual(['c-2 rejected']);
    sim.cancel('c-1' as ClientOrderId, at(3), 'enough');
    expect(brief(sim.submit(intent(3), at(4), market(100)))).toEqual([
      'c-3 accepted',
      'c-3 fill 10 at 100',
    ]);
  });

  test('buys held for the next open never take cash below zero', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 15 }), { maxLength: 6 }),
        fc.integer({ min: 50, max: 300 }),
        (sizes, open) => {
          const sim = broker({ reserve: true }, poor);
          sizes.forEach((quantity, n) => sim.hold(intent(n, { quantity }), at(1), market(100)));
          sim.advance(at(2), market(open));
          expect(sim.books.cash).toBeGreaterThanOrEqual(0);
          expect(sim.working.size).toBe(0);
        },
      ),
    );
  });

  test('one that the cash no longer pays for when it fills is rejected, and says so again', () => {
    const sim = broker({ reserve: true }, poor);
    sim.hold(intent(1), at(1), market(100));
    expect(brief(sim.advance(at(2), market(200)))).toEqual(['c-1 rejected']);
    expect(brief(sim.submit(intent(1), at(3), market(100)))).toEqual([
      'c-1 accepted',
      'c-1 rejected',
    ]);
    expect(sim.books).toMatchObject({ cash: poor, positions: {} });
  });

  test('without it they may, as two buys that each could be paid do', () => {
    const sim = broker({}, poor);
    for (const n of [1, 2]) sim.hold(intent(n), at(1), market(100));
    sim.advance(at(2), market(100));
    expect(sim.books.cash).toBe(-500_000_000);
  });

  test('shares on sale are not sold again', () => {
    const sim = holding({ reserve: true });
    sim.submit(intent(2, { side: 'sell', quantity: 7, pricing: stop(90) }), at(2), market(100));
    expect(brief(sim.submit(intent(3, { side: 'sell', quantity: 4 }), at(3), market(100)))).toEqual(
      ['c-3 rejected'],
    );
    expect(brief(sim.submit(intent(4, { side: 'sell', quantity: 3 }), at(3), market(100)))).toEqual(
      ['c-4 accepted', 'c-4 fill 3 at 100'],
    );
  });
});

test('where it may be, a short is opened and bought back', () => {
  const sim = broker({ shortSelling: true });
  sim.submit(intent(1, { side: 'sell' }), at(1), market(100));
  expect(sim.books).toMatchObject({ positions: { SPY: -10 }, cash: CASH + 1_000e6 });
  sim.submit(intent(2, { pricing: stop(110) }), at(2), market(100));
  sim.advance(at(3), market(110));
  expect(sim.books).toMatchObject({ positions: {}, cash: CASH - 100e6 });
});
