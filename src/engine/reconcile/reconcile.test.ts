import { describe, expect, test } from 'vitest';
import { canonical } from '../../base/index.ts';
import { AccountDesk } from '../account.fixture.ts';
import { dollars, priced } from '../desk.fixture.ts';
import { auditBooks, blockReason, isReconciled, reconcileWakeAt } from './reconcile.ts';
import { start, differing } from './reconcile.fixture.ts';

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
