import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput } from './assert.ts';
import {
  add,
  formatMoney,
  fractionOf,
  MICROS,
  type Money,
  money,
  moneyFromDollars,
  negate,
  parseMoney,
  type Price,
  price,
  priceFromDollars,
  quantity,
  ratio,
  type Rounding,
  scale,
  subtract,
  times,
  toDollars,
  unitsIn,
} from './money.ts';

const Exact = Decimal.clone({ precision: 80 });
const MAX = Number.MAX_SAFE_INTEGER;
const MODES: Readonly<Record<Rounding, Decimal.Rounding>> = {
  down: Decimal.ROUND_DOWN,
  up: Decimal.ROUND_UP,
  floor: Decimal.ROUND_FLOOR,
  ceil: Decimal.ROUND_CEIL,
  'half-even': Decimal.ROUND_HALF_EVEN,
};
const ROUNDINGS = Object.keys(MODES) as Rounding[];
const NASTY = [Number.NaN, Infinity, -Infinity, MAX + 1, -MAX - 1, 0.5, 1e-7, 1e300];

const rounding = fc.constantFrom(...ROUNDINGS);
const whole = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }),
  fc.integer({ min: -1e9, max: 1e9 }),
  fc.maxSafeInteger(),
);
const amount = whole.map(money);

/** What should come of it by the oracle: the number, never negative zero, or out of range. */
function wanted(oracle: Decimal): number | 'refused' {
  if (oracle.abs().greaterThan(MAX)) return 'refused';
  return oracle.isZero() ? 0 : oracle.toNumber();
}

/** What came of `make`; anything thrown but `BadInput` fails the test. */
function outcome(make: () => number): number | 'refused' {
  try {
    return make();
  } catch (error) {
    if (error instanceof BadInput) return 'refused';
    throw error;
  }
}

describe('invariant 12: what is not an exact whole number cannot become an amount', () => {
  test.each(NASTY)('%s is refused by every constructor', (value) => {
    for (const make of [money, price, quantity]) expect(() => make(value)).toThrow(BadInput);
  });

  test('negative zero becomes zero in every operation that could make it', () => {
    const zeros = [
      money(-0),
      negate(money(0)),
      parseMoney('-0.00'),
      times(price(0), -5),
      times(price(-5), 0),
      ratio(-1, 1, 3, 'down'),
      ratio(0, -1, 3, 'half-even'),
      ratio(-0, 1, 3, 'down'),
      priceFromDollars(-1e-9),
      fractionOf(money(-1), 1e-12, 'down'),
      subtract(money(7), money(7)),
    ];
    for (const zero of zeros) expect(Object.is(zero, 0)).toBe(true);
  });

  test.each([Number.NaN, Infinity, 0.5])('%s as an operand of a ratio is refused', (value) => {
    for (const name of ROUNDINGS) {
      expect(() => ratio(value, 2, 3, name)).toThrow(BadInput);
      expect(() => ratio(2, value, 3, name)).toThrow(BadInput);
      expect(() => ratio(2, 3, value, name)).toThrow(BadInput);
    }
  });

  test('a quantity that is not whole has no notional', () => {
    for (const units of [0.5, Number.NaN, Infinity]) {
      expect(() => times(price(2), units)).toThrow(BadInput);
    }
    expect(() => times(price(3), 30, 0.1)).toThrow(BadInput);
  });

  test('dollars that are not finite are no price', () => {
    for (const dollars of [Number.NaN, Infinity, -Infinity, 1e10]) {
      expect(() => priceFromDollars(dollars)).toThrow(BadInput);
      expect(() => moneyFromDollars(dollars)).toThrow(BadInput);
    }
  });

  test('a fraction that is not finite is refused', () => {
    expect(() => fractionOf(money(5), Number.NaN, 'down')).toThrow(BadInput);
    expect(() => fractionOf(money(5), Infinity, 'down')).toThrow(BadInput);
  });
});

describe('text', () => {
  test('an amount survives formatting and parsing', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(parseMoney(formatMoney(value))).toBe(value);
      }),
    );
  });

  test('the text is the exact decimal with two to six decimals', () => {
    fc.assert(
      fc.property(amount, (value) => {
        const text = formatMoney(value);
        expect(text).toMatch(/^-?\d+\.\d{2}(?:\d{0,3}[1-9])?$/);
        expect(new Exact(text).times(MICROS).eq(value)).toBe(true);
      }),
    );
  });

  test('any decimal of up to six decimals parses as the oracle does', () => {
    const digits = fc.tuple(
      fc.constantFrom('', '-', '+'),
      fc.integer({ min: 0, max: 9_999_999_999 }),
      fc.stringMatching(/^(\.\d{1,6}0{0,6})?$/),
    );
    fc.assert(
      fc.property(digits, ([sign, left, right]) => {
        const text = `${sign}${left}${right}`;
        expect(outcome(() => parseMoney(text))).toBe(wanted(new Exact(text).times(MICROS)));
      }),
    );
  });

  test('the largest amounts parse and the next ones do not', () => {
    expect(parseMoney('9007199254.740991')).toBe(MAX);
    expect(parseMoney('-9007199254.740991')).toBe(-MAX);
    expect(() => parseMoney('9007199254.740992')).toThrow('Amount "9007199254.740992"');
  });

  test.each(['', ' 1', '1 ', '1.', '.5', '1e3', '0x10', '1,000', '--1', 'NaN', '1.0000001', '١'])(
    '"%s" is refused',
    (text) => expect(() => parseMoney(text)).toThrow(BadInput),
  );

  test('zeros past the sixth decimal change nothing', () => {
    expect(parseMoney('12.345678000000')).toBe(12_345_678);
  });
});

describe('arithmetic against decimal.js', () => {
  test('sums and differences are exact or refused', () => {
    fc.assert(
      fc.property(amount, amount, (a, b) => {
        expect(outcome(() => add(a, b))).toBe(wanted(new Exact(a).plus(b)));
        expect(outcome(() => subtract(a, b))).toBe(wanted(new Exact(a).minus(b)));
      }),
    );
  });

  test('a notional is exact or refused', () => {
    fc.assert(
      fc.property(whole, whole, fc.constantFrom(1, 100), (at, units, multiplier) => {
        const oracle = new Exact(at).times(units).times(multiplier);
        expect(outcome(() => times(at as Price, units, multiplier))).toBe(wanted(oracle));
      }),
    );
  });

  test('a ratio rounds once, by name', () => {
    const operands = fc.tuple(
      whole,
      whole,
      whole.filter((n) => n !== 0),
      rounding,
    );
    fc.assert(
      fc.property(operands, ([value, numerator, denominator, name]) => {
        const quotient = new Exact(value).times(numerator).div(denominator);
        const oracle = quotient.toDecimalPlaces(0, MODES[name]);
        expect(outcome(() => ratio(value, numerator, denominator, name))).toBe(wanted(oracle));
        expect(outcome(() => scale(money(value), numerator, denominator, name))).toBe(
          wanted(oracle),
        );
      }),
      { numRuns: 3000 },
    );
  });

  test('ties go to the even neighbor on both sides of zero', () => {
    const halves = [-5, -3, -1, 1, 3, 5].map((n) => ratio(n, 1, 2, 'half-even'));
    expect(halves).toEqual([-2, -2, 0, 0, 2, 2]);
  });

  test('the fraction of an amount takes the fraction at nine decimals', () => {
    const fraction = fc.integer({ min: -2e9, max: 2e9 });
    fc.assert(
      fc.property(amount, fraction, rounding, (value, nanos, name) => {
        const oracle = new Exact(value).times(nanos).div(1e9).toDecimalPlaces(0, MODES[name]);
        expect(outcome(() => fractionOf(value, nanos / 1e9, name))).toBe(wanted(oracle));
      }),
    );
  });

  test('whole units times their price never exceed the amount when rounded down', () => {
    const positive = fc.integer({ min: 0, max: MAX });
    const each = fc.integer({ min: 1, max: 1e12 });
    fc.assert(
      fc.property(positive, each, (cash, one) => {
        const units = unitsIn(money(cash), price(one), 'down');
        expect(units).toBe(Exact.floor(new Exact(cash).div(one)).toNumber());
        expect(times(price(one), units)).toBeLessThanOrEqual(cash);
      }),
    );
  });

  test('units of nothing are a broken promise', () => {
    expect(() => unitsIn(money(5), price(0), 'down')).toThrow('not above zero');
    expect(() => unitsIn(money(5), price(-1), 'down')).toThrow('not above zero');
    expect(() => ratio(1, 1, 0, 'down')).toThrow('Division by zero');
  });
});

describe('doubles', () => {
  test('dollars are the double nearest to the decimal', () => {
    fc.assert(
      fc.property(amount, (value) => {
        expect(toDollars(value)).toBe(Number(formatMoney(value)));
      }),
    );
  });

  test('a decimal below a billion dollars survives the way through a double', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e15, max: 1e15 }), (micros) => {
        expect(priceFromDollars(toDollars(micros as Money))).toBe(micros);
      }),
    );
  });

  test('the nearest price is at most half a micro-dollar off', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (dollars) => {
        const off = new Exact(dollars).times(MICROS).minus(priceFromDollars(dollars));
        expect(off.abs().toNumber()).toBeLessThanOrEqual(0.5001);
      }),
    );
  });
});
