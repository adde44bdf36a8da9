import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateText, dateOfDay, formatInstant, type Instant } from '../../base/index.ts';
import {
  barsFrom,
  csvOf,
  DAILY,
  inFolder,
  jsonlOf,
  MINUTES,
  plainBars,
  plainOf,
  rowParts,
  writeFile,
} from './bars.fixture.ts';
import { loadBars, readBars, type ReadOptions } from './read-bars.ts';

const SPY = { symbol: 'SPY' };
const HEADER = 'date,open,high,low,close,volume';

const readText = (text: string | Uint8Array, options: ReadOptions = SPY) =>
  inFolder((folder) => readBars(writeFile(folder, 'spy.csv', text), options));

describe('what was written is read', () => {
  const heads = fc.constantFrom(DAILY, MINUTES);
  const rows = fc.array(rowParts, { minLength: 2, maxLength: 40 });

  test('as CSV', async () => {
    await fc.assert(
      fc.asyncProperty(heads, rows, async (head, parts) => {
        const bars = barsFrom(head, parts);
        const read = await readText(csvOf(bars));
        expect(plainOf(read)).toEqual(plainOf(bars));
        expect(read.notes).toEqual([]);
      }),
    );
  });

  test('as JSON lines, gzip or not', async () => {
    await fc.assert(
      fc.asyncProperty(heads, rows, fc.boolean(), async (head, parts, packed) => {
        const bars = barsFrom(head, parts);
        const text = jsonlOf(bars);
        const data = packed ? zlib.gzipSync(text) : text;
        expect(plainOf(await readText(data))).toEqual(plainOf(bars));
      }),
    );
  });

  test('by the general entry as by the one for text', () =>
    inFolder(async (folder) => {
      const file = writeFile(folder, 'spy.csv.gz', zlib.gzipSync(csvOf(plainBars(MINUTES, 30))));
      expect(plainOf(await loadBars(file, SPY))).toEqual(plainOf(readBars(file, SPY)));
    }));
});

describe('a file of daily bars', () => {
  test('may have its columns in any order and case, quoted, and others besides', async () => {
    const bars = await readText(
      '\uFEFF"Close" , OPEN,name,note,Low,High,Date\r\n' +
        '"11.5",11,"a, ""b""",x, 10.25 ,12,2024-01-05\r\n' +
        '12,11.75,c,,11,12.5,2024-01-08\r\n',
    );
    expect(plainOf(bars)).toMatchObject({
      open: [11_000_000, 11_750_000],
      high: [12_000_000, 12_500_000],
      low: [10_250_000, 11_000_000],
      close: [11_500_000, 12_000_000],
      volume: [Number.NaN, Number.NaN],
    });
  });

  test('ends each bar at its session close, early or of no session', async () => {
    const bars = await readText(
      `${HEADER}\n2024-07-03,1,1,1,1,\n2024-07-04,1,1,1,1,\n2024-07-05,1,1,1,1,\n`,
    );
    expect([...bars.end].map((at) => formatInstant(at as Instant))).toEqual([
      '2024-07-03T17:00:00.000Z',
      '2024-07-04T20:00:00.000Z',
      '2024-07-05T20:00:00.000Z',
    ]);
    expect([...bars.day].map(dateOfDay)).toEqual(['2024-07-03', '2024-07-04', '2024-07-05']);
  });

  test('may lack the last line break and have blank lines', async () => {
    const bars = await readText(`${HEADER}\n\n2024-01-05,1,1,1,1,7\n\r\n2024-01-08,1,1,1,1,8`);
    expect([...bars.volume]).toEqual([7, 8]);
  });

  test('is adjusted for dividends only when asked', async () => {
    const text = `date,open,high,low,close,adj_close\n2024-01-05,10,13,9,12,4\n`;
    expect(plainOf(await readText(text))).toMatchObject({
      adjustment: 'splits',
      close: [12_000_000],
    });
    expect(plainOf(await readText(text, { ...SPY, adjustment: 'all' }))).toMatchObject({
      adjustment: 'all',
      open: [3_333_333],
      high: [4_333_333],
      low: [3_000_000],
      close: [4_000_000],
    });
  });

  test('with a price that adjusts to nothing is refused', async () => {
    const text = `date,open,high,low,close,adj_close\n2024-01-05,1,9,0.000001,9,0.1\n`;
    await expect(readText(text, { ...SPY, adjustment: 'all' })).rejects.toThrow(
      /row 2, column "adj_close": found "0.1"/,
    );
  });

  test('with times belongs to the dates as written', async () => {
    for (const stamp of ['T00:00:00Z', 'T05:00:00Z', 'T00:00:00-05:00', ' 16:00', '']) {
      const text =
        `timestamp,open,high,low,close\n2024-01-05${stamp},1,1,1,1\n` +
        `2024-01-08${stamp},1,1,1,1\n2024-01-09${stamp},2,2,2,2\n`;
      const bars = await readText(text);
      expect(bars.timeframe).toBe('1d');
      expect([...bars.day].map(dateOfDay)).toEqual(['2024-01-05', '2024-01-08', '2024-01-09']);
      expect(formatInstant(bars.end[0] as Instant)).toBe('2024-01-05T21:00:00.000Z');
    }
  });
});

describe('a file of bars within the day', () => {
  test('has stamps of the start, and the timeframe of its smallest gap', async () => {
    const bars = await readText(
      'timestamp,symbol,open,high,low,close,volume\n' +
        '2025-10-01T09:30:00,SPY,1,1,1,1,5\n2025-10-01T09:40:00,SPY,1,1,1,1,5\n' +
        '2025-10-01T09:45:00,SPY,1,1,1,1,5\n',
    );
    expect(bars.timeframe).toBe('5m');
    expect([...bars.end].map((at) => formatInstant(at as Instant))).toEqual([
      '2025-10-01T13:35:00.000Z',
      '2025-10-01T13:45:00.000Z',
      '2025-10-01T13:50:00.000Z',
    ]);
  });

  test('counts the evening of UTC to the New York day before', async () => {
    const bars = await readText('time,open,high,low,close\n2025-10-02T00:30:00Z,1,1,1,1\n', {
      ...SPY,
      timeframe: '1m',
    });
    expect(dateOfDay(bars.day[0] as number)).toBe('2025-10-01');
  });

  const TWO =
    'time,open,high,low,close\n2025-10-01T09:30:00,1,1,1,1\n2025-10-01T09:31:00,1,1,1,1\n';
  test.each<[string, string, ReadOptions, RegExp]>([
    [
      'bars nearer than asked',
      TWO,
      { ...SPY, timeframe: '5m' },
      /bars are 1m apart, asked for "5m"/,
    ],
    ['one row and no timeframe', TWO.split('\n', 2).join('\n'), SPY, /too few rows to tell/],
    [
      'days asked for as minutes',
      `${HEADER}\n2024-01-05,1,1,1,1,\n`,
      { ...SPY, timeframe: '1m' },
      /has a date column, so its bars are "1d", asked for "1m"/,
    ],
    ['minutes asked for as days', TWO, { ...SPY, timeframe: '1d' }, /1m apart, asked for "1d"/],
    ['no timeframe that is one', TWO, { ...SPY, timeframe: '1x' as '1m' }, /Timeframe "1x"/],
  ])('is refused: %s', async (_, text, options, message) => {
    await expect(readText(text, options)).rejects.toThrow(message);
  });
});

describe('a file of several symbols', () => {
  const text =
    'symbol,date,open,high,low,close\nQQQ,2024-01-05,9,9,9,9\nSPY,2024-01-05,1,1,1,1\n' +
    'QQQ,2024-01-08,9,9,9,9\nSPY,2024-01-08,2,2,2,2\nSPYX,2024-01-09,3,3,3,3\n';

  test('gives the rows of the one asked for', async () => {
    expect([...(await readText(text)).close]).toEqual([1_000_000, 2_000_000]);
  });

  test('without the one asked for is refused, near names too', async () => {
    const berkshire = text.replaceAll('SPYX', 'BRK/B');
    for (const [data, symbol] of [
      [text, 'SP'],
      [text, 'spy'],
      [berkshire, 'BRK.B'],
    ] as const) {
      await expect(readText(data, { symbol })).rejects.toThrow(
        new RegExp(`has no row of "${symbol}"; found "QQQ", "SPY"`),
      );
    }
  });

  test('with a row of no symbol is refused', async () => {
    await expect(readText(text.replace('SPYX', ''))).rejects.toThrow(
      'row 6, column "symbol": found "", wanted a symbol',
    );
  });
});

describe('a range of dates of the file', () => {
  const text =
    `${HEADER}\n2024-01-05,1,1,1,1,\n2024-01-08,2,2,2,2,\n2024-01-09,3,3,3,3,\n` +
    '2024-01-10,,,,,\n';

  test('takes both ends in and needs no prices beyond them', async () => {
    const range = { from: '2024-01-08' as DateText, to: '2024-01-09' as DateText };
    const bars = await readText(text, { ...SPY, ...range });
    expect([...bars.close]).toEqual([2_000_000, 3_000_000]);
  });

  test('without rows is refused', async () => {
    const from = '2025-01-01' as DateText;
    await expect(readText(text, { ...SPY, from })).rejects.toThrow(
      'has no row from "2025-01-01" to "the last"',
    );
  });

  test('has days in years that the calendar does not know, with a note', async () => {
    const bars = await readText(
      `${HEADER}\n1987-10-19,1,1,1,1,\n1990-01-02,1,1,1,1,\n2036-07-01,1,1,1,1,\n`,
    );
    expect([...bars.end].map((at) => formatInstant(at as Instant))).toEqual([
      '1987-10-19T21:00:00.000Z',
      '1990-01-02T21:00:00.000Z',
      '2036-07-01T21:00:00.000Z',
    ]);
    expect(bars.notes).toEqual([
      '2 of 3 days are outside of the exchange calendar, 1990 to 2035, ' +
        'and taken to end at 21:00 UTC',
    ]);
  });
});

describe('high and low that do not hold open and close', () => {
  const text = `${HEADER}\n2024-01-05,10,11,9,10,\n2024-01-08,12,11,9,8,\n`;

  test('are widened and noted', async () => {
    const bars = await readText(text);
    expect([bars.high[1], bars.low[1]]).toEqual([12_000_000, 8_000_000]);
    expect(bars.notes).toEqual([
      '1 of 2 bars had an open or close outside low to high, which was widened; ' +
        'the first is row 3 (2024-01-08)',
    ]);
  });

  test('are refused when asked to', async () => {
    await expect(readText(text, { ...SPY, repair: false })).rejects.toThrow(
      'row 3, column "high": found "11", wanted a price at or above open and close',
    );
    const low = `${HEADER}\n2024-01-05,10,11,9,8,\n`;
    await expect(readText(low, { ...SPY, repair: false })).rejects.toThrow(
      'row 2, column "low": found "9", wanted a price at or below open and close',
    );
  });
});
