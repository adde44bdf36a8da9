import { describe, expect, test } from 'vitest';
import type { Price } from '../base/index.ts';
import type { OrderWish } from '../strategy/index.ts';
import { deskSaying, priced, wish } from './desk.fixture.ts';
import { FIRST } from './watch/watch.fixture.ts';
import { wishProblem } from './wish.ts';

const C100 = 'A     240119C00100000';
const C110 = 'A     240119C00110000';
const buy = { symbol: 'A', side: 'buy', quantity: 10 } as const;
const sell = { symbol: 'A', side: 'sell', quantity: 10 } as const;
const spread = {
  ...buy,
  limitPrice: -1_000_000 as Price,
  legs: [
    { symbol: C100, side: 'sell', ratio: 1 },
    { symbol: C110, side: 'buy', ratio: 1 },
  ],
} as const;
const withLegs = (...legs: readonly unknown[]) => ({ ...spread, legs }) as unknown as OrderWish;
const [first, second] = spread.legs;

/** A at 100; `held` shares of it in the book. */
function problem(one: unknown, held = 0): string | null {
  const desk = deskSaying(held === 0 ? [] : [wish({ ...buy, quantity: held })]);
  desk.bars(FIRST);
  desk.fillAll();
  return wishProblem(one as OrderWish, desk.state, desk.state.books[0]!);
}

describe('a wish that passes', () => {
  test.each<[string, unknown]>([
    ['a stop to buy above the market', { ...buy, stopPrice: priced(101) }],
    ['a stop to sell below it', { ...sell, stopPrice: priced(99) }],
    ['a stop with a limit', { ...buy, stopPrice: priced(101), limitPrice: priced(102) }],
    ['good till canceled', { ...buy, timeInForce: 'gtc', limitPrice: priced(90) }],
    ['a bracket', { ...buy, bracket: { stopPrice: priced(90), targetPrice: priced(120) } }],
    ['a stop alone', { ...buy, bracket: { stopPrice: priced(90) } }],
    ['a target alone', { ...buy, bracket: { targetPrice: priced(101) } }],
    ['a bracket of a short entry', { ...sell, bracket: { stopPrice: priced(110) } }],
    ['legs for a credit', spread],
    ['legs at even', { ...spread, limitPrice: 0 }],
    ['legs with shares', withLegs({ symbol: 'A', side: 'buy', ratio: 100 }, first)],
  ])('%s', (_, one) => expect(problem(one)).toBeNull());
});

describe('a wish that does not pass says what is wrong', () => {
  test.each<[unknown, string]>([
    [{ ...buy, symbol: 'SPY' }, 'not in its universe'],
    [{ ...buy, stopPrice: 0 }, 'stop price "0"'],
    [{ ...buy, stopPrice: 1.5 }, 'stop price "1.5"'],
    [{ ...buy, stopPrice: priced(99) }, 'wrong side of the market "100.00"'],
    [{ ...sell, stopPrice: priced(101) }, 'wrong side of the market'],
    [{ ...buy, stopPrice: priced(105), limitPrice: priced(104) }, 'cannot fill'],
    [{ ...buy, timeInForce: 'ioc' }, 'time in force "ioc"'],
    [{ ...buy, bracket: null }, 'of nothing'],
    [{ ...buy, bracket: {} }, 'without a stop and a target'],
    [{ ...buy, bracket: { stopPrice: Number.NaN } }, 'bracket stop "NaN"'],
    [{ ...buy, bracket: { targetPrice: -1 } }, 'bracket target "-1"'],
    [{ ...buy, bracket: { stopPrice: priced(100) } }, 'bracket stop "100.00"'],
    [{ ...buy, bracket: { targetPrice: priced(99) } }, 'bracket target "99.00"'],
    [{ ...sell, bracket: { stopPrice: priced(90) } }, 'wrong side of "100.00"'],
    [
      { ...buy, limitPrice: priced(90), bracket: { stopPrice: priced(95) } },
      'wrong side of "90.00"',
    ],
    [{ ...buy, quantity: 1e15 }, 'more than a billion'],
    [{ ...spread, quantity: 1e7, limitPrice: 9e12 }, 'more than a billion'],
    [{ ...spread, legs: 'two' }, 'not two to 4 legs'],
    [withLegs(first), 'not two to 4 legs'],
    [{ ...spread, side: 'sell' }, 'side "sell"'],
    [{ ...spread, stopPrice: priced(101) }, 'a stop or a bracket'],
    [{ ...spread, limitPrice: undefined }, 'net price "undefined"'],
    [withLegs(first, first), 'named twice'],
    [withLegs(first, null), 'side "undefined"'],
    [withLegs(first, { ...second, ratio: 0.5 }), 'ratio "0.5"'],
    [withLegs(first, { ...second, ratio: 101 }), 'ratio "101"'],
    [withLegs(first, { ...second, symbol: 'SPY   240119C00110000' }), 'is not of it'],
    [withLegs(first, { ...second, symbol: 'nonsense' }), 'neither a ticker nor an option'],
    [withLegs(first, { ...second, symbol: 7 }), '"7"'],
  ])('%j', (one, text) => expect(problem(one)).toContain(text));

  test('a bracket on an order that closes a position', () => {
    const text = 'on an order that closes';
    expect(problem({ ...sell, bracket: { stopPrice: priced(110) } }, 10)).toContain(text);
    expect(problem({ ...buy, bracket: { stopPrice: priced(90) } }, 10)).toBeNull();
  });
});
