import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money } from '../base/index.ts';
import type { Leg } from '../portfolio/index.ts';
import { crossInside, rebalanceCapital } from './crossing.ts';
import { bookOf, date, Desk, dollars, priced, saying, setupOf, want } from './desk.fixture.ts';
import type { Draft } from './gate.ts';
import { auditBooks } from './reconcile/reconcile.ts';
import type { Setup } from './setup.ts';
import type { BookState } from './state.ts';

/** A desk of two or three books with these shares of A, $100,000 of cash each. */
function deskOf(held: readonly number[], setup: Partial<Setup> = {}): Desk {
  const books = held.map((_, i) => bookOf(`book${i}`, saying()));
  const desk = new Desk(setupOf(books, { crossing: 'inside', ...setup }));
  desk.bars('2024-01-02', { A: 100, B: 50 }, 'none');
  held.forEach((quantity, book) => {
    if (quantity === 0) return;
    const what = { type: 'transferInKind', book, symbol: 'A', quantity } as const;
    desk.take({ kind: 'activity', at: desk.state.at, id: `k${book}`, ...what });
  });
  desk.effects.length = 0;
  return desk;
}

const book = (desk: Desk, index: number) => desk.state.books[index] as BookState;

/** Gives a book a plan of which nothing has left yet. */
function plan(desk: Desk, index: number, ...legs: readonly Leg[]): Desk {
  const work = { date: date('2024-01-02'), legs, next: 0, waiting: null, failed: false };
  book(desk, index).work = work;
  return desk;
}

const draft = (side: 'buy' | 'sell', quantity: number, more: Partial<Draft> = {}): Draft => ({
  symbol: 'A',
  side,
  quantity,
  price: priced(100),
  purpose: 'rebalance',
  pricing: { type: 'market' },
  ...more,
});

const wished = (side: 'buy' | 'sell', quantity: number): Leg =>
  ({ kind: 'order', symbol: 'A', side, quantity }) as Leg;

/** Crosses, and gives back what is left with what was told. */
function cross(desk: Desk, index: number, one: Draft) {
  desk.state.effects = [];
  const left = crossInside(desk.setup, desk.state, book(desk, index), one);
  return { left, told: desk.state.effects };
}

describe('opposite wishes of two books', () => {
  test('meet inside at the mark, the smaller count, without a fee', () => {
    const desk = plan(deskOf([300, 0]), 1, wished('buy', 120));
    const { left, told } = cross(desk, 0, draft('sell', 200));
    expect(left).toBe(80);
    expect([desk.held('A'), desk.held('A', 1)]).toEqual([180, 120]);
    expect(book(desk, 0).ledger.cash).toBe(dollars(112_000));
    expect(book(desk, 1).ledger.cash).toBe(dollars(88_000));
    expect(told.map(({ kind }) => kind)).toEqual(['crossed', 'fill', 'fill']);
    expect(told[0]).toMatchObject({ symbol: 'A', quantity: 120, from: 'book0', to: 'book1' });
    expect(told[1]).toMatchObject({
      record: { book: 'book0', side: 'sell', quantity: 120, fee: 0 },
    });
    expect(told[2]).toMatchObject({ record: { book: 'book1', side: 'buy', realizedPnl: 0 } });
    expect(book(desk, 1).work?.legs).toEqual([]);
    expect(auditBooks(desk.state)).toEqual([]);
  });

  test('what a wish did not get inside stays in its plan', () => {
    const desk = plan(deskOf([300, 0]), 1, wished('buy', 250), wished('buy', 1));
    expect(cross(desk, 0, draft('sell', 200)).left).toBe(0);
    expect(book(desk, 1).work?.legs).toMatchObject([{ quantity: 50 }, { quantity: 1 }]);
  });

  test('a weight is sized as the book stands, and again when its turn comes', () => {
    const desk = deskOf([0, 400]);
    const exit = { kind: 'weight', symbol: 'A', weight: 0 } as Leg;
    plan(desk, 1, { kind: 'weight', symbol: 'B', weight: 0.1 } as Leg, exit);
    desk.bars('2024-01-03', { A: 110, B: 50 }, 'none');
    const { left, told } = cross(desk, 0, draft('buy', 150));
    expect([left, desk.held('A'), desk.held('A', 1)]).toEqual([0, 150, 250]);
    expect(told[1]).toMatchObject({ record: { price: priced(110), realizedPnl: dollars(1_500) } });
    expect(book(desk, 1).work?.legs.length).toBe(2);
  });

  test('more than one book may meet a wish', () => {
    const desk = deskOf([500, 0, 0]);
    plan(desk, 1, wished('buy', 100));
    plan(desk, 2, wished('buy', 50));
    expect(cross(desk, 0, draft('sell', 500)).left).toBe(350);
    expect([1, 2].map((one) => desk.held('A', one))).toEqual([100, 50]);
    plan(desk, 1, wished('buy', 350));
    plan(desk, 2, wished('buy', 50));
    expect(cross(desk, 0, draft('sell', 350)).left).toBe(0);
    expect(desk.held('A', 2)).toBe(50);
  });

  test('meet as the plans are worked, and only what is left goes to the market', () => {
    const one = saying(want({ B: 0.5 }), want({ A: 0.5 }));
    const two = saying(want({ A: 0.8 }), want({}));
    const books = [bookOf('one', one), bookOf('two', two)];
    const desk = new Desk(setupOf(books, { crossing: 'inside' }));
    desk.bars('2024-01-02');
    desk.fillAll();
    expect([desk.held('B'), desk.held('A', 1)]).toEqual([1_000, 800]);
    desk.bars('2024-01-03');
    expect(desk.of('crossed')).toMatchObject([{ quantity: 500, from: 'two', to: 'one' }]);
    expect(desk.orders.slice(2)).toEqual(['sell 1000 B', 'sell 300 A']);
    desk.fillAll();
    expect([desk.held('A'), desk.held('A', 1), desk.intents.length]).toEqual([500, 0, 4]);
  });

  test.each<[string, (desk: Desk) => Partial<Draft> | void]>([
    ['with a price of its own', () => ({ pricing: { type: 'limit', limitPrice: priced(99) } })],
    ['that guards a position', () => ({ purpose: 'protect' })],
    ['of several legs', () => ({ legs: [{ symbol: 'A', side: 'sell', ratio: 1 }] })],
    ['that nobody opposes', (desk) => void plan(desk, 1, wished('sell', 5))],
    [
      'in another symbol',
      (desk) => void plan(desk, 1, { ...wished('buy', 5), symbol: 'B' } as Leg),
    ],
    ['against no plan', (desk) => void (book(desk, 1).work = null)],
    ['against a plan that is done', (desk) => void plan(desk, 1)],
    [
      'against a limit',
      (desk) => void plan(desk, 1, { ...wished('buy', 5), limitPrice: priced(90) } as Leg),
    ],
    [
      'against a wish that brings a bracket',
      (desk) =>
        void plan(desk, 1, { ...wished('buy', 5), bracket: { stopPrice: priced(90) } } as Leg),
    ],
    ['against a stopped book', (desk) => void (book(desk, 1).stopped = 'it failed')],
    [
      'against a weight that is reached',
      (desk) => void plan(desk, 1, { kind: 'weight', symbol: 'A', weight: 0 } as Leg),
    ],
    ['without a mark', () => ({ symbol: 'Z' })],
  ])('one %s does not', (_, change) => {
    const desk = plan(deskOf([300, 0]), 1, wished('buy', 120));
    const more = change(desk) ?? {};
    const { left, told } = cross(desk, 0, draft('sell', 200, more));
    expect([left, told]).toEqual([200, []]);
    expect([desk.held('A'), desk.held('A', 1)]).toEqual([300, 0]);
  });

  test('of a stopped book do not, where it would raise its position', () => {
    const desk = plan(deskOf([300, 300]), 1, wished('sell', 120));
    book(desk, 0).stopped = 'it failed';
    expect(cross(desk, 0, draft('buy', 100))).toEqual({ left: 100, told: [] });
  });

  test('do not meet unless the desk says so', () => {
    const { setup, state } = plan(deskOf([300, 0]), 1, wished('buy', 120));
    const { crossing: _, ...without } = setup;
    expect(crossInside(without, state, state.books[0] as BookState, draft('sell', 9))).toBe(9);
  });

  test('whatever they are, the books add up as before', () => {
    const count = fc.integer({ min: 1, max: 900 });
    const side = fc.constantFrom('buy' as const, 'sell' as const);
    const wish = fc.tuple(side, count);
    fc.assert(
      fc.property(
        fc.array(count, { minLength: 3, maxLength: 3 }),
        wish,
        fc.array(wish),
        (held, one, legs) => {
          const desk = deskOf(held);
          plan(desk, 1, ...legs.map(([of, quantity]) => wished(of, quantity)));
          plan(desk, 2, ...legs.toReversed().map(([of, quantity]) => wished(of, quantity)));
          const cash = desk.state.books.reduce((sum, { ledger }) => sum + ledger.cash, 0);
          const { left } = cross(desk, 0, draft(one[0], one[1]));
          expect(left).toBeGreaterThanOrEqual(0);
          expect(left).toBeLessThanOrEqual(one[1]);
          const positions = { A: held.reduce((sum, each) => sum + each, 0) };
          expect(auditBooks(desk.state, { cash, positions })).toEqual([]);
          for (const { ledger } of desk.state.books) {
            expect(ledger.positions.get('A')?.quantity ?? 0).toBeGreaterThanOrEqual(0);
          }
        },
      ),
    );
  });
});

const shares = (pctByBook: Record<string, number>) =>
  ({ capitalRule: { kind: 'rebalance-at-close', pctByBook } }) as const;

describe('the capital rule', () => {
  test('moves cash at the close towards each book’s share, and no loss mark by itself', () => {
    const desk = deskOf([1_000, 0], shares({ book0: 50, book1: 50 }));
    desk.close('2024-01-02');
    expect(desk.of('capitalMoved')[0]?.moves).toEqual([
      { book: 'book0', amount: dollars(-50_000) },
      { book: 'book1', amount: dollars(50_000) },
    ]);
    expect(desk.state.books.map(({ ledger }) => ledger.cash)).toEqual(
      [50_000, 150_000].map(dollars),
    );
    expect(desk.state.books.map(({ lossMarks }) => lossMarks.highest)).toEqual(
      [150_000, 150_000].map(dollars),
    );
    desk.close('2024-01-03');
    expect(desk.of('capitalMoved').length).toBe(1);
  });

  test('never takes more than a book has free', () => {
    const desk = deskOf([4_000, 0, 0], shares({ book0: 10, book1: 60, book2: 30 }));
    desk.close('2024-01-02');
    expect(desk.state.books.map(({ ledger }) => ledger.cash)).toEqual(
      [0, 174_418.604651, 125_581.395349].map(dollars),
    );
    expect(auditBooks(desk.state)).toEqual([]);
  });

  test('leaves books without a share alone, and does nothing for one, or below nothing', () => {
    const alone = deskOf([1_000, 0], shares({ book0: 100 }));
    const fixed = deskOf([1_000, 0], { capitalRule: 'fixed' });
    const ruined = deskOf([-4_000, 0], shares({ book0: 50, book1: 50 }));
    ruined.state.marks[0] = priced(1_000);
    const unset = deskOf([1_000, 0]);
    for (const desk of [alone, fixed, ruined, unset]) {
      desk.state.effects = [];
      rebalanceCapital(desk.setup, desk.state);
      expect(desk.state.effects).toEqual([]);
    }
  });

  test('tells only of books that give or take', () => {
    const desk = deskOf([1_000, 0, 0], shares({ book0: 25, book1: 50, book2: 25 }));
    desk.close('2024-01-02');
    expect(desk.of('capitalMoved')[0]?.moves).toEqual([
      { book: 'book0', amount: dollars(-100_000) },
      { book: 'book1', amount: dollars(100_000) },
    ]);
  });

  test('whatever the books hold: the moves add up to zero, and none is left owing', () => {
    const held = fc.array(fc.integer({ min: -300, max: 3_000 }), { minLength: 3, maxLength: 3 });
    const pct = fc.integer({ min: 0, max: 50 });
    fc.assert(
      fc.property(held, pct, pct, fc.integer({ min: 1, max: 90_000 }), (counts, a, b, cents) => {
        const rule = shares({ book0: a, book1: b, book2: 100 - a - b });
        const desk = deskOf(counts, rule);
        desk.state.marks[0] = priced(cents / 100);
        const before = desk.state.books.map(({ ledger }) => ledger.cash);
        desk.state.effects = [];
        rebalanceCapital(desk.setup, desk.state);
        const [told] = desk.state.effects;
        const moves = told?.kind === 'capitalMoved' ? told.moves : [];
        expect(moves.reduce((sum, { amount }) => sum + amount, 0) as Money).toBe(0);
        desk.state.books.forEach(({ ledger }, i) => {
          expect(ledger.cash).toBeGreaterThanOrEqual(Math.min(0, before[i] as number));
        });
        expect(auditBooks(desk.state)).toEqual([]);
      }),
    );
  });
});
