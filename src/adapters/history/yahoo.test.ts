import { describe, expect, test } from 'vitest';
import { BadInput, formatMoney } from '../../base/index.ts';
import { sessionOn } from '../../market/index.ts';
import type { HistoryAsk } from '../market-data.ts';
import { at, bodyOf, type ChartParts, dailyChart, date, withReply } from './chart.fixture.ts';
import { TooManyRequests } from './web.ts';
import { houseSymbol, yahooSymbol } from './yahoo-symbol.ts';

const WEEK = ['2024-01-02', '2024-01-08'] as const;
const LATER = at('2024-02-01T00:00:00Z');
const ASK: HistoryAsk = {
  symbol: 'AAPL',
  timeframe: '1d',
  from: date(WEEK[0]),
  to: date(WEEK[1]),
  adjustment: 'splits',
};

const rowsOf = (chart: ChartParts, ask: Partial<HistoryAsk> = {}, now = LATER) =>
  withReply({ body: bodyOf(chart) }, now, async (yahoo) => {
    const { rows } = await yahoo.history({ ...ASK, ...ask });
    return rows;
  });
const closes = async (...args: Parameters<typeof rowsOf>) =>
  (await rowsOf(...args)).map(({ close }) => formatMoney(close));
const week = () => dailyChart(...WEEK);
const changed = (change: (chart: ChartParts) => void): ChartParts => {
  const chart = week();
  change(chart);
  return chart;
};

describe('daily bars of Yahoo', () => {
  test('are asked for by dates of New York, and end at the close of their session', () =>
    withReply({ body: bodyOf(week()) }, LATER, async (yahoo, server) => {
      const history = await yahoo.history(ASK);
      expect(server.asked).toEqual([
        '/v8/finance/chart/AAPL?period1=1704171600&period2=1704776400' +
          '&interval=1d&events=div%2Csplit',
      ]);
      expect(server.agents).toEqual(['plimsoll/test']);
      expect(history).toMatchObject({ source: 'yahoo', feed: 'unknown', adjustment: 'splits' });
      expect(history.receivedAt).toBe(LATER);
      expect(history.rows).toHaveLength(5);
      const session = sessionOn(date('2024-01-02'));
      expect(history.rows[0]).toEqual({
        symbol: 'AAPL',
        at: session?.close,
        day: session?.day,
        open: 189_480_000,
        high: 190_980_000,
        low: 188_980_000,
        close: 189_980_000,
        volume: 1_000_000,
      });
    }));

  test('adjusted for all are scaled by adjusted close over close', async () => {
    const [first] = await rowsOf(week(), { adjustment: 'all' });
    const exact = { open: 94_740_000, high: 95_490_000, low: 94_490_000, close: 94_990_000 };
    for (const [name, wanted] of Object.entries(exact)) {
      expect(Math.abs((first?.[name as 'open'] as number) - wanted)).toBeLessThan(10);
    }
  });

  test('leave holes out, whichever column has them, and keep an unknown volume', async () => {
    const chart = changed(({ indicators: { quote } }) => {
      for (const name of ['open', 'high', 'low', 'close'] as const) quote[0][name][1] = null;
      quote[0].low[2] = null;
      quote[0].open[3] = 0;
      quote[0].volume[0] = null;
    });
    const rows = await rowsOf(chart);
    expect(rows.map(({ volume }) => volume)).toEqual([null, 1_000_004]);
  });

  test('leave out a bar that contradicts itself, and widen by a rounding (F040)', async () => {
    const chart = changed(({ indicators: { quote } }) => {
      quote[0].high[0] = 150;
      quote[0].high[1] = 189.98;
    });
    const rows = await rowsOf(chart);
    expect(rows).toHaveLength(4);
    expect(rows[0]?.high).toBe(189_990_000);
  });

  test.each([
    ['during the session', '2024-01-08T18:00:00Z', 4],
    ['right at the close', '2024-01-08T21:00:00Z', 4],
    ['19 minutes after it', '2024-01-08T21:19:59Z', 4],
    ['20 minutes after it', '2024-01-08T21:20:00Z', 5],
  ])('have today only when it is settled: %s', async (_, now, count) => {
    expect(await rowsOf(week(), {}, at(now))).toHaveLength(count);
  });

  test('leave today out while the source itself says that it trades', async () => {
    const chart = changed(({ meta }) => {
      const period = { start: at('2024-01-08T14:30:00Z') / 1_000, end: at(WEEK[1]) / 1_000 };
      meta['currentTradingPeriod'] = { regular: { ...period, end: period.end + 86_400 } };
    });
    expect(await rowsOf(chart, {}, at('2024-01-08T23:00:00Z'))).toHaveLength(4);
  });

  test('come once where the newest is there twice, not at all where the two differ', async () => {
    const twice = (close: number) =>
      changed(({ timestamp, indicators: { quote, adjclose } }) => {
        timestamp.push((timestamp.at(-1) as number) + 23_400);
        for (const column of Object.values(quote[0])) column.push(column.at(-1) as number);
        adjclose[0].adjclose.push(null);
        quote[0].close[5] = (quote[0].close[5] as number) + close;
      });
    expect(await rowsOf(twice(0))).toHaveLength(5);
    expect(await rowsOf(twice(0.25))).toHaveLength(4);
  });

  test('outside of the dates asked for are left out', async () => {
    const only = { from: date('2024-01-03'), to: date('2024-01-04') };
    expect(await closes(week(), only)).toEqual(['189.99', '190.00']);
  });
});

describe('splits in charts of Yahoo', () => {
  const split = (chart: ChartParts, on: string, numerator: unknown, denominator: unknown) => {
    const stamp = at(`${on}T14:30:00Z`) / 1_000;
    const one = { date: stamp, numerator, denominator, splitRatio: `${numerator}:${denominator}` };
    chart.events = { splits: { ...(chart.events?.['splits'] as object), [stamp]: one } };
  };

  test('are undone for raw prices, those after the dates asked for too', () =>
    withReply(
      {
        body: bodyOf(
          changed((chart) => {
            split(chart, '2024-01-04', 3, 1);
            split(chart, '2024-01-20', 1, 10);
          }),
        ),
      },
      LATER,
      async (yahoo, server) => {
        const { rows } = await yahoo.history({ ...ASK, adjustment: 'raw' });
        expect(server.asked[0]).toContain(`period2=${LATER / 1_000}&`);
        expect(rows.map(({ close }) => formatMoney(close))).toEqual([
          '56.994',
          '56.997',
          '19.00',
          '19.001',
          '19.002',
        ]);
        expect(rows[0]?.volume).toBe(Math.round(1_000_000 / 0.3));
      },
    ));

  test('that prices do not have yet refuse the chart', async () => {
    const chart = changed((one) => split(one, '2024-01-04', 4, 1));
    const { close, low, open, high } = chart.indicators.quote[0];
    for (const column of [close, low, open, high]) {
      for (const i of [2, 3, 4]) column[i] = (column[i] as number) / 4;
    }
    await expect(rowsOf(chart)).rejects.toThrow('not adjusted for the split 4 for 1 of 2024-01-04');
    const raw = rowsOf(chart, { adjustment: 'raw' });
    expect((await raw.catch(String)) as string).toContain('at odds with itself');
  });

  test.each([
    [0, 1],
    [4, 0],
    [-4, 1],
    [null, 1],
    ['4', 1],
  ])('of %s for %s refuse the chart', async (numerator, denominator) => {
    const chart = changed((one) => split(one, '2024-01-04', numerator, denominator));
    await expect(rowsOf(chart, { adjustment: 'raw' })).rejects.toThrow('not as it has to be');
  });
});

describe('intraday bars of Yahoo', () => {
  const hours = () => {
    const chart = dailyChart('2024-07-03', '2024-07-03');
    const open = at('2024-07-03T13:30:00Z') / 1_000;
    const times = [open - 3_600, open, open + 3_600, open + 7_200, open + 10_800, open + 11_000];
    chart.timestamp = [...times, open + 12_600];
    for (const column of Object.values(chart.indicators.quote[0])) {
      while (column.length < 7) column.push(column[0] as number);
    }
    chart.meta['dataGranularity'] = '1h';
    return chart;
  };
  const day = { timeframe: '1h', from: date('2024-07-03'), to: date('2024-07-03') } as const;

  test('are stamped with their end, on the grid of the session, up to its close', async () => {
    const ends = (await rowsOf(hours(), day, at('2024-08-01T00:00:00Z'))).map((row) => row.at);
    const wanted = ['14:30', '15:30', '16:30', '17:00'];
    expect(ends).toEqual(wanted.map((clock) => at(`2024-07-03T${clock}:00Z`)));
  });

  test('that are not over are left out', async () => {
    expect(await rowsOf(hours(), day, at('2024-07-03T15:45:00Z'))).toHaveLength(1);
  });

  test('are not adjusted for dividends, and only of steps that are there', async () => {
    await expect(rowsOf(hours(), { ...day, adjustment: 'all' })).rejects.toThrow(BadInput);
    await expect(rowsOf(hours(), { ...day, timeframe: '7m' })).rejects.toThrow('no bars of "7m"');
  });
});

describe('a chart that cannot be believed', () => {
  test.each<[string, (chart: ChartParts) => void, string]>([
    ['of another symbol', ({ meta }) => (meta['symbol'] = 'MSFT'), 'it is on "MSFT"'],
    ['of another step', ({ meta }) => (meta['dataGranularity'] = '3mo'), 'of "3mo"'],
    ['in pence', ({ meta }) => (meta['currency'] = 'GBp'), 'is in "GBp"'],
    [
      'of Tokyo',
      ({ meta }) => (meta['exchangeTimezoneName'] = 'Asia/Tokyo'),
      'by the clock of "Asia/Tokyo"',
    ],
    ['that goes back in time', ({ timestamp }) => (timestamp[3] = 1_704_205_800), 'comes after'],
    [
      'with a short column',
      ({ indicators }) => indicators.quote[0].low.pop(),
      '4 values of "low" for 5 times',
    ],
    [
      'with prices as text',
      ({ indicators }) => (indicators.quote[0].low as unknown[]).fill('189.5'),
      'not as it has to be',
    ],
    ['without a meta', (chart) => Reflect.deleteProperty(chart, 'meta'), 'chart.result.0.meta'],
  ])('is refused: %s', async (_, change, message) => {
    await expect(rowsOf(changed(change))).rejects.toThrow(message);
  });

  test('without adjusted closes is refused where they are wanted', async () => {
    const chart = changed(({ indicators }) => Reflect.deleteProperty(indicators, 'adjclose'));
    await expect(rowsOf(chart, { adjustment: 'all' })).rejects.toThrow('no adjusted closes');
    expect(await rowsOf(chart)).toHaveLength(5);
  });

  test.each<[string, { status?: number; body: string; headers?: Record<string, string> }, string]>([
    ['a page', { body: '<html>sorry</html>' }, 'not JSON'],
    ['nothing', { body: '' }, 'not JSON'],
    ['a cut body', { body: bodyOf(week()).slice(0, 500) }, 'not JSON'],
    ['null', { body: 'null' }, 'not as it has to be'],
    ['no chart', { body: '{"chart":{"result":[],"error":null}}' }, 'with 0 charts'],
    ['500', { status: 500, body: '{"chart":{"result":null,"error":null}}' }, 'status 500'],
    [
      'a redirect',
      { status: 302, body: '', headers: { location: 'http://10.0.0.1/' } },
      'redirect',
    ],
  ])('is refused: %s', async (_, reply, message) => {
    await withReply(reply, LATER, async (yahoo) => {
      await expect(yahoo.history(ASK)).rejects.toThrow(message);
    });
  });
});

describe('what Yahoo says instead of a chart', () => {
  const failing = (code: string, description: string) =>
    JSON.stringify({ chart: { result: null, error: { code, description } } });

  test('no bars in those dates is an empty history', async () => {
    const description = "Data doesn't exist for startDate = 1704171600, endDate = 1704776400";
    const reply = { status: 400, body: failing('Bad Request', description) };
    await withReply(reply, LATER, async (yahoo) => {
      expect((await yahoo.history(ASK)).rows).toEqual([]);
    });
    const empty = changed((chart) => {
      Reflect.deleteProperty(chart, 'timestamp');
      chart.indicators = { quote: [{}], adjclose: [{}] } as never;
    });
    expect(await rowsOf(empty)).toEqual([]);
  });

  test('an unknown symbol is told in its words, without control characters', async () => {
    const words = 'No data found, symbol may be\u001b[31m delisted';
    await withReply({ status: 404, body: failing('Not Found', words) }, LATER, async (yahoo) => {
      const wanted = 'Yahoo on "AAPL": Not Found: No data found, symbol may be [31m delisted';
      await expect(yahoo.history(ASK)).rejects.toThrow(new BadInput(wanted));
      expect(await yahoo.quotes(['AAPL'])).toEqual([]);
    });
  });

  test('429 says what to do, and ends it', async () => {
    await withReply({ status: 429, body: 'Too Many Requests' }, LATER, async (yahoo, server) => {
      const failed = yahoo.history(ASK);
      await expect(failed).rejects.toThrow(TooManyRequests);
      await expect(failed).rejects.toThrow('Wait some minutes, then give the same command again');
      expect(server.asked).toHaveLength(1);
    });
  });
});

describe('last prices of Yahoo', () => {
  test('come with the time they were seen at, bid and ask unknown', async () => {
    await withReply({ body: bodyOf(week()) }, LATER, async (yahoo) => {
      expect(await yahoo.quotes(['AAPL'])).toEqual([
        {
          symbol: 'AAPL',
          at: at('2024-01-08T21:00:00Z'),
          receivedAt: LATER,
          last: 191_240_000,
          bid: null,
          ask: null,
        },
      ]);
    });
  });
});

describe('symbols', () => {
  test.each([
    ['VIX', '^VIX'],
    ['SPX', '^GSPC'],
    ['DXY', 'DX-Y.NYB'],
    ['BRK.B', 'BRK-B'],
    ['SPY', 'SPY'],
  ])('%s is %s there, and the same back', (ours, theirs) => {
    expect(yahooSymbol(ours)).toBe(theirs);
    expect(houseSymbol(theirs)).toBe(ours);
    expect(houseSymbol(ours)).toBe(ours);
  });

  test('of options are refused, and what is none', () => {
    expect(() => yahooSymbol('SPY   240119C00475000')).toThrow(BadInput);
    expect(() => houseSymbol('../etc')).toThrow(BadInput);
  });
});
