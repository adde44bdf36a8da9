import { expect, test } from 'vitest';
import type { ExecutionId, Intent, Order } from '../orders/index.ts';
import {
  bookOf,
  date,
  Desk,
  dollars,
  priced,
  saying,
  setupOf,
  WIDE,
  wish,
} from './desk.fixture.ts';
import { trip } from './losses.ts';
import { noteFill, noteReport } from './notes.ts';
import type { Setup } from './setup.ts';
import type { BookState } from './state.ts';

const deskWith = (setup: Partial<Setup>, own: object = {}, books = 1) =>
  new Desk(
    setupOf(
      ['one', 'two']
        .slice(0, books)
        .map((name) => bookOf(name, saying(), { limits: { ...WIDE, ...own } })),
      setup,
    ),
  );

const bookAt = (desk: Desk, b = 0) => desk.state.books[b] as BookState;

const orderOf = (status: Order['status'], id = 'x'): Order =>
  ({
    intent: {
      id,
      clientOrderId: id,
      book: 'one',
      symbol: 'A',
      side: 'sell',
      quantity: 5,
      date: date('2024-01-03'),
    } as unknown as Intent,
    status,
    filled: status === 'filled' ? 5 : 0,
  }) as Order;

const fill = { executionId: 'e' as ExecutionId, quantity: 5, price: priced(100), fee: dollars(0) };
const lose = (desk: Desk, pnl = -1, status: Order['status'] = 'filled') =>
  noteFill(desk.setup, desk.state, bookAt(desk), orderOf(status), {
    fill,
    closes: true,
    pnl: dollars(pnl),
  });

test('orders rejected in a row halt at their limit, as far as their breaker says', () => {
  const limits = { ...WIDE, rejectsInARowMax: 3, breakers: { rejects: 'STOP' } } as const;
  const desk = deskWith({ limits });
  const tell = (status: Order['status']) =>
    noteReport(desk.setup, desk.state, bookAt(desk), orderOf(status));
  for (const status of [
    'rejected',
    'rejected',
    'unknown',
    'working',
    'rejected',
    'rejected',
  ] as const) {
    tell(status);
  }
  expect(desk.state.halt).toBe('NONE');
  tell('rejected');
  expect([desk.state.halt, desk.state.haltReason]).toEqual([
    'STOP',
    '3 orders in a row were rejected, limit 3',
  ]);
});

test('a row of losses stops the book, and over all books the desk', () => {
  const desk = deskWith({ limits: { ...WIDE, lossStreakMax: 3 } }, { lossStreakMax: 2 }, 2);
  lose(desk);
  lose(desk, 1);
  lose(desk);
  expect(bookAt(desk).stopped).toBeNull();
  lose(desk);
  expect([bookAt(desk).stopped, desk.state.halt]).toEqual([
    '2 closing orders in a row lost, limit 2',
    'NONE',
  ]);
  lose(desk);
  expect(desk.state.halt).toBe('NO_NEW_RISK');
});

test('of a desk with one book the book stops; with no limit of its own the desk halts', () => {
  const both = deskWith({ limits: { ...WIDE, lossStreakMax: 1 } }, { lossStreakMax: 1 });
  lose(both);
  expect([bookAt(both).stopped === null, both.state.halt]).toEqual([false, 'NONE']);
  const one = deskWith({ limits: { ...WIDE, lossStreakMax: 1 } });
  lose(one);
  expect([bookAt(one).stopped, one.state.halt]).toEqual([null, 'NO_NEW_RISK']);
});

test('an order that ends with part of it filled counts as it closed', () => {
  const desk = deskWith({}, { lossStreakMax: 1 });
  lose(desk, -1, 'working');
  expect(bookAt(desk).stopped).toBeNull();
  noteReport(desk.setup, desk.state, bookAt(desk), orderOf('canceled'));
  expect(bookAt(desk).stopped).toContain('1 closing orders in a row lost');
});

test('rules see every fill of the account', () => {
  const rules = {
    broker: 'x',
    account: 'margin',
    intradayMarginFrom: null,
    washSale: 'warn',
  } as const;
  const parts = saying(wish({ symbol: 'A', side: 'buy', quantity: 5 }));
  const desk = new Desk(setupOf([bookOf('one', parts)], { rules }));
  desk.state.date = date('2024-01-03');
  lose(desk);
  expect(desk.state.risk.rules.unsettled).toEqual([
    { settles: '2024-01-05', amount: dollars(500) },
  ]);
  desk.state.risk.rules.lossSales['A'] = date('2024-01-02');
  desk.bars('2024-01-03');
  expect(desk.orders).toEqual(['buy 5 A']);
  expect(desk.alerts).toContain('washSale');
});

test('a breaker halts as far as its owner set, and further than a halt that is there', () => {
  const limits = { ...WIDE, dailyLossMax: dollars(100), breakers: { loss: 'STOP' } } as const;
  const desk = deskWith({ limits });
  desk.state.halt = 'NO_NEW_RISK';
  desk.state.lastClose = dollars(100_099.99);
  trip(desk.setup, desk.state);
  expect(desk.state.halt).toBe('NO_NEW_RISK');
  desk.state.lastClose = dollars(100_100);
  trip(desk.setup, desk.state);
  expect([desk.state.halt, desk.state.haltReason]).toEqual([
    'STOP',
    'Daily loss of 100.00 has reached 100.00',
  ]);
});

test('reports of rejections in a row halt the desk, as they come in (F012, invariant 17)', () => {
  const buy = { symbol: 'A', side: 'buy', quantity: 1 } as const;
  const decisions = Array.from({ length: 3 }, () => wish(buy));
  const limits = { ...WIDE, rejectsInARowMax: 2 };
  const desk = new Desk(setupOf([bookOf('one', saying(...decisions))], { limits }));
  for (const day of ['2024-01-02', '2024-01-03']) {
    desk.bars(day);
    const order = desk.intents.at(-1)?.clientOrderId as Intent['clientOrderId'];
    desk.report({ kind: 'rejected', order, reason: 'no' });
  }
  expect(desk.state.halt).toBe('NO_NEW_RISK');
  desk.bars('2024-01-04');
  expect(desk.intents).toHaveLength(2);
});
