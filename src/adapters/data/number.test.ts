import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMoney, type Price } from '../../base/index.ts';
import { priceOfBytes, priceOfNumber, priceOfText, volumeOfBytes, volumeOfText } from './number.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const fromBytes = (text: string) => priceOfBytes(bytes(text), 0, text.length);

describe('a price', () => {
  test('of up to six decimals is read exactly from bytes and from text', () => {
    const micros = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });
    fc.assert(
      fc.property(micros, (value) => {
        const text = formatMoney(value as Price);
        expect(priceOfText(text)).toBe(value);
        const quick = fromBytes(text);
        expect(quick === value || (Number.isNaN(quick) && text.length > 16)).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test('is read from the middle of a row', () => {
    const row = bytes('1,412.35,7');
    expect(priceOfBytes(row, 2, 8)).toBe(412_350_000);
  });

  test.each([
    ['0.0000005', Number.NaN],
    ['0.0000015', 2],
    ['0.0000025', 2],
    ['0.00000250001', 3],
    ['1.2345674999999', 1_234_567],
    ['1.2345675', 1_234_568],
    ['1.2345665', 1_234_566],
    ['0.30000000000000004', 300_000],
    ['1e2', 100_000_000],
    ['1.5E-3', 1_500],
    ['+7', 7_000_000],
    ['5.', 5_000_000],
    ['.5', 500_000],
    ['9007199254.740991', Number.MAX_SAFE_INTEGER],
    ['9007199254.740992', Number.NaN],
  ])('finer than a micro-dollar is rounded half to even: %s', (text, micros) => {
    expect(priceOfText(text)).toBe(micros);
  });

  const NASTY =
    '|  |0|0.0|-1|-0.01|NaN|nan|null|None|Infinity|-Infinity|inf|1e309|1e99|1e-99|1e400|0x10|' +
    '1,000.5|1_000|12.3.4|..|.|-|+|e5|1e|1e+|abc|12abc|abc12|１２|$5|5%|5 6|"5"|true|{}|[]|' +
    `99999999999|${'9'.repeat(50)}|\u00005|1/2`;
  test.each(NASTY.split('|'))('that is no price is refused: %j', (text) => {
    expect(priceOfText(text)).toBeNaN();
    expect(priceOfBytes(bytes(text), 0, bytes(text).length)).toBeNaN();
  });

  test('as a double is that of its shortest decimal text', () => {
    const double = fc.double({ min: 1e-7, max: 9e9, noNaN: true });
    fc.assert(
      fc.property(double, (value) => {
        expect(priceOfNumber(value)).toEqual(priceOfText(String(value)));
      }),
      { numRuns: 5000 },
    );
  });

  test('as a double that is none is refused', () => {
    for (const value of [0, -0, -1, Number.NaN, Infinity, -Infinity, 1e-9, 1e300]) {
      expect(priceOfNumber(value)).toBeNaN();
    }
  });
});

describe('a volume', () => {
  test.each([
    ['0', 0],
    ['4315720', 4_315_720],
    ['123.0', 123],
    ['1.5e6', 1_500_000],
    ['.5', 0.5],
  ])('%s is %d shares', (text, shares) => expect(volumeOfText(text)).toBe(shares));

  test('of plain digits needs no text', () => {
    expect(volumeOfBytes(bytes('4315720'), 0, 7)).toBe(4_315_720);
    expect(volumeOfBytes(bytes(''), 0, 0)).toBeNaN();
    expect(volumeOfBytes(bytes('-5'), 0, 2)).toBeNaN();
  });

  test('that is blank or null is unknown', () => {
    expect(volumeOfText('')).toBeNaN();
    expect(volumeOfText('null')).toBeNaN();
  });

  test.each(['-1', 'NaN', '1e309', 'abc', '.', '1,000', '0x10'])('%j is refused', (text) => {
    expect(volumeOfText(text)).toBeUndefined();
  });
});
