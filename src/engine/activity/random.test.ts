import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AccountDesk } from '../account.fixture.ts';
import { dollars, priced } from '../desk.fixture.ts';
import type { Activity } from '../input.ts';
import { PUT } from './activity.fixture.ts';
import { auditBooks } from '../reconcile/reconcile.ts';
import { saveState } from '../snapshot.ts';

describe('what is bounded', () => {
  test('questions and frozen symbols stop new risk where there are too many', () => {
    const desk = new AccountDesk();
    for (let i = 0; i < 501; i++) {
      desk.happens({
        type: 'split',
        symbol: `S${i}`,
        numerator: 2,
        denominator: 1,
        price: priced(1),
      });
    }
    expect([desk.state.reconcile.frozen.length, desk.state.halt]).toEqual([500, 'NO_NEW_RISK']);
    for (let i = 0; i < 501; i++) {
      desk.happens({ type: 'unknown', name: 'x', amount: dollars(1) });
    }
    expect(desk.state.reconcile.questions.length).toBe(500);
  });
});

const amount = fc.integer({ min: -1_000_000, max: 1_000_000 }).map((one) => one as never);
const book = fc.constantFrom(0, 1, null);
const symbol = fc.constantFrom('A', 'B', 'Z', PUT);
const activity = fc.oneof(
  fc.record({ type: fc.constantFrom('dividend', 'fee'), book, symbol, amount }),
  fc.record({ type: fc.constantFrom('interest', 'transfer'), book, amount }),
  fc.record({
    type: fc.constant('transferInKind'),
    book,
    symbol,
    quantity: fc.integer({ min: -9, max: 9 }),
  }),
  fc.record({
    type: fc.constant('split'),
    symbol: fc.constantFrom('A', 'B', 'Z'),
    numerator: fc.integer({ min: 1, max: 5 }),
    denominator: fc.integer({ min: 1, max: 5 }),
    price: fc.integer({ min: 1, max: 1e8 }),
  }),
  fc.record({
    type: fc.constantFrom('assignment', 'exercise', 'expiration'),
    symbol: fc.constant(PUT),
    contracts: fc.integer({ min: 0, max: 6 }),
  }),
  fc.record({ type: fc.constant('symbolChange'), symbol, to: fc.constantFrom('B', 'Z') }),
  fc.record({ type: fc.constant('unknown'), name: fc.constant('x'), amount }),
) as fc.Arbitrary<unknown> as fc.Arbitrary<Activity>;

/** What an activity moves the account's cash by, where it says so. */
function cashOf(what: Activity): number | undefined {
  if (what.type === 'fee') return -what.amount + 0;
  if (what.type === 'unknown' || what.type === 'transferInKind') return 0;
  return 'amount' in what ? what.amount : undefined;
}

describe('whatever happens to two books', () => {
  test('they balance, and their sum moves by the activities alone (invariants 10 and 11)', () => {
    fc.assert(
      fc.property(fc.array(activity, { maxLength: 30 }), (list) => {
        const desk = new AccountDesk(['one', 'two']);
        const before = desk.agreeing().cash;
        let flow = 0;
        for (const what of list) {
          const { cash } = desk.agreeing();
          desk.happens(what);
          auditBooks(desk.state);
          const moved = desk.agreeing().cash - cash;
          const wanted = cashOf(what);
          expect(moved).toBe(wanted ?? moved);
          flow += moved;
        }
        expect(desk.agreeing().cash - before).toBe(flow);
        desk.see(desk.agreeing());
        expect(auditBooks(desk.state, desk.agreeing())).toEqual([]);
        expect(saveState(desk.state).length).toBeGreaterThan(0);
      }),
    );
  });
});
