import { describe, expect, test } from 'vitest';
import type { Instant, Money } from '../base/index.ts';
import {
  type Broker,
  BUILT_IN_TRAITS,
  type Effect,
  heldBack,
  type Input,
  newState,
  type State,
} from '../engine/index.ts';
import { postFill } from '../ledger/index.ts';
import { addIntent, type Intent, type Order, type Report } from '../orders/index.ts';
import { HALT_LEVELS, type HaltLevel } from '../risk/index.ts';
import { type Latch, Performer } from './performer.ts';
import { intentOf, PRICE, SETUP } from './runner.fixture.ts';

const NOW = 1_000 as Instant;
const LATER = 2_000 as Instant;

interface Parts {
  readonly broker?: Partial<Broker>;
  readonly latch?: Latch | null;
  readonly now?: Instant;
  readonly purpose?: Intent['purpose'];
}

const never = (): Promise<never> => Promise.reject(new Error('the line is cut'));

/** A state in which the book holds a hundred A. */
function holding(): State {
  const state = newState(SETUP);
  const fill = { symbol: 'A', multiplier: 1, quantity: 100, price: PRICE, fee: 0 as Money };
  for (const { ledger } of state.books) postFill(ledger, fill);
  return state;
}

/** A performer at a broker that sends nothing through but what the test says. */
class Bench {
  readonly calls: string[] = [];
  readonly state: State = holding();
  readonly order: Order;
  readonly intent: Intent;
  readonly performer: Performer;
  readonly #inbox: (() => readonly Input[])[] = [];

  constructor({ broker = {}, latch = null, now = NOW, purpose = 'rebalance' }: Parts) {
    this.intent = intentOf({ purpose });
    this.order = addIntent(this.state.orders, this.intent);
    const told = (name: string, work: () => Promise<never>) => () => {
      this.calls.push(name);
      return work();
    };
    const deaf = {
      traits: BUILT_IN_TRAITS,
      activities: async () => [],
      submit: told('submit', never),
      cancel: told('cancel', never),
      find: told('find', never),
      account: told('account', never),
      orderIds: told('orderIds', never),
    };
    this.performer = new Performer({
      heldBack: (id) => heldBack(SETUP, this.state, id),
      state: this.state,
      broker: { ...deaf, ...broker } as unknown as Broker,
      now: () => now,
      guard: () => null,
      latch: () => latch,
      arrived: (arrival) => this.#inbox.push(arrival),
      settled: () => {},
    });
  }

  /** What came of `effects`, in the order in which it arrived. */
  async inputs(...effects: readonly Effect[]): Promise<readonly Input[]> {
    for (const effect of effects) this.performer.perform(effect);
    await Promise.all(this.performer.calls);
    return this.#inbox.splice(0).flatMap((arrival) => arrival());
  }

  async reports(...effects: readonly Effect[]): Promise<readonly Report[]> {
    const inputs = await this.inputs(...effects);
    return inputs.flatMap((input) => (input.kind === 'report' ? [input.report] : []));
  }

  get submit(): Effect {
    return { kind: 'submit', intent: this.intent, attempt: 1, sendBy: LATER };
  }
}

const latchAt = (level: HaltLevel): Latch => ({ level, by: 'ann', reason: 'smoke' });

describe('the last look before the wire', () => {
  test('an order whose moment is over never leaves, to the millisecond (F051, F053)', async () => {
    const late = new Bench({ now: (LATER + 1) as Instant });
    expect((await late.reports(late.submit)).map(({ kind }) => kind)).toEqual(['notSent']);
    expect(late.calls).toEqual([]);
    const inTime = new Bench({ now: LATER });
    await inTime.reports(inTime.submit);
    expect(inTime.calls).toEqual(['submit']);
  });

  test('a latch holds new risk back, and becomes a halt (F065, invariant 16)', async () => {
    const none = new Bench({ latch: latchAt('NONE') });
    await none.inputs(none.submit);
    expect(none.calls).toEqual(['submit']);
    for (const level of HALT_LEVELS.slice(1)) {
      const bench = new Bench({ latch: latchAt(level) });
      const inputs = await bench.inputs(bench.submit);
      expect(bench.calls).toEqual([]);
      expect(inputs).toMatchObject([
        { kind: 'command', command: 'halt', level, by: 'ann' },
        { kind: 'report', report: { kind: 'notSent' } },
      ]);
    }
  });

  test.each(['exit', 'protect', 'flatten', 'repair'] as const)(
    'an order to "%s" passes a latch of NO_NEW_RISK, and none above it',
    async (purpose) => {
      const low = new Bench({ latch: latchAt('NO_NEW_RISK'), purpose });
      await low.inputs(low.submit);
      expect(low.calls).toEqual(['submit']);
      for (const level of ['CANCEL_ONLY', 'STOP'] as const) {
        const high = new Bench({ latch: latchAt(level), purpose });
        await high.inputs(high.submit);
        expect(high.calls).toEqual([]);
      }
    },
  );

  test('an order that a halt or its end overtook never leaves (F002, invariant 16)', async () => {
    const halted = new Bench({});
    halted.state.halt = 'STOP';
    expect(await halted.reports(halted.submit)).toMatchObject([{ kind: 'notSent' }]);
    const gone = new Bench({});
    gone.state.orders.live.clear();
    await gone.inputs(gone.submit);
    expect([...halted.calls, ...gone.calls]).toEqual([]);
  });

  test('a latch set while no process ran becomes a halt at once', async () => {
    const bench = new Bench({ latch: latchAt('STOP') });
    bench.performer.checkLatch();
    expect(await bench.inputs()).toMatchObject([{ command: 'halt', level: 'STOP' }]);
  });
});

describe('a call that breaks off', () => {
  test('is an order nobody knows of, never a refusal (F001, invariant 5)', async () => {
    const bench = new Bench({});
    expect(await bench.reports(bench.submit)).toMatchObject([
      { kind: 'unknown', reason: 'the line is cut' },
    ]);
  });

  test('to the account, or about an order, says nothing at all (F033)', async () => {
    const bench = new Bench({});
    const order = bench.intent.clientOrderId;
    const inputs = await bench.inputs(
      { kind: 'readAccount' },
      { kind: 'query', order },
      { kind: 'cancel', order, reason: 'asked' },
    );
    expect([...bench.calls].sort()).toEqual(['account', 'cancel', 'find']);
    expect(inputs).toEqual([]);
  });

  test('before a watermark ends the order, which never left (F001, invariant 3)', async () => {
    const bench = new Bench({});
    const order = bench.intent.clientOrderId;
    const inputs = await bench.inputs({ kind: 'watermark', order });
    expect(inputs).toMatchObject([{ kind: 'report', report: { kind: 'notSent', order } }]);
  });
});

test('an absence seen before a second send says nothing (F002, invariant 3)', async () => {
  for (const isSentAgain of [true, false]) {
    const bench: Bench = new Bench({
      broker: {
        find: async ({ intent }): Promise<readonly Report[]> => {
          if (isSentAgain) bench.order.attempts++;
          return [{ kind: 'notFound', order: intent.clientOrderId, at: NOW }];
        },
      },
    });
    const found = await bench.reports({ kind: 'query', order: bench.intent.clientOrderId });
    expect(found).toHaveLength(isSentAgain ? 0 : 1);
  }
});
