import { describe, expect, test } from 'vitest';
import type { Instant } from '../base/index.ts';
import { AccountDesk } from './account.fixture.ts';
import { bookOf, Desk, dollars, priced, saying, setupOf } from './desk.fixture.ts';
import { gateInput } from './gate.ts';
import { BUILT_IN_TRAITS } from './ports.ts';

const FAR = { ...BUILT_IN_TRAITS, settleMs: 2_000, pollMs: 5_000 };

const draft = {
  symbol: 'A',
  side: 'buy',
  quantity: 10,
  price: priced(100),
  purpose: 'rebalance',
  pricing: { type: 'market' },
} as const;

const powerOf = (desk: Desk): number | null => {
  const [book] = desk.state.books;
  return gateInput(desk.setup, desk.state, book!, draft).account.brokerPower;
};

describe('the market between two decisions', () => {
  test('moves marks and equity, and a symbol that no series has changes nothing', () => {
    const desk = new AccountDesk();
    const before = desk.state.marks.slice();
    desk.take({
      kind: 'quotes',
      at: (desk.state.at + 1_000) as Instant,
      quotes: [
        { symbol: 'A', price: priced(101) },
        { symbol: 'Z', price: priced(7) },
      ],
    });
    expect([...desk.state.marks]).toEqual([priced(101), before[1]]);
  });

  test('a notice becomes an alert and nothing else', () => {
    const desk = new AccountDesk();
    const { books, orders } = desk.state;
    const effects = desk.take({
      kind: 'notice',
      at: desk.state.at,
      severity: 'HIGH',
      code: 'signInEnds',
      text: 'It ends in 6 h',
    });
    expect(effects).toEqual([
      {
        kind: 'alert',
        severity: 'HIGH',
        code: 'signInEnds',
        text: 'It ends in 6 h',
        at: desk.state.at,
      },
    ]);
    expect([desk.state.books, desk.state.orders]).toEqual([books, orders]);
  });
});

describe("the broker's buying power (F062)", () => {
  test('is none where it was never told, or where a later reading lacks it', () => {
    const desk = new AccountDesk();
    expect(powerOf(desk)).toBeNull();
    desk.see({ buyingPower: dollars(70_000) });
    expect(powerOf(desk)).toBe(dollars(70_000));
    const { buyingPower: _, ...without } = { ...desk.agreeing(), buyingPower: 0 };
    desk.take({ kind: 'account', at: desk.state.at, account: without });
    expect(powerOf(desk)).toBeNull();
  });

  test('moves with our cash and our orders since it was read', () => {
    const desk = new AccountDesk();
    desk.see({ buyingPower: dollars(70_000) });
    desk.happens({ type: 'transfer', book: 0, amount: dollars(-5_000) });
    expect(powerOf(desk)).toBe(dollars(65_000));
    desk.working({ side: 'buy', quantity: 100 });
    expect(powerOf(desk)).toBe(dollars(55_000));
    desk.see({ ...desk.agreeing(), buyingPower: dollars(55_000) });
    expect(powerOf(desk)).toBe(dollars(55_000));
  });
});

describe('an account that has more than the books were given', () => {
  const fresh = () => {
    const desk = new Desk(setupOf([bookOf('one', saying())], { broker: FAR }));
    desk.bars('2024-01-02', { A: 100, B: 50 }, 'none');
    desk.take({
      kind: 'start',
      at: desk.state.at,
      epoch: 1,
      build: 'b',
      config: 'c',
      strategies: {},
      stage: 'paper',
    });
    return desk;
  };
  const read = (desk: Desk, cash: number, ms: number) =>
    desk.take({
      kind: 'account',
      at: (desk.state.at + ms) as Instant,
      account: { cash: dollars(cash), positions: {} },
    });

  test('keeps the rest outside of them, from the first reconciliation on', () => {
    const desk = fresh();
    read(desk, 250_000, 0);
    read(desk, 250_000, 5_000);
    expect(desk.state.external.ledger.cash).toBe(dollars(150_000));
    expect(desk.state.books[0]?.ledger.cash).toBe(dollars(100_000));
    expect(desk.state.reconcile.questions).toEqual([]);
    expect(desk.state.halt).toBe('NONE');
  });

  test('one that has less, or that gains later, is asked about (F033)', () => {
    const less = fresh();
    read(less, 90_000, 0);
    read(less, 90_000, 5_000);
    expect(less.state.reconcile.questions.map((one) => one.class)).toEqual(['cash']);
    const later = fresh();
    read(later, 100_000, 0);
    read(later, 250_000, 5_000);
    read(later, 250_000, 10_000);
    expect(later.state.reconcile.questions.map((one) => one.class)).toEqual(['cash']);
    expect(later.state.external.ledger.cash).toBe(0);
  });
});
