import { describe, expect, test } from 'vitest';
import { BrokenPromise } from '../base/index.ts';
import { fillOf } from './order.fixture.ts';
import { applyToOrder, newOrder, remaining } from './order.ts';
import { INTENT, on, play } from './executions.fixture.ts';

describe('an ordinary fill', () => {
  test('is one posting, and leaves no evidence beside itself', () => {
    const { order, last } = play([on.fill('a', 100)]);
    expect(last?.postings).toEqual([{ fill: fillOf('a', 100), sign: 1 }]);
    expect([order.executions, order.evidence]).toEqual([[fillOf('a', 100)], null]);
  });

  test('told again changes nothing, whatever was charged meanwhile', () => {
    const { order, last, alarms } = play([
      on.fill('a', 40),
      on.fill('a', 40, 10_000, 99),
      on.fill('a', 40, 10_000, 7, 'SPY'),
    ]);
    const named = on.fill('a', 40, 10_000, 7, 'SPY');
    expect(play([named, named, on.fill('a', 40)]).alarms).toEqual([]);
    expect([order.filled, order.fees, alarms, last?.fresh]).toEqual([40, 7, [], false]);
  });

  test.each([
    ['quantity', on.fill('a', 41)],
    ['price', on.fill('a', 40, 9_999)],
  ])('told again in another %s is not booked, and alarms once', (_, other) => {
    const { order, alarms, booked } = play([on.fill('a', 40), other, other, on.fill('a', 40)]);
    expect([order.filled, alarms.length, booked.flat()]).toEqual([40, 1, ['+40 @ 10000']]);
    expect(alarms[0]).toContain('"a" of order "book-2024-01-05-1" is told in other terms');
  });

  test('of another symbol breaks the promise of the adapter', () => {
    expect(() => play([on.fill('a', 1, 1, 0, 'QQQ')])).toThrow(BrokenPromise);
  });
});

describe('a cumulative quantity (F014, F015, F017)', () => {
  test('above what is known infers the difference, with an id of its own', () => {
    const { order, last } = play([on.fill('a', 40, 9_000), on.cumulative(60, 9_500)]);
    expect(order.filled).toBe(60);
    expect(order.notional).toBe(60 * 95_000_000);
    expect(last).toMatchObject({ fresh: true, alarm: null });
    expect(last?.postings).toEqual([
      {
        sign: 1,
        fill: {
          executionId: 'inferred-c-1-60',
          quantity: 20,
          price: 105_000_000,
          fee: 0,
          inferred: true,
        },
      },
    ]);
  });

  test.each([
    ['that is told again', [on.cumulative(60), on.cumulative(60, 9_000)]],
    ['that is lower', [on.cumulative(60), on.cumulative(30)]],
    ['of zero', [on.cumulative(60), on.cumulative(0, 0)]],
    ['that executions make up', [on.fill('a', 60), on.cumulative(60)]],
    ['below the executions', [on.fill('a', 60), on.cumulative(20)]],
  ])('%s changes nothing and does not alarm: a list may lag (F032)', (_, reports) => {
    const { order, last, alarms } = play(reports);
    expect([order.filled, last?.fresh, last?.postings, alarms]).toEqual([60, false, [], []]);
  });

  test('completes an order, and counts late ones with an alarm', () => {
    expect(play([on.cumulative(100)]).order.status).toBe('filled');
    const late = play([on.canceled(), on.cumulative(30)]);
    expect([late.order.status, late.order.filled, late.alarms.length]).toEqual(['canceled', 30, 1]);
    expect(play([on.cumulative(101)]).alarms[0]).toContain('above the quantity');
  });

  test.each([-1, 0.5, Number.NaN])('of %s breaks the promise of the adapter', (filled) => {
    const order = newOrder(INTENT);
    expect(() => applyToOrder(order, on.cumulative(filled))).toThrow(BrokenPromise);
    expect(order).toEqual(newOrder(INTENT));
  });

  test('never infers a price of zero or less', () => {
    const prices = [
      play([on.fill('a', 50, 10_000), on.cumulative(100, 4_000)]),
      play([on.cumulative(100, 0)]),
      play([on.cumulative(100, -5)], { ...INTENT, expectedPrice: -1 as never }),
    ].map(({ order }) => order.executions.at(-1)?.price);
    expect(prices).toEqual([40_000_000, INTENT.expectedPrice, 1]);
  });

  test('is superseded by executions: taken back, and what is left inferred anew', () => {
    const { order, booked, alarms } = play([
      on.cumulative(100, 10_000),
      on.fill('a', 60, 9_000),
      on.fill('b', 40, 11_000),
    ]);
    expect(booked).toEqual([
      ['+100 @ 10000'],
      ['-100 @ 10000', '+60 @ 9000', '+40 @ 11500'],
      ['-40 @ 11500', '+40 @ 11000'],
    ]);
    expect(order.executions).toEqual([fillOf('a', 60, 9_000), fillOf('b', 40, 11_000)]);
    expect([order.status, order.filled, order.fees, alarms]).toEqual(['filled', 100, 14, []]);
  });

  test('that an execution confirms to the micro-dollar needs no posting', () => {
    const { order, booked, alarms } = play([on.cumulative(100), on.fill('a', 100, 10_000, 0)]);
    expect([booked, alarms]).toEqual([[['+100 @ 10000'], []], []]);
    expect(order.executions).toEqual([fillOf('a', 100, 10_000, 0)]);
  });

  test('in steps is superseded as a whole by the first execution', () => {
    const { order, booked } = play([
      on.cumulative(20, 10_000),
      on.cumulative(60, 10_200),
      on.fill('a', 90, 10_100),
    ]);
    expect(booked.slice(0, 2)).toEqual([['+20 @ 10000'], ['+40 @ 10300']]);
    expect(booked[2]).toEqual(['-20 @ 10000', '-40 @ 10300', '+90 @ 10100']);
    expect(order.executions).toEqual([fillOf('a', 90, 10_100)]);
  });
});

describe('a bust (F019, invariant 9)', () => {
  test('takes the execution back with its fee, and the order stays as it is', () => {
    const { order, last, booked } = play([on.fill('a', 60), on.fill('b', 10), on.bust('a')]);
    expect([order.filled, order.fees, order.status, remaining(order)]).toEqual([
      10,
      7,
      'working',
      90,
    ]);
    expect(booked[2]).toEqual(['-60 @ 10000']);
    expect(last).toMatchObject({ fresh: true, alarm: null });
  });

  test('of an order that is done changes quantities, alarms and does not reopen', () => {
    const { order, last } = play([on.fill('a', 100), on.bust('a')]);
    expect([order.status, order.filled, remaining(order)]).toEqual(['filled', 0, 0]);
    expect(last?.alarm).toContain('yet the broker reports "bust"');
  });

  test('told twice, or of an execution never told, changes nothing and alarms once', () => {
    const twice = play([on.fill('a', 60), on.bust('a'), on.bust('a'), on.fill('a', 60)]);
    expect([twice.order.filled, twice.alarms, twice.last?.fresh]).toEqual([0, [], false]);
    const stranger = play([on.bust('x'), on.bust('x')]);
    expect(stranger.alarms).toEqual([
      'Order "book-2024-01-05-1": the broker busts execution "x", which it never told',
    ]);
    expect([stranger.order.filled, stranger.postings]).toEqual([0, []]);
  });

  test('that comes before its execution holds', () => {
    const { order, postings } = play([on.bust('a'), on.fill('a', 60), on.fill('a', 60)]);
    expect([order.filled, postings, order.executions]).toEqual([0, [], []]);
  });

  test('is not undone by a list that lags', () => {
    const { order } = play([on.fill('a', 60), on.bust('a'), on.cumulative(60)]);
    expect(order.filled).toBe(0);
  });

  test('stays in the average of a total: what is inferred later has the price that is left', () => {
    const { booked } = play([on.fill('a', 60, 9_000), on.bust('a'), on.cumulative(100, 10_000)]);
    expect(booked[2]).toEqual(['+40 @ 11500']);
  });

  test('of what was corrected to another execution alarms once, and changes nothing', () => {
    const corrected = [on.fill('a', 60), on.correction('a', fillOf('a2', 50))];
    const { order, alarms } = play([...corrected, on.bust('a'), on.bust('a')]);
    expect([order.filled, alarms.length]).toEqual([50, 1]);
    expect(alarms[0]).toContain('busts execution "a", which it corrected');
    expect(play([...corrected, on.bust('a2')]).order.filled).toBe(0);
  });
});

describe('a correction (F019)', () => {
  test.each([
    ['under a new id', 'a2'],
    ['under the same id', 'a'],
  ])('%s takes the old back and books the new, once', (_, id) => {
    const correction = on.correction('a', fillOf(id, 50, 9_900));
    const { order, booked, alarms } = play([
      on.fill('a', 60),
      correction,
      correction,
      on.fill('a', 60),
      on.fill(id, 50, 9_900),
    ]);
    expect(booked.flat()).toEqual(['+60 @ 10000', '-60 @ 10000', '+50 @ 9900']);
    expect([order.filled, order.status, alarms]).toEqual([50, 'working', []]);
  });

  test('that completes the order ends it; of a done order it alarms and does not reopen', () => {
    const up = play([on.fill('a', 60), on.correction('a', fillOf('a2', 100))]);
    expect([up.order.status, up.alarms]).toEqual(['filled', []]);
    const down = play([on.fill('a', 100), on.correction('a', fillOf('a2', 100, 9_000))]);
    expect([down.order.status, down.order.notional, down.alarms.length]).toEqual([
      'filled',
      9e9,
      1,
    ]);
  });

  test('that comes before its execution stands for it, and alarms', () => {
    const { order, alarms } = play([on.correction('a', fillOf('a2', 50)), on.fill('a', 60)]);
    expect([order.filled, alarms.length]).toEqual([50, 1]);
    expect(alarms[0]).toContain('corrects execution "a", which it never told');
  });

  test('of the new execution after that was told as a fill only takes the old back', () => {
    const reports = [on.fill('a', 60), on.fill('a2', 50), on.correction('a', fillOf('a2', 50))];
    expect(play(reports).order.filled).toBe(50);
    expect(play(reports).booked[2]).toEqual(['-60 @ 10000']);
  });

  test('once more in other terms alarms once; under the same id the newest counts', () => {
    const again = on.correction('a', fillOf('a3', 40));
    const first = [on.fill('a', 60), on.correction('a', fillOf('a2', 50))];
    const { order, alarms } = play([...first, again, again]);
    expect([order.filled, alarms.length]).toEqual([50, 1]);
    expect(alarms[0]).toContain('corrects execution "a" once more');
    const same = [on.correction('a', fillOf('a', 50)), on.correction('a', fillOf('a', 40))];
    const replayed = play([on.fill('a', 60), ...same, on.fill('a', 60), on.fill('a', 50), ...same]);
    expect([replayed.order.filled, replayed.alarms]).toEqual([40, []]);
    expect(play([on.fill('a', 60), ...same, on.fill('a', 59)]).alarms).toHaveLength(1);
  });

  test('that lowers a quantity is not undone by a list that lags', () => {
    const corrected = [on.fill('a', 60), on.correction('a', fillOf('a2', 50))];
    expect(play([...corrected, on.cumulative(60)]).order.filled).toBe(50);
    expect(play([on.cumulative(60), ...corrected]).order.filled).toBe(50);
    expect(play([...corrected, on.cumulative(70)]).order.filled).toBe(60);
  });
});

test('an order whose fill was corrected to less ends with its last execution (F019)', () => {
  const { order } = play([
    on.fill('a', 60),
    on.correction('a', fillOf('a2', 50)),
    on.fill('b', INTENT.quantity - 60),
  ]);
  expect(order.status).toBe('filled');
  expect(order.filled).toBe(INTENT.quantity - 10);
});

test('an order ends with an execution whose bust came before it (F019)', () => {
  const rest = on.fill('b', INTENT.quantity - 60);
  const { order } = play([rest, on.bust('a'), on.fill('a', 60)]);
  expect(order.status).toBe('filled');
  expect(order.filled).toBe(INTENT.quantity - 60);
});

test('a bust of what was only inferred counts once its execution is told after it (F019)', () => {
  const { order, alarms } = play([on.cumulative(60, 9_500), on.bust('a'), on.fill('a', 20, 9_500)]);
  expect(order.filled).toBe(40);
  expect(alarms).toHaveLength(1);
  const again = play([
    on.cumulative(60, 9_500),
    on.bust('a'),
    on.fill('a', 20, 9_500),
    on.fill('b', 40, 9_500),
    on.fill('a', 20, 9_500),
  ]);
  expect([again.order.filled, again.order.executions.length]).toEqual([40, 1]);
});
