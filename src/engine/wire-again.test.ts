import { describe, expect, test } from 'vitest';
import type { Instant } from '../base/index.ts';
import type { Intent } from '../orders/index.ts';
import { bookOf, Desk, saying, setupOf, want } from './desk.fixture.ts';
import type { Setup } from './setup.ts';

const DAY = '2024-01-03';
const SETTLE_MS = 4_000;
const UNIQUE = {
  clientIds: 'unique',
  stops: true,
  oco: true,
  settleMs: SETTLE_MS,
  pollMs: 1_000,
} as const;

/** A desk that has sent, or is about to send, its first order. */
function decided(setup: Partial<Setup> = {}): Desk {
  const books = [bookOf('one', saying(want({ A: 0.5 })))];
  const desk = new Desk(setupOf(books, { broker: UNIQUE, ...setup }));
  desk.bars('2024-01-02', undefined, 'none');
  desk.decideOn(DAY);
  return desk;
}

const only = (desk: Desk) => {
  const { live, done } = desk.state.orders;
  return [...live.values(), ...done.values()][0];
};

const notFound = (desk: Desk, ms: number) => {
  const order = (desk.intents[0] as Intent).clientOrderId;
  const at = (desk.state.at + ms) as Instant;
  return desk.take({ kind: 'report', at, report: { kind: 'notFound', order, at } });
};

const unknown = (desk: Desk) =>
  desk.report({
    kind: 'unknown',
    order: (desk.intents[0] as Intent).clientOrderId,
    reason: 'timeout',
  });

describe('"no such order" (F001, invariants 3 and 5)', () => {
  test('within the time in which it may still turn up there is no evidence', () => {
    const desk = decided();
    unknown(desk);
    notFound(desk, SETTLE_MS - 1);
    expect(desk.of('submit')).toHaveLength(1);
    expect(only(desk)?.status).toBe('unknown');
    notFound(desk, 1);
    expect(desk.of('submit')).toHaveLength(2);
  });

  test('of an order that was sent again counts from that send', () => {
    const desk = decided();
    unknown(desk);
    notFound(desk, SETTLE_MS);
    notFound(desk, SETTLE_MS - 1);
    expect(desk.of('submit')).toHaveLength(2);
    expect(only(desk)?.status).toBe('unknown');
  });

  test('after a halt ends the order: what is sent again is reviewed again (invariant 16)', () => {
    const desk = decided();
    unknown(desk);
    const halt = { command: 'halt', level: 'NO_NEW_RISK', reason: 'look' } as const;
    desk.take({ kind: 'command', at: desk.state.at, by: 'ann', ...halt });
    notFound(desk, SETTLE_MS);
    expect(desk.of('submit')).toHaveLength(1);
    expect(only(desk)?.status).toBe('rejected');
  });
});

describe('the last moment of an order', () => {
  test('is the fence of its session where that comes first (F049, invariant 23)', () => {
    const early = decided();
    expect(early.of('submit')[0]?.sendBy).toBe(early.state.at + early.setup.sendWithinMs);
    const late = decided({ sendWithinMs: 3_600_000 });
    expect(late.of('submit')[0]?.sendBy).toBe(late.state.fence);
  });

  test('passed while its watermark was read, the order never leaves (F051, invariant 18)', () => {
    for (const late of [0, 1]) {
      const desk = decided({ broker: { ...UNIQUE, clientIds: 'none' } });
      const order = desk.of('watermark')[0]?.order as Intent['clientOrderId'];
      const at = (desk.state.at + desk.setup.sendWithinMs + late) as Instant;
      desk.take({ kind: 'watermark', at, order, ids: [] });
      expect(desk.of('submit')).toHaveLength(1 - late);
      expect(only(desk)?.status).toBe(late === 0 ? 'inFlight' : 'rejected');
    }
  });
});
