import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dateOfDay } from '../../../base/index.ts';
import { formatOcc } from '../../../market/index.ts';
import { NOW, source, spy, spyWith } from './data.fixture.ts';
import { quoteSeenOf } from './quotes.ts';
import { houseSymbol, optionSymbol, schwabSymbol } from './symbol.ts';

describe('symbols', () => {
  test.each([
    ['SPY', 'SPY'],
    ['VIX', '$VIX'],
    ['SPX', '$SPX'],
    ['BRK.B', 'BRK/B'],
    ['SPY   240119C00475000', 'SPY   240119C00475000'],
  ])('F044 %s is %s there, and back', (ours, theirs) => {
    expect(schwabSymbol(ours)).toBe(theirs);
    expect(houseSymbol(theirs)).toBe(ours);
  });

  test.each([
    '$',
    '$SPY',
    'BRK.B/C',
    '/ESZ21',
    'EUR/USDX',
    'SPY 240119C00475000',
    '',
    'spy',
    'SPY240119C00475000',
  ])('F044 "%s" is none of ours', (text) => expect(houseSymbol(text)).toBeNull());

  test('F044 an option symbol is taken exactly where it is written back the same', () => {
    const options = fc.record({
      root: fc.stringMatching(/^[A-Z]{1,5}[0-9]?$/),
      expiration: fc.integer({ min: 14_000, max: 24_000 }).map(dateOfDay),
      right: fc.constantFrom('call' as const, 'put' as const),
      strikeMills: fc.integer({ min: 1, max: 99_999_999 }),
    });
    fc.assert(
      fc.property(options, fc.nat(20), fc.stringMatching(/^[ -~]$/), (option, at, letter) => {
        const symbol = formatOcc(option);
        expect(optionSymbol(symbol)).toBe(symbol);
        const other = symbol.slice(0, at) + letter + symbol.slice(at + 1);
        expect([other, null]).toContain(optionSymbol(other));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('quotes', () => {
  test('F039 a quote is as old as its oldest part, by the exchange’s stamps', async () => {
    const { data } = source(() => ({ json: spyWith({}) }));
    expect(await data.quotes(['SPY'])).toEqual([
      {
        symbol: 'SPY',
        at: NOW - 900,
        sidesAt: NOW - 500,
        receivedAt: NOW,
        last: 500_110_000,
        bid: 500_100_000,
        ask: 500_120_000,
      },
    ]);
    expect(data.tag).toEqual({ source: 'schwab', feed: 'sip' });
  });

  test.each([0, -1, null, undefined, 'now', 1e12 + 0.5, 1.7e15, 1.7e9, Number.NaN])(
    'F039 no stamp, or one in another unit, is no quote: %s',
    (stamp) => {
      expect(quoteSeenOf('SPY', spyWith({ tradeTime: stamp }), NOW)?.quote).toBeNull();
      expect(quoteSeenOf('SPY', spyWith({ quoteTime: stamp }), NOW)?.quote).toBeNull();
    },
  );

  const NASTY = [0, -1, null, undefined, '', 'NaN', '1e309', Infinity, 1e300, {}, [], true, ' 5'];
  test.each(NASTY)('F040 F041 %s is no price: no last no quote, no side a null', (nasty) => {
    expect(quoteSeenOf('SPY', spyWith({ lastPrice: nasty }), NOW)?.quote).toBeNull();
    expect(quoteSeenOf('SPY', spyWith({ bidPrice: nasty }), NOW)?.quote?.bid).toBeNull();
    expect(quoteSeenOf('SPY', spyWith({ askPrice: nasty }), NOW)?.quote?.ask).toBeNull();
  });

  test('F041 a crossed or wide quote is told as it is: the checks decide', () => {
    const quote = quoteSeenOf('SPY', spyWith({ bidPrice: 600, askPrice: 1 }), NOW)?.quote;
    expect([quote?.bid, quote?.ask]).toEqual([600_000_000, 1_000_000]);
  });

  test.each([
    ['another symbol', { symbol: 'QQQ' }],
    ['no symbol', { symbol: undefined }],
    ['another kind', { assetMainType: 'OPTION' }],
    ['no prices', { quote: null }],
  ])('F044 a reply with %s tells nothing', (_, more) => {
    expect(quoteSeenOf('SPY', { SPY: { ...spy, ...more } }, NOW)).toBeNull();
  });

  test('F044 replies that were swapped, or are inherited, tell nothing', () => {
    expect(quoteSeenOf('QQQ', { QQQ: spy }, NOW)).toBeNull();
    expect(quoteSeenOf('SPY', Object.create(spyWith({})) as never, NOW)).toBeNull();
  });

  test.each([{ contractType: 'P' }, { strikePrice: 505 }, { multiplier: 10 }])(
    'F044 an option whose terms are not those of its symbol tells nothing: %j',
    (terms) => {
      const symbol = 'SPY   260116C00500000';
      const reference = { contractType: 'C', strikePrice: 500, multiplier: 100 };
      const found = { ...spy, assetMainType: 'OPTION', symbol, reference };
      expect(quoteSeenOf(symbol, { [symbol]: found }, NOW)?.quote?.at).toBe(NOW - 500);
      const wrong = { ...found, reference: { ...reference, ...terms } };
      expect(quoteSeenOf(symbol, { [symbol]: wrong }, NOW)).toBeNull();
    },
  );

  test('F045 a symbol that is halted has no price, and is told', async () => {
    const json = spyWith({ securityStatus: 'Halted' });
    const { data } = source(() => ({ json }));
    expect(await data.quotes(['SPY'])).toEqual([]);
    expect((await data.look(['SPY']))[0]).toMatchObject({ isHalted: true, quote: null });
  });

  test('delayed data is tagged so', async () => {
    const { data } = source(() => ({ json: spyWith({}, { realtime: false }) }));
    expect(data.tag.feed).toBe('unknown');
    await data.quotes(['SPY']);
    expect(data.tag.feed).toBe('delayed');
  });

  test('symbols are asked for a hundred at a time, each once; what lacks is left out', async () => {
    const symbols = Array.from({ length: 250 }, (_, i) => `A${i}`);
    const json = { errors: { invalidSymbols: ['A1'] } };
    const { data, asks } = source(() => ({ json }));
    expect(await data.quotes([...symbols, 'A1'])).toEqual([]);
    const counts = asks.map(({ query }) => String(query?.['symbols']).split(',').length);
    expect(counts).toEqual([100, 100, 50]);
  });

  test.each([
    [{ status: 500, json: { message: 'sorry' } }, /500.*sorry/],
    [{ status: 200, json: undefined }, /200/],
    [{ status: 200, json: [] }, /has none/],
    [{ status: 401, json: { errors: [{ title: 'Unauthorized' }] } }, /401.*Unauthorized/],
  ])('a reply that is no answer throws: %j', async (answer, message) => {
    const { data } = source(() => answer);
    await expect(data.quotes(['SPY'])).rejects.toThrow(message);
  });
});
