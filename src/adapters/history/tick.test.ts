import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney } from '../../base/index.ts';
import { tickPrice } from './tick.ts';

const text = (value: number, factor?: number) => {
  const found = tickPrice(value, factor);
  return found === null ? null : formatMoney(found);
};

describe('the price of a binary fraction', () => {
  test.each([
    [189.97999572753906, '189.98'],
    [4500.1201171875, '4500.12'],
    [3.772500038146973, '3.7725'],
    [0.12345600128173828, '0.1235'],
    [189.98, '189.98'],
    [100, '100.00'],
    [0.00004, null],
    [0, null],
    [-1, null],
    [Number.NaN, null],
    [Number.POSITIVE_INFINITY, null],
    [1e300, null],
  ])('%s is %s', (value, wanted) => {
    expect(text(value)).toBe(wanted);
  });

  test('with a split undone is the price that was traded', () => {
    expect(text(Math.fround(499.23 / 4), 4)).toBe('499.23');
    expect(text(Math.fround(700.01 / 20), 20)).toBe('700.01');
    expect(text(Math.fround(3.05 * 10), 0.1)).toBe('3.05');
  });

  test('in cents comes back from single precision, up to ten thousand dollars', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), (cents) => {
        expect(tickPrice(Math.fround(cents / 100))).toBe(cents * 10_000);
        expect(tickPrice(cents / 100)).toBe(cents * 10_000);
      }),
    );
  });
});
