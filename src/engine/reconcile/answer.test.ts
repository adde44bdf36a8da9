import { describe, expect, test } from 'vitest';
import { AccountDesk } from '../account.fixture.ts';
import { dollars, priced } from '../desk.fixture.ts';
import { auditBooks, blockReason } from './reconcile.ts';

const ledgerOf = (desk: AccountDesk, book = 0) => desk.state.books[book]!.ledger;

/** The last refusal's words. */
const refused = (desk: AccountDesk): string => {
  const last = desk.of('alert').at(-1);
  return last?.code === 'answerRefused' ? last.text.replace(/^.*by ada: /, '') : `${last?.code}`;
};

describe('an answer', () => {
  test('that adopts brings a book to the broker’s figure at the mark, as a flow (F031)', () => {
    const desk = new AccountDesk(['one', 'two']);
    const { highest } = desk.state;
    const account = { cash: dollars(120_000), positions: { A: 800 } };
    desk.confirm(account);
    expect(desk.asked).toEqual(['q1 quantity A', 'q2 cash -']);
    desk.answer('adopt', 0, 'q1');
    desk.answer('adopt', 0, 'q2');
    expect([desk.held('A'), desk.held('A', 1)]).toEqual([300, 500]);
    expect(ledgerOf(desk).cash).toBe(dollars(70_000));
    expect([desk.state.highest, desk.state.books[0]?.lossMarks.highest]).toEqual([
      highest,
      highest / 2,
    ]);
    expect(auditBooks(desk.state, account)).toEqual([]);
    expect(blockReason(desk.state, 'A')).toBe('q1 is answered: a reading must agree');
    expect(desk.state.reconcile.due).toBe(desk.state.at + 5_000);
    desk.see();
    expect([blockReason(desk.state, 'A'), desk.asked]).toEqual([null, []]);
    expect(desk.alerts.filter((code) => code === 'answered').length).toBe(2);
  });

  test('that ignores carries what is more than the books have outside of them', () => {
    const desk = new AccountDesk();
    const account = { cash: dollars(10_000), positions: { A: 700 } };
    desk.confirm(account);
    desk.answer('ignore', 0, 'q1');
    desk.answer('ignore', null, 'q2');
    const { ledger } = desk.state.external;
    expect([ledger.positions.get('A')?.quantity, ledger.cash]).toEqual([200, dollars(-40_000)]);
    expect([desk.held('A'), ledgerOf(desk).cash]).toEqual([500, dollars(50_000)]);
    desk.see();
    expect([desk.asked, blockReason(desk.state, 'A')]).toEqual([[], null]);
    expect(auditBooks(desk.state, account)).toEqual([]);
    desk.confirm({ positions: { A: 701 } });
    expect(desk.asked).toEqual(['q3 quantity A']);
  });

  test('that adopts counts in the ratio of a split books the split', () => {
    const desk = new AccountDesk(['one', 'two']);
    desk.bars('2024-01-03', { A: 10, B: 50 }, 'none');
    desk.confirm({ positions: { A: 10_000 } });
    expect(desk.asked).toEqual(['q1 corporateAction A']);
    desk.answer('adopt');
    expect([desk.held('A'), desk.held('A', 1)]).toEqual([5_000, 5_000]);
    expect(ledgerOf(desk).positions.get('A')?.lots).toEqual([
      { quantity: 5_000, cost: dollars(50_000) },
    ]);
    desk.see();
    expect(blockReason(desk.state, 'A')).toBeNull();
  });

  test('of what is at no mark is at its average cost, and a split there waits for one', () => {
    const desk = new AccountDesk();
    desk.happens({ type: 'transferInKind', book: 0, symbol: 'C', quantity: 10, price: priced(7) });
    desk.confirm({ positions: { A: 500, C: 5 }, cash: dollars(50_000) });
    desk.answer('adopt', 0);
    expect(refused(desk)).toBe('there is no price for it');
    desk.answer('flatten');
    expect(refused(desk)).toMatch(/^\(external\) holds 0: -5 would be left/);
    desk.confirm({ positions: { A: 500, C: 9 } });
    desk.answer('adopt', 0);
    expect(ledgerOf(desk).positions.get('C')).toMatchObject({ quantity: 9, realized: 0 });
    desk.confirm({ positions: { A: 500, C: 11 } });
    desk.answer('flatten');
    expect(refused(desk)).toBe('there is no price for it');
  });

  test.each(['ignore', 'flatten'] as const)(
    'to %s outside what the broker has less of is refused: books would claim what is gone',
    (choice) => {
      const desk = new AccountDesk();
      desk.confirm({ positions: { A: 450 } });
      const before = desk.ledgers;
      desk.answer(choice);
      expect(refused(desk)).toMatch(/^\(external\) holds 0: -50 would be left/);
      expect([desk.ledgers, desk.asked]).toEqual([before, ['q1 quantity A']]);
    },
  );

  test.each([
    [300, [150, 150], 0],
    [999, [499, 500], 0],
    [0, [0, 0], 0],
    [-40, [0, 0], -40],
  ])('that adopts %d of 1000 in no book takes from each what it holds', (theirs, held, outside) => {
    const desk = new AccountDesk(['one', 'two']);
    desk.confirm({ positions: theirs === 0 ? {} : { A: theirs } });
    desk.answer('adopt');
    expect([0, 1].map((book) => desk.held('A', book))).toEqual(held);
    expect(desk.state.external.ledger.positions.get('A')?.quantity ?? 0).toBe(outside);
    desk.see();
    expect(desk.asked).toEqual([]);
  });

  test('to flatten what is short buys it back', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 500, B: -6 } });
    desk.bars('2024-01-03', { A: 100, B: 50 }, 'none');
    desk.answer('flatten');
    expect(desk.orders).toEqual(['buy 6 B']);
  });

  test('that takes from a book more than it holds is refused', () => {
    const desk = new AccountDesk(['one', 'two']);
    desk.confirm({ positions: { A: 301 } });
    desk.answer('adopt', 0);
    expect(refused(desk)).toBe(
      'one holds 500: -199 would be left, of what the broker does not have',
    );
  });

  test.each<[string, (desk: AccountDesk) => void, string]>([
    ['on no open question', (desk) => desk.answer('adopt', 0, 'q9'), 'no such question is open'],
    ['for a book that is none', (desk) => desk.answer('adopt', 7), 'there is no book "7"'],
    [
      'before the account is read in this life',
      (desk) => {
        desk.state.epoch++;
        desk.answer('adopt', 0);
      },
      'the account is not read yet',
    ],
    [
      'while an order in the symbol is under way',
      (desk) => {
        desk.working();
        desk.answer('adopt', 0);
      },
      'order "one-2024-01-02-1" is under way',
    ],
    [
      'when our figure moved since',
      (desk) => {
        desk.happens({ type: 'transferInKind', book: 0, symbol: 'A', quantity: 1 });
        desk.answer('adopt', 0);
      },
      'our figure has changed: the next reading asks anew',
    ],
    [
      'when the newest reading shows another figure',
      (desk) => {
        desk.see({ positions: { A: 398 } });
        desk.state.reconcile.epoch = desk.state.epoch;
        desk.answer('adopt', 0);
      },
      'the newest reading shows another figure',
    ],
  ])('%s is refused', (_, act, reason) => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 399 } });
    act(desk);
    expect(refused(desk)).toBe(reason);
    expect(desk.asked).toEqual(['q1 quantity A']);
  });

  test('is taken beside an order that protects, and on cash beside any that rests', () => {
    const desk = new AccountDesk();
    desk.working({ purpose: 'protect' });
    desk.confirm({ positions: { A: 399 }, cash: dollars(50_001) });
    desk.answer('adopt', 0, 'q1');
    desk.answer('flatten', 0, 'q2');
    expect(refused(desk)).toBe('cash cannot be flattened');
    desk.answer('adopt', 0, 'q2');
    expect([desk.asked, desk.held('A'), ledgerOf(desk).cash]).toEqual([[], 399, dollars(50_001)]);
  });

  test('on cash waits for an order without an outcome', () => {
    const desk = new AccountDesk();
    desk.confirm({ cash: dollars(1) });
    desk.working({ symbol: 'B' }, 'inFlight');
    desk.answer('adopt', 0);
    expect(refused(desk)).toBe('order "one-2024-01-02-1" is under way');
  });

  test('to flatten books it outside and sends the order that closes it, no more', () => {
    const desk = new AccountDesk();
    desk.confirm({ positions: { A: 520 } });
    desk.bars('2024-01-03', { A: 100, B: 50 }, 'none');
    desk.answer('flatten');
    expect(desk.orders).toEqual(['sell 20 A']);
    expect(desk.intents[0]).toMatchObject({ book: '(external)', purpose: 'repair' });
    expect(desk.state.external.ledger.positions.get('A')?.quantity).toBe(20);
    desk.fillAll();
    expect([desk.state.external.ledger.positions.size, desk.held('A')]).toEqual([0, 500]);
    desk.see(desk.agreeing(), 200_000);
    expect([desk.asked, blockReason(desk.state, 'A')]).toEqual([[], null]);
  });

  test('to flatten what would not shrink is refused', () => {
    const desk = new AccountDesk();
    desk.happens({ type: 'transferInKind', book: null, symbol: 'B', quantity: 30 });
    desk.confirm({ positions: { A: 500, B: 12 } });
    desk.answer('flatten');
    expect(refused(desk)).toBe('nothing outside of the books would be closed');
  });
});
