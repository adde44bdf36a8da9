import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise, type Money, type Price, subtract } from '../base/index.ts';
import { accountsOf, decimal, micros, NaiveLedger } from './ledger.fixture.ts';
import {
  assertBalanced,
  auditLedger,
  averageCost,
  equityOf,
  type Execution,
  heldIn,
  type Ledger,
  newLedger,
  postFee,
  postFill,
  postIncome,
  postSplit,
  postTransfer,
} from './ledger.ts';

const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
const at = (dollars: number) => Math.round(dollars * 1e6) as Price;

const fillOf = (quantity: number, dollars: number, more: Partial<Execution> = {}): Execution => ({
  symbol: 'SPY',
  multiplier: 1,
  quantity,
  price: at(dollars),
  fee: usd(0),
  ...more,
});

/** A ledger of $10,000 after `fills`, audited. */
function after(...fills: readonly Execution[]): Ledger {
  const ledger = newLedger('book', usd(10_000));
  for (const fill of fills) {
    postFill(ledger, fill);
    auditLedger(ledger);
  }
  return ledger;
}

describe('a fill', () => {
  test('moves cash into a position, and its fee out of the book', () => {
    const ledger = after(fillOf(10, 100, { fee: usd(0.35) }));
    expect(accountsOf(ledger)).toEqual({
      cash: usd(8_999.65),
      capital: usd(10_000),
      realized: 0,
      income: 0,
      fees: usd(0.35),
    });
    expect([ledger.securities, heldIn(ledger, 'SPY'), heldIn(ledger, 'QQQ')]).toEqual([
      usd(1_000),
      10,
      0,
    ]);
    expect(averageCost(ledger, 'SPY')).toBe(at(100));
  });

  test('a sale realizes the gain over the oldest lots, before fees', () => {
    const ledger = after(fillOf(10, 100), fillOf(10, 120));
    const posting = postFill(ledger, fillOf(-15, 130, { fee: usd(1) }));
    expect(posting).toEqual({ realized: usd(10 * 30 + 5 * 10), quantity: 5 });
    expect(ledger.realized).toBe(usd(350));
    expect(ledger.positions.get('SPY')).toMatchObject({
      quantity: 5,
      realized: usd(350),
      lots: [{ quantity: 5, cost: usd(600) }],
    });
    expect(averageCost(ledger, 'SPY')).toBe(at(120));
  });

  test('a short sale brings cash and a lot below zero, and covering realizes the fall', () => {
    const ledger = after(fillOf(-10, 100));
    expect([ledger.cash, ledger.securities, heldIn(ledger, 'SPY')]).toEqual([
      usd(11_000),
      usd(-1_000),
      -10,
    ]);
    expect(averageCost(ledger, 'SPY')).toBe(at(100));
    expect(postFill(ledger, fillOf(4, 90))).toEqual({ realized: usd(40), quantity: -6 });
  });

  test('one that crosses zero closes first and then opens', () => {
    const ledger = after(fillOf(10, 100));
    expect(postFill(ledger, fillOf(-25, 110))).toEqual({ realized: usd(100), quantity: -15 });
    expect(ledger.positions.get('SPY')?.lots).toEqual([{ quantity: -15, cost: usd(-1_650) }]);
    expect(postFill(ledger, fillOf(20, 100))).toEqual({ realized: usd(150), quantity: 5 });
    auditLedger(ledger);
  });

  test('a position that is flat is gone, and a new one starts from nothing', () => {
    const ledger = after(fillOf(10, 100), fillOf(-10, 90));
    expect([ledger.positions.size, ledger.securities, ledger.realized]).toEqual([0, 0, usd(-100)]);
    expect(averageCost(ledger, 'SPY')).toBeUndefined();
    postFill(ledger, fillOf(1, 50));
    expect(ledger.positions.get('SPY')).toMatchObject({ quantity: 1, realized: 0 });
  });

  test('a contract counts with its multiplier, at all times the same', () => {
    const ledger = after(fillOf(2, 1.5, { multiplier: 100 }));
    expect([ledger.cash, averageCost(ledger, 'SPY')]).toEqual([usd(9_700), at(1.5)]);
    expect(equityOf(ledger, () => at(2))).toBe(usd(10_100));
    const before = structuredClone(ledger);
    expect(() => postFill(ledger, fillOf(-2, 2))).toThrow(BrokenPromise);
    expect(ledger).toEqual(before);
    expect(postFill(ledger, fillOf(-2, 2, { multiplier: 100 })).realized).toBe(usd(100));
  });

  test.each<[string, Partial<Execution>]>([
    ['price', { price: Number.NaN as Price }],
    ['quantity', { quantity: 1.5 }],
    ['quantity', { quantity: Number.POSITIVE_INFINITY }],
    ['fee', { fee: Number.NaN as Money }],
    ['multiplier', { multiplier: 0.5 }],
    ['notional', { quantity: 9_000_000_000 }],
  ])('a %s that is not whole or out of range is refused, and nothing is booked', (_, wrong) => {
    for (const ledger of [after(), after(fillOf(10, 100)), after(fillOf(-10, 100))]) {
      const before = structuredClone(ledger);
      expect(() => postFill(ledger, { ...fillOf(3, 120), ...wrong })).toThrow(BadInput);
      expect(ledger).toEqual(before);
    }
  });
});

describe('cash without a trade', () => {
  test('a deposit is capital, a dividend income, a charge a fee; each may be below zero', () => {
    const ledger = after();
    postTransfer(ledger, usd(500));
    postTransfer(ledger, usd(-200));
    postIncome(ledger, usd(12.34));
    postIncome(ledger, usd(-2.34));
    postFee(ledger, usd(3));
    expect(accountsOf(ledger)).toEqual({
      cash: usd(10_307),
      capital: usd(10_300),
      realized: 0,
      income: usd(10),
      fees: usd(3),
    });
    auditLedger(ledger);
  });
});

const split = (numerator: number, denominator: number, dollars: number) => ({
  symbol: 'SPY',
  numerator,
  denominator,
  price: at(dollars),
});

describe('a split', () => {
  test('keeps the cost of each lot: what was bought first is still sold first', () => {
    const ledger = after(fillOf(10, 100), fillOf(10, 200));
    expect(postSplit(ledger, split(2, 1, 110))).toBe(40);
    expect(ledger.cash).toBe(usd(7_000));
    expect(postFill(ledger, fillOf(-20, 110)).realized).toBe(usd(20 * 60));
    auditLedger(ledger);
  });

  test('one in reverse pays cash in lieu of the part of a share, off the oldest lot', () => {
    const ledger = after(fillOf(23, 10), fillOf(20, 20));
    expect(postSplit(ledger, split(1, 10, 150))).toBe(4);
    expect(ledger.cash).toBe(usd(10_000 - 630 + 0.3 * 150));
    expect([ledger.securities, ledger.realized]).toEqual([usd(600), usd(45 - 30)]);
    auditLedger(ledger);
  });

  test('a short position pays the cash in lieu', () => {
    const ledger = after(fillOf(-43, 10));
    expect(postSplit(ledger, split(1, 10, 90))).toBe(-4);
    expect([ledger.cash, ledger.realized]).toEqual([usd(10_430 - 27), usd(30 - 27)]);
    auditLedger(ledger);
  });

  test('cash in lieu is rounded down in size, paid or received', () => {
    // 2 old shares are 2/3 of a new one, worth $0.666666...
    for (const sign of [1, -1]) {
      const ledger = after(fillOf(sign * 2, 10));
      const before = ledger.cash;
      postSplit(ledger, split(1, 3, 1));
      expect(ledger.cash - before).toBe(sign * 666_666);
      auditLedger(ledger);
    }
  });

  test('less than one share is paid out whole', () => {
    const ledger = after(fillOf(3, 10));
    expect(postSplit(ledger, split(1, 10, 90))).toBe(0);
    expect([ledger.cash, ledger.positions.size]).toEqual([usd(10_000 - 30 + 27), 0]);
    auditLedger(ledger);
  });

  test('nothing happens when flat, and a ratio that is none is refused', () => {
    const ledger = after();
    expect(postSplit(ledger, split(2, 1, 10))).toBe(0);
    expect(ledger).toEqual(after());
    for (const wrong of [0, -1, 1.5, Number.NaN]) {
      expect(() => postSplit(ledger, split(wrong, 1, 10))).toThrow(BrokenPromise);
      expect(() => postSplit(ledger, split(1, wrong, 10))).toThrow(BrokenPromise);
    }
  });

  test('equity is the same at a mark that follows the ratio', () => {
    const ratio = fc.tuple(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }));
    const bought = fc.array(fc.integer({ min: 1, max: 999 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        bought,
        fc.constantFrom(1, -1),
        ratio,
        fc.integer({ min: 1, max: 9_999 }),
        (sizes, sign, [n, d], cents) => {
          const ledger = after(...sizes.map((size, i) => fillOf(sign * size, 1 + i)));
          const before = equityOf(ledger, () => (cents * 10_000 * n) as Price);
          postSplit(ledger, {
            symbol: 'SPY',
            numerator: n,
            denominator: d,
            price: (cents * 10_000 * d) as Price,
          });
          auditLedger(ledger);
          const change = equityOf(ledger, () => (cents * 10_000 * d) as Price) - before;
          expect(change).toBe(0);
          expect(ledger.cash + ledger.securities).toBe(ledger.capital + ledger.realized);
        },
      ),
    );
  });
});

const at105 = () => at(105);

describe('value', () => {
  test('equity is cash and positions at the mark, at cost where there is none', () => {
    const ledger = after(fillOf(10, 100), fillOf(-5, 40, { symbol: 'QQQ' }));
    const marks: Record<string, Price> = { SPY: at(110) };
    expect(equityOf(ledger, (symbol) => marks[symbol])).toBe(usd(9_200 + 1_100 - 200));
    expect(equityOf(ledger, () => at(50))).toBe(usd(9_200 + 500 - 250));
  });

  test('the average cost is rounded half to even, once', () => {
    const ledger = after(fillOf(1, 0.000001), fillOf(1, 0.000002));
    expect(averageCost(ledger, 'SPY')).toBe(2);
    expect(averageCost(after(fillOf(1, 10), fillOf(2, 10.1)), 'SPY')).toBe(10_066_667);
  });

  test('books sum to the account', () => {
    const books = [after(fillOf(10, 100)), after(fillOf(-3, 110, { fee: usd(1) })), after()];
    const account = after(fillOf(10, 100), fillOf(-3, 110, { fee: usd(1) }));
    const sum = (of: (ledger: Ledger) => number) =>
      books.reduce((total, one) => total + of(one), 0);
    expect(sum((one) => one.cash) - usd(20_000)).toBe(account.cash);
    expect(sum((one) => heldIn(one, 'SPY'))).toBe(heldIn(account, 'SPY'));
    expect(sum((one) => equityOf(one, at105)) - usd(20_000)).toBe(equityOf(account, at105));
  });
});

describe('a ledger that is wrong', () => {
  test('is found out of balance by the amount', () => {
    const ledger = after(fillOf(10, 100));
    ledger.cash = subtract(ledger.cash, usd(0.01));
    expect(() => assertBalanced(ledger)).toThrow('Ledger of "book" is out of balance by "-0.01"');
    expect(() => postFee(ledger, usd(0))).toThrow(BrokenPromise);
  });

  test('is found with lots that do not add up', () => {
    const [shares, cost, flat] = [after(fillOf(10, 100)), after(fillOf(10, 100)), after()];
    for (const { lots } of shares.positions.values()) lots.push({ quantity: 1, cost: usd(0) });
    for (const { lots } of cost.positions.values()) lots[0] = { quantity: 10, cost: usd(999) };
    flat.positions.set('SPY', {
      symbol: 'SPY',
      multiplier: 1,
      quantity: 0,
      lots: [],
      realized: usd(0),
    });
    expect(() => auditLedger(shares)).toThrow('lots hold "11", the position "10"');
    expect(() => auditLedger(cost)).toThrow('lots are off by "1.00"');
    expect(() => auditLedger(flat)).toThrow('a flat position');
  });
});

type Step =
  | { readonly kind: 'fill'; symbol: string; quantity: number; price: Price; fee: Money }
  | { readonly kind: 'transfer' | 'income' | 'fee'; amount: Money }
  | { readonly kind: 'split'; symbol: string; ratio: number };

const symbol = fc.constantFrom('SPY', 'QQQ');
const amount = fc.integer({ min: -5_000_000, max: 5_000_000 }).map((one) => one as Money);
const price = fc.integer({ min: 1, max: 600_000_000 }).map((one) => one as Price);
const quantity = fc.integer({ min: -300, max: 300 }).filter((one) => one !== 0);
const fee = fc.integer({ min: 0, max: 2_000_000 }).map((one) => one as Money);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('fill' as const), symbol, quantity, price, fee }),
  },
  fc.record({
    kind: fc.constantFrom('transfer' as const, 'income' as const, 'fee' as const),
    amount,
  }),
  fc.record({ kind: fc.constant('split' as const), symbol, ratio: fc.constantFrom(2, 4, 5, 10) }),
);

function post(ledger: Ledger, naive: NaiveLedger, one: Step): void {
  if (one.kind === 'fill') {
    const { symbol: of, quantity: units, price: each, fee: paid } = one;
    postFill(ledger, { symbol: of, multiplier: 1, quantity: units, price: each, fee: paid });
    naive.fill(of, new Decimal(units), decimal(each), decimal(paid));
  } else if (one.kind === 'split') {
    postSplit(ledger, { symbol: one.symbol, numerator: one.ratio, denominator: 1, price: at(1) });
    naive.split(one.symbol, one.ratio);
  } else {
    const { kind, amount: paid } = one;
    const posts = { transfer: postTransfer, income: postIncome, fee: postFee };
    posts[kind](ledger, paid);
    naive.cash = naive.cash.plus(kind === 'fee' ? decimal(-paid) : decimal(paid));
    if (kind === 'transfer') naive.capital = naive.capital.plus(decimal(paid));
    if (kind === 'income') naive.income = naive.income.plus(decimal(paid));
    if (kind === 'fee') naive.fees = naive.fees.plus(decimal(paid));
  }
}

/** Posts each step to both, and checks after each; the naive books at the end. */
function run(steps: readonly Step[], check: (ledger: Ledger, naive: NaiveLedger) => void) {
  const ledger = newLedger('book', usd(1_000_000));
  const naive = new NaiveLedger(new Decimal(1_000_000));
  for (const one of steps) {
    post(ledger, naive, one);
    check(ledger, naive);
  }
  return naive;
}

describe('any postings, against the same books kept in decimals', () => {
  test('every account and position is the same, and the books stay balanced', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        run(steps, (ledger, naive) => {
          auditLedger(ledger);
          const { cash, capital, income, fees } = naive;
          expect(accountsOf(ledger)).toEqual({
            cash: micros(cash),
            capital: micros(capital),
            income: micros(income),
            fees: micros(fees),
            realized: expect.closeTo(micros(naive.realized), -1),
          });
          for (const one of ['SPY', 'QQQ'])
            expect(heldIn(ledger, one)).toBe(naive.held(one).toNumber());
        });
      }),
      { numRuns: 300 },
    );
  });

  test('without splits realized P&L is the same to the micro-dollar', () => {
    const plain = step.filter((one) => one.kind !== 'split');
    fc.assert(
      fc.property(fc.array(plain, { maxLength: 40 }), (steps) => {
        const realized: number[] = [];
        const naive = run(steps, (ledger) => realized.push(ledger.realized));
        expect(realized.at(-1) ?? 0).toBe(micros(naive.realized));
      }),
    );
  });

  test('equity changes by realized and unrealized P&L, income, fees and transfers alone', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), price, price, (steps, spy, qqq) => {
        const marks: Record<string, Price> = { SPY: spy, QQQ: qqq };
        const marked = (one: string) => decimal(marks[one] as Price);
        run(steps, (ledger, naive) => {
          const { capital, realized, income, fees } = naive;
          const wanted = capital
            .plus(realized)
            .plus(naive.unrealized(marked))
            .plus(income)
            .minus(fees);
          const found = equityOf(ledger, (one) => marks[one]);
          expect(decimal(found).minus(wanted).abs().toNumber()).toBeLessThan(1e-9);
        });
      }),
    );
  });
});
