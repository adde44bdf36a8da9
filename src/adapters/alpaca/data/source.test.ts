import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { DateText, Instant } from '../../../base/index.ts';
import { instantOn } from '../../../market/index.ts';
import { fixture, HAS_FIXTURES, WHY_SKIPPED } from './server.fixture.ts';
import { type DataServer, startDataServer } from './server.fixture.ts';
import { AlpacaData } from './source.ts';

const date = (text: string) => text as DateText;
const NOW = instantOn(date('2024-06-05'), '12:00');
const bar = { o: 10, h: 12, l: 9, c: 11, v: 5, n: 1, vw: 10 };
const days = ['2024-06-03', '2024-06-04', '2024-06-05'].map((day) => ({
  ...bar,
  t: `${day}T04:00:00Z`,
}));
const ask = {
  symbol: 'SPY',
  timeframe: '1d',
  from: date('2024-06-03'),
  to: date('2024-06-05'),
  adjustment: 'splits',
} as const;

let server: DataServer;
let data: AlpacaData;

beforeEach(async () => {
  server = await startDataServer();
  data = new AlpacaData(server.client, { now: () => NOW });
});

afterEach(async () => {
  await data.close();
  await server.close();
});

const page = (bars: unknown, next: unknown = null) => ({ body: { bars, next_page_token: next } });

describe('history', () => {
  test('every page is asked for, and today’s unfinished bar is not in it', async () => {
    server.answer = ({ searchParams }) => {
      const at = Number(searchParams.get('page_token') ?? 0);
      return page({ SPY: [days[at]] }, at < 2 ? String(at + 1) : null);
    };
    const { rows, ...head } = await data.history(ask);
    expect(head).toEqual({ source: 'alpaca', feed: 'iex', adjustment: 'splits', receivedAt: NOW });
    expect(rows.map(({ at }) => at)).toEqual([
      instantOn(date('2024-06-03'), '16:00'),
      instantOn(date('2024-06-04'), '16:00'),
    ]);
    expect(server.asked.map(({ pathname }) => pathname)).toEqual(Array(3).fill('/v2/stocks/bars'));
    expect(Object.fromEntries(server.asked[1]?.searchParams ?? [])).toEqual({
      symbols: 'SPY',
      timeframe: '1Day',
      start: '2024-06-03T04:00:00.000Z',
      end: '2024-06-06T03:59:59.999Z',
      limit: '10000',
      adjustment: 'split',
      feed: 'iex',
      page_token: '1',
    });
  });

  test('F046: a day’s bar is complete only some time after the close', async () => {
    server.answer = () => page({ SPY: days });
    const close = instantOn(date('2024-06-05'), '16:00');
    const at = (now: number) => new AlpacaData(server.client, { now: () => now as Instant });
    expect((await at(close + 59_999).history(ask)).rows).toHaveLength(2);
    expect((await at(close + 60_000).history(ask)).rows).toHaveLength(3);
  });

  test('a symbol may be asked for as of a date', async () => {
    server.answer = () => page({ META: [] });
    await data.history({ ...ask, symbol: 'META' }, date('2022-06-10'));
    expect(server.asked[0]?.searchParams.get('asof')).toBe('2022-06-10');
  });

  test('a repeated token, a failing page and an unsaid end throw: no short answer', async () => {
    server.answer = () => page({ SPY: days }, 'again');
    await expect(data.history(ask)).rejects.toThrow('repeats a page');
    const second = (answer: { status?: number; body: unknown }) => {
      server.answer = ({ searchParams }) =>
        searchParams.has('page_token') ? answer : page({ SPY: days }, 'two');
      return data.history(ask);
    };
    await expect(second({ status: 500, body: { message: 'oops' } })).rejects.toThrow('status 500');
    await expect(second({ body: '<html>' })).rejects.toThrow('no JSON object');
    await expect(second({ body: { bars: {} } })).rejects.toThrow('whether there are more pages');
    await expect(second(page({}, 7))).rejects.toThrow('whether there are more pages');
    await expect(second(page({ SPY: {} }))).rejects.toThrow('no list');
    await expect(second({ body: { next_page_token: null } })).rejects.toThrow('without "bars"');
  });

  test('F044: an answer for another symbol is refused', async () => {
    server.answer = () => page({ QQQ: days });
    await expect(data.history(ask)).rejects.toThrow('with data of "QQQ"');
    server.answer = () => page({ SPY: days, QQQ: [] });
    await expect(data.history(ask)).rejects.toThrow('with data of "QQQ"');
  });

  test('no bars are an answer too', async () => {
    for (const none of [{}, null, { SPY: [] }, { SPY: null }]) {
      server.answer = () => page(none);
      expect((await data.history(ask)).rows).toEqual([]);
    }
  });

  test('F043: two different bars of one end are refused', async () => {
    server.answer = () => page({ SPY: [days[0], { ...days[0], c: 10 }] });
    await expect(data.history(ask)).rejects.toThrow('Two different bars of "SPY"');
  });

  test('F040: a bar with a figure that is none is absent', async () => {
    server.answer = () => page({ SPY: [{ ...days[0], c: 'NaN' }, days[1]] });
    expect((await data.history(ask)).rows).toHaveLength(1);
  });

  test('keys and subscription are told of in words, without the keys', async () => {
    server.answer = () => ({
      status: 403,
      body: { message: 'no sip\u001b[31m PKTESTDATAKEY0000001' },
    });
    const error = await data.history(ask).catch((e: Error) => e.message);
    expect(error).toContain('the keys or the subscription do not allow it');
    expect(error).not.toContain('PKTESTDATAKEY0000001');
    expect(error).not.toContain('\u001b');
    await expect(data.history({ ...ask, symbol: 'VIX' })).rejects.toThrow('is an index');
    await expect(data.history({ ...ask, timeframe: '30s' })).rejects.toThrow('no bars of "30s"');
  });

  test('options have bars of their own, raw only', async () => {
    const symbol = 'SPY   240621C00500000';
    server.answer = () => page({ SPY240621C00500000: days });
    const { rows } = await data.history({ ...ask, symbol, adjustment: 'raw' });
    expect(rows.map((row) => row.symbol)).toEqual([symbol, symbol]);
    expect(server.asked[0]?.pathname).toBe('/v1beta1/options/bars');
    expect(server.asked[0]?.searchParams.has('feed')).toBe(false);
    await expect(data.history({ ...ask, symbol })).rejects.toThrow('"raw" only');
  });

  test.skipIf(!HAS_FIXTURES)(`recorded pages are read to their end (${WHY_SKIPPED})`, async () => {
    const recorded = fixture('data.bars.asof.FB_META.json') as { bars: { META: object[] } };
    server.answer = ({ searchParams }) =>
      searchParams.has('page_token') ? page({ META: [] }) : { body: recorded };
    const span = { from: date('2022-06-01'), to: date('2022-06-30') };
    const { rows } = await data.history({ ...ask, ...span, symbol: 'META' });
    expect(rows.map(({ close }) => close)).toEqual([196_640_000, 184_000_000]);
    expect(server.asked).toHaveLength(2);
  });
});

describe('quotes, trades, chains, corporate actions', () => {
  const quote = { t: '2024-06-05T15:59:59Z', bp: 10, ap: 10.02, bs: 1, as: 1 };
  const trade = { t: '2024-06-05T15:59:58Z', p: 10.01, s: 100, c: ['@'], i: 1, z: 'B', x: 'V' };
  const option = 'SPY   240621C00500000';

  test('quotes of stocks and options come by our symbols, unknown ones not', async () => {
    server.answer = ({ pathname }) =>
      pathname === '/v2/stocks/snapshots'
        ? { body: { 'BRK.B': { latestQuote: quote, latestTrade: trade }, NONE: null, ZZ: {} } }
        : {
            body: {
              snapshots: { SPY240621C00500000: { latestQuote: quote, latestTrade: trade } },
              next_page_token: null,
            },
          };
    const quotes = await data.quotes(['BRK.B', 'NONE', 'GONE', 'VIX', option]);
    expect(quotes.map(({ symbol, bid, last }) => [symbol, bid, last])).toEqual([
      ['BRK.B', 10e6, 10_010_000],
      [option, 10e6, 10_010_000],
    ]);
    expect(server.asked[0]?.searchParams.get('symbols')).toBe('BRK.B,NONE,GONE');
    expect(server.asked[1]?.searchParams.get('feed')).toBe('indicative');
  });

  test('many symbols are asked for in several requests, none in none', async () => {
    server.answer = () => ({ body: {} });
    const symbols = Array.from({ length: 250 }, (_, i) => `S${i}`);
    expect(await data.quotes(symbols)).toEqual([]);
    expect(server.asked).toHaveLength(3);
    expect(await data.quotes([])).toEqual([]);
    expect(server.asked).toHaveLength(3);
  });

  test('trades are paged, in order, without those that were taken back', async () => {
    const trades = [trade, { ...trade, u: 'canceled' }, { ...trade, t: '2024-06-05T15:00:00Z' }];
    server.answer = ({ searchParams }) => {
      const isLast = searchParams.has('page_token');
      const body = { trades: { SPY: isLast ? trades.slice(2) : trades.slice(0, 2) } };
      return { body: { ...body, next_page_token: isLast ? null : 'x' } };
    };
    const ticks = await data.trades('SPY', (NOW - 3_600_000 * 24) as Instant, NOW);
    expect(ticks.map(({ at }) => new Date(at).toISOString().slice(11, 19))).toEqual([
      '15:00:00',
      '15:59:58',
    ]);
  });

  test('a chain is read to its end', async () => {
    server.answer = ({ searchParams }) => {
      const isLast = searchParams.has('page_token');
      const name = isLast ? 'SPY240621C00500000' : 'SPY240621P00500000';
      const snapshots = { [name]: { latestQuote: quote } };
      return { body: { snapshots, next_page_token: isLast ? null : 'x' } };
    };
    const [from, to] = [date('2024-06-01'), date('2024-06-30')];
    const chain = await data.chain({ underlying: 'SPY', expirationFrom: from, expirationTo: to });
    expect(chain.map(({ symbol }) => symbol)).toEqual([option, 'SPY   240621P00500000']);
    expect(server.asked[0]?.pathname).toBe('/v1beta1/options/snapshots/SPY');
    expect(server.asked[0]?.searchParams.get('expiration_date_gte')).toBe('2024-06-01');
    expect(server.asked[0]?.searchParams.get('expiration_date_lte')).toBe('2024-06-30');
  });

  test('announcements are read to their end, by ex-date, each once', async () => {
    const split = { id: 'a', symbol: 'SPY', ex_date: '2024-06-20', new_rate: 2, old_rate: 1 };
    const paid = { id: 'b', symbol: 'SPY', ex_date: '2024-06-10', rate: 1.5, special: false };
    server.answer = ({ searchParams }) => {
      const isLast = searchParams.has('page_token');
      const actions = isLast
        ? { cash_dividends: [paid], forward_splits: [split] }
        : { forward_splits: [split] };
      return { body: { corporate_actions: actions, next_page_token: isLast ? null : 'x' } };
    };
    const found = await data.corporateActions(['SPY'], date('2024-06-01'), date('2024-06-30'));
    expect(found.map(({ kind, exDate }) => [kind, exDate])).toEqual([
      ['dividend', '2024-06-10'],
      ['split', '2024-06-20'],
    ]);
    expect(server.asked[0]?.pathname).toBe('/v1/corporate-actions');
    server.answer = () => ({ body: { next_page_token: null } });
    const nothing = data.corporateActions(['SPY'], date('2024-06-01'), date('2024-06-30'));
    await expect(nothing).rejects.toThrow('corporate_actions');
  });
});
