import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MICROS, type Money } from '../base/index.ts';
import { dollarText, microsOf, moneyOf, priceOf, quantityOf, stampOf, wholeOf } from './number.ts';

const NASTY: readonly unknown[] = [
  '', ' ', 'NaN', 'nan', 'Infinity', '-Infinity', '1e5', '1e309', '0x10', '1,000', '1.2.3', '--1',
  '1 000', '$5', '5%', 'null', 'true', '１２', '1_0', '.5', '5.', '+5', '9'.repeat(16), Number.NaN,
  Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e20, null, undefined, true, false, [],
  ['5'], {}, { value: 5 }, () => 5, Symbol('5'), 5n, new Date(0),
]; // prettier-ignore

describe('amounts at the border (F040, invariant 12)', () => {
  test.each(NASTY.map((value) => [typeof value, value] as const))(
    'what is no amount is absent: %s %s',
    (_type, value) => {
      expect([microsOf(value), moneyOf(value), priceOf(value)]).toEqual([null, null, null]);
      expect([quantityOf(value), wholeOf(value)]).toEqual([null, null]);
    },
  );

  test('every amount of up to six decimals comes and goes exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 52), max: 2 ** 52 }), (micros) => {
        const text = dollarText(micros as Money);
        expect(microsOf(text)).toBe(micros === 0 ? 0 : micros);
        expect(text).not.toMatch(/e/i);
      }),
    );
  });

  test('finer ones are rounded half to even, as an exact oracle has it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -(10 ** 12), max: 10 ** 12 }), fc.nat(999), (whole, part) => {
        const text = new Decimal(whole).div(1_000).plus(new Decimal(part).div(1e9)).toFixed();
        const wanted = new Decimal(text).times(MICROS).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN);
        expect(microsOf(text)).toBe(wanted.toNumber() === 0 ? 0 : wanted.toNumber());
      }),
    );
  });

  test('a number means the decimal that it is written as', () => {
    expect([microsOf(0.1), microsOf(133.4201), microsOf(-0)]).toEqual([100_000, 133_420_100, 0]);
  });

  test('a price is above zero; a quantity keeps what is left of a share apart', () => {
    expect([priceOf('0'), priceOf('-1'), priceOf('0.0001')]).toEqual([null, null, 100]);
    expect(quantityOf('-10.25')).toEqual({ whole: -10, fraction: '-0.25' });
    expect([wholeOf('1790.86'), wholeOf('5'), wholeOf(5)]).toEqual([null, 5, 5]);
  });
});

describe('instants at the border', () => {
  test.each([
    ['2022-04-19T17:45:05.024916716Z', '2022-04-19T17:45:05.024Z'],
    ['2022-04-19T13:45:04.981350886-04:00', '2022-04-19T17:45:04.981Z'],
    ['2025-01-17T17:19:49+0000', '2025-01-17T17:19:49.000Z'],
    ['2021-05-03T14:47:00Z', '2021-05-03T14:47:00.000Z'],
  ])('%s is %s', (text, wanted) => {
    expect(new Date(stampOf(text) as number).toISOString()).toBe(wanted);
  });

  test.each(['', '2021-05-03', '2021-05-03T14:47:00', '2021-13-03T14:47:00Z', 1620053220000, null])(
    'what names no instant is none: %s',
    (value) => expect(stampOf(value)).toBeNull(),
  );
});
