import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DateText, Instant } from '../base/index.ts';
import type { ClientOrderId } from '../orders/index.ts';
import {
  newRiskState,
  noteClosedTrade,
  noteClosingEnded,
  noteOutcome,
  noteSend,
  type RiskState,
} from './activity.ts';
import { levelOf, streakBreach } from './breaker.ts';
import { CALM, type Changes, gateOf, usd, WIDE } from './gate.fixture.ts';
import type { GateInput } from './gate.ts';
import { HALTING, review } from './review.ts';

const id = (text: string) => text as ClientOrderId;
const T = CALM.at;

/** A gate at `ms` after the start that remembers what `risk` does. */
const gateAt = (risk: RiskState, ms: number, changes: Changes = {}): GateInput =>
  gateOf({ ...changes, gate: { risk, at: (T + ms) as Instant, ...changes.gate } });

/** Sends where the gate lets it; the code of the refusal, or null. */
function trySend(gate: GateInput, order = 'x'): string | null {
  const refusal = review(gate);
  if (refusal === null) noteSend(gate, id(order));
  return refusal?.code ?? null;
}

describe('rates (F012, invariant 17)', () => {
  test.each([
    ['a second', { ordersPerSecondMax: 2 }, 999, 1_000, 'ordersPerSecondAboveLimit'],
    ['a minute', { ordersPerMinuteMax: 2 }, 59_999, 60_000, 'ordersPerMinuteAboveLimit'],
    ['alike', { identicalOrdersPerMinuteMax: 2 }, 59_999, 60_000, 'identicalOrdersAboveLimit'],
  ] as const)(
    '%s: the third order within it is refused, and none is kept',
    (_, limits, early, late, code) => {
      const risk = newRiskState();
      expect(trySend(gateAt(risk, 0, { limits }))).toBeNull();
      expect(trySend(gateAt(risk, 0, { limits }))).toBeNull();
      expect(trySend(gateAt(risk, early, { limits }))).toBe(code);
      expect(HALTING.has(code)).toBe(true);
      expect(risk.sends).toHaveLength(2);
      expect(trySend(gateAt(risk, late, { limits }))).toBeNull();
      expect(risk.sends).toHaveLength(late === 60_000 ? 1 : 3);
    },
  );

  test('orders that differ in quantity, side or symbol are not alike', () => {
    const risk = newRiskState();
    const limits = { identicalOrdersPerMinuteMax: 1, shortSelling: true };
    for (const proposal of [{}, { quantity: 11 }, { side: 'sell' as const }, { symbol: 'QQQ' }]) {
      expect(trySend(gateAt(risk, 0, { limits, proposal }))).toBeNull();
    }
    expect(trySend(gateAt(risk, 0, { limits }))).toBe('identicalOrdersAboveLimit');
  });

  test('a symbol has counts of its own beside those of the account', () => {
    const risk = newRiskState();
    const limits = { ordersPerMinuteMax: 3, symbols: { SPY: { ordersPerMinuteMax: 1 } } };
    const other = { symbol: 'QQQ' };
    expect(trySend(gateAt(risk, 0, { limits }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits }))).toBe('ordersPerMinuteAboveLimit');
    expect(trySend(gateAt(risk, 0, { limits, proposal: other }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits, proposal: other }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits, proposal: other }))).toBe('ordersPerMinuteAboveLimit');
  });

  test('the notional of a date, and anew on the next; a symbol has its own', () => {
    const risk = newRiskState();
    const limits = { dayNotionalMax: usd(2_000), symbols: { QQQ: { dayNotionalMax: usd(999) } } };
    expect(trySend(gateAt(risk, 0, { limits }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits, proposal: { symbol: 'QQQ' } }))).toBe(
      'dayNotionalAboveLimit',
    );
    expect(trySend(gateAt(risk, 0, { limits }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits }))).toBe('dayNotionalAboveLimit');
    const date = '2023-11-15' as DateText;
    expect(trySend(gateAt(risk, 0, { limits, gate: { date } }))).toBeNull();
  });

  test('bind orders that reduce as well; an emergency exit has ten times the room', () => {
    const risk = newRiskState();
    const standing = { held: 1_000 };
    const limits = { ordersPerSecondMax: 1 };
    const exit = { side: 'sell', purpose: 'exit' } as const;
    const flatten = { side: 'sell', purpose: 'flatten' } as const;
    expect(trySend(gateAt(risk, 0, { limits, standing, proposal: exit }))).toBeNull();
    expect(trySend(gateAt(risk, 0, { limits, standing, proposal: exit }))).not.toBeNull();
    const codes = Array.from({ length: 10 }, () =>
      trySend(gateAt(risk, 0, { limits, standing, proposal: flatten })),
    );
    expect(codes.filter((code) => code === null)).toHaveLength(9);
  });

  test('an order that is looked at once more was counted', () => {
    const risk = newRiskState();
    const limits = { ordersPerSecondMax: 1, ordersPerMinuteMax: 1, identicalOrdersPerMinuteMax: 1 };
    const all = { ...limits, dayNotionalMax: usd(1_000), newPositionsPerDayMax: 1 };
    expect(trySend(gateAt(risk, 0, { limits: all }))).toBeNull();
    expect(review(gateAt(risk, 0, { limits: all, gate: { again: true } }))).toBeNull();
  });

  test('a stub that always orders sends what a naive count allows, never more', () => {
    const wait = fc.integer({ min: 0, max: 30_000 });
    fc.assert(
      fc.property(
        fc.array(wait, { maxLength: 60 }),
        fc.integer({ min: 1, max: 5 }),
        (waits, most) => {
          const risk = newRiskState();
          const sent: number[] = [];
          let now = 0;
          for (const ms of waits) {
            now += ms;
            const free = sent.filter((one) => one > now - 60_000).length < most;
            const code = trySend(gateAt(risk, now, { limits: { ordersPerMinuteMax: most } }));
            expect(code === null).toBe(free);
            if (free) sent.push(now);
          }
          expect(risk.sends.length).toBeLessThanOrEqual(most);
        },
      ),
    );
  });

  test('where nothing is limited, nothing is kept', () => {
    const risk = newRiskState();
    expect(trySend(gateAt(risk, 0))).toBeNull();
    expect(risk).toEqual(newRiskState());
  });
});

describe('new positions a day', () => {
  const limits = { newPositionsPerDayMax: 2 };

  test('count at the send, and no more when nothing was filled', () => {
    const risk = newRiskState();
    const open = (order: string) => trySend(gateAt(risk, 0, { limits }), order);
    expect([open('a'), open('b'), open('c')]).toEqual([null, null, 'newPositionsAboveLimit']);
    const ended = { date: CALM.date, status: 'canceled' as const };
    noteOutcome(risk, { ...ended, order: id('a'), filled: 0 });
    noteOutcome(risk, { ...ended, order: id('b'), filled: 3 });
    expect([open('d'), open('e')]).toEqual([null, 'newPositionsAboveLimit']);
    noteOutcome(risk, { ...ended, order: id('never'), filled: 0 });
    expect(Object.keys(risk.opening)).toEqual(['d']);
  });

  test('are of the book and of the account; adding to one is none, a reduction is none', () => {
    const risk = newRiskState();
    for (const bookName of ['a', 'b']) {
      expect(trySend(gateAt(risk, 0, { limits, gate: { bookName } }), bookName)).toBeNull();
    }
    expect(trySend(gateAt(risk, 0, { limits, gate: { bookName: 'c' } }))).toBe(
      'newPositionsAboveLimit',
    );
    expect(trySend(gateAt(risk, 0, { limits, standing: { held: 1 } }))).toBeNull();
    const tomorrow = { date: '2023-11-15' as DateText };
    expect(trySend(gateAt(risk, 0, { limits, gate: tomorrow }))).toBeNull();
    noteOutcome(risk, { order: id('a'), date: tomorrow.date, status: 'rejected', filled: 0 });
    expect(risk.opened).toEqual({ one: 1 });
  });
});

describe('breakers', () => {
  test('orders rejected in a row are counted until one is taken', () => {
    const risk = newRiskState();
    const tell = (status: 'working' | 'filled' | 'rejected') =>
      noteOutcome(risk, { order: id('x'), date: CALM.date, status, filled: 0 });
    expect([tell('rejected'), tell('rejected'), tell('working'), tell('rejected')]).toEqual([
      1, 2, 0, 1,
    ]);
    expect(tell('filled')).toBe(0);
  });

  test('an order is lost when all of its closing fills together are, by book and over all', () => {
    const risk = newRiskState();
    const close = (order: string, book: string, pnl: number, done: boolean) =>
      noteClosedTrade(risk, { order: id(order), book, pnl: usd(pnl), done });
    expect([close('1', 'a', -5, false), close('1', 'a', 6, true)]).toEqual([false, false]);
    expect([close('2', 'a', -5, true), close('3', 'b', -1, true)]).toEqual([true, true]);
    expect([risk.streak, risk.streaks]).toEqual([2, { a: 1, b: 1 }]);
    close('4', 'a', -1, false);
    expect(noteClosingEnded(risk, id('4'), 'a')).toBe(true);
    expect(noteClosingEnded(risk, id('4'), 'a')).toBe(false);
    expect([risk.streak, risk.streaks['a'], risk.closing]).toEqual([3, 2, {}]);
    expect(close('5', 'a', 0, true)).toBe(false);
    expect([risk.streak, risk.streaks]).toEqual([0, { a: 0, b: 1 }]);
  });

  test('a row of losses trips at its limit, and what cannot be compared trips', () => {
    const limits = { ...WIDE, lossStreakMax: 3 };
    expect([streakBreach(2, limits), streakBreach(9, WIDE), streakBreach(0, limits)]).toEqual([
      null,
      null,
      null,
    ]);
    expect(streakBreach(3, limits)).toBe('3 closing orders in a row lost, limit 3');
    expect(streakBreach(1, { ...limits, lossStreakMax: Number.NaN })).not.toBeNull();
  });

  test('each cause halts as far as its owner set, never less than new risk', () => {
    expect(levelOf('loss')).toBe('NO_NEW_RISK');
    expect(levelOf('rate', { rate: 'STOP' })).toBe('STOP');
    expect(levelOf('rejects', { rejects: 'NONE' })).toBe('NO_NEW_RISK');
  });
});
