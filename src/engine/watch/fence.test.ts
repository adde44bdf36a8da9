import { describe, expect, test } from 'vitest';
import type { DateText, Instant } from '../../base/index.ts';
import { nextSession, sessionOn, type Session } from '../../market/index.ts';
import { wish } from '../desk.fixture.ts';
import { buyA, FIRST, SECOND, sellA, STOPS, WatchDesk, watchDesk } from './watch.fixture.ts';
import type { WatchPolicy } from './policy.ts';

const session = sessionOn(FIRST as DateText) as Session;

/** Holds 100 A whose stop ended unasked, with the session's fence behind it, at `at`. */
function unprotectedAt(at: number): WatchDesk {
  const desk = watchDesk([wish(buyA())]);
  desk.bars(FIRST);
  desk.state.fence = (session.close - 60_000) as Instant;
  desk.fill(desk.newest());
  desk.acceptAll();
  desk.pass(at - desk.state.at);
  desk.report({ kind: 'canceled', order: desk.newest().clientOrderId, reason: 'by the broker' });
  return desk;
}

describe('protection is bound to no session (invariants 21, 23)', () => {
  test('a stop lost after the fence is sent anew at once, and may leave', () => {
    const desk = unprotectedAt(session.close + 1_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
    const { sendBy } = desk.of('submit').at(-1) as { sendBy: number };
    expect(sendBy).toBeGreaterThan(desk.state.at);
  });

  test('one lost before the next open is sent anew, under the date on which it leaves', () => {
    const desk = unprotectedAt(nextSession(FIRST as DateText).open - 1_000);
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
    expect(desk.newest().date).toBe(SECOND);
  });
});

/** Holds 100 A, with a limit far above the market to sell them that may rest for days. */
function heldBack(policy: WatchPolicy): WatchDesk {
  const limitPrice = 150_000_000 as never;
  const rests = { ...sellA(), limitPrice, timeInForce: 'gtc' } as const;
  const desk = watchDesk([wish(buyA()), wish(rests)], policy);
  desk.bars(FIRST);
  desk.fill(desk.newest());
  desk.acceptAll().bars(SECOND);
  desk.proveCancels().acceptAll();
  expect(desk.resting).toEqual(['sell 100 A limit @150']);
  return desk;
}

describe('a limit to sell that rests holds the shares back from their stop', () => {
  test('only as long as a gap may last where a stop is required (invariant 21)', () => {
    const desk = heldBack(STOPS);
    desk.wait(STOPS.gapMsMax);
    expect(desk.resting).toEqual(['sell 100 A limit @150 (canceling)']);
    expect(desk.alerts).toContain('protectionGapLong');
    desk.proveCancels();
    expect(desk.resting).toEqual(['sell 100 A stop @92']);
  });

  test('for as long as it rests where none is', () => {
    const desk = heldBack({ ...STOPS, stopRequired: false, stopLossPct: 8 });
    desk.wait(10 * STOPS.gapMsMax);
    expect(desk.resting).toEqual(['sell 100 A limit @150']);
  });
});
