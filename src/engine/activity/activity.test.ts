import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput } from '../../base/index.ts';
import { AccountDesk } from '../account.fixture.ts';
import { dollars, priced } from '../desk.fixture.ts';
import type { Activity } from '../input.ts';
import { auditBooks, blockReason } from '../reconcile/reconcile.ts';
import { ledgerOf, outside, holdingEach, PUT } from './activity.fixture.ts';

describe('cash', () => {
  test.each<[string, Activity, object]>([
    [
      'a dividend',
      { type: 'dividend', book: 0, symbol: 'A', amount: dollars(80) },
      { cash: 50_080, income: 80, capital: 100_000 },
    ],
    [
      'interest on margin',
      { type: 'interest', book: 0, amount: dollars(-80) },
      { cash: 49_920, income: -80 },
    ],
    [
      'a fee',
      { type: 'fee', book: 0, amount: dollars(80) },
      { cash: 49_920, fees: 80, capital: 100_000 },
    ],
    [
      'a deposit',
      { type: 'transfer', book: 0, amount: dollars(80) },
      { cash: 50_080, income: 0, capital: 100_080 },
    ],
  ])('%s is booked once by its id (F035)', (_, what, wanted) => {
    const desk = new AccountDesk();
    for (let i = 0; i < 3; i++) desk.happens(what, 'x1');
    for (const [name, value] of Object.entries(wanted)) {
      expect([name, ledgerOf(desk)[name as 'cash']]).toEqual([name, dollars(value)]);
    }
    desk.happens(what, 'x2');
    expect(ledgerOf(desk).cash).not.toBe(dollars((wanted as { cash: number }).cash));
  });

  test('ids are remembered by the thousand, and no more', () => {
    const desk = new AccountDesk();
    for (let i = 0; i < 10_050; i++) {
      desk.happens({ type: 'interest', book: null, amount: dollars(0) }, `m${i}`);
    }
    expect(desk.state.activities.size).toBe(10_000);
  });

  test('a deposit is no profit and a withdrawal no loss, anywhere (invariant 20)', () => {
    const desk = new AccountDesk();
    const { highest, lastClose } = desk.state;
    desk.happens({ type: 'transfer', book: 0, amount: dollars(-300) });
    desk.happens({ type: 'transfer', book: null, amount: dollars(1_000) });
    desk.happens({ type: 'transferInKind', book: 0, symbol: 'B', quantity: 4 });
    expect([desk.state.highest - highest, desk.state.lastClose - lastClose]).toEqual([
      dollars(900),
      dollars(900),
    ]);
    expect(desk.state.books[0]?.lossMarks.highest).toBe(dollars(100_000 - 300 + 200));
    expect([outside(desk).cash, desk.held('B')]).toEqual([dollars(1_000), 4]);
  });

  test('of a symbol goes to the books that hold it, to the micro-dollar', () => {
    const desk = holdingEach([100, 200, 0]);
    desk.happens({ type: 'transferInKind', book: null, symbol: 'A', quantity: 33 });
    desk.happens({ type: 'dividend', book: null, symbol: 'A', amount: dollars(10) });
    const got = [...desk.state.books.map(({ ledger }) => ledger.income), outside(desk).income];
    expect(got).toEqual([3_003_003, 6_006_006, 0, 990_991]);
    desk.happens({ type: 'fee', book: null, symbol: 'A', amount: dollars(3.33) });
    expect(ledgerOf(desk).fees).toBe(dollars(1));
  });

  test('a dividend on a short position is paid by the book that is short', () => {
    const desk = holdingEach([300, -100]);
    desk.happens({ type: 'dividend', book: null, symbol: 'A', amount: dollars(20) });
    expect([ledgerOf(desk).income, ledgerOf(desk, 1).income]).toEqual([dollars(30), dollars(-10)]);
  });

  test('of a symbol that nobody holds, or on all cash, is outside of the books', () => {
    const desk = holdingEach([100, -100]);
    desk.happens({ type: 'dividend', book: null, symbol: 'A', amount: dollars(1) });
    desk.happens({ type: 'dividend', book: null, symbol: 'Z', amount: dollars(2) });
    desk.happens({ type: 'interest', book: null, amount: dollars(4) });
    desk.happens({ type: 'fee', book: null, amount: dollars(5) });
    expect([outside(desk).income, outside(desk).fees]).toEqual([dollars(7), dollars(5)]);
  });

  test('for a book that is none breaks off', () => {
    const desk = new AccountDesk();
    const wrong = () => desk.happens({ type: 'transfer', book: 9, amount: dollars(1) });
    expect(wrong).toThrow(BadInput);
  });
});

describe('an activity of an unknown type', () => {
  const unknown = { type: 'unknown', name: 'PTP withholding', amount: dollars(-12) } as const;

  test('stops new risk until a person has seen it (F034)', () => {
    const desk = new AccountDesk();
    desk.happens(unknown);
    expect([desk.asked, desk.state.halt]).toEqual([['q1 activity -'], 'NO_NEW_RISK']);
    desk.see();
    desk.answer('flatten');
    expect(desk.alerts.at(-1)).toBe('answerRefused');
    desk.answer('adopt', 0);
    expect([desk.asked, ledgerOf(desk).cash]).toEqual([[], dollars(49_988)]);
    expect(desk.state.halt).toBe('NO_NEW_RISK');
  });

  test('resumed without an answer halts again, and ignored changes nothing', () => {
    const desk = new AccountDesk();
    const before = desk.ledgers;
    desk.happens(unknown);
    desk.take({ kind: 'command', command: 'resume', at: desk.state.at, by: 'ada', reason: '' });
    desk.see();
    expect(desk.state.halt).toBe('NO_NEW_RISK');
    desk.answer('ignore');
    expect([desk.asked, desk.ledgers]).toEqual([[], before]);
  });
});

const split = (numerator: number, denominator: number, price: number, more: object = {}) =>
  ({ type: 'split', symbol: 'A', numerator, denominator, price: priced(price), ...more }) as const;

describe('a split', () => {
  test('changes shares and mark, once, cancels what rests and freezes the symbol (F036)', () => {
    const desk = new AccountDesk();
    const guard = desk.working({ purpose: 'protect' });
    desk.happens(split(3, 1, 33.333333), 's');
    desk.happens(split(3, 1, 33.333333), 's');
    expect(desk.held('A')).toBe(1_500);
    expect(desk.state.books[0]!.view.mark('A')).toBe(priced(33.333333));
    expect(Math.abs(desk.state.books[0]!.view.equity - 100_000_000_000)).toBeLessThan(1_000);
    expect(desk.of('cancel')).toMatchObject([{ order: guard.intent.clientOrderId }]);
    expect(blockReason(desk.state, 'A')).toMatch(/^split of 3 for 1/);
    const late = { positions: { A: 500 } };
    desk.confirm(late);
    expect(desk.asked).toEqual(['q1 quantity A']);
    desk.see({ positions: { A: 1_500 } });
    expect([desk.asked, blockReason(desk.state, 'A')]).toEqual([[], null]);
  });

  test('that the broker shows before it tells is asked about, and then ends the question', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 2_000 } });
    expect(desk.asked).toEqual(['q1 corporateAction A']);
    desk.happens(split(4, 1, 25));
    expect(desk.state.reconcile.due).toBe(desk.state.at + 5_000);
    desk.see();
    expect([desk.asked, blockReason(desk.state, 'A')]).toEqual([[], null]);
  });

  test('keeps every whole share of the account: books that lose parts buy them', () => {
    const desk = holdingEach([15, 25, 8]);
    const before = desk.agreeing();
    desk.happens(split(1, 10, 90));
    // 48 shares are 4.8: 1.5, 2.5 and 0.8 become 1, 2 and 1, and 0.8 is paid out.
    expect([0, 1, 2].map((book) => desk.held('A', book))).toEqual([1, 2, 1]);
    expect(desk.agreeing()).toEqual({ cash: before.cash + dollars(0.8 * 90), positions: { A: 4 } });
    expect(auditBooks(desk.state)).toEqual([]);
  });

  test('with the broker’s own cash in lieu books exactly that', () => {
    const desk = holdingEach([15, 25, 8]);
    const before = desk.agreeing();
    desk.happens(split(1, 10, 90, { lieu: dollars(71.5) }));
    expect(desk.agreeing().cash - before.cash).toBe(dollars(71.5));
  });

  test('of what nobody holds changes no ledger', () => {
    const desk = new AccountDesk();
    const before = desk.ledgers;
    desk.happens({ ...split(2, 1, 1), symbol: 'Z' });
    expect(desk.ledgers).toBe(before);
  });

  test('whatever books hold: shares and cash are those of the account as one', () => {
    const counts = fc.array(fc.integer({ min: -70, max: 70 }), { minLength: 1, maxLength: 4 });
    const part = fc.integer({ min: 1, max: 12 });
    fc.assert(
      fc.property(counts, part, part, fc.integer({ min: 1, max: 99_999 }), (held, n, d, cents) => {
        const desk = holdingEach(held);
        const before = desk.agreeing();
        const total = before.positions['A'] ?? 0;
        desk.happens(split(n, d, cents / 100));
        const after = desk.agreeing();
        expect(after.positions['A'] ?? 0).toBe(Math.trunc((total * n) / d) + 0);
        const lieu = Math.trunc((cents * 10_000 * ((total * n) % d)) / d);
        expect(after.cash - before.cash).toBe(lieu + 0);
        expect(auditBooks(desk.state, after)).toEqual([]);
      }),
    );
  });
});

const CALL = 'A     240119C00105000';

/** A desk whose books hold these counts of contracts. */
const withContracts = (symbol: string, counts: readonly number[]) => {
  const desk = new AccountDesk(counts.map((_, i) => `book${i}`));
  counts.forEach((quantity, book) => {
    if (quantity === 0) return;
    desk.happens({ type: 'transferInKind', book, symbol, quantity, price: priced(2) });
  });
  return desk;
};

describe('option contracts that are gone', () => {
  test.each<[Activity['type'], string, number, number, number]>([
    ['assignment', PUT, -3, 800, 50_000 - 300 * 95],
    ['assignment', CALL, -3, 200, 50_000 + 300 * 105],
    ['exercise', CALL, 3, 800, 50_000 - 300 * 105],
    ['exercise', PUT, 3, 200, 50_000 + 300 * 95],
    ['expiration', PUT, -3, 500, 50_000],
    ['expiration', CALL, 3, 500, 50_000],
  ])('%s of %s books both sides (F037)', (type, symbol, contracts, shares, cash) => {
    const desk = withContracts(symbol, [contracts]);
    const order = desk.working();
    desk.happens({ type, symbol, contracts: 3 } as Activity);
    expect([desk.held('A'), desk.held(symbol)]).toEqual([shares, 0]);
    expect(ledgerOf(desk).cash).toBe(dollars(cash));
    expect(ledgerOf(desk).realized).toBe(dollars(contracts * -200) + soldPnl(symbol, shares));
    expect(desk.alerts).toEqual([type]);
    expect(desk.of('cancel').map((one) => one.order)).toEqual([order.intent.clientOrderId]);
    expect(blockReason(desk.state, 'A')).toContain(`${type} of ${symbol}`);
    desk.state.orders.live.clear();
    desk.see(desk.agreeing());
    expect(blockReason(desk.state, 'A')).toBeNull();
    expect(auditBooks(desk.state, desk.agreeing())).toEqual([]);
  });

  /** What 300 shares bought at $100 brought at the strike. */
  const soldPnl = (symbol: string, shares: number) =>
    shares === 200 ? dollars(300 * (symbol === PUT ? -5 : 5)) : 0;

  test('are taken from the books by what they hold, whole contracts each', () => {
    const desk = withContracts(PUT, [-3, -1, 0, 5]);
    desk.happens({ type: 'assignment', symbol: PUT, contracts: 2 });
    expect([0, 1, 2, 3].map((book) => desk.held(PUT, book))).toEqual([-1, -1, 0, 5]);
    expect(desk.held('A')).toBe(700);
    desk.happens({ type: 'expiration', symbol: PUT, contracts: 5 });
    expect([0, 1, 2, 3].map((book) => desk.held(PUT, book))).toEqual([-1, -1, 0, 0]);
  });

  test.each<[string, Activity, string]>([
    ['more than is held', { type: 'assignment', symbol: PUT, contracts: 4 }, 'the books have 3'],
    ['not of that side', { type: 'exercise', symbol: PUT, contracts: 1 }, 'the books have 0'],
    ['no count', { type: 'assignment', symbol: PUT, contracts: 0 }, 'no whole count'],
    ['no option', { type: 'assignment', symbol: 'A', contracts: 1 }, 'no option'],
    ['unreadable', { type: 'expiration', symbol: 'SOME-LONG-NAME', contracts: 1 }, 'no option'],
    [
      'impossible',
      { type: 'expiration', symbol: 'A     241399P00095000', contracts: 1 },
      'no option',
    ],
    [
      'adjusted',
      { type: 'assignment', symbol: 'A1    240119P00095000', contracts: 1 },
      'its contract is adjusted',
    ],
    [
      'settled in cash',
      { type: 'assignment', symbol: 'SPX   240119P04500000', contracts: 1 },
      'it is settled in cash',
    ],
  ])('and cannot be booked (%s) are asked about', (_, what, reason) => {
    const desk = withContracts(PUT, [-3]);
    const before = desk.ledgers;
    desk.happens(what);
    expect(desk.state.reconcile.questions[0]?.text).toContain(reason);
    expect([desk.ledgers, desk.state.halt]).toEqual([before, 'NO_NEW_RISK']);
    desk.see();
    desk.answer('adopt', 0);
    expect(desk.ledgers).toBe(before);
  });
});

describe('a symbol change', () => {
  const change = { type: 'symbolChange', symbol: 'A', to: 'B' } as const;

  test('keeps what is held, and nothing is sent in either until a person says so (F038)', () => {
    const desk = new AccountDesk();
    const order = desk.working();
    desk.happens(change);
    expect([desk.held('A'), desk.held('B')]).toEqual([0, 500]);
    expect(desk.of('cancel')[0]?.order).toBe(order.intent.clientOrderId);
    desk.state.orders.live.clear();
    desk.see(desk.agreeing());
    expect(blockReason(desk.state, 'B')).toContain('A is called B now');
    expect(blockReason(desk.state, 'A')).toBe('it is called B now: the configuration must say so');
    desk.answer('adopt');
    desk.see();
    expect([desk.asked, blockReason(desk.state, 'B')]).toEqual([[], null]);
    expect(blockReason(desk.state, 'A')).not.toBeNull();
    desk.happens(split(2, 1, 50));
    desk.see();
    expect(blockReason(desk.state, 'A')).not.toBeNull();
  });

  test('that the owner ignores leaves both symbols free', () => {
    const desk = new AccountDesk();
    desk.happens(change);
    desk.see(desk.agreeing());
    desk.answer('ignore');
    desk.see();
    expect([blockReason(desk.state, 'A'), blockReason(desk.state, 'B')]).toEqual([null, null]);
  });

  test('onto what is held the other way round is not booked, and asked about', () => {
    const desk = new AccountDesk();
    desk.happens({ type: 'transferInKind', book: 0, symbol: 'B', quantity: -5 });
    desk.happens(change);
    expect([desk.held('A'), desk.held('B')]).toEqual([500, -5]);
    expect(desk.state.reconcile.questions[0]?.text).toContain('could not be booked');
  });
});
