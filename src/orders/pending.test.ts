import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money, Price } from '../base/index.ts';
import { intentOf, reportsOn } from './order.fixture.ts';
import { remaining } from './order.ts';
import { addIntent, applyReport, newOrders, type Orders } from './orders.ts';
import { leftOf, pending, pendingOf, pendingSells, worstPrice } from './pending.ts';
import type { ClientOrderId, Intent, Pricing } from './request.ts';

const twice = (_: Intent, quantity: number) => (quantity * 2) as Money;
const ALL = { linked: true } as const;

/** Takes the intents in, counted from 1. */
function ordersOf(...terms: readonly Partial<Intent>[]): Orders {
  const orders = newOrders();
  terms.forEach((one, i) => addIntent(orders, intentOf(one, i + 1)));
  return orders;
}

const on = (count: number) => reportsOn(`c-${count}` as ClientOrderId);
const at = (dollars: number) => (dollars * 1e6) as Price;
const stop = { group: 'g', role: 'stop' } as const;
const target = { group: 'g', role: 'target' } as const;

const SPREAD: Partial<Intent> = {
  quantity: 3,
  legs: [
    { symbol: 'LONG', side: 'buy', ratio: 1 },
    { symbol: 'SHORT', side: 'sell', ratio: 2 },
  ],
};

describe('what is pending of several legs', () => {
  test('is told by leg, and falls as the legs fill, unevenly too', () => {
    const orders = ordersOf(SPREAD, { symbol: 'LONG', quantity: 5 });
    expect([pending(orders, 'LONG'), pending(orders, 'SHORT')]).toEqual([8, -6]);
    expect([pendingSells(orders, 'SHORT'), pendingSells(orders, 'LONG')]).toEqual([6, 0]);
    expect([pending(orders, 'SPY'), pending(orders, 'SHORT', 'other')]).toEqual([0, 0]);
    applyReport(orders, on(1).fill('a', 5, 100, 0, 'SHORT'));
    expect([pending(orders, 'LONG'), pending(orders, 'SHORT')]).toEqual([8, -1]);
    expect(pendingOf(orders, 'SHORT', ALL).sells).toBe(1);
    const order = orders.live.get('c-1' as ClientOrderId)!;
    applyReport(orders, on(1).canceled());
    expect([leftOf(order, 'SHORT', 'sell'), leftOf(order, 'LONG', 'buy')]).toEqual([0, 0]);
    expect([pending(orders, 'LONG'), pending(orders, 'SHORT')]).toEqual([5, 0]);
  });
});

describe('the worst that live orders may do (invariants 13, 14)', () => {
  test('is nothing without orders', () => {
    expect(pendingOf(newOrders(), 'SPY', ALL)).toEqual({ buys: 0, sells: 0, buyCost: 0 });
  });

  test('has each side alone, UNKNOWN in full, of a book and without the one left out', () => {
    const orders = ordersOf(
      { quantity: 70 },
      { side: 'sell', quantity: 20 },
      { book: 'other', quantity: 5 },
      { symbol: 'QQQ', quantity: 9 },
    );
    applyReport(orders, on(1).fill('a', 30));
    applyReport(orders, on(1).unknown());
    expect(pendingOf(orders, 'SPY', ALL)).toEqual({ buys: 45, sells: 20, buyCost: 45 * at(100) });
    expect(pendingOf(orders, 'SPY', { ...ALL, book: 'book' }).buys).toBe(40);
    const except = 'c-1' as ClientOrderId;
    expect(pendingOf(orders, 'SPY', { ...ALL, except }).buys).toBe(5);
    expect(pendingOf(orders, 'SPY', { ...ALL, cost: twice }).buyCost).toBe(90);
  });

  test('counts linked orders once with their largest, where the broker guarantees it', () => {
    const orders = ordersOf(
      { side: 'sell', quantity: 100, link: stop },
      { side: 'sell', quantity: 60, link: target },
      { side: 'sell', quantity: 7, link: { ...stop, group: 'h' } },
      { side: 'sell', quantity: 1 },
    );
    expect(pendingOf(orders, 'SPY', { linked: true }).sells).toBe(108);
    expect(pendingOf(orders, 'SPY', { linked: false }).sells).toBe(168);
    applyReport(orders, on(1).fill('a', 80));
    expect(pendingOf(orders, 'SPY', { linked: true }).sells).toBe(68);
  });

  test('takes the dearest of linked buys, and each side of a link by itself', () => {
    const limit = (dollars: number): Pricing => ({ type: 'limit', limitPrice: at(dollars) });
    const orders = ordersOf(
      { quantity: 10, pricing: limit(5), link: target },
      { quantity: 4, pricing: limit(50), link: { ...target } },
      { side: 'sell', quantity: 3, link: stop },
    );
    expect(pendingOf(orders, 'SPY', ALL)).toEqual({ buys: 10, sells: 3, buyCost: 4 * at(50) });
  });

  test('is never below any single order, nor above the sum of all', () => {
    const terms = fc.record({
      side: fc.constantFrom('buy' as const, 'sell' as const),
      quantity: fc.integer({ min: 1, max: 500 }),
      group: fc.constantFrom('', 'g', 'h'),
    });
    fc.assert(
      fc.property(fc.array(terms, { maxLength: 8 }), fc.boolean(), (drawn, linked) => {
        const orders = ordersOf(
          ...drawn.map(({ side, quantity, group }) => ({
            side,
            quantity,
            ...(group !== '' && { link: { ...stop, group } }),
          })),
        );
        const worst = pendingOf(orders, 'SPY', { linked });
        const sells = [...orders.live.values()].filter(({ intent }) => intent.side === 'sell');
        const all = sells.map(remaining).reduce((sum, one) => sum + one, 0);
        expect(worst.sells).toBeGreaterThanOrEqual(Math.max(0, ...sells.map(remaining)));
        expect(worst.sells).toBeLessThanOrEqual(all);
        expect(pendingOf(orders, 'SPY', { linked: false }).sells).toBe(all);
        expect(pendingSells(orders, 'SPY')).toBe(all);
      }),
    );
  });
});

test.each<[Pricing, 'buy' | 'sell', number]>([
  [{ type: 'market' }, 'buy', 100],
  [{ type: 'limit', limitPrice: at(90) }, 'buy', 90],
  [{ type: 'stopLimit', stopPrice: at(110), limitPrice: at(112) }, 'buy', 112],
  [{ type: 'stop', stopPrice: at(110) }, 'buy', 110],
  [{ type: 'stop', stopPrice: at(90) }, 'buy', 100],
  [{ type: 'stop', stopPrice: at(90) }, 'sell', 90],
  [{ type: 'stop', stopPrice: at(110) }, 'sell', 100],
])('the worst price of %o to %s is %s dollars', (pricing, side, dollars) => {
  expect(worstPrice(intentOf({ pricing, side }))).toBe(at(dollars));
});
