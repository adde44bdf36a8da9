import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Money, ratio } from '../../base/index.ts';
import { AccountDesk } from '../account.fixture.ts';
import { dollars, priced } from '../desk.fixture.ts';
import type { AccountSeen, Activity } from '../input.ts';
import { auditBooks, isReconciled } from './reconcile.ts';

/** A broker with books of its own, and an owner who trades by hand. */
class World {
  readonly desk = new AccountDesk(['one', 'two']);
  cash: number;
  positions: Record<string, number>;
  /** What the broker has not told yet. */
  untold: Activity[] = [];
  /** What must not be and was. */
  readonly broken: string[] = [];
  /** What its position list showed the last time. */
  last: AccountSeen;

  constructor() {
    const { cash, positions } = this.desk.agreeing();
    this.cash = cash;
    this.positions = { ...positions };
    this.last = this.truth();
  }

  truth(): AccountSeen {
    const held = Object.entries(this.positions).filter(([, quantity]) => quantity !== 0);
    return { cash: this.cash as Money, positions: Object.fromEntries(held) };
  }

  trade(symbol: string, quantity: number, each: number): void {
    this.positions[symbol] = (this.positions[symbol] ?? 0) + quantity;
    this.cash -= each * quantity;
  }

  dividend(amount: number): void {
    this.cash += amount;
    this.untold.push({ type: 'dividend', book: null, symbol: 'A', amount: amount as Money });
  }

  split(numerator: number, denominator: number): void {
    const held = this.positions['A'] ?? 0;
    const price = priced(50);
    const rest = (held * numerator) % denominator;
    this.positions['A'] = (held * numerator - rest) / denominator;
    const lieu = ratio(price, rest, denominator, 'down') as Money;
    this.cash += lieu;
    this.untold.push({ type: 'split', symbol: 'A', numerator, denominator, price, lieu });
  }

  tell(): void {
    for (const what of this.untold) this.desk.happens(what);
    this.untold = [];
  }

  /** A reading as it may come: true, late, of no position, or of one page of several. */
  read(how: 'true' | 'late' | 'empty' | 'short', ms: number): void {
    const now = this.truth();
    const [first, ...others] = Object.entries(now.positions);
    const shown = {
      true: now,
      late: this.last,
      empty: { ...now, positions: {} },
      short: { ...now, positions: Object.fromEntries(first ? others : []) },
    }[how];
    this.last = now;
    this.desk.see(shown, ms);
  }
}

type Act = (world: World) => void;

const named = (name: string, act: Act): Act => Object.assign(act, { toString: () => name });

const trade = fc
  .record({
    symbol: fc.constantFrom('A', 'B', 'Z'),
    quantity: fc.integer({ min: -600, max: 600 }),
    each: fc.integer({ min: 1, max: 2e8 }),
  })
  .map((one) =>
    named(`trade ${JSON.stringify(one)}`, (w) => w.trade(one.symbol, one.quantity, one.each)),
  );
const reading = fc
  .record({
    how: fc.constantFrom('true', 'true', 'late', 'empty', 'short'),
    ms: fc.constantFrom(0, 1_000, 5_000, 60_000, 130_000),
  })
  .map(({ how, ms }) =>
    named(`read ${how} ${ms}`, (w) => {
      const books = () =>
        w.desk.state.books.map(({ ledger }) => [ledger.cash, ...ledger.positions]);
      const before = JSON.stringify(books());
      const unseen = w.desk.state.reconcile.seen.length === 0;
      const all = w.desk.ledgers;
      w.read(how as 'true', ms);
      if (JSON.stringify(books()) !== before) w.broken.push('a reading moved a book');
      if (unseen && w.desk.ledgers !== all) w.broken.push('one reading alone moved a ledger');
    }),
  );
const answer = fc
  .record({
    choice: fc.constantFrom('adopt' as const, 'ignore' as const),
    book: fc.constantFrom(0, 1, null),
    which: fc.integer({ min: 0, max: 5 }),
  })
  .map(({ choice, book, which }) =>
    named(`${choice} ${which} ${book}`, (w) => {
      const { questions } = w.desk.state.reconcile;
      w.desk.answer(choice, book, questions[which % Math.max(1, questions.length)]?.id ?? 'q0');
    }),
  );
const dividend = fc
  .integer({ min: -1_000_000, max: 1_000_000 })
  .map((amount) => named(`dividend ${amount}`, (w) => w.dividend(amount)));
const split = fc
  .constantFrom([2, 1], [3, 2], [1, 10])
  .map(([n, d]) => named(`split ${n}:${d}`, (w) => w.split(n as number, d as number)));
const tell = fc.constant(named('tell', (w) => w.tell()));
const acts = fc.array(fc.oneof(trade, reading, reading, answer, dividend, split, tell), {
  maxLength: 40,
});

/** Lets the broker tell everything, and the owner answer, until nothing is left to ask. */
function settle(world: World): void {
  world.tell();
  for (let i = 0; i < 20; i++) {
    world.read('true', 130_000);
    for (const { id } of world.desk.state.reconcile.questions) world.desk.answer('adopt', null, id);
  }
}

describe('a broker whose owner trades by hand (F031-F036)', () => {
  test('whatever it shows and when: no order, no book moved by a reading, and an end', () => {
    fc.assert(
      fc.property(acts, (list) => {
        const world = new World();
        for (const act of list) {
          act(world);
          auditBooks(world.desk.state);
        }
        expect([world.broken, world.desk.of('submit')]).toEqual([[], []]);
        settle(world);
        const { state } = world.desk;
        expect(world.desk.asked).toEqual([]);
        expect([state.reconcile.seen, state.reconcile.frozen]).toEqual([[], []]);
        expect([auditBooks(state, world.truth()), isReconciled(state)]).toEqual([[], true]);
      }),
      { numRuns: 300 },
    );
  });

  test('a sale of all, seen once by half, is asked about with the exact figures', () => {
    const world = new World();
    world.trade('A', -1_000, dollars(99));
    world.read('late', 0);
    world.read('true', 10);
    world.read('true', 5_000);
    expect(world.desk.asked).toEqual(['q1 missing A', 'q2 cash -']);
    settle(world);
    expect([world.desk.held('A'), world.desk.held('A', 1)]).toEqual([0, 0]);
    expect(auditBooks(world.desk.state, world.truth())).toEqual([]);
  });
});
