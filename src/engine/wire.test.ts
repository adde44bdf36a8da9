import { describe, expect, test } from 'vitest';
import type { Instant } from '../base/index.ts';
import type { Intent } from '../orders/index.ts';
import { bookOf, Desk, dollars, saying, setupOf, want, wish } from './desk.fixture.ts';
import type { BookSetup, Setup } from './setup.ts';
import { restoreState, saveState, stateDigest } from './snapshot.ts';
import { wakeAt } from './step.ts';

const DAY = '2024-01-03';
const UNIQUE = { clientIds: 'unique', stops: true, oco: true, settleMs: 0, pollMs: 1_000 } as const;
const NONE = { ...UNIQUE, clientIds: 'none' } as const;
const LIFE = { build: 'b', config: 'c', strategies: {}, stage: 'paper' };
const buyA = { symbol: 'A', side: 'buy', quantity: 10 } as const;
const sellA = { symbol: 'A', side: 'sell', quantity: 10 } as const;

function deskOf(setup: Partial<Setup> = {}, books?: readonly BookSetup[]): Desk {
  const desk = new Desk(setupOf(books ?? [bookOf('one', saying(want({ A: 0.5 })))], setup));
  desk.bars('2024-01-02', undefined, 'none');
  return desk;
}

const decided = (setup?: Partial<Setup>): { desk: Desk; intent: Intent } => {
  const desk = deskOf(setup);
  desk.decideOn(DAY);
  return { desk, intent: desk.intents[0] as Intent };
};

const orderOf = (desk: Desk, { clientOrderId }: Intent) =>
  desk.state.orders.live.get(clientOrderId) ?? desk.state.orders.done.get(clientOrderId);

const start = (desk: Desk, epoch: number) =>
  desk.take({ kind: 'start', at: desk.state.at, epoch, ...LIFE });

const account = (desk: Desk, positions: Record<string, number> = {}, cash = 100_000) =>
  desk.take({ kind: 'account', at: desk.state.at, account: { cash: dollars(cash), positions } });

describe('an order whose outcome is not known (F001, invariants 2, 3, 5)', () => {
  test('is asked about at once, then ever more rarely, and never by resending', () => {
    const { desk, intent } = decided();
    const order = intent.clientOrderId;
    desk.report({ kind: 'unknown', order, reason: 'timeout' });
    const asked: number[] = [];
    for (let second = 1; second <= 100; second++) {
      if (desk.pass(1_000).some((effect) => effect.kind === 'query')) asked.push(second);
    }
    expect(asked).toEqual([1, 3, 7, 15, 31, 61, 91]);
    expect(desk.of('submit')).toHaveLength(1);
    expect(orderOf(desk, intent)?.status).toBe('unknown');
  });

  test('that never arrived leaves again under its own id, at most three times in all', () => {
    const { desk, intent } = decided();
    const order = intent.clientOrderId;
    for (let attempt = 1; attempt <= 4; attempt++) {
      desk.report({ kind: 'unknown', order, reason: 'timeout' });
      desk.report({ kind: 'notFound', order });
    }
    expect(desk.of('submit').map((one) => [one.intent.clientOrderId, one.attempt])).toEqual([
      [order, 1],
      [order, 2],
      [order, 3],
    ]);
    expect(orderOf(desk, intent)?.status).toBe('rejected');
  });

  test('is not sent again after the fence, nor where the broker knows no ids (F001, F049)', () => {
    const late = decided();
    late.desk.report({ kind: 'unknown', order: late.intent.clientOrderId, reason: 'timeout' });
    late.desk.pass(300_000);
    late.desk.report({ kind: 'notFound', order: late.intent.clientOrderId });
    expect(late.desk.of('submit')).toHaveLength(1);
    expect(orderOf(late.desk, late.intent)?.status).toBe('rejected');
  });

  test('wakes the desk when it is to be asked about', () => {
    const { desk, intent } = decided();
    const { at } = desk.state;
    desk.report({ kind: 'accepted', order: intent.clientOrderId, venueOrderId: 'v1' });
    expect(wakeAt(desk.setup, desk.state)).toBe(at + desk.setup.orderTimeoutMs);
    desk.report({ kind: 'unknown', order: intent.clientOrderId, reason: 'lost' });
    expect(wakeAt(desk.setup, desk.state)).toBe(at + 1_000);
  });
});

describe('a cancel (F008)', () => {
  test('is asked for again until its end is proven', () => {
    const { desk, intent } = decided();
    const order = intent.clientOrderId;
    desk.report({ kind: 'accepted', order, venueOrderId: 'v1' });
    const { at } = desk.state;
    desk.take({ kind: 'command', at, by: 'ann', command: 'cancel', order });
    expect(desk.of('cancel')).toHaveLength(1);
    desk.pass(1_000);
    desk.pass(2_000);
    expect(desk.of('cancel')).toHaveLength(3);
    desk.report({ kind: 'canceled', order, reason: 'asked' });
    desk.pass(100_000);
    expect(desk.of('cancel')).toHaveLength(3);
  });
});

describe('a process that starts (F021, invariant 28)', () => {
  test('holds what was sent as UNKNOWN, and sends nothing before the account is reconciled', () => {
    const { desk, intent } = decided();
    const told = start(desk, 2);
    expect(orderOf(desk, intent)?.status).toBe('unknown');
    expect(told.map((effect) => effect.kind)).toEqual(['alert', 'query', 'readAccount']);
    desk.report({ kind: 'notFound', order: intent.clientOrderId });
    expect(desk.of('submit')).toHaveLength(1);
    expect(desk.state.wire.resend).toEqual([intent.clientOrderId]);
    account(desk);
    expect(desk.of('submit').map(({ attempt }) => attempt)).toEqual([1, 2]);
  });

  test('goes on with the rest of a plan once it is reconciled', () => {
    const parts = saying(wish(buyA, { symbol: 'B', side: 'buy', quantity: 5 }));
    const desk = deskOf({}, [bookOf('one', parts)]);
    desk.decideOn(DAY);
    const [intent] = desk.intents as [Intent];
    start(desk, 2);
    desk.fill(intent);
    expect(desk.intents).toHaveLength(1);
    account(desk, { A: 10 }, 99_000);
    expect(desk.orders).toEqual(['buy 10 A', 'buy 5 B']);
  });

  test('knows that an order which waited for the wire never left', () => {
    const { desk } = decided({ broker: NONE });
    const [order] = [...desk.state.orders.live.values()];
    start(desk, 2);
    expect(order?.status).toBe('rejected');
    expect(desk.of('submit')).toEqual([]);
  });
});

describe('a broker without ids of ours (F001, F004)', () => {
  const two = (): Desk => {
    const books = ['one', 'two'].map((name) =>
      bookOf(name, saying(wish(name === 'one' ? buyA : { ...buyA, symbol: 'B' })), {
        capital: dollars(50_000),
      }),
    );
    const desk = deskOf({ broker: NONE }, books);
    desk.decideOn(DAY, undefined, 0);
    desk.decideOn(DAY, undefined, 1);
    return desk;
  };
  const watermark = (desk: Desk, ids: readonly string[]) => {
    const order = desk.of('watermark').at(-1)?.order as Intent['clientOrderId'];
    return desk.take({ kind: 'watermark', at: desk.state.at, order, ids });
  };

  test('is asked for the orders it knows before each send, which is on record first', () => {
    const { desk } = decided({ broker: NONE });
    expect(desk.of('submit')).toEqual([]);
    watermark(desk, ['7', '8']);
    expect(desk.of('submit')).toHaveLength(1);
    const [order] = desk.state.orders.live.values();
    expect(order).toMatchObject({ watermark: ['7', '8'], attempts: 1 });
  });

  test('gets one order after the other: the next waits until this one has an id', () => {
    const desk = two();
    expect(desk.of('watermark')).toHaveLength(1);
    watermark(desk, []);
    desk.pass(100);
    expect(desk.of('watermark')).toHaveLength(1);
    const order = (desk.intents[0] as Intent).clientOrderId;
    desk.report({ kind: 'accepted', order, venueOrderId: 'v1' });
    expect(desk.of('watermark')).toHaveLength(2);
    watermark(desk, ['v1']);
    expect(desk.of('submit').map(({ intent }) => intent.book)).toEqual(['one', 'two']);
  });

  test('never gets anything again: no such order ends it, and the next has its turn', () => {
    const desk = two();
    watermark(desk, []);
    const order = (desk.intents[0] as Intent).clientOrderId;
    desk.report({ kind: 'unknown', order, reason: 'no header' });
    desk.report({ kind: 'notFound', order });
    expect(desk.of('submit')).toHaveLength(1);
    expect(desk.of('watermark')).toHaveLength(2);
  });

  test('is not sent what waited longer than a decision is good for', () => {
    const desk = two();
    watermark(desk, []);
    desk.pass(desk.setup.sendWithinMs + 1);
    const waited = [...desk.state.orders.done.values()];
    expect(waited.map(({ status, intent }) => [status, intent.book])).toEqual([
      ['rejected', 'two'],
    ]);
    expect(desk.of('submit')).toHaveLength(1);
  });

  test('is not sent what a halt forbids by then, checked again before it leaves', () => {
    const { desk } = decided({ broker: NONE });
    const { at } = desk.state;
    const halt = { command: 'halt', level: 'NO_NEW_RISK', reason: 'look' } as const;
    desk.take({ kind: 'command', at, by: 'ann', ...halt });
    watermark(desk, []);
    expect(desk.of('submit')).toEqual([]);
    expect([...desk.state.orders.done.values()][0]?.status).toBe('rejected');
  });
});

test('what the wire remembers survives a restart, byte for byte (invariant 27)', () => {
  const { desk, intent } = decided();
  desk.report({ kind: 'unknown', order: intent.clientOrderId, reason: 'timeout' });
  const restored = restoreState(desk.setup, saveState(desk.state));
  expect(stateDigest(restored)).toBe(stateDigest(desk.state));
  expect(restored.wire.asks[intent.clientOrderId]?.at).toBe((desk.state.at + 1_000) as Instant);
});

test('an order that is looked at again before it leaves does not count itself', () => {
  const parts = saying(wish(buyA), wish(sellA));
  const desk = deskOf({ broker: NONE }, [bookOf('one', parts)]);
  desk.decideOn(DAY);
  const first = desk.of('watermark')[0]?.order as Intent['clientOrderId'];
  desk.take({ kind: 'watermark', at: desk.state.at, order: first, ids: [] });
  desk.report({ kind: 'accepted', order: first, venueOrderId: 'v1' });
  desk.fill(desk.intents[0] as Intent);
  desk.bars(DAY, undefined, 'none');
  desk.decideOn('2024-01-04');
  const second = desk.of('watermark')[1]?.order as Intent['clientOrderId'];
  desk.take({ kind: 'watermark', at: desk.state.at, order: second, ids: ['v1'] });
  expect(desk.orders).toEqual(['buy 10 A', 'sell 10 A']);
});
