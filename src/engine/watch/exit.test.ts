import { describe, expect, test } from 'vitest';
import type { OrderWish } from '../../strategy/index.ts';
import { priced, want, wish } from '../desk.fixture.ts';
import { BUILT_IN_TRAITS } from '../ports.ts';
import { watchWakeAt } from './watch.ts';
import {
  buyA,
  FIRST,
  guarded,
  OWN,
  SECOND,
  sellA,
  STOPS,
  type WatchDesk,
  watchDesk,
} from './watch.fixture.ts';

/** Holds 100 A at 100, watched here. */
function watched(policy = OWN, ...next: readonly OrderWish[]): WatchDesk {
  const desk = watchDesk([wish(buyA()), ...next.map((one) => wish(one))], policy);
  desk.bars(FIRST);
  desk.fill(desk.newest());
  return desk;
}

describe('an exit of the plan', () => {
  test('waits until its protection is proven done, then goes, and nothing is left', () => {
    const desk = watchDesk([want({ A: 0.5 }), want({ A: 0 })]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().bars(SECOND);
    expect(desk.resting).toEqual(['sell 500 A stop @92 (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 500 A market']);
    expect(desk.newest().purpose).toBe('exit');
    desk.fill(desk.newest());
    expect([desk.live, desk.state.watch.guards]).toEqual([[], []]);
    expect(desk.state.books[0]?.work).toBeNull();
  });

  test.each([
    ['rejected', { kind: 'rejected', reason: 'insufficient quantity' }],
    ['expired', { kind: 'expired' }],
    ['canceled', { kind: 'canceled', reason: 'the broker' }],
  ] as const)('that was %s leaves the position protected at once (F010)', (_, report) => {
    const desk = guarded(sellA());
    desk.bars(SECOND);
    desk.proveCancels();
    desk.report({ ...report, order: desk.newest().clientOrderId });
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('that our own gate refuses leaves it protected at once (F010)', () => {
    const desk = guarded(sellA());
    desk.bars(SECOND);
    desk.state.books[0]!.ordersToday = 1_000_000;
    desk.proveCancels();
    expect(desk.alerts).toContain('exitFailed');
    desk.state.books[0]!.ordersToday = 9;
    desk.wait(2_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('that finds the stop filled sells nothing more (F008)', () => {
    const slippage = { warningPct: 50, exceededPct: 50, abortPct: 50 };
    const desk = watchDesk([wish(buyA()), wish(sellA())], STOPS, { slippage });
    desk.bars(FIRST);
    desk.fill(desk.newest());
    const stop = desk.acceptAll().newest();
    desk.bars(SECOND);
    desk.fill(stop, 92);
    expect([desk.held('A'), desk.live]).toEqual([0, []]);
    expect(desk.of('refused').map(({ refusal }) => refusal.code)).toEqual(['oversell']);
  });

  test('that is dropped while protection makes room leaves it protected', () => {
    const desk = guarded(sellA());
    const stop = desk.newest();
    desk.bars(SECOND);
    desk.fill(stop, 90, 10);
    expect(desk.alerts).toContain('planAborted');
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 90 A stop @92']);
  });

  test('has the shares to itself: nothing else is sent or refused meanwhile (F032)', () => {
    const desk = guarded(sellA());
    desk.bars(SECOND);
    desk.proveCancels();
    desk.acceptAll().fill(desk.newest(), 100, 30);
    desk.wait(30_000);
    expect(desk.resting).toEqual(['sell 70 A market']);
    expect(desk.of('refused')).toEqual([]);
    expect(desk.alerts).not.toContain('protectionFailed');
  });

  test('by the emergency exit takes the stops away, and none comes back (F086)', () => {
    const desk = guarded();
    const { at } = desk.state;
    desk.take({ kind: 'command', command: 'flatten', at, by: 'owner', reason: 'out' });
    desk.proveCancels();
    desk.wait(3_000);
    const purposes = desk.intents.slice(2).map(({ purpose }) => purpose);
    expect(purposes.filter((purpose) => purpose === 'protect')).toEqual([]);
    expect(desk.protecting).toEqual([]);
  });

  test('at a limit makes way for the exit of the watch', () => {
    const limit = { ...sellA(), limitPrice: priced(120), timeInForce: 'gtc' } as const;
    const desk = guarded(limit);
    desk.bars(SECOND);
    desk.proveCancels();
    expect(desk.acceptAll().resting).toEqual(['sell 100 A limit @120']);
    for (const price of [98, 96, 94, 92, 91.9]) desk.mark(price);
    expect(desk.resting).toEqual(['sell 100 A limit @120 (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 100 A market']);
  });

  test('of a part leaves a stop for the rest', () => {
    const desk = guarded(sellA(30));
    desk.bars(SECOND);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 30 A market']);
    desk.fill(desk.newest());
    expect(desk.resting).toEqual(['sell 70 A stop @92']);
  });

  test('a raise does not take the stop away before it fills', () => {
    const desk = watchDesk([want({ A: 0.2 }), want({ A: 0.4 })]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().bars(SECOND);
    expect(desk.resting).toEqual(['sell 200 A stop @92', 'buy 200 A market']);
  });

  test('protection is no pending sale to the sizing', () => {
    const desk = watchDesk([want({ A: 0.2 }), want({ A: 0.2, B: 0.1 })]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.acceptAll().bars(SECOND);
    expect(desk.resting).toEqual(['sell 200 A stop @92', 'buy 200 B market']);
  });
});

describe('our own watch', () => {
  test('sends nothing to the broker', () => {
    expect(watched().live).toEqual([]);
    const broker = { ...BUILT_IN_TRAITS, stops: false };
    const desk = watchDesk([wish(buyA())], STOPS, { broker });
    desk.bars(FIRST);
    desk.fill(desk.newest());
    expect(desk.live).toEqual([]);
  });

  test('closes a position whose stop is reached, once (F032)', () => {
    const desk = watched();
    for (const price of [98, 96, 94, 92, 91.9, 91.8, 91.7]) desk.mark(price);
    expect(desk.resting).toEqual(['sell 100 A market']);
    expect(desk.newest().purpose).toBe('exit');
    expect([desk.of('refused'), desk.alerts.includes('exitFailed')]).toEqual([[], false]);
    desk.fill(desk.newest(), 91.8);
    expect([desk.held('A'), desk.state.watch.guards]).toEqual([0, []]);
    desk.mark(90).mark(90);
    expect(desk.intents).toHaveLength(2);
  });

  test('takes the profit', () => {
    const desk = watched({ ...OWN, takeProfitPct: 5 });
    for (const price of [102, 104, 105, 105.5]) desk.mark(price);
    expect(desk.resting).toEqual(['sell 100 A market']);
    expect(desk.alerts).toContain('targetReached');
  });

  test('tries again what was rejected, later and later, and a person is told (F010)', () => {
    const desk = watched();
    for (const price of [98, 96, 94, 92, 91.9]) desk.mark(price);
    desk.report({ kind: 'rejected', order: desk.newest().clientOrderId, reason: 'held' });
    expect(desk.live).toEqual([]);
    expect(desk.alerts).toContain('exitFailed');
    const at = watchWakeAt(desk.setup, desk.state)!;
    desk.pass(at - desk.state.at);
    expect(desk.resting).toEqual(['sell 100 A market']);
  });

  test('closes what is held longer than allowed, in sessions', () => {
    const desk = watched({ ...OWN, holdDaysMax: 2 });
    for (const day of ['2024-01-04', '2024-01-05']) desk.bars(day);
    expect(desk.live).toEqual([]);
    desk.bars('2024-01-08');
    desk.bars('2024-01-09');
    expect(desk.resting).toEqual(['sell 100 A market']);
    expect(desk.alerts).toContain('holdTimeOver');
  });

  test.each([
    [99, ['sell 100 A market']],
    [101, []],
  ])('closes what is held long at a loss: at %d for 100', (price, orders) => {
    const desk = watched({ ...OWN, holdDaysMaxAtLoss: 1 });
    for (const day of ['2024-01-04', '2024-01-05', '2024-01-08', '2024-01-09']) {
      desk.bars(day, { A: price, B: 50 });
    }
    expect(desk.resting).toEqual(orders);
  });

  test('a leg of the plan does not trade against an exit under way', () => {
    const desk = watched(OWN, buyA(10));
    for (const price of [98, 96, 94, 92, 91.9]) desk.mark(price);
    desk.bars(SECOND, { A: 91.9, B: 50 });
    expect(desk.resting).toEqual(['sell 100 A market']);
    expect(desk.alerts).toContain('exitUnderWay');
  });

  test('an entry that still works ends before the exit goes', () => {
    const desk = watchDesk([wish(buyA())], OWN);
    desk.bars(FIRST);
    desk.fill(desk.newest(), 100, 40);
    for (const price of [98, 96, 94, 92, 91.9]) desk.mark(price);
    expect(desk.resting).toEqual(['buy 60 A market (canceling)']);
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 40 A market']);
  });

  test('stands in for a stop that does not work at the broker', () => {
    const desk = watchDesk([wish(buyA())]);
    desk.bars(FIRST);
    desk.fill(desk.newest());
    desk.report({ kind: 'unknown', order: desk.newest().clientOrderId, reason: 'timeout' });
    for (const price of [98, 96, 94, 92, 91.9]) desk.mark(price);
    expect(desk.alerts).toContain('stopReached');
    const [stop] = desk.protecting;
    desk.report({ kind: 'canceled', order: stop!.intent.clientOrderId, reason: 'asked' });
    expect(desk.resting).toEqual(['sell 100 A market']);
  });

  test('leaves to the broker what works there', () => {
    const desk = guarded();
    for (const price of [98, 96, 94, 92, 91.9, 91.8]) desk.mark(price);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
    expect(desk.alerts).not.toContain('stopReached');
  });
});
