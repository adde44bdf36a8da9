import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import type { DateText, Price } from '../../../base/index.ts';
import { actionsOf } from './actions.ts';
import { rowOfBar, seriesOf, wireTimeframe } from './bars.ts';
import { haltOf, isSuspect, streamError } from './conditions.ts';
import { chainOf, optionQuoteOf, quoteOfOption } from './options.ts';
import { quoteFrom, sidesOf, snapshotOf, tradeOf } from './quotes.ts';
import { fixture, HAS_FIXTURES, NASTY, WHY_SKIPPED } from './server.fixture.ts';
import type { Json } from './values.ts';
import { wireSymbol } from './values.ts';

const NOW = Date.parse('2024-06-03T18:00:00Z') as Instant;
const LATE = Date.parse('2030-01-01T00:00:00Z') as Instant;
const date = (text: string) => text as DateText;
const bar = { t: '2024-06-03T13:30:00Z', o: 10, h: 12, l: 9, c: 11, v: 5, n: 1, vw: 10 };
const terms = { symbol: 'SPY', timeframe: '1m', completeBy: LATE, isExtended: false } as const;
const daily = { ...terms, timeframe: '1d' } as const;

describe('bars of Alpaca', () => {
  test('a bar within the day is stamped with its end', () => {
    const row = rowOfBar(bar, terms);
    expect(row?.at).toBe(instantOn(date('2024-06-03'), '09:31'));
    expect(row).toMatchObject({ open: 10e6, high: 12e6, low: 9e6, close: 11e6, volume: 5 });
  });

  test.each([
    ['2024-06-03T04:00:00Z', '2024-06-03', '16:00'],
    ['2024-01-16T05:00:00Z', '2024-01-16', '16:00'],
    ['2024-07-03T04:00:00Z', '2024-07-03', '13:00'],
  ])('a day’s bar that begins %s ends with the session of %s at %s', (t, day, clock) => {
    expect(rowOfBar({ ...bar, t }, daily)?.at).toBe(instantOn(date(day), clock));
  });

  test.each(['2024-06-01T04:00:00Z', '2024-06-03T05:00:00Z', '2024-06-03T13:30:00Z', 'x', ''])(
    'a day’s bar that begins %s is none',
    (t) => expect(rowOfBar({ ...bar, t }, daily)).toBeNull(),
  );

  test('F043: a bar that is not over by the clock is none', () => {
    const close = instantOn(date('2024-06-03'), '16:00');
    const today = { ...bar, t: '2024-06-03T04:00:00Z' };
    expect(rowOfBar(today, { ...daily, completeBy: (close - 1) as Instant })).toBeNull();
    expect(rowOfBar(today, { ...daily, completeBy: close })).not.toBeNull();
  });

  test('bars that are not wholly of regular hours are dropped unless asked for', () => {
    const hour = { ...terms, timeframe: '1h' } as const;
    const before = { ...bar, t: '2024-06-03T13:00:00Z' };
    expect(rowOfBar(before, hour)).toBeNull();
    expect(rowOfBar(before, { ...hour, isExtended: true })).not.toBeNull();
    expect(rowOfBar({ ...bar, t: '2024-06-03T19:00:00Z' }, hour)).not.toBeNull();
    expect(rowOfBar({ ...bar, t: '2024-06-03T20:00:00Z' }, hour)).toBeNull();
    expect(rowOfBar({ ...bar, t: '2024-07-03T17:00:00Z' }, hour)).toBeNull();
  });

  test('F040: a bar that contradicts itself is none, an unreadable volume is unknown', () => {
    expect(rowOfBar({ ...bar, h: 10.5 }, terms)).toBeNull();
    expect(rowOfBar({ ...bar, l: 10.5 }, terms)).toBeNull();
    expect(rowOfBar({ ...bar, v: '1.5' }, terms)?.volume).toBeNull();
    expect(rowOfBar({ ...bar, v: -1 }, terms)?.volume).toBeNull();
  });

  test('timeframes are written as Alpaca has them', () => {
    const written = (['1m', '5m', '59m', '60m', '1h', '23h', '24h', '1d'] as const).map(
      wireTimeframe,
    );
    expect(written).toEqual(['1Min', '5Min', '59Min', '1Hour', '1Hour', '23Hour', '1Day', '1Day']);
    for (const wrong of ['30s', '90m', '2d', '25h'] as const) {
      expect(() => wireTimeframe(wrong)).toThrow('Alpaca has no bars');
    }
  });

  test('F043: shuffled and repeated bars make one series, different ones of one end none', () => {
    const starts = ['13:30', '13:31', '13:32'].map((clock) => `2024-06-03T${clock}:00Z`);
    const rows = starts.flatMap((t) => rowOfBar({ ...bar, t }, terms) ?? []);
    const [a, b, c] = rows as [(typeof rows)[0], (typeof rows)[0], (typeof rows)[0]];
    const day = date('2024-06-03');
    expect(seriesOf([c, a, b, a, c], day, day)).toEqual(rows);
    expect(seriesOf(rows, date('2024-06-04'), date('2024-06-05'))).toEqual([]);
    const other = { ...b, close: 10_500_000 as Price };
    expect(() => seriesOf([a, b, c, other], day, day)).toThrow(
      'Two different bars of "SPY" end at 2024-06-03T13:32:00.000Z',
    );
  });
});

describe('quotes and trades of Alpaca', () => {
  const quote = { t: '2024-06-03T17:59:59.123456789Z', bp: 500.01, ap: 500.03, bs: 1, as: 2 };
  const trade = { t: '2024-06-03T17:59:58Z', p: 500.02, s: 100, c: ['@'], i: 7, z: 'B' };

  test('F040: a side of zero is no side', () => {
    expect(sidesOf({ ...quote, bp: 0 })).toMatchObject({ bid: null, ask: 500_030_000 });
    expect(sidesOf({ ...quote, ap: null })).toMatchObject({ bid: 500_010_000, ask: null });
    expect(sidesOf({ ...quote, t: 'now' })).toBeNull();
  });

  test('F039: a quote is as old as the oldest of what it is made of', () => {
    const { quote: found } = snapshotOf('SPY', { latestQuote: quote, latestTrade: trade }, NOW);
    expect(found).toMatchObject({ last: 500_020_000, at: Date.parse(trade.t), receivedAt: NOW });
    const sides = { at: 5 as Instant, bid: null, ask: null };
    expect(quoteFrom('SPY', sides, { price: 1 as Price, at: 9 as Instant }, NOW).at).toBe(5);
  });

  test('F042: a suspect last print gives way to the close of the newest minute', () => {
    const minuteBar = { ...bar, t: '2024-06-03T17:58:00Z' };
    const off = { ...trade, p: 700, c: ['@', 'Z'] };
    const found = snapshotOf('SPY', { latestQuote: quote, latestTrade: off, minuteBar }, NOW);
    expect(found.trade?.suspect).toBe(true);
    expect(found.quote).toMatchObject({ last: 11e6, at: Date.parse(minuteBar.t) });
    expect(snapshotOf('SPY', { latestQuote: quote, latestTrade: off }, NOW).quote).toBeNull();
  });

  test('F042: late, off the market, unknown or untold conditions make a print suspect', () => {
    const of = (c: unknown, z: unknown = 'C') => isSuspect(c, z);
    for (const code of 'CHLMNPQRTUVZ479') expect([code, of(['@', code])]).toEqual([code, true]);
    for (const code of '@FIOX56 ') expect([code, of([code])]).toEqual([code, false]);
    expect([of(['B']), of(['B'], 'A'), of(['W']), of(['W'], 'A')]).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect([of(['?']), of(undefined), of('@'), of(['@'], 'N'), of([1])]).toEqual(
      Array(5).fill(true),
    );
  });

  test('a print that was taken back is none', () => {
    expect(tradeOf('SPY', { ...trade, u: 'canceled' }, NOW)).toBeNull();
    expect(tradeOf('SPY', { ...trade, u: 'incorrect' }, NOW)).toBeNull();
    expect(tradeOf('SPY', { ...trade, u: 'corrected' }, NOW)?.price).toBe(500_020_000);
  });

  test('F045: halts halt, resumptions end them, imbalances do neither, unknown codes halt', () => {
    expect(['2', 'H', 'P', 'Q', '?', '', null].map(haltOf)).toEqual(Array(7).fill(true));
    expect(['3', 'T'].map(haltOf)).toEqual([false, false]);
    expect(['5', '7', 'D', 'E', 'F'].map(haltOf)).toEqual(Array(5).fill(null));
  });

  test('error frames are told in words', () => {
    expect(streamError(402, 'auth failed')).toEqual({
      text: "Alpaca's market data: it does not take these keys (402 auth failed)",
      lasts: true,
    });
    expect(streamError('x', '').text).toContain('nothing is known');
  });

  test('symbols are written as Alpaca has them, indices not at all', () => {
    expect(wireSymbol('BRK.B')).toBe('BRK.B');
    expect(wireSymbol('SPY   240119C00475000')).toBe('SPY240119C00475000');
    expect(() => wireSymbol('VIX')).toThrow('is an index');
  });
});

describe('options of Alpaca', () => {
  const snapshot = {
    greeks: { delta: 0.5 },
    impliedVolatility: 0.2,
    latestQuote: { t: '2024-06-03T17:59:59Z', bp: 1.1, ap: 1.2 },
    latestTrade: { t: '2024-06-03T14:00:00Z', p: 1.15, s: 1, c: 'a', x: 'X' },
  };
  const ask = {
    underlying: 'SPY',
    expirationFrom: date('2024-06-01'),
    expirationTo: date('2024-06-30'),
  };

  test('F044: a chain has only standard contracts of the underlying and dates asked for', () => {
    const names = ['SPY240621C00500000', 'SPY1240621C00500000', 'QQQ240621C00500000', 'SPY', ''];
    const late = 'SPY240719C00500000';
    const page = Object.fromEntries([...names, late].map((name) => [name, snapshot]));
    expect(chainOf(page, ask).map(({ symbol }) => symbol)).toEqual(['SPY   240621C00500000']);
    expect(chainOf(page, { ...ask, right: 'put' })).toEqual([]);
    const spx = { SPXW240621C05000000: snapshot, SPX240621C05000000: snapshot };
    expect(chainOf(spx, { ...ask, underlying: 'SPX' })).toHaveLength(2);
  });

  test('an option without a trade is in the chain and has no quote with a last price', () => {
    const { latestTrade: _, ...untraded } = snapshot;
    expect(optionQuoteOf('X', untraded)).toMatchObject({ last: null, bid: 1_100_000, delta: 0.5 });
    expect(quoteOfOption('X', untraded, NOW)).toBeNull();
    expect(quoteOfOption('X', snapshot, NOW)?.at).toBe(Date.parse('2024-06-03T17:59:59Z'));
    expect(optionQuoteOf('X', null)).toBeNull();
  });

  test('figures of a model outside of their bounds are absent', () => {
    const odd = { ...snapshot, greeks: { delta: 1.5 }, impliedVolatility: 0 };
    expect(optionQuoteOf('X', odd)).toMatchObject({ delta: null, impliedVolatility: null });
  });
});

describe('corporate actions of Alpaca', () => {
  const head = { id: 'a', symbol: 'MNTS', ex_date: '2023-08-24', process_date: '2023-08-24' };
  const asked = new Set(['MNTS']);

  test('splits are ratios in smallest whole numbers, dividends dollars a share', () => {
    const page = {
      reverse_splits: [{ ...head, new_rate: 1, old_rate: 50 }],
      forward_splits: [{ ...head, new_rate: 1.5, old_rate: 1 }],
      cash_dividends: [{ ...head, rate: 0.125, special: false }],
      spin_offs: [{ ...head, source_symbol: 'MNTS', symbol: undefined, new_symbol: 'NEW' }],
    };
    expect(actionsOf(page, asked)).toMatchObject([
      { kind: 'split', numerator: 1, denominator: 50, exDate: '2023-08-24' },
      { kind: 'split', numerator: 3, denominator: 2 },
      { kind: 'dividend', perShare: 125_000, isSpecial: false },
      { kind: 'other', type: 'spin_offs', symbol: 'MNTS' },
    ]);
  });

  test('a split that renames, and rates that are none, are for a person', () => {
    const kinds = (found: Json) => actionsOf({ reverse_splits: [found] }, asked)[0]?.kind;
    expect(kinds({ ...head, new_rate: 1, old_rate: 50, new_symbol: 'NEW' })).toBe('other');
    for (const nasty of [...NASTY, 0]) {
      expect(['other', nasty]).toEqual([kinds({ ...head, new_rate: nasty, old_rate: 2 }), nasty]);
      const dividend = { ...head, rate: nasty };
      expect(actionsOf({ cash_dividends: [dividend] }, asked)[0]?.kind).toBe('other');
    }
  });

  test('an announcement that cannot be placed is never missed silently', () => {
    const { ex_date: _, process_date: __, ...undated } = head;
    expect(() => actionsOf({ forward_splits: [undated] }, asked)).toThrow('no date');
    expect(() => actionsOf({ forward_splits: [{ id: 'a' }] }, asked)).toThrow('names no symbol');
    expect(() => actionsOf({ forward_splits: {} }, asked)).toThrow('not a list');
    expect(actionsOf({ forward_splits: [{ ...head, symbol: 'SPY' }] }, asked)).toEqual([]);
  });
});

describe('recorded answers', () => {
  test.skipIf(!HAS_FIXTURES)(`bars are read as they were recorded (${WHY_SKIPPED})`, () => {
    const { bars } = fixture('data.bars.multi.json') as { bars: Record<string, unknown[]> };
    const rows = bars['AAPL']?.map((value) => rowOfBar(value, { ...daily, symbol: 'AAPL' }));
    expect(rows).toMatchObject([{ close: 140.91e6 }, { close: 143.76e6 }, { close: 144.84e6 }]);
    expect(rows?.[0]?.at).toBe(instantOn(date('2021-10-13'), '16:00'));
    const amzn = fixture('data.bars.5d.AMZN.json') as { bars: { AMZN: unknown[] } };
    const quarter = { ...terms, timeframe: '15m', symbol: 'AMZN' } as const;
    expect(amzn.bars.AMZN.map((value) => rowOfBar(value, quarter))).toHaveLength(5);
    expect(rowOfBar(amzn.bars.AMZN[0], quarter)?.open).toBe(3_378_140_000);
  });

  test.skipIf(!HAS_FIXTURES)(`snapshots with missing parts are read (${WHY_SKIPPED})`, () => {
    const page = fixture('data.snapshots.multi.json') as Record<string, unknown>;
    const aapl = snapshotOf('AAPL', page['AAPL'], NOW);
    expect(aapl.quote).toMatchObject({ last: 133_420_100, bid: 133_420_000, ask: 133_430_000 });
    expect(aapl.previous?.close).toBe(131_460_000);
    expect(snapshotOf('MSFT', page['MSFT'], NOW).previous).toBeNull();
    const none = snapshotOf('INVALID', page['INVALID'], NOW);
    expect([none.quote, none.sides, none.trade, none.minute]).toEqual(Array(4).fill(null));
  });

  test.skipIf(!HAS_FIXTURES)(`chains and canceled prints are read (${WHY_SKIPPED})`, () => {
    const ask = {
      underlying: 'AAPL',
      expirationFrom: date('2024-04-01'),
      expirationTo: date('2024-05-01'),
    };
    const { snapshots } = fixture('data.option_chain.page.json') as { snapshots: Json };
    expect(chainOf(snapshots, ask)).toMatchObject([
      { symbol: 'AAPL  240426C00155000', bid: 13.6e6, ask: 14.5e6, last: 14.28e6 },
    ]);
    const { trades } = fixture('data.trade.with_updates.json') as { trades: { A: unknown[] } };
    expect(trades.A.map((value) => tradeOf('A', value, NOW))).toEqual([null, null]);
  });
});
