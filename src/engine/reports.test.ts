import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClientOrderId, ExecutionId, Report } from '../orders/index.ts';
import {
  bookOf,
  Desk,
  deskSaying,
  dollars,
  priced,
  saying,
  setupOf,
  want,
} from './desk.fixture.ts';

const FIRST = '2024-01-03';

/** A desk with one order in flight: 500 shares of A at 100. */
function ordered(): { desk: Desk; order: ClientOrderId } {
  const desk = deskSaying([want({ A: 0.5 })]);
  desk.bars(FIRST);
  return { desk, order: desk.intents[0]!.clientOrderId };
}

const status = (desk: Desk, order: ClientOrderId) =>
  (desk.state.orders.live.get(order) ?? desk.state.orders.done.get(order))?.status;

describe('a report', () => {
  test('on an order that is not ours alerts and changes nothing', () => {
    const { desk } = ordered();
    const cash = desk.state.books[0]?.ledger.cash;
    const stranger = 'x-1' as ClientOrderId;
    const fill = {
      executionId: 'e' as ExecutionId,
      quantity: 5,
      price: priced(1),
      fee: dollars(0),
    };
    desk.report({ kind: 'fill', order: stranger, fill });
    expect(desk.alerts).toEqual(['externalOrder']);
    expect(desk.of('alert')[0]?.severity).toBe('CRITICAL');
    expect(desk.state.books[0]?.ledger.cash).toBe(cash);
  });

  test('of a rejection alerts with the broker’s reason', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'rejected', order, reason: 'account restricted' });
    expect(desk.of('alert')[0]?.text).toContain('account restricted');
    expect(desk.alerts).toEqual(['orderRejected']);
  });

  test.each(['canceled', 'expired'] as const)('of an end, %s, tells what was filled', (kind) => {
    const { desk, order } = ordered();
    desk.fill(desk.intents[0]!, 100, 20);
    desk.report({ kind, order, reason: 'x' } as never);
    expect(desk.of('alert')[0]?.text).toContain(`${kind} with 20 of 500 filled`);
  });

  test('of an unknown outcome leads to a query, and the order counts in full (invariant 5)', () => {
    const { desk, order } = ordered();
    const told = desk.report({ kind: 'unknown', order, reason: 'timeout' });
    expect(told).toContainEqual({ kind: 'query', order });
    expect(desk.alerts).toEqual(['orderUnknown']);
    expect(desk.state.books[0]?.view.pending('A')).toBe(500);
    expect(desk.pass(86_400_000)).toEqual([]);
    expect(status(desk, order)).toBe('unknown');
    desk.report({ kind: 'accepted', order, venueOrderId: 'v' });
    // It is known again, and works longer than allowed.
    expect(status(desk, order)).toBe('canceling');
  });

  test('that the broker has no such order is asked once more before it is believed', () => {
    const { desk, order } = ordered();
    expect(desk.report({ kind: 'notFound', order })).toContainEqual({ kind: 'query', order });
    expect(status(desk, order)).toBe('unknown');
    desk.report({ kind: 'notFound', order });
    expect(status(desk, order)).toBe('rejected');
    expect(desk.alerts).toEqual(['orderUnknown', 'orderRejected']);
  });

  test('of a fill after a cancel counts, alerts and halts new risk', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'canceled', order, reason: 'x' });
    desk.fill(desk.intents[0]!, 100, 80);
    expect(desk.held('A')).toBe(80);
    expect(desk.state.books[0]?.ledger.cash).toBe(92_000_000_000);
    expect(desk.alerts).toEqual(['orderEnded', 'orderAlarm']);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('of a fill beyond the quantity is booked as reported, and halts (invariant 7)', () => {
    const { desk } = ordered();
    desk.fill(desk.intents[0]!, 100, 501);
    expect(desk.held('A')).toBe(501);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('of a fill before the acknowledgement counts (F016)', () => {
    const { desk, order } = ordered();
    desk.fill(desk.intents[0]!);
    expect(desk.report({ kind: 'accepted', order, venueOrderId: 'v' })).toEqual([]);
    expect(desk.held('A')).toBe(500);
    expect(status(desk, order)).toBe('filled');
  });
});

const fillReport = (order: ClientOrderId, i: number, quantity: number): Report => ({
  kind: 'fill',
  order,
  at: 0 as never,
  fill: { executionId: `e${i}` as ExecutionId, quantity, price: priced(100), fee: dollars(0.01) },
});

test('each execution counts once, whatever the order and the repeats (invariant 8, F015)', () => {
  const parts = fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 5 });
  const shuffled = parts.chain((sizes) => {
    const reports = sizes.flatMap((size, i) => [[i, size] as const, [i, size] as const]);
    return fc.record({
      sizes: fc.constant(sizes),
      reports: fc.shuffledSubarray(reports, { minLength: reports.length }),
    });
  });
  fc.assert(
    fc.property(shuffled, fc.nat({ max: 10 }), ({ sizes, reports }, ack) => {
      const { desk, order } = ordered();
      reports.forEach(([i, size], n) => {
        if (n === ack) desk.report({ kind: 'accepted', order, venueOrderId: 'v' });
        desk.report(fillReport(order, i, size));
      });
      const total = sizes.reduce((sum, size) => sum + size, 0);
      expect(desk.held('A')).toBe(total);
      expect(desk.of('fill')).toHaveLength(sizes.length);
      const paid = total * 100_000_000 + sizes.length * 10_000;
      expect(desk.state.books[0]?.ledger.cash).toBe(100_000_000_000 - paid);
    }),
  );
});

test('a fill of one book’s order changes that book alone', () => {
  const books = ['one', 'two'].map((name) => bookOf(name, saying(want({ A: 0.5 }))));
  const desk = new Desk(setupOf(books));
  desk.bars(FIRST);
  desk.fill(desk.intents[1]!);
  expect([desk.held('A', 0), desk.held('A', 1)]).toEqual([0, 500]);
});
