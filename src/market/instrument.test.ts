import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, dateOfDay, dayNumber, parseDate } from '../base/index.ts';
import { formatOcc, instrumentOf, type OptionContract, parseOcc } from './instrument.ts';

const expirations = {
  min: dayNumber(parseDate('2000-01-01')),
  max: dayNumber(parseDate('2099-12-31')),
};
const option: fc.Arbitrary<OptionContract> = fc.record({
  root: fc.stringMatching(/^[A-Z][A-Z0-9]{0,5}$/),
  expiration: fc.integer(expirations).map(dateOfDay),
  right: fc.constantFrom('call' as const, 'put' as const),
  strikeMills: fc.integer({ min: 1, max: 99_999_999 }),
});

function symbolOrRefusal(symbol: string): string {
  try {
    return formatOcc(parseOcc(symbol));
  } catch (error) {
    if (error instanceof BadInput) return 'refused';
    throw error;
  }
}

describe('F044: option symbols', () => {
  test('a contract survives both forms of its symbol', () => {
    fc.assert(
      fc.property(option, (contract) => {
        const padded = formatOcc(contract);
        expect(padded).toHaveLength(21);
        expect(parseOcc(padded)).toEqual(contract);
        expect(parseOcc(formatOcc(contract, 'compact'))).toEqual(contract);
      }),
      { numRuns: 20_000 },
    );
  });

  test('a known symbol has the parts that OCC gives it', () => {
    expect(parseOcc('SPY   240119C00475500')).toEqual({
      root: 'SPY',
      expiration: '2024-01-19',
      right: 'call',
      strikeMills: 475_500,
    });
  });

  test('the digit of an adjusted root is not taken for part of the date', () => {
    const contract = parseOcc('AAPL1240119P00047500');
    expect([contract.root, contract.expiration]).toEqual(['AAPL1', '2024-01-19']);
    expect(formatOcc(contract)).toBe('AAPL1 240119P00047500');
  });

  test('an option of an adjusted root may be watched and not traded', () => {
    expect(instrumentOf('AAPL1 240119P00047500').tradable).toBe(false);
    expect(instrumentOf('AAPL  240119P00047500').tradable).toBe(true);
  });

  test.each([
    'SPY240119C00000000',
    'SPY240230C00475000',
    'SPY241301C00475000',
    'SPY240119X00475000',
    'SPY240119C0047500',
    'SPY240119C004750000',
    'SPY  240119C00475000',
    'SPY    240119C00475000',
    'SPY\t240119C00475000',
    ' SPY  240119C00475000',
    'spy   240119C00475000',
    '1SPY  240119C00475000',
    'TOOLONG240119C00475000',
    '240119C00475000',
  ])('"%s" is refused', (symbol) => {
    expect(() => parseOcc(symbol)).toThrow(BadInput);
    expect(() => instrumentOf(symbol)).toThrow(BadInput);
  });

  test('one changed character is refused or names another contract', () => {
    fc.assert(
      fc.property(option, fc.nat(20), fc.string({ minLength: 1, maxLength: 1 }), (o, at, to) => {
        const padded = formatOcc(o);
        const changed = padded.slice(0, at) + to + padded.slice(at + 1);
        if (changed === padded) return;
        expect(symbolOrRefusal(changed)).not.toBe(padded);
      }),
    );
  });

  test('a strike that is not whole mills has no symbol', () => {
    const contract = parseOcc('SPY   240119C00475500');
    expect(() => formatOcc({ ...contract, strikeMills: 0.5 })).toThrow('Strike');
    expect(() => formatOcc({ ...contract, strikeMills: 0 })).toThrow('Strike');
    expect(() => formatOcc({ ...contract, strikeMills: 100_000_000 })).toThrow('Strike');
  });
});

describe('instruments by symbol', () => {
  test.each([
    ['AAPL', 'stock', 1, 1, true],
    ['BRK.B', 'stock', 1, 1, true],
    ['TQQQ', 'etf', 3, 1, true],
    ['PSQ', 'etf', -1, 1, true],
    ['VIX', 'index', 1, 1, false],
    ['SPY   240119C00475000', 'option', 1, 100, true],
  ])('"%s" is known as %s', (symbol, kind, fundFactor, multiplier, tradable) => {
    expect(instrumentOf(symbol)).toEqual({ symbol, kind, fundFactor, multiplier, tradable });
  });

  test('a compact option symbol becomes the padded one', () => {
    expect(instrumentOf('SPY240119C00475000').symbol).toBe('SPY   240119C00475000');
  });

  test.each(['', 'aapl', 'AAPL ', ' AAPL', '^VIX', 'AA PL', 'A..B', '1A', 'constructor', 'ÄB'])(
    '"%s" is no symbol',
    (symbol) => expect(() => instrumentOf(symbol)).toThrow(BadInput),
  );
});
