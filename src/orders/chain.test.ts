import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise, type Price } from '../base/index.ts';
import { chainFilled, chainOf, chainRemaining, type Replacement, replacementOf } from './chain.ts';
import { intentOf, reportsOn } from './order.fixture.ts';
import type { Order } from './order.ts';
import { addIntent, applyReport, findOrder, newOrders, type Orders } from './orders.ts';
import type { ClientOrderId, Intent } from './request.ts';

const onOrder = ({ intent }: Order) => reportsOn(intent.clientOrderId);

/** An order of 100 of which `filled` is done, then canceled. */
function ended(orders: Orders, filled: number, terms: Partial<Intent> = {}, count = 1): Order {
  const order = addIntent(orders, intentOf(terms, count));
  if (filled > 0) applyReport(orders, onOrder(order).fill(`x${count}`, filled));
  applyReport(orders, onOrder(order).canceled());
  return order;
}

const place = (orders: Orders, replacement: Replacement, count: number): Order =>
  addIntent(orders, intentOf({ ...replacement }, count));

describe('a replacement (F009)', () => {
  test('has what the chain has not filled, and the terms of the order but for the new ones', () => {
    const orders = newOrders();
    const link = { group: 'g', role: 'stop' } as const;
    const legs = [
      { symbol: 'A', side: 'buy', ratio: 1 },
      { symbol: 'B', side: 'sell', ratio: 1 },
    ] as const;
    const pricing = { type: 'limit', limitPrice: 990_000 as Price } as const;
    const first = ended(orders, 40, { link, timeInForce: 'gtc', purpose: 'protect' });
    expect(replacementOf(orders, first, { pricing })).toEqual({
      book: 'book',
      symbol: 'SPY',
      side: 'buy',
      quantity: 60,
      pricing,
      timeInForce: 'gtc',
      purpose: 'protect',
      link,
      replaces: 'c-1',
    });
    const spread = ended(orders, 0, { legs }, 2);
    expect(replacementOf(orders, spread, { timeInForce: 'gtc' })).toMatchObject({
      quantity: 100,
      legs,
      timeInForce: 'gtc',
      pricing: { type: 'market' },
    });
  });

  test('may ask for less and never for more', () => {
    const orders = newOrders();
    const first = ended(orders, 40);
    const asked = [10, 60, 61, 100].map((quantity) => replacementOf(orders, first, { quantity }));
    expect(asked.map((one) => one?.quantity)).toEqual([10, 60, 60, 60]);
    expect(replacementOf(orders, first, { quantity: 0 })).toBeNull();
  });

  test('is none where nothing is left, late fills included', () => {
    const orders = newOrders();
    const first = ended(orders, 40);
    applyReport(orders, onOrder(first).fill('late', 70));
    expect(replacementOf(orders, first, {})).toBeNull();
    expect([chainFilled(orders, first), chainRemaining(orders, first)]).toEqual([110, 0]);
  });

  test('of an order that may still fill, or has one already, breaks a promise', () => {
    const orders = newOrders();
    const live = addIntent(orders, intentOf());
    for (const report of [null, onOrder(live).unknown(), onOrder(live).cancelRequested()]) {
      if (report !== null) applyReport(orders, report);
      expect(() => replacementOf(orders, live, {})).toThrow(BrokenPromise);
    }
    applyReport(orders, onOrder(live).canceled());
    place(orders, replacementOf(orders, live, {})!, 2);
    expect(() => replacementOf(orders, live, {})).toThrow('is replaced already');
  });

  test('is taken in only for an order that is done, known, and not replaced (invariant 2)', () => {
    const orders = newOrders();
    const replaces = 'c-1' as ClientOrderId;
    const add = (count: number) => addIntent(orders, intentOf({ replaces }, count));
    expect(() => add(2)).toThrow('"c-1" cannot be replaced');
    const first = addIntent(orders, intentOf());
    expect(() => add(2)).toThrow(BadInput);
    applyReport(orders, onOrder(first).expired());
    const second = add(2);
    expect(() => add(3)).toThrow('"c-1" is replaced by "c-2" already');
    applyReport(orders, onOrder(second).expired());
    expect(() => add(3)).toThrow('"c-1" is replaced by "c-2" already');
  });
});

test('a chain is the same seen from each member, fills on any of them count', () => {
  const orders = newOrders();
  const first = ended(orders, 10);
  const second = place(orders, replacementOf(orders, first, {})!, 2);
  applyReport(orders, onOrder(second).fill('a', 20));
  applyReport(orders, onOrder(second).canceled());
  const third = place(orders, replacementOf(orders, second, {})!, 3);
  applyReport(orders, onOrder(third).fill('b', 5));
  for (const member of [first, second, third]) {
    expect(chainOf(orders, member)).toEqual([first, second, third]);
    expect([chainFilled(orders, member), chainRemaining(orders, member)]).toEqual([35, 65]);
  }
});

test('members of a chain are known as long as its end is, however many orders came since', () => {
  const orders = newOrders();
  const first = ended(orders, 10);
  const second = place(orders, replacementOf(orders, first, {})!, 2);
  const busy = (from: number) => {
    for (let count = from; count < from + 3_000; count++) ended(orders, 0, {}, count);
  };
  busy(10);
  expect(chainFilled(orders, second)).toBe(10);
  applyReport(orders, onOrder(second).fill('a', 5));
  applyReport(orders, onOrder(second).canceled());
  for (let count = 5_000; count < 5_500; count++) ended(orders, 0, {}, count);
  expect(replacementOf(orders, second, {})?.quantity).toBe(85);
  busy(10_000);
  expect(findOrder(orders, 'c-1' as ClientOrderId)).toBeUndefined();
  expect(() => chainOf(orders, second)).toThrow('"c-1" of its chain is not known');
});

test('whatever fills between cancels and new orders, a chain fills no more than intended', () => {
  const steps = fc.array(
    fc.record({
      filled: fc.integer({ min: 0, max: 60 }),
      wanted: fc.integer({ min: 1, max: 200 }),
    }),
    { minLength: 1, maxLength: 8 },
  );
  fc.assert(
    fc.property(steps, (drawn) => {
      const orders = newOrders();
      let order: Order | null = addIntent(orders, intentOf());
      let total = 0;
      for (const [i, { filled, wanted }] of drawn.entries()) {
        if (order === null) break;
        const some = Math.min(filled, order.intent.quantity);
        if (some > 0) applyReport(orders, onOrder(order).fill(`x${i}`, some));
        total += some;
        applyReport(orders, onOrder(order).canceled());
        expect(chainFilled(orders, order)).toBe(total);
        expect(chainRemaining(orders, order)).toBe(100 - total);
        const next = replacementOf(orders, order, { quantity: wanted });
        expect(next?.quantity ?? 0).toBe(Math.min(wanted, 100 - total));
        order = next === null ? null : place(orders, next, i + 2);
      }
      expect(total).toBeLessThanOrEqual(100);
    }),
  );
});
