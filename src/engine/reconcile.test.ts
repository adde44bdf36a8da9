import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../base/index.ts';
import { clientOrderId, type IntentId } from '../orders/index.ts';
import { AccountDesk, restingOf } from './account.fixture.ts';
import { dollars, priced } from './desk.fixture.ts';
import type { AccountSeen } from './input.ts';
import { BUILT_IN_TRAITS } from './ports.ts';
import { askAccount, auditBooks, blockReason, isReconciled, reconcileWakeAt } from './reconcile.ts';
import { restoreState, saveState } from './snapshot.ts';

const start = (desk: AccountDesk, epoch = 1) =>
  desk.take({
    kind: 'start',
    at: desk.state.at,
    epoch,
    build: 'b',
    config: 'c',
    strategies: {},
    stage: 'paper',
  });

const differing: [string, Partial<AccountSeen>, string, string][] = [
  ['a share less', { positions: { A: 499 } }, 'quantity', 'A: ours 500, broker 499 (0.2 %)'],
  ['no position', { positions: { B: 3, A: 500 } }, 'phantom', 'B: ours 0, broker 3 (100.0 %)'],
  ['nothing at all', { positions: {} }, 'missing', 'A: ours 500, broker 0 (100.0 %)'],
  ['twice as much', { positions: { A: 1_000 } }, 'corporateAction', 'one of 2 for 1'],
  ['a tenth', { positions: { A: 50 } }, 'corporateAction', 'one of 1 for 10'],
  [
    'twice as much that was paid for',
    { positions: { A: 1_000 }, cash: dollars(0) },
    'quantity',
    'A: ours 500, broker 1000',
  ],
  [
    'two cents less',
    { cash: dollars(49_999.98) },
    'cash',
    'cash: ours 50000.00, broker 49999.98 (0.0 %)',
  ],
];

describe('a reading', () => {
  test('that agrees, to the cent, says nothing and reconciles this life', () => {
    const desk = new AccountDesk();
    start(desk);
    expect(isReconciled(desk.state)).toBe(false);
    expect(desk.see()).toEqual([]);
    expect(isReconciled(desk.state)).toBe(true);
    expect(desk.see({ cash: dollars(49_999.99) })).toEqual([]);
    expect([desk.state.halt, desk.alerts]).toEqual(['NONE', []]);
  });

  test.each(differing)(
    'with %s is asked about once two say so (F031-F033)',
    (_, seen, kind, text) => {
      const desk = new AccountDesk();
      start(desk);
      const before = desk.ledgers;
      expect(desk.see(seen)).toEqual([]);
      expect([desk.asked, isReconciled(desk.state)]).toEqual([[], false]);
      desk.see({}, 4_999);
      expect(desk.asked).toEqual([]);
      desk.see({}, 1);
      expect(isReconciled(desk.state)).toBe(true);
      const [question] = desk.state.reconcile.questions;
      expect(question).toMatchObject({ class: kind, id: 'q1' });
      expect(question?.text).toContain(text);
      expect(desk.of('alert')[0]).toMatchObject({ severity: 'CRITICAL', code: 'accountMismatch' });
      expect(desk.ledgers).toBe(before);
      for (let i = 0; i < 5; i++) desk.see({}, 86_400_000);
      expect(desk.alerts.filter((code) => code === 'accountMismatch').length).toBe(
        desk.state.reconcile.questions.length,
      );
    },
  );

  test('blocks the symbol it differs in, at once, and no other', () => {
    const desk = new AccountDesk();
    expect(blockReason(desk.state, 'A')).toBeNull();
    desk.see({ positions: { A: 499 } });
    expect(blockReason(desk.state, 'A')).toBe('a difference is being confirmed');
    expect(blockReason(desk.state, 'B')).toBeNull();
    desk.see({}, 5_000);
    expect(blockReason(desk.state, 'A')).toMatch(/^question q1: A: ours 500, broker 499/);
    expect([blockReason(desk.state, 'B'), desk.state.halt]).toEqual([null, 'NONE']);
  });

  test('of other cash halts new risk; a resume is no answer, and a higher halt stays', () => {
    const desk = new AccountDesk();
    desk.confirm({ cash: dollars(40_000) });
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    expect(desk.state.haltReason).toContain('cash: ours 50000.00, broker 40000.00');
    desk.take({ kind: 'command', command: 'resume', at: desk.state.at, by: 'ada', reason: '?' });
    desk.see({}, 1_000);
    expect(desk.state.haltReason).toMatch(/^q1 is not answered/);
    expect(desk.alerts).toEqual(['accountMismatch', 'resumed', 'accountMismatch']);
    desk.state.halt = 'STOP';
    desk.see({}, 1_000);
    expect([desk.state.halt, desk.alerts.length]).toEqual(['STOP', 3]);
  });

  test('that agrees again ends the question and the block, by itself', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 400 } });
    desk.see({ positions: { A: 500 } });
    expect([desk.asked, blockReason(desk.state, 'A')]).toEqual([[], null]);
    expect(desk.alerts).toEqual(['accountMismatch', 'accountAgrees']);
  });

  test('with other figures takes the place of what was asked', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 400 } });
    desk.confirm({ positions: { A: 300 } });
    expect(desk.asked).toEqual(['q2 quantity A']);
    desk.confirm({ positions: {} });
    expect(desk.asked).toEqual(['q3 missing A']);
  });

  test('proves nothing while an order has no outcome, and is asked for again (F032)', () => {
    const desk = new AccountDesk();
    start(desk);
    const order = desk.working({}, 'unknown');
    const { at } = desk.state;
    for (const [i, wait] of [1, 2, 4, 8, 16, 30, 30].entries()) {
      expect([i, desk.see({ cash: dollars(1), positions: {} })]).toEqual([i, []]);
      expect(reconcileWakeAt(desk.setup, desk.state)).toBe(at + wait * 1_000);
    }
    expect([desk.asked, isReconciled(desk.state)]).toEqual([[], false]);
    desk.state.wire.resend.push(order.intent.clientOrderId);
    desk.confirm({});
    expect(desk.asked).toEqual(['q1 missing A', 'q2 cash -']);
  });

  test('may lag a fill: no difference is believed until that is over (F032)', () => {
    const desk = new AccountDesk();
    desk.state.reconcile.filledAt = desk.state.at;
    desk.see({ positions: { A: 400 } });
    desk.see({}, 60_000);
    expect(desk.asked).toEqual([]);
    expect(desk.state.reconcile.due).toBe(desk.state.at + 60_000);
    desk.see({}, 60_000);
    expect(desk.asked).toEqual(['q1 quantity A']);
  });

  test('cancels live orders in the symbol it is about, but none that protects', () => {
    const desk = new AccountDesk();
    const sell = desk.working();
    const guard = desk.working({ purpose: 'protect' });
    const other = desk.working({ symbol: 'B', side: 'buy' });
    const spread = desk.working({
      symbol: 'B',
      legs: [{ symbol: 'A', side: 'buy', ratio: 1 }],
    });
    desk.confirm({ positions: { A: 400 } });
    const canceled = desk.of('cancel').map(({ order }) => order);
    expect(canceled).toEqual([sell, spread].map(({ intent }) => intent.clientOrderId));
    expect([guard.status, other.status, sell.status]).toEqual(['working', 'working', 'canceling']);
    desk.confirm({ positions: { A: 399 } });
    expect(desk.of('cancel').filter(({ reason }) => reason.includes('q2'))).toEqual([]);
  });

  test('of another account altogether is one question, that blocks everything (F085)', () => {
    const desk = new AccountDesk(['one'], { reconcile: { lagMs: 0 } });
    const symbols = Array.from({ length: 101 }, (_, i) => `S${i}`);
    for (const symbol of symbols) {
      desk.happens({ type: 'transferInKind', book: 0, symbol, quantity: 1, price: priced(1) });
    }
    desk.confirm({ positions: { A: 500 } });
    expect(desk.asked).toEqual(['q1 account -']);
    expect(blockReason(desk.state, 'ANY')).toMatch(/^question q1: positions: ours 102, broker 1/);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    desk.answer('ignore');
    expect([desk.alerts.at(-1), desk.asked.length]).toEqual(['answerRefused', 1]);
    desk.see(desk.agreeing());
    expect(desk.asked).toEqual([]);
  });

  test('is confirmed by one with the same figures of ours too', () => {
    const desk = new AccountDesk();
    desk.see({ positions: { A: 400 } });
    desk.happens({ type: 'transferInKind', book: 0, symbol: 'A', quantity: -50 });
    desk.see({}, 5_000);
    expect(desk.asked).toEqual([]);
    desk.see({}, 5_000);
    expect(desk.state.reconcile.questions[0]).toMatchObject({ ours: 450, theirs: 400 });
  });

  test('does not lower a higher halt', () => {
    const desk = new AccountDesk();
    desk.state.halt = 'STOP';
    desk.state.haltReason = 'ada: enough';
    desk.confirm({ cash: dollars(1) });
    expect([desk.asked.length, desk.state.halt, desk.state.haltReason]).toEqual([
      1,
      'STOP',
      'ada: enough',
    ]);
  });

  test('names differences in one order, however the broker lists them', () => {
    const [one, two] = [new AccountDesk(), new AccountDesk()];
    const told = canonical(one.confirm({ positions: { Z: 1, B: 2, A: 3 } }));
    expect(canonical(two.confirm({ positions: { A: 3, B: 2, Z: 1 } }))).toBe(told);
  });
});

describe('cash within the policy', () => {
  const reconcile = { cashToleranceDay: dollars(1), cashToleranceMonth: dollars(1.5) };
  test('is booked outside of the books, up to what a day and a month may bring (F035)', () => {
    const desk = new AccountDesk(['one'], { reconcile });
    desk.confirm({ cash: dollars(49_999.4) });
    expect([desk.state.external.ledger.fees, desk.asked]).toEqual([dollars(0.6), []]);
    desk.confirm({ cash: dollars(50_000) });
    expect(desk.asked).toEqual(['q1 cash -']);
    desk.see({ cash: dollars(49_999.4) });
    desk.bars('2024-01-03', { A: 100, B: 50 }, 'none');
    desk.confirm({ cash: dollars(50_000) });
    expect([desk.state.external.ledger.income, desk.asked]).toEqual([dollars(0.6), []]);
    desk.bars('2024-01-04', { A: 100, B: 50 }, 'none');
    desk.confirm({ cash: dollars(50_000.5) });
    expect(desk.asked).toEqual(['q2 cash -']);
    desk.see({ cash: dollars(50_000) });
    desk.bars('2024-02-01', { A: 100, B: 50 }, 'none');
    desk.confirm({ cash: dollars(50_000.5) });
    expect(desk.asked).toEqual([]);
    expect(auditBooks(desk.state, { cash: dollars(50_000.5), positions: { A: 500 } })).toEqual([]);
  });
});

describe('what no book has', () => {
  test('is counted outside of the books at the mark, told, and moves no loss mark', () => {
    const desk = new AccountDesk();
    const { highest } = desk.state;
    desk.confirm({ positions: { A: 500, Z: 40 } });
    const { ledger } = desk.state.external;
    expect(ledger.positions.get('Z')).toMatchObject({ quantity: 40, lots: [{ cost: 0 }] });
    expect([desk.alerts, desk.state.halt, desk.asked]).toEqual([['externalHolding'], 'NONE', []]);
    expect(desk.state.highest).toBe(highest);
    expect(blockReason(desk.state, 'Z')).toBeNull();
    expect(auditBooks(desk.state, { cash: dollars(50_000), positions: { A: 500, Z: 40 } })).toEqual(
      [],
    );
  });

  test('is gone only after the longer wait, and never by an empty list (F033)', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 500, Z: 40 } });
    desk.confirm({ positions: { A: 500 } });
    expect(desk.state.external.ledger.positions.size).toBe(1);
    desk.see({}, 115_000);
    expect(desk.state.external.ledger.positions.size).toBe(0);
    desk.confirm({ positions: { A: 500, Z: 40 } });
    desk.confirm({ positions: {} }, 120_000);
    expect(desk.state.external.ledger.positions.size).toBe(1);
    expect(desk.asked).toEqual(['q1 missing A', 'q2 external Z']);
    desk.answer('adopt');
    expect([desk.alerts.at(-1), desk.asked]).toEqual(['answered', ['q1 missing A']]);
  });

  test('a symbol with an order or an option of a book is not outside', () => {
    const desk = new AccountDesk();
    desk.working({ symbol: 'X', side: 'buy' });
    desk.working({ symbol: 'Y', side: 'buy', book: '(external)' });
    const option = 'QQQ   240119P00400000';
    desk.happens({
      type: 'transferInKind',
      book: 0,
      symbol: option,
      quantity: -2,
      price: priced(3),
    });
    const positions = { A: 500, X: 1, Y: 1, QQQ: 200, [option]: 0 };
    delete (positions as Record<string, number>)[option];
    desk.confirm({ positions });
    expect(desk.asked).toEqual(['q1 phantom QQQ', `q2 assignment ${option}`, 'q3 phantom X']);
    expect(desk.state.external.ledger.positions.get('Y')?.quantity).toBe(1);
  });
});

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
    expect(reconcileWakeAt(desk.setup, desk.state)).toBe(desk.state.at + 10_000);
    desk.pass(9_999);
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
    expect(waits).toEqual([10, 20, 40, 80, 160, 300, 300]);
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
