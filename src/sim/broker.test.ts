import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Instant, type Money, money, type Price, priceFromDollars } from '../base/index.ts';
import type { ClientOrderId, Intent, Side } from '../orders/index.ts';
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
const WILD: SimBrokerSettings = {
  ...PLAIN,
  costs: { slippagePpm: 300, feePerShare: 5_000 as Money, feePpm: 20 },
  delayMs: [10, 5_000],
  rejectionPpm: 200_000,
  randomSlippageBps: 4,
  priceStep: 10_000,
  shortSelling: true,
};

const CASH = money(100_000_000_000);
const at = (ms: number) => ms as Instant;
const priced = (dollars: number) => priceFromDollars(dollars);
const market = (dollars: number) => (symbol: string) =>
  symbol === 'NONE' ? undefined : priced(dollars);

function intent(n: number, side: Side, quantity: number, limit?: number, symbol = 'SPY'): Intent {
  return {
    id: `i-${n}` as never,
    clientOrderId: `c-${n}` as ClientOrderId,
    book: 'one',
    symbol,
    side,
    quantity,
    pricing:
      limit === undefined ? { type: 'market' } : { type: 'limit', limitPrice: priced(limit) },
    timeInForce: 'day',
    purpose: 'rebalance',
    expectedPrice: priced(100),
    at: at(0),
    date: '2024-01-03' as never,
  };
}

interface Act {
  readonly side: Side;
  readonly quantity: number;
  readonly wait: number;
  readonly cents: number;
}
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.record({
    side: fc.constantFrom<Side>('buy', 'sell'),
    quantity: fc.integer({ min: 1, max: 50 }),
    wait: fc.integer({ min: 0, max: 4_000 }),
    cents: fc.integer({ min: 1_000, max: 20_000 }),
  }),
  { maxLength: 30 },
);

/** All reports of `acts` by count, the broker made anew by `between` before each. */
function trace(settings: SimBrokerSettings, list: readonly Act[], between = (b: SimBroker) => b) {
  let broker = new SimBroker(settings, CASH);
  let now = 0;
  const reports = list.flatMap(({ side, quantity, wait, cents }, n) => {
    broker = between(broker);
    now += wait;
    const prices = market(cents / 100);
    const filled = broker.advance(at(now), prices);
    return [...filled, ...broker.submit(intent(n, side, quantity), at(now), prices)];
  });
  return { reports, broker };
}

const anew = (broker: SimBroker) => {
  const next = new SimBroker(WILD, money(0));
  next.restore(broker.save());
  return next;
};

const draws = (noise: number) => {
  const broker = new SimBroker(WILD, CASH);
  for (let i = 0; i < noise; i++) broker.find('c-9' as ClientOrderId);
  for (let i = 0; i < noise; i++) broker.advance(at(0), market(100));
  return broker
    .submit(intent(1, 'buy', 5), at(0), market(100))
    .concat(broker.advance(at(9_000), market(100)));
};

describe('the built-in broker, random as it may be set', () => {
  test('does the same twice, and another thing with another seed', () => {
    fc.assert(
      fc.property(acts, (list) => {
        expect(trace(WILD, list).reports).toEqual(trace(WILD, list).reports);
      }),
    );
    const list = Array.from({ length: 30 }, (_, i) => ({
      side: 'buy' as const,
      quantity: i + 1,
      wait: 100,
      cents: 9_000,
    }));
    expect(trace({ ...WILD, seed: 2 }, list).reports).not.toEqual(trace(WILD, list).reports);
  });

  test('saved and restored between any two orders, goes on the same', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const [one, two] = [trace(WILD, list), trace(WILD, list, anew)];
        expect(two.reports).toEqual(one.reports);
        expect(two.broker.save()).toBe(one.broker.save());
      }),
    );
  });

  test('draws for an order whatever was asked before', () => {
    expect(draws(7)).toEqual(draws(0));
  });

  test('keeps books that are the sum of its fills', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const { reports, broker } = trace(WILD, list);
        let [cash, shares] = [CASH as number, 0];
        for (const report of reports) {
          if (report.kind !== 'fill') continue;
          const { side } = list[Number(report.order.slice(2))]!;
          const signed = side === 'buy' ? report.fill.quantity : -report.fill.quantity;
          cash -= report.fill.price * signed + report.fill.fee;
          shares += signed;
        }
        expect(broker.books.cash).toBe(cash);
        expect(broker.books.positions['SPY'] ?? 0).toBe(shares);
      }),
    );
  });

  test('rejects about as many as set, and slips evenly up to its most', () => {
    const broker = new SimBroker({ ...WILD, delayMs: [0, 0], priceStep: 1 }, money(9e15));
    const fills: number[] = [];
    let rejected = 0;
    for (let n = 0; n < 5_000; n++) {
      for (const report of broker.submit(intent(n, 'buy', 1), at(n), market(100))) {
        if (report.kind === 'rejected') rejected++;
        if (report.kind === 'fill') fills.push(report.fill.price / 1e6 / 100.03 - 1);
      }
    }
    expect(rejected / 5_000).toBeCloseTo(0.2, 1);
    expect(Math.min(...fills)).toBeGreaterThanOrEqual(-1e-8);
    expect(Math.max(...fills)).toBeLessThanOrEqual(4.0001e-4);
    expect(fills.reduce((sum, one) => sum + one, 0) / fills.length).toBeCloseTo(2e-4, 5);
  });

  test('fills within the time set, at the price of that moment', () => {
    for (let n = 0; n < 200; n++) {
      const broker = new SimBroker({ ...PLAIN, seed: n, delayMs: [100, 300] }, CASH);
      broker.submit(intent(n, 'buy', 1), at(1_000), market(100));
      const due = broker.nextDue()!;
      expect(due).toBeGreaterThanOrEqual(1_100);
      expect(due).toBeLessThanOrEqual(1_300);
      expect(broker.advance(at(due - 1), market(101))).toEqual([]);
      expect(broker.advance(due, market(102))).toMatchObject([
        { kind: 'fill', at: due, fill: { price: priced(102) } },
      ]);
      expect(broker.nextDue()).toBeUndefined();
    }
  });
});

const plain = (cash = CASH) => new SimBroker(PLAIN, cash);

describe('the built-in broker', () => {
  test('knows an id again: a repeat makes no second order (F003)', () => {
    const broker = plain();
    const first = broker.submit(intent(1, 'buy', 10), at(1), market(100));
    const again = broker.submit(intent(1, 'buy', 10), at(2), market(50));
    expect(first).toMatchObject([{ kind: 'fill' }]);
    expect(again).toMatchObject([{ kind: 'accepted' }, { kind: 'fill', at: 1 }]);
    expect(again[1]).toEqual(first[0]);
    expect(broker.books).toMatchObject({ orders: 1, positions: { SPY: 10 } });
  });

  test('answers for an order it never had with that', () => {
    const broker = plain();
    const id = 'c-7' as ClientOrderId;
    expect(broker.find(id)).toBeUndefined();
    expect(broker.cancel(id, at(1), 'x')).toEqual([{ kind: 'notFound', order: id, at: 1 }]);
  });

  test.each<[string, SimBroker, Intent, string]>([
    ['more than the cash', plain(money(999_999_999)), intent(1, 'buy', 10), 'buying power'],
    ['shares it does not hold', plain(), intent(1, 'sell', 1), '0 of 1 held'],
    ['a symbol without a market', plain(), intent(1, 'buy', 1, undefined, 'NONE'), 'no market'],
  ])('refuses %s', (_, broker, wanted, reason) => {
    const before = { ...broker.books };
    const [report] = broker.submit(wanted, at(1), market(100));
    expect(report).toMatchObject({ kind: 'rejected' });
    expect((report as { reason: string }).reason).toContain(reason);
    expect(broker.books).toEqual({ ...before, orders: 1 });
  });

  test('takes all the cash there is, and lets go what is held', () => {
    const broker = plain(money(1_000_000_000));
    broker.submit(intent(1, 'buy', 10), at(1), market(100));
    expect(broker.books).toMatchObject({ cash: 0, positions: { SPY: 10 } });
    broker.submit(intent(2, 'sell', 10), at(1), market(90));
    expect(broker.books).toEqual({ cash: 900_000_000, positions: {}, orders: 2 });
  });

  test.each([
    ['buy', 100, 100, true],
    ['buy', 99.99, 100, false],
    ['sell', 100, 100, true],
    ['sell', 100.01, 100, false],
  ] as const)('fills a limit %s at %d when the market is %d: %s', (side, limit, now, fills) => {
    const broker = new SimBroker({ ...PLAIN, shortSelling: true }, CASH);
    const kinds = broker.submit(intent(1, side, 1, limit), at(1), market(now)).map((r) => r.kind);
    expect(kinds).toEqual([fills ? 'fill' : 'accepted']);
    expect(broker.nextDue()).toBeUndefined();
    const better = side === 'buy' ? 99 : 101;
    expect(broker.advance(at(2), market(better))).toHaveLength(fills ? 0 : 1);
  });

  test('a canceled order fills no more, and a canceled one again is told as it is', () => {
    const broker = plain();
    broker.submit(intent(1, 'buy', 1, 90), at(1), market(100));
    const id = 'c-1' as ClientOrderId;
    const told = broker.cancel(id, at(2), 'enough');
    expect(told.map(({ kind }) => kind)).toEqual(['accepted', 'canceled']);
    expect(broker.advance(at(3), market(80))).toEqual([]);
    expect(broker.cancel(id, at(4), 'again')).toMatchObject([{}, { reason: 'enough' }]);
  });

  test('the end of the day ends its orders, and spares those it is told to', () => {
    const broker = plain();
    broker.submit(intent(1, 'buy', 1, 90), at(1), market(100));
    broker.submit(intent(2, 'buy', 1, 90), at(5), market(100));
    expect(broker.closeDay(at(5), 5)).toMatchObject([{ kind: 'expired', order: 'c-1' }]);
    expect(broker.closeDay(at(5))).toMatchObject([{ kind: 'expired', order: 'c-2' }]);
    expect(broker.closeDay(at(6))).toEqual([]);
    expect(broker.working.size).toBe(0);
  });

  test('an order held waits for the next advance', () => {
    const broker = plain();
    expect(broker.hold(intent(1, 'buy', 1), at(1), market(100))).toMatchObject([
      { kind: 'accepted' },
    ]);
    expect(broker.advance(at(2), market(101))).toMatchObject([
      { kind: 'fill', fill: { price: priced(101) } },
    ]);
  });

  test.each([
    [100.004, 10_000, 100],
    [100.005, 10_000, 100],
    [100.015, 10_000, 100.02],
    [0.001, 10_000, 0.01],
    [100.004, 1, 100.004],
  ])('rounds %d to steps of %d micro-dollars: %d', (price, priceStep, wanted) => {
    const broker = new SimBroker({ ...PLAIN, priceStep }, CASH);
    const [report] = broker.submit(intent(1, 'buy', 1), at(1), market(price));
    expect(report).toMatchObject({ fill: { price: priced(wanted) as Price } });
  });
});
