import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise } from '../base/index.ts';
import { fillOf, intentOf, permutations, reportsOn } from './order.fixture.ts';
import { applyToOrder, isDone, newOrder, type Order, remaining } from './order.ts';
import {
  cellOf,
  ORDER_EVENTS,
  ORDER_TABLE,
  type OrderEvent,
  type OrderStatus,
} from './order-table.ts';
import type { Report } from './report.ts';

const INTENT = intentOf();
const on = reportsOn(INTENT.clientOrderId);
const STATUSES = Object.keys(ORDER_TABLE) as OrderStatus[];
const TERMINAL: readonly OrderStatus[] = ['filled', 'canceled', 'rejected', 'expired'];

/** A report that means `event` for an order of 100 with nothing filled. */
const REPORT: Readonly<Record<OrderEvent, Report>> = {
  accepted: on.accepted(),
  rejected: on.rejected(),
  fill: on.fill('x-1', 1),
  lastFill: on.fill('x-1', 100),
  bust: on.bust('x-0'),
  cancelRequested: on.cancelRequested(),
  cancelRefused: on.cancelRefused(),
  canceled: on.canceled(),
  expired: on.expired(),
  suspended: on.suspended(),
  unknown: on.unknown(),
  notFound: on.notFound(),
  lost: on.notFound(),
  notSent: on.notSent(),
  sentAfterAll: on.notSent(),
};

/** An order of 100 as if it had come to `status`; seen at the broker where `event` needs it. */
const orderIn = (status: OrderStatus, event: OrderEvent): Order => ({
  ...newOrder(INTENT),
  status,
  venueOrderId: event === 'lost' || event === 'sentAfterAll' ? 'v-1' : null,
  ...(event === 'bust' && { executions: [fillOf('x-0', 1)], filled: 1 }),
});

const play = (reports: readonly Report[], intent = INTENT) => {
  const order = newOrder(intent);
  const results = reports.map((report) => applyToOrder(order, report));
  return { order, results, alarms: results.filter(({ alarm }) => alarm !== null).length };
};

describe('the table of order states', () => {
  const cells = STATUSES.flatMap((status) =>
    ORDER_EVENTS.map((event) => [status, event, cellOf(status, event)] as const),
  );

  test('every status answers every event', () => {
    for (const status of STATUSES) expect(ORDER_TABLE[status]).toHaveLength(ORDER_EVENTS.length);
    expect(cells).toHaveLength(120);
  });

  test.each(cells)('%s, when told "%s": %s', (status, event, cell) => {
    const order = orderIn(status, event);
    const { fresh, alarm } = applyToOrder(order, REPORT[event]);
    const moves = cell !== 'same' && cell !== 'alarm';
    expect(order.status).toBe(moves ? cell : status);
    const fill = event === 'fill' || event === 'lastFill';
    expect(fresh).toBe(moves || fill || event === 'bust');
    expect(order.filled).toBe(event === 'fill' ? 1 : event === 'lastFill' ? 100 : 0);
    const lost = event === 'lost' && !TERMINAL.includes(status);
    expect(alarm !== null).toBe(cell === 'alarm' || lost || event === 'suspended');
  });

  test.each(TERMINAL)('%s has no exit', (status) => {
    for (const event of ORDER_EVENTS) expect(['same', 'alarm']).toContain(cellOf(status, event));
    expect(isDone(orderIn(status, 'fill'))).toBe(true);
    expect(remaining(orderIn(status, 'fill'))).toBe(0);
  });

  test.each(TERMINAL)('a late fill of an order that is %s counts and alarms', (status) => {
    const order = orderIn(status, 'fill');
    const { fresh, alarm } = applyToOrder(order, on.fill('late', 40));
    expect([order.status, order.filled, order.notional, fresh]).toEqual([status, 40, 4e9, true]);
    expect(alarm).toContain(status);
  });

  test('UNKNOWN is ended by what the broker says of the order, and by nothing else', () => {
    const stays = ORDER_EVENTS.filter((event) => cellOf('unknown', event) === 'same');
    expect(stays).toEqual([
      'bust',
      'cancelRequested',
      'cancelRefused',
      'suspended',
      'unknown',
      'lost',
    ]);
    const order = orderIn('unknown', 'fill');
    for (let i = 0; i < 1_000; i++) applyToOrder(order, on.unknown());
    expect([order.status, remaining(order)]).toEqual(['unknown', 100]);
  });

  test('every status that is not terminal counts in full until then', () => {
    for (const status of STATUSES) {
      if (TERMINAL.includes(status)) continue;
      expect(remaining({ ...orderIn(status, 'fill'), filled: 30 })).toBe(70);
    }
  });
});

describe('what the broker no longer knows', () => {
  test('an order of which nothing was ever seen ends as rejected, when it was in doubt', () => {
    const { order, alarms } = play([on.unknown(), on.notFound()]);
    expect([order.status, order.reason, alarms]).toEqual([
      'rejected',
      'the broker does not know it',
      0,
    ]);
  });

  test('an order just sent is in doubt first: its request may still be under way', () => {
    const { order } = play([on.notFound()]);
    expect([order.status, remaining(order)]).toEqual(['unknown', 100]);
  });

  test.each([
    ['acknowledged', on.accepted()],
    ['partly filled', on.fill('x-1', 40)],
  ])('an order that was %s stays UNKNOWN however often it is not found, and alarms', (_, seen) => {
    const { order, alarms } = play([seen, on.notFound(), on.notFound(), on.notFound()]);
    expect([order.status, order.filled + remaining(order), alarms]).toEqual(['unknown', 100, 3]);
  });
});

describe('fills', () => {
  test('sums and the mean price are exact', () => {
    const { order } = play([on.fill('a', 33, 9_999, 10), on.fill('b', 67, 10_001, 20)]);
    expect(order).toMatchObject({ status: 'filled', filled: 100, fees: 30 });
    expect(order.notional).toBe(33 * 99_990_000 + 67 * 100_010_000);
  });

  test('a price that cannot be is booked as reported', () => {
    const { order } = play([on.fill('a', 10, 0), on.fill('b', 10, -5), on.fill('c', 10, 1e7)]);
    expect([order.filled, order.notional]).toEqual([30, 10 * (1e7 - 5) * 10_000]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])(
    'an execution of %s shares breaks the promise of the adapter, and changes nothing',
    (quantity) => {
      const order = newOrder(INTENT);
      expect(() => applyToOrder(order, on.fill('a', quantity))).toThrow(BrokenPromise);
      expect(() => applyToOrder(order, on.fill('a', 1, Number.NaN))).toThrow(BadInput);
      expect(() => applyToOrder(order, on.fill('a', 1, 100, Number.NaN))).toThrow(BadInput);
      expect(order).toEqual(newOrder(INTENT));
    },
  );

  test('more than the quantity is counted, ends the order, and alarms once a fill', () => {
    const reports = [on.fill('a', 40), on.fill('b', 70), on.fill('c', 1), on.canceled()];
    const { order, results } = play([...reports, ...reports]);
    expect([order.status, order.filled, remaining(order)]).toEqual(['filled', 111, 0]);
    expect(results.map(({ alarm }) => alarm !== null)).toEqual([
      false,
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(results[1]?.alarm).toBe(
      'Order "book-2024-01-05-1": filled "110" is above the quantity "100"',
    );
  });
});

describe('what cannot be', () => {
  test('two names at the broker for one order', () => {
    const { order, results } = play([on.accepted('v-1'), on.accepted('v-1'), on.accepted('v-2')]);
    expect(results.map(({ alarm }) => alarm !== null)).toEqual([false, false, true]);
    expect([order.status, order.venueOrderId]).toEqual(['working', 'v-1']);
    expect(results[2]?.alarm).toContain('"v-1" at the broker, which now names it "v-2"');
  });

  test('a rejection of an order that was partly filled, whichever came first', () => {
    const [fill, rejected] = [on.fill('a', 40), on.rejected()];
    const both = [play([fill, rejected]), play([rejected, fill])];
    expect(both.map(({ order }) => [order.status, order.filled])).toEqual([
      ['rejected', 40],
      ['rejected', 40],
    ]);
    expect(both.map(({ alarms }) => alarms)).toEqual([1, 1]);
  });
});

describe('reasons', () => {
  test('an order tells why it has its status, and forgets why it had another', () => {
    const order = newOrder(INTENT);
    const reasons = [on.unknown(), on.accepted(), on.canceled(), on.canceled()].map((report) => {
      applyToOrder(order, report);
      return order.reason;
    });
    expect(reasons).toEqual(['timeout', null, 'asked for', 'asked for']);
  });
});

describe('reports in any order (F016)', () => {
  const parts = [on.fill('a', 20, 9_990), on.fill('b', 30, 10_010, 11), on.fill('c', 50, 10_000)];
  const [a, b, c] = parts as [Report, Report, Report];
  test.each<[string, Report[], OrderStatus]>([
    ['three fills', [on.accepted(), a, b, c], 'filled'],
    ['a timeout amid three fills', [on.unknown(), on.accepted(), a, b, c], 'filled'],
    ['a cancel that lost', [on.accepted(), on.cancelRequested(), on.unknown(), a, b, c], 'filled'],
    ['a cancel that won', [on.accepted(), on.cancelRequested(), a, b, on.canceled()], 'canceled'],
    ['an end of the day', [on.accepted(), on.unknown(), a, b, on.expired()], 'expired'],
    ['a rejection after acceptance', [on.accepted(), on.unknown(), on.rejected()], 'rejected'],
  ])('%s: filled quantity, notional, fees and status are the same', (_, reports, status) => {
    const fills = reports.filter((report) => report.kind === 'fill').map(({ fill }) => fill);
    const sum = (of: (fill: (typeof fills)[number]) => number) =>
      fills.reduce((total, fill) => total + of(fill), 0);
    for (const order of permutations(reports).map((permuted) => play(permuted).order)) {
      expect(order.filled).toBe(sum((fill) => fill.quantity));
      expect(order.notional).toBe(sum((fill) => fill.quantity * fill.price));
      expect(order.fees).toBe(sum((fill) => fill.fee));
      expect(order.status).toBe(status);
      expect(remaining(order)).toBe(0);
    }
  });

  test('an end and a last fill that contradict each other end the order either way', () => {
    for (const permuted of permutations([on.accepted(), a, b, c, on.canceled(), on.expired()])) {
      const { order } = play(permuted);
      expect([order.filled, order.fees, isDone(order)]).toEqual([100, 25, true]);
    }
  });
});

const anyReport: fc.Arbitrary<Report> = fc
  .oneof(
    {
      weight: 3,
      arbitrary: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 60 })),
    },
    fc.constantFrom(
      on.accepted(),
      on.rejected(),
      on.cancelRequested(),
      on.canceled(),
      on.expired(),
      on.unknown(),
    ),
  )
  .map((drawn) => (Array.isArray(drawn) ? on.fill(`x-${drawn[0]}`, 10 * (drawn[0] ?? 1)) : drawn));

describe('reports again (F015, invariant 8)', () => {
  test('each repeated up to five times where it stands changes nothing', () => {
    const repeated = fc.array(fc.tuple(anyReport, fc.integer({ min: 1, max: 5 })), {
      maxLength: 8,
    });
    fc.assert(
      fc.property(repeated, (drawn) => {
        const once = play(drawn.map(([report]) => report)).order;
        const often = drawn.flatMap(([report, times]) => Array(times).fill(report) as Report[]);
        expect(play(often).order).toEqual(once);
      }),
    );
  });

  test('replayed in any order, each execution counts once', () => {
    const replayed = fc.array(anyReport, { maxLength: 8 }).chain((reports) =>
      fc.tuple(
        fc.constant(reports),
        fc.shuffledSubarray([...reports, ...reports, ...reports], {
          minLength: reports.length * 3,
        }),
      ),
    );
    fc.assert(
      fc.property(replayed, ([reports, thrice]) => {
        const found = play(thrice);
        const executions = new Map(
          reports.flatMap((one) => (one.kind === 'fill' ? [[one.fill.executionId, one.fill]] : [])),
        );
        const shares = [...executions.values()].map(({ quantity }) => quantity);
        expect(found.order.filled).toBe(shares.reduce((sum, one) => sum + one, 0));
        expect(new Set(found.order.executions).size).toBe(found.order.executions.length);
        expect(found.order.executions.length).toBe(executions.size);
      }),
    );
  });

  test('the filled quantity never falls, and alarms whenever it is above what was ordered', () => {
    fc.assert(
      fc.property(fc.array(anyReport, { maxLength: 20 }), (reports) => {
        const order = newOrder(INTENT);
        for (const report of reports) {
          const before = order.filled;
          const { alarm } = applyToOrder(order, report);
          expect(order.filled).toBeGreaterThanOrEqual(before);
          const above = order.filled > before && order.filled > 100;
          expect(above && alarm === null).toBe(false);
        }
      }),
    );
  });
});
