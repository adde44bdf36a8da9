import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { heldIn, postFill } from '../ledger/index.ts';
import {
  addIntent,
  type ClientOrderId,
  type Intent,
  type Pricing,
  signOf,
} from '../orders/index.ts';
import { review } from '../risk/index.ts';
import { bookOf, date, Desk, dollars, priced, saying, setupOf, WIDE } from './desk.fixture.ts';
import { type Draft, gateInput } from './gate.ts';
import { pendingBuysOf } from './pending.ts';
import type { BookState } from './state.ts';

const MARKET: Pricing = { type: 'market' };
const COSTS = { slippagePpm: 1_000, feePerShare: dollars(0.01), feePpm: 500 };
let count = 0;

const deskWith = (setup: object = {}, limits: object = {}) => {
  const own = { limits: { ...WIDE, shortSelling: true, ...limits } };
  const books = [bookOf('one', saying(), own), bookOf('two', saying(), own)];
  const desk = new Desk(setupOf(books, { costs: COSTS, ...own, ...setup }));
  desk.bars('2024-01-03', { A: 100, B: 50 });
  return desk;
};

const bookAt = (desk: Desk, b = 0) => desk.state.books[b] as BookState;

function live(desk: Desk, terms: Partial<Intent> = {}) {
  const id = `x${++count}`;
  return addIntent(desk.state.orders, {
    id,
    clientOrderId: id as ClientOrderId,
    book: 'one',
    symbol: 'A',
    side: 'buy',
    quantity: 10,
    pricing: MARKET,
    timeInForce: 'day',
    purpose: 'signal',
    expectedPrice: priced(terms.symbol === 'B' ? 50 : 100),
    at: desk.state.at,
    date: date('2024-01-03'),
    ...terms,
  } as Intent);
}

const draftOf = (draft: Partial<Draft> = {}): Draft => ({
  symbol: 'A',
  side: 'buy',
  quantity: 10,
  price: priced(100),
  purpose: 'signal',
  pricing: MARKET,
  ...draft,
});

const gateOf = (desk: Desk, draft: Partial<Draft> = {}, except?: ClientOrderId) =>
  gateInput(desk.setup, desk.state, bookAt(desk), draftOf(draft), except);

const hold = (desk: Desk, symbol: string, quantity: number, price: number, b = 0, multiplier = 1) =>
  postFill(bookAt(desk, b).ledger, {
    symbol,
    multiplier,
    quantity,
    price: priced(price),
    fee: dollars(0),
  });

describe('the worst price of an order', () => {
  test.each<[string, number, Partial<Draft>]>([
    ['a market order, with slippage', 100.1, {}],
    ['a limit above the market', 103, { pricing: { type: 'limit', limitPrice: priced(103) } }],
    ['a limit below it: the market', 100, { pricing: { type: 'limit', limitPrice: priced(90) } }],
    ['a stop, with slippage', 110.11, { pricing: { type: 'stop', stopPrice: priced(110) } }],
    [
      'a stop with a limit',
      112,
      { pricing: { type: 'stopLimit', stopPrice: priced(110), limitPrice: priced(112) } },
    ],
    ['a limit to sell', 90, { side: 'sell', pricing: { type: 'limit', limitPrice: priced(90) } }],
  ])('of %s is %s', (_, wanted, draft) =>
    expect(gateOf(deskWith(), draft).proposal.worstPrice).toBe(priced(wanted)),
  );

  test('sets its cost, a fee for each contract and not for each of its shares', () => {
    const { proposal } = gateOf(deskWith(), { symbol: 'SPY   240119C00475000', price: priced(2) });
    expect(proposal.multiplier).toBe(100);
    expect(proposal.worstCost).toBe(dollars(10 * (200.2 + 0.01 + 0.1001)));
  });
});

describe('what is pending', () => {
  test('counts by book and account at the worst price, UNKNOWN in full', () => {
    const desk = deskWith();
    live(desk, { pricing: { type: 'limit', limitPrice: priced(104) } }).status = 'unknown';
    live(desk, { book: 'two', quantity: 5 });
    const gate = gateOf(desk);
    expect([gate.book.pendingBuys, gate.account.pendingBuys]).toEqual([10, 15]);
    expect(gate.book.pendingPrice).toBe(priced(104));
    expect(gate.book.reserved).toBe(dollars(10 * (104 + 0.01 + 0.052)));
    expect(review(gate)?.code).toBe('unknownOrder');
    expect(review(gateOf(desk, { symbol: 'B', price: priced(50) }))).toBeNull();
    expect(pendingBuysOf(desk.setup, desk.state, 'A', 'one')).toEqual({
      cost: gate.book.reserved,
      shares: 10,
    });
  });

  test('leaves out the order that is looked at once more', () => {
    const desk = deskWith();
    const { intent } = live(desk);
    expect(gateOf(desk, {}, intent.clientOrderId).book.pendingBuys).toBe(0);
    expect(gateOf(desk, {}, intent.clientOrderId).again).toBe(true);
  });

  test('counts linked orders once, by their worst member, where the broker links them', () => {
    const link = (role: 'stop' | 'target') => ({ link: { group: 'g', role } });
    const rest = (broker: object) => {
      const desk = deskWith({ broker: { ...deskWith().setup.broker, ...broker } });
      hold(desk, 'A', 10, 100);
      const stop = { type: 'stop', stopPrice: priced(90) } as const;
      live(desk, { side: 'sell', purpose: 'protect', pricing: stop, ...link('stop') });
      return desk;
    };
    const target = (desk: Desk) =>
      gateOf(desk, {
        side: 'sell',
        purpose: 'protect',
        pricing: { type: 'limit', limitPrice: priced(120) },
        ...link('target'),
      });
    expect(review(target(rest({ oco: true })))).toBeNull();
    expect(review(target(rest({ oco: false })))?.code).toBe('exitRaisesPosition');
    const desk = rest({ oco: true });
    const limit = { type: 'limit', limitPrice: priced(120) } as const;
    live(desk, {
      side: 'sell',
      purpose: 'protect',
      pricing: limit,
      quantity: 8,
      ...link('target'),
    });
    expect(gateOf(desk).book.pendingSells).toBe(10);
  });

  test('a position without a mark counts at its cost, and so does what nobody has', () => {
    const desk = deskWith();
    hold(desk, 'C', 10, 30);
    expect(gateOf(desk).book.otherExposure).toBe(dollars(300));
    postFill(desk.state.external.ledger, {
      symbol: 'TQQQ',
      multiplier: 1,
      quantity: -2,
      price: priced(50),
      fee: dollars(0),
    });
    expect(gateOf(desk).account.otherExposure).toBe(dollars(600));
  });

  test('a live sale that opens a short position counts, beside what it closes', () => {
    const desk = deskWith();
    hold(desk, 'B', 10, 50);
    live(desk, { symbol: 'B', side: 'sell', quantity: 30 });
    expect(gateOf(desk).book.otherExposure).toBe(dollars(20 * 50));
  });

  test('net exposure and positions are worked out where they are limited', () => {
    const desk = deskWith({}, { netExposurePctMax: 100, positionsMax: 3 });
    hold(desk, 'B', 10, 50);
    hold(desk, 'SQQQ', 10, 20);
    live(desk, { symbol: 'B', side: 'sell', quantity: 4 });
    live(desk, { symbol: 'SQQQ', side: 'buy', quantity: 1, expectedPrice: priced(20) });
    const { book, account } = gateOf(desk);
    expect([book.net, book.netUp]).toEqual([dollars(500 - 600), 0]);
    expect(book.netDown).toBe(dollars(4 * 50 + 3 * 20.02));
    expect([book.otherPositions, account.otherPositions]).toEqual([2, 2]);
    expect(gateOf(deskWith()).book.net).toBe(0);
  });

  test('an order of the other side that could meet it is named, of any book', () => {
    const desk = deskWith();
    const { intent } = live(desk, { book: 'two', side: 'sell' });
    expect(gateOf(desk).oppositeOrder).toBe(`${intent.id} to sell A`);
    expect(gateOf(desk, {}, intent.clientOrderId).oppositeOrder).toBeNull();
    expect(review(gateOf(desk))?.code).toBe('oppositeOrder');
  });
});

describe('cover (invariant 15)', () => {
  const CALL = 'A     240119C00100000';
  const LONG = 'A     240119C00110000';
  const sell = (desk: Desk, symbol: string, quantity: number) =>
    gateOf(desk, { symbol, side: 'sell', quantity, price: priced(2) }).uncovered;

  test('is of shares, of longer contracts, and not of what is sold already', () => {
    const desk = deskWith();
    expect(sell(desk, CALL, 1)).toBe(1);
    hold(desk, 'A', 200, 100);
    expect([sell(desk, CALL, 2), sell(desk, CALL, 3)]).toEqual([0, 1]);
    live(desk, { side: 'sell', quantity: 150 });
    expect(sell(desk, CALL, 1)).toBe(1);
    expect(gateOf(desk, { symbol: CALL, price: priced(2) }).uncovered).toBe(0);
  });

  test('is not sold from under a short contract', () => {
    const desk = deskWith();
    hold(desk, 'A', 100, 100);
    hold(desk, CALL, -1, 2, 0, 100);
    expect(sell(desk, 'A', 1)).toBe(1);
    hold(desk, LONG, 1, 1, 0, 100);
    expect([sell(desk, 'A', 100), sell(desk, LONG, 1)]).toEqual([0, 0]);
    live(desk, { symbol: LONG, side: 'sell', quantity: 1 });
    expect(sell(desk, 'A', 100)).toBe(1);
  });

  test('comes with the other leg of an order that fills as a whole', () => {
    const desk = deskWith();
    const legs = [
      { symbol: LONG, side: 'buy', ratio: 1 },
      { symbol: CALL, side: 'sell', ratio: 1 },
    ] as const;
    const pricing = { type: 'limit', limitPrice: priced(1.5) } as const;
    const gate = gateOf(desk, { legs, pricing, quantity: 2, price: priced(1.5) });
    expect([gate.uncovered, gate.proposal.worstCost]).toEqual([0, dollars(2 * (150 + 0.02))]);
    expect(review(gate)).toBeNull();
    live(desk, { legs, pricing, quantity: 2 });
    expect(sell(desk, CALL, 1)).toBe(1);
    expect(gateOf(desk).book.reserved).toBe(dollars(300.04));
  });
});

const someOrder = fc.record({
  symbol: fc.constantFrom('A', 'B'),
  side: fc.constantFrom('buy' as const, 'sell' as const),
  book: fc.constantFrom('one', 'two'),
  quantity: fc.integer({ min: 1, max: 200 }),
  limit: fc.option(fc.integer({ min: 40, max: 120 })),
  unknown: fc.boolean(),
});

/** What fills of `chosen` at the worst price of each make of a book: its other symbol, its cash. */
function naive(
  desk: Desk,
  chosen: readonly Intent[],
  name: string,
): { gross: number; spent: number } {
  const book = bookAt(desk, name === 'one' ? 0 : 1);
  let shares = heldIn(book.ledger, 'B');
  let spent = 0;
  for (const { book: of, symbol, side, quantity, pricing, expectedPrice } of chosen) {
    if (of !== name) continue;
    const fill = pricing.type === 'limit' ? pricing.limitPrice : expectedPrice;
    if (side === 'buy') spent += Math.min(fill, expectedPrice) * quantity;
    if (symbol === 'B') shares += signOf(side) * quantity;
  }
  return { gross: Math.abs(shares) * priced(50), spent };
}

test('no fills of 1 to 50 live orders of two books are worse than what counts (F060)', () => {
  const orders = fc.array(someOrder, { minLength: 1, maxLength: 50 });
  const held = fc.integer({ min: -300, max: 300 });
  fc.assert(
    fc.property(orders, held, held, fc.infiniteStream(fc.boolean()), (drawn, one, two, picks) => {
      const desk = deskWith();
      if (one !== 0) hold(desk, 'B', one, 50);
      if (two !== 0) hold(desk, 'B', two, 50, 1);
      const all = drawn.map(({ limit, unknown, ...terms }) => {
        const price = limit === null ? null : priced(limit);
        const pricing = price === null ? MARKET : ({ type: 'limit', limitPrice: price } as const);
        const order = live(desk, { ...terms, pricing });
        if (unknown) order.status = 'unknown';
        return order.intent;
      });
      const { book, account } = gateOf(desk);
      for (let round = 0; round < 8; round++) {
        const chosen = all.filter(() => picks.next().value as boolean);
        const [a, b] = [naive(desk, chosen, 'one'), naive(desk, chosen, 'two')];
        expect(a.gross).toBeLessThanOrEqual(book.otherExposure);
        expect(a.gross + b.gross).toBeLessThanOrEqual(account.otherExposure);
        expect(a.spent).toBeLessThanOrEqual(book.reserved);
        expect(a.spent + b.spent).toBeLessThanOrEqual(account.reserved);
      }
      const buys = all.filter(
        ({ symbol, side, book: of }) => symbol === 'A' && side === 'buy' && of === 'one',
      );
      expect(book.pendingBuys).toBe(buys.reduce((sum, { quantity }) => sum + quantity, 0));
    }),
    { numRuns: 300 },
  );
});

describe('a loop that runs away (F012)', () => {
  const limits = { ...WIDE, ordersPerSecondMax: 3 };
  const many = Array.from({ length: 9 }, () => ({
    symbol: 'A',
    side: 'buy' as const,
    quantity: 1,
  }));

  test('halts the desk, stays halted, and nothing is sent later', () => {
    const decision = { action: 'orders', orders: many, why: 'again' } as const;
    const desk = new Desk(
      setupOf([bookOf('one', saying(decision as never))], {
        limits: { ...limits, breakers: { rate: 'CANCEL_ONLY' } },
      }),
    );
    desk.bars('2024-01-03');
    desk.fillAll();
    expect(desk.orders).toHaveLength(3);
    expect(desk.state.halt).toBe('CANCEL_ONLY');
    expect(desk.state.haltReason).toMatch(/^Orders ran away \(ordersPerSecondAboveLimit\)/);
    desk.pass(3_600_000);
    desk.bars('2024-01-04');
    expect(desk.orders).toHaveLength(3);
  });
});
