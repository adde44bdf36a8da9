import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  addIntent,
  type ClientOrderId,
  type ExecutionId,
  type Fill,
  type Report,
} from '../orders/index.ts';
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
    expect(desk.pass(86_400_000)).toEqual([{ kind: 'query', order }]);
    expect(status(desk, order)).toBe('unknown');
    desk.report({ kind: 'accepted', order, venueOrderId: 'v' });
    // It is known again, and works longer than allowed.
    expect(status(desk, order)).toBe('canceling');
  });

  test('that nobody can tell for long is told again, and then each hour', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'unknown', order, reason: 'timeout' });
    for (let passed = 0; passed < 2 * 3_600_000; passed += 30_000) desk.pass(30_000);
    const again = desk.of('alert').filter(({ code }) => code === 'orderStillUnknown');
    expect(again.map(({ severity }) => severity)).toEqual(['CRITICAL', 'CRITICAL', 'CRITICAL']);
    expect(again[1]?.text).toContain('asked 120 times');
    expect(status(desk, order)).toBe('unknown');
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

/** A report of one execution of 500 shares of A, or fewer. */
const execution = (id: string, quantity = 500, dollarsEach = 100, fee = 0): Fill => ({
  executionId: id as ExecutionId,
  quantity,
  price: priced(dollarsEach),
  fee: dollars(fee),
});

const cashOf = (desk: Desk) => (desk.state.books[0]?.ledger.cash ?? Number.NaN) / 1e6;
const recordsOf = (desk: Desk) =>
  desk
    .of('fill')
    .map(({ record }) => [record.side, record.quantity, record.price / 1e6, record.fee / 1e6]);

describe('what the venue takes back or changes (F019)', () => {
  test('a bust reverses its fill to the cent, alerts, and is recorded as the other side', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'fill', order, fill: execution('e1', 200, 100, 1) });
    desk.report({ kind: 'bust', order, executionId: 'e1' as ExecutionId, reason: 'erroneous' });
    expect([desk.held('A'), cashOf(desk), status(desk, order)]).toEqual([0, 100_000, 'working']);
    expect(recordsOf(desk)).toEqual([
      ['buy', 200, 100, 1],
      ['sell', 200, 100, -1],
    ]);
    expect([desk.alerts, desk.state.halt]).toEqual([['fillBusted'], 'NONE']);
  });

  test('a bust of an order that is done halts new risk too', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'fill', order, fill: execution('e1') });
    desk.report({ kind: 'bust', order, executionId: 'e1' as ExecutionId, reason: 'erroneous' });
    expect([desk.held('A'), desk.alerts]).toEqual([0, ['orderAlarm', 'fillBusted']]);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('a bust of an order in doubt asks nothing more, and its price is not judged again', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'fill', order, fill: execution('e1', 200, 301) });
    desk.report({ kind: 'unknown', order, reason: 'timeout' });
    const told = desk.report({
      kind: 'bust',
      order,
      executionId: 'e1' as ExecutionId,
      reason: 'erroneous',
    });
    expect(told.map(({ kind }) => kind)).toEqual(['alert', 'fill']);
    expect(desk.alerts.filter((code) => code === 'fillSuspect')).toHaveLength(1);
  });

  test('a correction books the difference of both, and alerts', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'fill', order, fill: execution('e1', 200) });
    const correction = { executionId: 'e1' as ExecutionId, fill: execution('e2', 150, 99.9, 1) };
    desk.report({ kind: 'correction', order, ...correction });
    expect([desk.held('A'), cashOf(desk)]).toEqual([150, 100_000 - 150 * 99.9 - 1]);
    expect(desk.alerts).toEqual(['fillCorrected']);
    expect(recordsOf(desk).slice(1)).toEqual([
      ['sell', 200, 100, 0],
      ['buy', 150, 99.9, 1],
    ]);
  });
});

describe('a cumulative quantity', () => {
  const cumulative = { kind: 'cumulative', averagePrice: priced(100) } as const;

  test('books what no execution told, and its execution confirms it (F017)', () => {
    const { desk, order } = ordered();
    desk.report({ ...cumulative, order, filled: 500 });
    expect([desk.held('A'), status(desk, order)]).toEqual([500, 'filled']);
    expect(desk.alerts).toEqual(['fillInferred']);
    expect(desk.report({ kind: 'fill', order, fill: execution('e1') })).toEqual([]);
    expect([desk.held('A'), cashOf(desk)]).toEqual([500, 50_000]);
  });

  test('is superseded by executions at other prices, without an alarm (F015)', () => {
    const { desk, order } = ordered();
    desk.report({ ...cumulative, order, filled: 500 });
    desk.report({ kind: 'fill', order, fill: execution('e1', 300, 99) });
    expect([desk.held('A'), cashOf(desk)]).toEqual([500, 50_000]);
    desk.report({ kind: 'fill', order, fill: execution('e2', 200, 101) });
    expect([desk.held('A'), cashOf(desk)]).toEqual([500, 100_000 - 300 * 99 - 200 * 101]);
    expect([desk.alerts.includes('orderAlarm'), desk.state.halt]).toEqual([false, 'NONE']);
  });
});

describe('a fill price that cannot be (F020)', () => {
  test.each([
    [301, true],
    [300, false],
    [34, false],
    [33, true],
    [0, true],
    [-5, true],
  ])('of %s dollars against a mark of 100 is booked exactly; suspect: %s', (price, suspect) => {
    const { desk, order } = ordered();
    desk.report({ kind: 'fill', order, fill: execution('e1', 10, price) });
    expect([desk.held('A'), cashOf(desk)]).toEqual([10, 100_000 - 10 * price]);
    expect(desk.alerts.includes('fillSuspect')).toBe(suspect);
    expect(desk.state.halt).toBe(suspect ? 'NO_NEW_RISK' : 'NONE');
  });
});

describe('orders that are told of in other words', () => {
  test('a refused cancel is told once, and the order is live (F008)', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'cancelRequested', order });
    desk.report({ kind: 'cancelRefused', order, reason: 'pending' });
    desk.report({ kind: 'cancelRefused', order, reason: 'pending' });
    expect([status(desk, order), desk.alerts]).toEqual(['working', ['cancelRefused']]);
    expect(desk.state.books[0]?.view.pending('A')).toBe(500);
  });

  test('a status that no table knows halts new risk once, and the order is live (F007)', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'accepted', order, venueOrderId: 'v' });
    desk.report({ kind: 'suspended', order, status: 'odd' });
    desk.report({ kind: 'suspended', order, status: 'odd' });
    expect([status(desk, order), desk.alerts]).toEqual(['working', ['orderAlarm']]);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('one that never left is told as rejected', () => {
    const { desk, order } = ordered();
    desk.report({ kind: 'notSent', order, reason: 'halted' });
    expect([status(desk, order), desk.alerts]).toEqual(['rejected', ['orderRejected']]);
    expect(desk.of('alert')[0]?.text).toContain('halted');
  });
});

const LONG = 'SPY   240119C00475000';
const SHORT = 'SPY   240119C00480000';

/** A spread of two units in the first book, taken in as if it were sent. */
function spread(book = 'one'): { desk: Desk; order: ClientOrderId } {
  const { desk } = ordered();
  const { intent } = [...desk.state.orders.live.values()][0]!;
  const order = 'spread' as ClientOrderId;
  const legs = [
    { symbol: LONG, side: 'buy', ratio: 1 },
    { symbol: SHORT, side: 'sell', ratio: 1 },
  ] as const;
  addIntent(desk.state.orders, { ...intent, book, clientOrderId: order, quantity: 2, legs });
  return { desk, order };
}

test('legs are booked by their own symbol, side and multiplier (F011)', () => {
  const { desk, order } = spread();
  desk.report({ kind: 'fill', order, fill: { ...execution('e1', 2, 3), symbol: LONG } });
  desk.report({ kind: 'fill', order, fill: { ...execution('e2', 2, 1), symbol: SHORT } });
  const { positions } = desk.state.books[0]!.ledger;
  expect([positions.get(LONG)?.quantity, positions.get(SHORT)?.quantity]).toEqual([2, -2]);
  expect(positions.get(LONG)?.multiplier).toBe(100);
  expect(cashOf(desk)).toBe(100_000 - 2 * 100 * (3 - 1));
  expect([status(desk, order), desk.alerts]).toEqual(['filled', []]);
  expect(desk.of('fill').map(({ record }) => record.symbol)).toEqual([LONG, SHORT]);
});

test('a fill at nothing is suspect without a mark too (F020)', () => {
  const { desk, order } = spread();
  desk.report({ kind: 'fill', order, fill: { ...execution('e1', 2, 0), symbol: LONG } });
  expect(desk.alerts).toEqual(['fillSuspect']);
  expect(desk.of('alert')[0]?.text).toContain('without a mark');
});

test('a fill of a book that is gone counts outside of all books', () => {
  const { desk, order } = spread('gone');
  desk.report({ kind: 'fill', order, fill: { ...execution('e1', 2, 3), symbol: LONG } });
  expect(desk.state.external.ledger.positions.get(LONG)?.quantity).toBe(2);
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
