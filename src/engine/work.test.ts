import { describe, expect, test } from 'vitest';
import type { Instant } from '../base/index.ts';
import type { Decision } from '../strategy/index.ts';
import {
  bookOf,
  Desk,
  deskSaying,
  priced,
  saying,
  setupOf,
  want,
  WIDE,
  wish,
} from './desk.fixture.ts';

const DAYS = ['2024-01-03', '2024-01-04', '2024-01-05', '2024-01-08'] as const;
const [FIRST, SECOND, THIRD] = DAYS;

/** A desk that holds `first` and then says `answers`. */
function holding(first: Decision, answers: readonly Decision[], setup = {}): Desk {
  const desk = deskSaying([first, ...answers], setup);
  desk.bars(FIRST);
  return desk.fillAll();
}

const lastIntent = (desk: Desk) => desk.intents.at(-1)!;

describe('a plan', () => {
  test('sells before it buys, and sizes a buy when the sale has paid', () => {
    const desk = holding(want({ A: 1 }), [want({ A: 0, B: 1 })]);
    desk.bars(SECOND, { A: 110, B: 50 });
    expect(desk.orders.slice(1)).toEqual(['sell 1000 A']);
    desk.fill(lastIntent(desk), 109.5);
    expect(desk.orders.slice(1)).toEqual(['sell 1000 A', 'buy 2190 B']);
    desk.fillAll();
    expect([desk.held('A'), desk.held('B')]).toEqual([0, 2190]);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('has one order at a time: the next leg waits until the former is done', () => {
    const desk = holding(want({ A: 1 }), [want({ B: 1 })]);
    desk.bars(SECOND);
    const sale = lastIntent(desk);
    desk.fill(sale, 100, 400);
    desk.fill(sale, 100, 599);
    expect(desk.orders).toHaveLength(2);
    expect(desk.state.orders.live.size).toBe(1);
    desk.fill(sale, 100, 1);
    expect(desk.orders.at(-1)).toBe('buy 2000 B');
  });

  test('counts a partial fill, and buys for it, when the rest is canceled (F013)', () => {
    const desk = holding(want({ A: 1 }), [want({ B: 1 })]);
    desk.bars(SECOND);
    const sale = lastIntent(desk);
    desk.fill(sale, 100, 300);
    desk.report({ kind: 'canceled', order: sale.clientOrderId, reason: 'the owner' });
    expect(desk.held('A')).toBe(700);
    expect(desk.orders.at(-1)).toBe('buy 600 B');
  });

  test('fees of a fill leave the cash and are on record with the P&L after them', () => {
    const desk = holding(want({ A: 1 }), [want({ A: 0.5 })]);
    desk.bars(SECOND, { A: 110, B: 50 });
    desk.fill(lastIntent(desk), 109, 400, 4);
    desk.fill(lastIntent(desk), 100, 100, 1);
    const records = desk.of('fill').map(({ record }) => record);
    expect(records.map(({ realizedPnl }) => realizedPnl / 1e6)).toEqual([0, 3_596, -1]);
    expect(records[1]).toMatchObject({ date: SECOND, symbol: 'A', side: 'sell', quantity: 400 });
    expect(desk.state.books[0]?.ledger.cash).toBe(53_595_000_000);
  });

  test('cuts a buy to the limits and leaves the target as it was asked for', () => {
    const limits = { ...WIDE, positionPctMax: 20 };
    const desk = new Desk(setupOf([bookOf('one', saying(want({ A: 0.6 })), { limits })]));
    desk.bars(FIRST);
    desk.fillAll();
    expect(desk.held('A')).toBe(200);
    expect(desk.state.books[0]?.lastTargets).toEqual({ A: 0.6, B: 0 });
  });

  test('that is held plus pending already sends nothing', () => {
    const desk = deskSaying([want({ A: 0.5 }), want({ A: 0.5 })]);
    desk.bars(FIRST);
    desk.fillAll();
    desk.bars(SECOND);
    expect(desk.orders).toEqual(['buy 500 A']);
  });

  test('without a price for a leg says so, and the next decision tries again', () => {
    const desk = deskSaying([want({ A: 0.5, B: 0.5 }), want({ A: 0.5, B: 0.5 })]);
    desk.bars(FIRST);
    desk.state.marks[1] = Number.NaN;
    desk.fillAll();
    expect(desk.alerts).toEqual(['priceMissing']);
    desk.bars(SECOND);
    desk.fillAll();
    expect([desk.held('A'), desk.held('B')]).toEqual([500, 1000]);
  });
});

describe('a leg that was not carried out is tried again by the next decision', () => {
  const ends: [string, (desk: Desk, order: ReturnType<typeof lastIntent>) => void][] = [
    [
      'rejected',
      (desk, { clientOrderId }) => {
        desk.report({ kind: 'rejected', order: clientOrderId, reason: 'no' });
      },
    ],
    [
      'expired',
      (desk, { clientOrderId }) => {
        desk.report({ kind: 'expired', order: clientOrderId });
      },
    ],
    [
      'canceled in part',
      (desk, order) => {
        desk.fill(order, undefined, 1);
        desk.report({ kind: 'canceled', order: order.clientOrderId, reason: 'x' });
      },
    ],
    [
      'lost on its way',
      (desk, { clientOrderId }) => {
        desk.report({ kind: 'notFound', order: clientOrderId });
        desk.report({ kind: 'notFound', order: clientOrderId });
      },
    ],
  ];

  test.each(ends)('a raise that was %s', (_, end) => {
    const desk = deskSaying([want({ A: 0.5 }), want({ A: 0.5 })]);
    desk.bars(FIRST);
    end(desk, lastIntent(desk));
    desk.bars(SECOND);
    desk.fillAll();
    expect(desk.held('A')).toBe(500);
  });

  test.each(ends)('an exit that was %s', (_, end) => {
    const desk = holding(want({ A: 0.5 }), [want({ A: 0 }), want({ A: 0 })]);
    desk.bars(SECOND);
    end(desk, lastIntent(desk));
    const [book] = desk.state.books;
    expect(book?.lastTargets['A']).toBeGreaterThan(0.49);
    desk.bars(THIRD);
    desk.fillAll();
    expect(desk.held('A')).toBe(0);
  });

  test.each(ends)('a buy that the sale, %s, should have paid', (_, end) => {
    const desk = holding(want({ A: 1 }), [want({ B: 1 }), want({ B: 1 })]);
    desk.bars(SECOND);
    end(desk, lastIntent(desk));
    desk.fillAll();
    expect(desk.held('B')).toBeLessThan(10);
    desk.bars(THIRD);
    desk.fillAll();
    expect([desk.held('A'), desk.held('B')]).toEqual([0, 2_000]);
  });

  test('a buy that our own gate refused', () => {
    const desk = deskSaying([want({ A: 0.5 }), want({ A: 0.5 })]);
    desk.state.halt = 'NO_NEW_RISK';
    desk.bars(FIRST);
    expect(desk.of('refused').map(({ refusal }) => refusal.code)).toEqual(['halted']);
    desk.state.halt = 'NONE';
    desk.bars(SECOND);
    expect(desk.orders).toEqual(['buy 500 A']);
  });
});

describe('slippage', () => {
  test.each([
    [100.29, []],
    [100.3, ['slippageWarning']],
    [100.5, ['slippageExceeded']],
    [101, ['slippageAbort']],
  ])('of a fill at %d for 100', (price, alerts) => {
    const desk = deskSaying([want({ A: 0.5 })]);
    desk.bars(FIRST);
    desk.fill(lastIntent(desk), price);
    expect(desk.alerts.filter((code) => code !== 'planAborted')).toEqual(alerts);
  });

  test('that aborts drops the rest of the plan; the next decision takes it up', () => {
    const desk = deskSaying([want({ A: 0.5, B: 0.5 }), want({ A: 0.5, B: 0.5 })]);
    desk.bars(FIRST);
    desk.fill(lastIntent(desk), 102);
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(desk.alerts).toEqual(['slippageAbort', 'planAborted']);
    expect(desk.state.books[0]?.work).toBeNull();
    desk.bars(SECOND);
    desk.fillAll();
    expect(desk.held('B')).toBeGreaterThan(970);
  });

  test('that aborts on a part leaves the rest of that order working', () => {
    const desk = deskSaying([want({ A: 0.5, B: 0.5 })]);
    desk.bars(FIRST);
    const order = lastIntent(desk);
    desk.fill(order, 102, 100);
    expect(desk.state.orders.live.size).toBe(1);
    desk.fill(order, 100, 400);
    expect(desk.orders).toEqual(['buy 500 A']);
  });
});

describe('an order', () => {
  test('that works longer than allowed is canceled, once', () => {
    const desk = deskSaying([want({ A: 0.5 })]);
    desk.bars(FIRST);
    const { clientOrderId: order } = lastIntent(desk);
    desk.report({ kind: 'accepted', order, venueOrderId: 'v1' });
    expect(desk.pass(59_999)).toEqual([]);
    expect(desk.pass(1)).toMatchObject([{ kind: 'cancel', order }]);
    desk.pass(100_000);
    expect(desk.of('cancel').filter(({ reason }) => reason !== 'asked again')).toHaveLength(1);
    desk.report({ kind: 'canceled', order, reason: 'asked' });
    expect(desk.state.orders.live.size).toBe(0);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('names all its terms, and an id that is used once', () => {
    const desk = holding(want({ A: 0.5 }), [want({ B: 0.5 }), want({ A: 0.5 })]);
    desk.state.epoch = 3;
    desk.state.reconcile.epoch = 3;
    desk.bars(SECOND);
    desk.fillAll();
    expect(desk.intents[1]).toMatchObject({
      id: 'one-2024-01-04-1',
      book: 'one',
      symbol: 'A',
      side: 'sell',
      quantity: 500,
      pricing: { type: 'market' },
      timeInForce: 'day',
      purpose: 'exit',
      expectedPrice: priced(100),
      date: SECOND,
      at: desk.intents[1]!.at,
    });
    expect(desk.intents.map(({ id }) => id)).toEqual([
      'one-2024-01-03-1',
      'one-2024-01-04-1',
      'one-2024-01-04-2',
    ]);
    expect(desk.intents[1]!.clientOrderId).toMatch(/^pl-[0-9a-f]{6}-e3-one-2024-01-04-1$/);
  });

  test('after the fence is refused, whatever leg it is', () => {
    const desk = deskSaying([want({ A: 0.5, B: 0.5 })]);
    desk.decideOn(FIRST);
    const order = lastIntent(desk);
    desk.pass(240_001);
    desk.fill(order);
    expect(desk.orders).toEqual(['buy 500 A']);
    expect(desk.of('refused')[0]?.refusal.code).toBe('sessionFence');
  });

  test('of the 1,001st of a day is refused (F012)', () => {
    const many = Array.from({ length: 1_001 }, () => ({
      symbol: 'A',
      side: 'buy' as const,
      quantity: 1,
    }));
    const desk = deskSaying([wish(...many)]);
    desk.bars(FIRST, { A: 1, B: 1 });
    desk.fillAll();
    expect(desk.intents).toHaveLength(1_000);
    expect(desk.of('refused').map(({ refusal }) => refusal.code)).toEqual([
      'ordersPerDayAboveLimit',
    ]);
  });

  test('of more shares than are held is refused, sells under way counted (F061)', () => {
    const sell = { symbol: 'A', side: 'sell', quantity: 300 } as const;
    const desk = holding(want({ A: 0.5 }), [wish(sell, { ...sell, quantity: 201 })]);
    desk.bars(SECOND);
    desk.fillAll();
    expect(desk.held('A')).toBe(200);
    expect(desk.of('refused').map(({ refusal }) => refusal.code)).toEqual(['oversell']);
  });

  test('wished with a limit keeps it, sells going first', () => {
    const limitPrice = priced(99.5);
    const desk = holding(want({ B: 0.5 }), [
      wish(
        { symbol: 'A', side: 'buy', quantity: 10, limitPrice },
        { symbol: 'B', side: 'sell', quantity: 7 },
      ),
    ]);
    desk.bars(SECOND);
    desk.fillAll();
    expect(desk.orders.slice(1)).toEqual(['sell 7 B', 'buy 10 A']);
    expect(lastIntent(desk).pricing).toEqual({ type: 'limit', limitPrice });
  });

  test('canceled by a person is asked to be; one unknown stays unknown', () => {
    const desk = deskSaying([want({ A: 0.5 })]);
    desk.bars(FIRST);
    const { clientOrderId: order } = lastIntent(desk);
    const at = desk.state.at as Instant;
    const cancel = { kind: 'command', command: 'cancel', at, by: 'owner', order } as const;
    desk.report({ kind: 'unknown', order, reason: 'timeout' });
    expect(desk.take(cancel)).toMatchObject([{ kind: 'cancel', order }]);
    expect(desk.state.orders.live.get(order)?.status).toBe('unknown');
    desk.report({ kind: 'accepted', order, venueOrderId: 'v1' });
    desk.take(cancel);
    expect(desk.state.orders.live.get(order)?.status).toBe('canceling');
    desk.report({ kind: 'canceled', order, reason: 'done' });
    expect(desk.take(cancel)).toEqual([]);
  });
});
