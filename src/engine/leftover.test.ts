import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { priced, want, wish } from './desk.fixture.ts';
import type { LeftoverPolicy } from './watch/policy.ts';
import { FIRST, SECOND, STOPS, type WatchDesk, watchDesk } from './watch/watch.fixture.ts';
import { overdueAt } from './work.ts';

const REPRICE: LeftoverPolicy = { market: 'reprice', limit: 'reprice', repricesMax: 2 };
const limitPrice = priced(99);
const buyAt = { symbol: 'A', side: 'buy', quantity: 100, limitPrice } as const;

/** Wishes 100 A at 99 at most, of which 40 fill; the order works longer than allowed. */
function overdue(leftover?: LeftoverPolicy, more = {}): WatchDesk {
  const book = leftover && { leftover };
  const desk = watchDesk([wish({ ...buyAt, ...more })], null, {}, { ...book });
  desk.bars(FIRST);
  desk.acceptAll().fill(desk.newest(), 99, 40);
  desk.pass(60_000);
  return desk;
}

describe('the rest of an order at its timeout (F013)', () => {
  test('is canceled where the book says nothing', () => {
    const desk = overdue();
    expect(desk.canceling).toHaveLength(1);
    desk.proveCancels();
    expect(desk.orders).toEqual(['buy 100 A']);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('is sent anew at the market, from what the broker confirmed, as a chain', () => {
    const desk = overdue(REPRICE);
    const first = desk.newest();
    desk.fill(first, 99, 10);
    desk.proveCancels();
    expect(desk.newest()).toMatchObject({
      quantity: 50,
      replaces: first.clientOrderId,
      pricing: { type: 'limit', limitPrice: priced(100) },
    });
    desk.fill(desk.newest());
    expect(desk.held('A')).toBe(100);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test('is sent anew so often and no more', () => {
    const desk = overdue(REPRICE);
    for (let i = 0; i < 5; i++) desk.proveCancels().acceptAll().pass(60_000);
    expect(desk.orders).toEqual(['buy 100 A', 'buy 60 A', 'buy 60 A']);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test.each([
    ['rejected', { kind: 'rejected', reason: 'no' }],
    ['expired', { kind: 'expired' }],
  ] as const)('is not sent anew when the order %s instead', (_, report) => {
    const desk = overdue(REPRICE);
    desk.report({ ...report, order: desk.newest().clientOrderId });
    expect(desk.orders).toEqual(['buy 100 A']);
  });

  test('is not sent anew when the rest filled while it was to be canceled (F008)', () => {
    const desk = overdue(REPRICE);
    desk.fill(desk.newest(), 99, 60);
    expect([desk.held('A'), desk.orders.length]).toEqual([100, 1]);
  });

  test('is not sent anew when a person canceled it in time', () => {
    const desk = watchDesk([wish(buyAt)], null, {}, { leftover: REPRICE });
    desk.bars(FIRST);
    desk.acceptAll();
    const { clientOrderId: order } = desk.newest();
    desk.report({ kind: 'canceled', order, reason: 'the owner' });
    expect(desk.orders).toEqual(['buy 100 A']);
  });

  test('of a stop that was not reached is nothing', () => {
    const leftover: LeftoverPolicy = { stop: 'reprice', repricesMax: 2 };
    const stop = { symbol: 'A', side: 'buy', quantity: 100, stopPrice: priced(110) } as const;
    const desk = watchDesk([wish(stop)], null, {}, { leftover });
    desk.bars(FIRST);
    desk.acceptAll().pass(60_000);
    desk.proveCancels();
    expect(desk.orders).toEqual(['buy 100 A']);
  });

  test('brings its bracket along', () => {
    const bracket = { stopPrice: priced(95) };
    const desk = overdue(REPRICE, { bracket });
    desk.proveCancels();
    const [next] = desk.live.filter(({ intent }) => intent.side === 'buy');
    desk.fill(next!.intent, 100);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 100 A stop @95']);
    expect(desk.state.watch.brackets).toEqual([]);
  });

  test('is carried where the book says so: good till canceled, and the plan goes on', () => {
    const leftover: LeftoverPolicy = { limit: 'carry', repricesMax: 0 };
    const buyB = { symbol: 'B', side: 'buy', quantity: 10 } as const;
    const desk = watchDesk([wish(buyAt, buyB)], null, {}, { leftover });
    desk.bars(FIRST);
    desk.acceptAll();
    expect(desk.intents.map(({ timeInForce }) => timeInForce)).toEqual(['gtc', 'day']);
    desk.fill(desk.intents[1]!);
    expect(desk.state.books[0]?.work).toBeNull();
    expect(overdueAt(desk.setup, desk.state)).toBeNull();
    desk.pass(1_000_000);
    expect(desk.resting).toEqual(['buy 100 A limit @99']);
  });

  test('a chain never fills more than was wished, whatever fills when (invariant 7, F009)', () => {
    const script = fc.array(fc.record({ fill: fc.nat(120), prove: fc.boolean() }), {
      maxLength: 20,
    });
    fc.assert(
      fc.property(script, (moves) => {
        const desk = watchDesk([wish(buyAt)], null, {}, { leftover: REPRICE });
        desk.bars(FIRST);
        for (const { fill, prove } of moves) {
          desk.acceptAll();
          const [order] = desk.live;
          if (order === undefined) break;
          const left = order.intent.quantity - order.filled;
          if (fill > 0) desk.fill(order.intent, 100, Math.min(left, fill));
          desk.pass(60_000);
          if (prove) desk.proveCancels();
          expect(desk.live.length).toBeLessThanOrEqual(1);
        }
        expect(desk.held('A')).toBeLessThanOrEqual(100);
      }),
    );
  });
});

describe('at the session’s fence (F049, invariant 23)', () => {
  test('day orders that still work are canceled and told', () => {
    const desk = watchDesk([want({ A: 0.5 })]);
    desk.decideOn(FIRST);
    desk.acceptAll();
    const fence = desk.state.fence!;
    const due = overdueAt(desk.setup, desk.state)!;
    expect(due).toBe(Math.min(fence + 1, desk.newest().at + 60_000));
    desk.pass(fence + 1 - desk.state.at);
    expect(desk.canceling).toHaveLength(1);
    expect(desk.alerts).toContain('orderAtFence');
    desk.proveCancels();
    expect(desk.alerts).toContain('orderEnded');
  });

  test('what protects stays', () => {
    const desk = watchDesk([want({ A: 0.5 })], STOPS, { orderTimeoutMs: 3_600_000 });
    desk.decideOn(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().pass(400_000);
    expect(desk.resting).toEqual(['sell 500 A stop @92']);
    expect(desk.orders).toHaveLength(2);
    desk.close(FIRST);
    desk.bars(SECOND);
    expect(desk.resting).toEqual(['sell 500 A stop @92']);
  });
});
