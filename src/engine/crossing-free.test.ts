import { expect, test } from 'vitest';
import { addIntent, type ClientOrderId, type IntentId } from '../orders/index.ts';
import { rebalanceCapital } from './crossing.ts';
import { bookOf, date, Desk, dollars, priced, saying, setupOf } from './desk.fixture.ts';

test('the capital rule leaves what orders under way may take (F062, invariant 13)', () => {
  const pctByBook = { one: 10, two: 90 };
  const capitalRule = { kind: 'rebalance-at-close', pctByBook } as const;
  const desk = new Desk(
    setupOf([bookOf('one', saying()), bookOf('two', saying())], { capitalRule }),
  );
  desk.bars('2024-01-02', undefined, 'none');
  addIntent(desk.state.orders, {
    id: 'one-2024-01-02-1' as IntentId,
    clientOrderId: 'c1' as ClientOrderId,
    book: 'one',
    symbol: 'A',
    side: 'buy',
    quantity: 700,
    pricing: { type: 'limit', limitPrice: priced(100) },
    timeInForce: 'gtc',
    purpose: 'signal',
    expectedPrice: priced(100),
    at: desk.state.at,
    date: date('2024-01-02'),
  });
  rebalanceCapital(desk.setup, desk.state);
  expect(desk.state.books.map(({ ledger }) => ledger.cash)).toEqual([70_000, 130_000].map(dollars));
});
