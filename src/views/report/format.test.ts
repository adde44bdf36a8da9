import { describe, expect, test } from 'vitest';
import { money, price } from '../../base/index.ts';
import { extremes, spread } from './downsample.ts';
import {
  factText,
  moneyText,
  numberText,
  percentText,
  priceText,
  shortMoneyText,
  toned,
} from './format.ts';
import fc from 'fast-check';

describe('format', () => {
  test.each([
    [1_234_567_894_999, true, '+$1,234,567.89'],
    [-1_234_565_000, true, '−$1,234.56'],
    [-1_234_575_000, false, '−$1,234.58'],
    [-4_999, true, '$0.00'],
    [0, true, '$0.00'],
    [999_995_000, false, '$1,000.00'],
  ])('%s micro-dollars (signed %s) read %s', (micros, signed, text) => {
    expect(moneyText(money(micros), signed)).toBe(text);
  });

  test.each([
    [1_234_500_000, '1,234.50'],
    [74_662_000, '74.6620'],
    [383_862, '0.383862'],
  ])('the price of %s micro-dollars reads %s', (micros, text) => {
    expect(priceText(price(micros))).toBe(text);
  });

  test('percentages carry their sign and never a signed zero', () => {
    expect(percentText(12.345, 1, true)).toBe('+12.3%');
    expect(percentText(-0.001, 2, true)).toBe('0.00%');
    expect(percentText(-1234.5, 2)).toBe('−1,234.50%');
  });

  test('axes and facts are short', () => {
    expect([950, 12_500, 3_400_000, -2e9].map(shortMoneyText)).toEqual([
      '$950',
      '$12.5k',
      '$3.4M',
      '−$2B',
    ]);
    expect([null, true, 0.123456789, 'bull'].map(factText)).toEqual([
      'n/a',
      'yes',
      '0.123457',
      'bull',
    ]);
    expect(numberText(1e21, 2)).toBe('1e+21');
  });

  test('what rounds to zero has no color', () => {
    expect(toned(-0.001, '0.00%').toString()).toBe('0.00%');
    expect(toned(-1, '−1%').toString()).toContain('down');
  });
});

describe('downsample', () => {
  const lists = fc.array(fc.double({ noNaN: true }), { minLength: 1, maxLength: 400 });

  test('the first, last, lowest and highest value stay, in order and within the limit', () => {
    fc.assert(
      fc.property(lists, fc.integer({ min: 8, max: 100 }), (values, limit) => {
        const kept = extremes(values, limit);
        const left = kept.map((index) => values[index] as number);
        expect(kept).toEqual([...new Set(kept)].sort((a, b) => a - b));
        expect(kept.length).toBeLessThanOrEqual(Math.max(limit, 2));
        expect([kept[0], kept.at(-1)]).toEqual([0, values.length - 1]);
        expect(Math.max(...left)).toBe(Math.max(...values));
        expect(Math.min(...left)).toBe(Math.min(...values));
      }),
    );
  });

  test('a spread has both ends and no index twice', () => {
    expect(spread(3, 10)).toEqual([0, 1, 2]);
    expect(spread(101, 5)).toEqual([0, 25, 50, 75, 100]);
  });
});
