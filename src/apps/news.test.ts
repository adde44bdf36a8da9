import { describe, expect, test } from 'vitest';
import type { Instant, Money, Price } from '../base/index.ts';
import {
  addIntent,
  applyReport,
  type ExecutionId,
  newOrders,
  type Order,
  type Orders,
  type Report,
} from '../orders/index.ts';
import { isNews } from './news.ts';
import { intentOf } from './runner.fixture.ts';

const at = 0 as Instant;
const intent = intentOf();
const on = { order: intent.clientOrderId, at } as const;

const fill = (executionId: string, quantity: number): Report => ({
  kind: 'fill',
  ...on,
  fill: {
    executionId: executionId as ExecutionId,
    quantity,
    price: 100_000_000 as Price,
    fee: 0 as Money,
  },
});

const cumulative = (filled: number): Report => ({
  kind: 'cumulative',
  ...on,
  filled,
  averagePrice: 100_000_000 as Price,
});

const accepted = (venueOrderId: string): Report => ({ kind: 'accepted', ...on, venueOrderId });
const canceled: Report = { kind: 'canceled', ...on, reason: 'asked' };
const unknown: Report = { kind: 'unknown', ...on, reason: 'no answer' };

/** All orders after `reports` on one, and that one. */
function after(...reports: readonly Report[]): { orders: Orders; order: Order } {
  const orders = newOrders();
  const order = addIntent(orders, intent);
  for (const report of reports) applyReport(orders, report);
  return { orders, order };
}

describe('what a reading tells', () => {
  test('of fills is news whatever became of the order (F015, F017, invariant 8)', () => {
    const ends: readonly (readonly Report[])[] = [
      [],
      [unknown],
      [accepted('v1')],
      [canceled],
      [fill('x1', 4), canceled],
      [{ kind: 'rejected', ...on, reason: 'no' }],
      [fill('x1', 10)],
    ];
    for (const reports of ends) {
      const { orders, order } = after(...reports);
      expect(isNews(orders, fill('x9', 1))).toBe(true);
      expect(isNews(orders, cumulative(order.filled + 1))).toBe(true);
      expect(isNews(orders, cumulative(order.filled))).toBe(false);
    }
  });

  test('of an order that is not ours is news', () => {
    expect(isNews(newOrders(), canceled)).toBe(true);
  });

  test('that ends a doubt is news, and no more once it is known (invariants 5 and 36)', () => {
    expect(isNews(after(unknown).orders, accepted('v1'))).toBe(true);
    const { orders } = after(accepted('v1'));
    expect(isNews(orders, accepted('v1'))).toBe(false);
    expect(isNews(orders, accepted('v2'))).toBe(true);
    expect(isNews(orders, unknown)).toBe(true);
    expect(isNews(orders, canceled)).toBe(true);
    expect(isNews(after(canceled).orders, canceled)).toBe(false);
    expect(isNews(after(canceled).orders, unknown)).toBe(false);
    expect(isNews(after(unknown).orders, { kind: 'notFound', ...on })).toBe(true);
  });

  test('left out, whatever the order: the state is the same as with it', () => {
    const told = [accepted('v1'), unknown, fill('x1', 4), cumulative(4), cumulative(7), canceled];
    for (let first = 0; first < told.length; first++) {
      for (const report of told) {
        const { orders, order } = after(...told.slice(0, first));
        if (isNews(orders, report)) continue;
        const before = structuredClone(order);
        applyReport(orders, report);
        expect(order).toEqual(before);
      }
    }
  });
});
