import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { clientOrderId, type IntentId } from '../../orders/index.ts';
import { AccountDesk, restingOf } from '../account.fixture.ts';
import { dollars } from '../desk.fixture.ts';
import { BUILT_IN_TRAITS } from '../ports.ts';
import { askAccount, auditBooks, blockReason, isReconciled, reconcileWakeAt } from './reconcile.ts';
import { restoreState, saveState } from '../snapshot.ts';
import { start } from './reconcile.fixture.ts';

/** An id as a desk on `account` gives it in an epoch. */
const ours = (account: string, epoch: number) =>
  clientOrderId(account, epoch, 'one-2024-01-02-9' as IntentId);

describe('orders that rest at the broker', () => {
  test('of others are known and told once each (F031)', () => {
    const desk = new AccountDesk();
    const orders = [restingOf(), restingOf({ venueOrderId: 'x2', clientOrderId: ours('else', 9) })];
    desk.see({ orders });
    desk.see({ orders });
    expect(desk.alerts).toEqual(['externalOrder', 'externalOrder']);
    expect([desk.state.reconcile.orders, desk.state.halt]).toEqual([orders, 'NONE']);
    desk.see({ orders: [] });
    expect(desk.state.reconcile.orders).toEqual([]);
  });

  test.each([0, 1, 7])(
    'one of ours, of epoch %d, that the journal does not know halts (F028)',
    (e) => {
      const desk = new AccountDesk();
      desk.see({ orders: [restingOf({ clientOrderId: ours('test', e) })] });
      expect([desk.alerts, desk.state.halt]).toEqual([['rollback'], 'NO_NEW_RISK']);
      desk.see();
      expect(desk.alerts).toEqual(['rollback']);
    },
  );

  test('that are ours are not told, by id or by the broker’s id', () => {
    const desk = new AccountDesk();
    const { intent } = desk.working();
    desk.working();
    const done = desk.working();
    desk.report({ kind: 'canceled', order: done.intent.clientOrderId, reason: 'asked' });
    desk.effects.length = 0;
    desk.see({
      orders: [
        restingOf({ venueOrderId: 'new', clientOrderId: intent.clientOrderId }),
        restingOf({ venueOrderId: 'v2' }),
        restingOf({ venueOrderId: 'v3' }),
      ],
    });
    expect(desk.alerts).toEqual([]);
  });

  test('and one that should and does not is asked about, once (F031)', () => {
    const desk = new AccountDesk();
    const { intent } = desk.working();
    desk.working({ symbol: 'B' }, 'working').venueOrderId = null;
    desk.see({ orders: [] });
    expect(desk.of('query')).toEqual([]);
    desk.see({}, 2_000);
    expect(desk.of('query')).toEqual([{ kind: 'query', order: intent.clientOrderId }]);
  });

  test('may have filled unheard: where a difference is first seen they are asked about', () => {
    const desk = new AccountDesk();
    const [a, b] = [desk.working(), desk.working({ symbol: 'B', side: 'buy' })];
    const ids = (...orders: (typeof a)[]) => orders.map((one) => one.intent.clientOrderId);
    desk.see({ positions: { A: 400 } }, 2_000);
    expect(desk.of('query').map(({ order }) => order)).toEqual(ids(a));
    desk.see({}, 1_000);
    desk.see({ cash: dollars(60_000) });
    expect(desk.of('query').map(({ order }) => order)).toEqual(ids(a, a, b));
    desk.fill(a.intent);
    desk.see({}, 300_000);
    expect(desk.asked).toEqual([]);
  });
});

describe('readings are asked for', () => {
  test('at the start, again without an answer, and then every five minutes', () => {
    const desk = new AccountDesk();
    start(desk);
    expect(desk.of('readAccount').length).toBe(1);
    expect(reconcileWakeAt(desk.setup, desk.state)).toBe(desk.state.at + 4_000);
    desk.pass(3_999);
    expect(desk.of('readAccount').length).toBe(1);
    desk.pass(1);
    expect(desk.of('readAccount').length).toBe(2);
    desk.see();
    expect(reconcileWakeAt(desk.setup, desk.state)).toBe(desk.state.at + 300_000);
  });

  test('ever less often while none comes, and a person is told once', () => {
    const desk = new AccountDesk();
    start(desk);
    const waits = Array.from({ length: 7 }, () => {
      const wait = (reconcileWakeAt(desk.setup, desk.state) as number) - desk.state.at;
      desk.pass(wait);
      return wait / 1_000;
    });
    expect(waits).toEqual([4, 8, 16, 32, 64, 128, 256]);
    expect(desk.alerts).toEqual(['accountUnread']);
    desk.see();
    expect(desk.state.reconcile.unanswered).toBe(0);
  });

  test('as often as the policy says, and never of a broker in this process', () => {
    const often = new AccountDesk(['one'], { reconcile: { everyMs: 7_000 } });
    often.see();
    expect(reconcileWakeAt(often.setup, often.state)).toBe(often.state.at + 7_000);
    const inside = new AccountDesk(['one'], { broker: BUILT_IN_TRAITS });
    inside.see();
    expect(reconcileWakeAt(inside.setup, inside.state)).toBeNull();
    inside.see({ positions: {} });
    expect(reconcileWakeAt(inside.setup, inside.state)).toBe(inside.state.at + 5_000);
  });

  test('and what is known of the account lives through a snapshot', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 499, B: 2, Z: 9 }, orders: [restingOf()] });
    desk.see({ positions: { A: 498 } });
    const restored = restoreState(desk.setup, saveState(desk.state));
    expect(restored.reconcile).toEqual(desk.state.reconcile);
    expect(saveState(restored)).toBe(saveState(desk.state));
  });

  test('a new life keeps what was asked, and does not tell it again', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 499 } });
    start(desk, 5);
    askAccount(desk.state);
    desk.see();
    expect([desk.asked, desk.alerts]).toEqual([['q1 quantity A'], ['accountMismatch']]);
    expect(isReconciled(desk.state)).toBe(true);
  });
});

describe('the audit of the books', () => {
  test('names each gap that is neither asked nor waiting (invariants 10 and 11)', () => {
    const desk = new AccountDesk();
    const account = { cash: dollars(49_000), positions: { A: 499, Z: 1 } };
    expect(auditBooks(desk.state)).toEqual([]);
    expect(auditBooks(desk.state, account).map((gap) => gap.split(':')[0])).toEqual([
      'A',
      'Z',
      'cash',
    ]);
    desk.see(account);
    expect(auditBooks(desk.state, account)).toEqual([]);
    desk.see({}, 5_000);
    expect(auditBooks(desk.state, account)).toEqual([]);
  });

  test('throws when a ledger is wrong in itself', () => {
    const desk = new AccountDesk();
    desk.state.books[0]!.ledger.cash = dollars(1);
    expect(() => auditBooks(desk.state)).toThrow('out of balance');
  });
});

const reading = fc.record({
  cash: fc.constantFrom(50_000, 50_000, 50_000.01, 0, 61_234.56).map(dollars),
  positions: fc.dictionary(
    fc.constantFrom('A', 'B', 'Z', 'QQQ'),
    fc.constantFrom(500, 250, 1, -3, 1_000),
  ),
  ms: fc.constantFrom(0, 1_000, 5_000, 300_000),
});

describe('whatever the broker shows', () => {
  test('one reading changes no ledger, and no reading sends an order (F033)', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 25 }), (readings) => {
        const desk = new AccountDesk();
        for (const { ms, ...account } of readings) {
          const { seen } = desk.state.reconcile;
          const before = desk.ledgers;
          const told = desk.see(account, ms);
          const unproven = seen.length === 0;
          expect(unproven && desk.ledgers !== before).toBe(false);
          expect(told.some(({ kind }) => kind === 'submit')).toBe(false);
          expect(auditBooks(desk.state, account)).toEqual([]);
          expect(desk.state.books[0]?.ledger.positions.get('A')?.quantity).toBe(500);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('readings that never repeat change no ledger', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 15 }), (readings) => {
        const desk = new AccountDesk();
        const before = desk.ledgers;
        readings.forEach(({ positions, ms }, i) => {
          const none = { Z: 1_000 + i, QQQ: -i - 1 };
          desk.see({ cash: dollars(1 + i), positions: { ...positions, ...none } }, ms);
        });
        expect(desk.ledgers).toBe(before);
      }),
    );
  });

  test('once it agrees, all is free again (invariant 36)', () => {
    fc.assert(
      fc.property(fc.array(reading, { maxLength: 15 }), (readings) => {
        const desk = new AccountDesk();
        start(desk);
        for (const { ms, ...account } of readings) desk.see(account, ms);
        desk.see(desk.agreeing());
        expect([desk.asked, desk.state.reconcile.seen]).toEqual([[], []]);
        expect([blockReason(desk.state, 'A'), isReconciled(desk.state)]).toEqual([null, true]);
      }),
    );
  });
});
