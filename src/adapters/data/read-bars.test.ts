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

/** Reads text through a file on disk. */
const readText = (text: string | Uint8Array, options: ReadOptions = SPY, name = 'spy.csv') =>
  inFolder((folder) => readBars(writeFile(folder, name, text), options));

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
        expect(plainOf(await readText(data, SPY, 'x.jsonl'))).toEqual(plainOf(bars));
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

  test('ends each bar at its session close, early closes and days without a session too', async () => {
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
    ['bars nearer than asked', TWO, { ...SPY, timeframe: '5m' }, /bars are 1m apart, asked for "5m"/],
    ['one row and no timeframe', TWO.split('\n', 2).join('\n'), SPY, /too few rows to tell/],
    ['days asked for as minutes', `${HEADER}\n2024-01-05,1,1,1,1,\n`, { ...SPY, timeframe: '1m' }, /has a date column, so its bars are "1d", asked for "1m"/],
    ['minutes asked for as days', TWO, { ...SPY, timeframe: '1d' }, /1m apart, asked for "1d"/],
    ['no timeframe that is one', TWO, { ...SPY, timeframe: '1x' as '1m' }, /Timeframe "1x"/],
  ])('is refused: %s', async (_, text, options, message) => {
    await expect(readText(text, options)).rejects.toThrow(message);
  }); // prettier-ignore
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

describe('a range of dates', () => {
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

  test('leaves out days before the calendar begins', async () => {
    const old = `${HEADER}\n1987-10-19,1,1,1,1,\n1990-01-02,1,1,1,1,\n`;
    await expect(readText(old)).rejects.toThrow(
      'row 2, column "date": found "1987-10-19", wanted a date of 1990 to 2035',
    );
    expect((await readText(old, { ...SPY, from: '1990-01-01' as DateText })).length).toBe(1);
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

describe('bad CSV is refused', () => {
  const GOOD = '2024-01-05,10,11,9,10,7';
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an empty file', '', /is empty/],
    ['a header alone', `${HEADER}\n`, /has no rows of data/],
    ['no header', `${GOOD}\n2024-01-08,10,11,9,10,7\n`, /no column "date" or "time", "open", "high"/],
    ['a blank header', `\n${GOOD}\n`, /the first line is blank, wanted a header/],
    ['a header without close', 'date,open,high,low,volume\n', /no column "close"; found "date,open/],
    ['a header with one column twice', 'date,open,Open,high,low,close\n', /"open" and "Open" mean/],
    ['semicolons', 'date;open;high;low;close\n', /no column "date" or "time"/],
    ['too few columns', `${HEADER}\n${GOOD}\n2024-01-08,10,11,9\n`, /row 3: found 4 columns, wanted 6 as in the header; "close" is missing/],
    ['too many columns', `${HEADER}\n${GOOD},8\n`, /row 2: found 7 columns, wanted 6/],
    ['a blank price', `${HEADER}\n2024-01-05,10,,9,10,7\n`, /row 2, column "high": found "", wanted a price above zero/],
    ['a price of zero', `${HEADER}\n2024-01-05,10,11,0,10,7\n`, /row 2, column "low": found "0"/],
    ['a negative price', `${HEADER}\n2024-01-05,-10,11,9,10,7\n`, /row 2, column "open": found "-10"/],
    ['NaN', `${HEADER}\n2024-01-05,10,11,9,NaN,7\n`, /row 2, column "close": found "NaN"/],
    ['a price beyond all', `${HEADER}\n2024-01-05,10,1e309,9,10,7\n`, /row 2, column "high": found "1e309"/],
    ['text for a price', `${HEADER}\n${GOOD}\n2024-01-08,10,11,9,n/a,7\n`, /row 3, column "close": found "n\/a"/],
    ['a long text for a price', `${HEADER}\n2024-01-05,${'x'.repeat(99)},1,1,1,1\n`, /found "x{60}…", wanted/],
    ['a negative volume', `${HEADER}\n2024-01-05,10,11,9,10,-7\n`, /row 2, column "volume": found "-7", wanted a number of shares/],
    ['no date', `${HEADER}\nyesterday,10,11,9,10,7\n`, /row 2, column "date": found "yesterday", wanted a date as/],
    ['an impossible date', `${HEADER}\n2023-02-29,10,11,9,10,7\n`, /column "date": found "2023-02-29"/],
    ['the same date twice', `${HEADER}\n${GOOD}\n${GOOD}\n`, /row 3, column "date": found "2024-01-05", wanted a time after "2024-01-05" of row 2/],
    ['falling dates', `${HEADER}\n${GOOD}\n2024-01-04,10,11,9,10,7\n`, /row 3, column "date": found "2024-01-04", wanted a time after "2024-01-05" of row 2/],
    ['an open quote', `${HEADER}\n"2024-01-05,10,11,9,10,7\n`, /row 2: a quoted value has no closing quote/],
    ['a number cut in half by the end', `${HEADER}\n${GOOD}\n2024-01-08,10,11,`, /row 3: found 4 columns/],
    ['a JSON array', '[{"date": "2024-01-05"}]', /found a JSON array, wanted one object a line/],
  ]; // prettier-ignore
  test.each(cases)('%s', async (_, text, message) => {
    await expect(readText(text)).rejects.toThrow(message);
    await expect(readText(text)).rejects.toThrow(/^File "[^"]+spy\.csv"/);
  });

  test('rows out of order within the day name both rows', async () => {
    const text =
      'time,open,high,low,close\n2025-10-01T09:30:00,1,1,1,1\n2025-10-01T09:31:00,1,1,1,1\n' +
      '2025-10-01T09:31:00,1,1,1,1\n';
    await expect(readText(text)).rejects.toThrow(
      'row 4, column "time": found "2025-10-01T09:31:00", ' +
        'wanted a time after "2025-10-01T13:31:00.000Z" of row 3',
    );
  });
});

describe('bad JSON lines are refused', () => {
  const GOOD = '{"date":"2024-01-05","open":10,"high":11,"low":9,"close":10,"volume":7}';
  const next = GOOD.replace('05', '08');
  test.each<[string, string, RegExp]>([
    ['a first line that is none', '{"date":', /row 1: the line is not one whole JSON object/],
    ['a line cut off', `${GOOD}\n${next.slice(0, -1)}`, /row 2: the line is not one whole/],
    ['a string cut off', `${GOOD}\n{"date": "2024-01-`, /row 2: the line is not one whole/],
    ['two objects on a line', `${GOOD}${next}`, /row 1: the line is not one whole/],
    ['two objects on a later line', `${GOOD}\n${next}${next}`, /row 2: the line is not one whole/],
    ['a line of another kind', `${GOOD}\n[1]\n`, /row 2: the line is not one whole/],
    ['a nested value cut off', `${GOOD}\n{"x": [1, {"y": 2}, "open": 1}\n`, /row 2: the line/],
    ['a missing key', `${GOOD}\n{"date":"2024-01-08","open":1}`, /row 2: column "high" is missing/],
    ['a first line without a key', '{"date":"2024-01-05","open":1}', /no column "high", "low"/],
    ['null for a price', `${GOOD}\n${next.replace('"high":11', '"high":null')}`, /row 2, column "high": found "null"/],
    ['NaN', `${GOOD}\n${next.replace('"close":10', '"close":NaN')}`, /row 2, column "close": found "NaN"/],
    ['a number beyond all', `${GOOD}\n${next.replace('"open":10', '"open":1e309')}`, /row 2, column "open": found "1e309"/],
    ['an object for a price', `${GOOD}\n${next.replace('"open":10', '"open":{"a":1}')}`, /row 2, column "open": found "{"a":1}"/],
  ])('%s', async (_, text, message) => {
    await expect(readText(text, SPY, 'x.jsonl')).rejects.toThrow(message);
  }); // prettier-ignore

  test('but other keys, nested ones, escapes and numbers in quotes are fine', async () => {
    const text =
      '{ "meta" : {"a": [1, "}", "\\""], "b": {}} , "t\\"x": "\\\\", "Date": "2024-01-05", "OPEN": "10.5", ' +
      '"high": 1.1e1, "low": 9.0, "close":10 , "volume": null, "empty": [], "flag": true}\r\n\n';
    const bars = await readText(text, SPY, 'x.jsonl');
    expect(plainOf(bars)).toMatchObject({
      open: [10_500_000],
      high: [11_000_000],
      volume: [Number.NaN],
    });
  });
});

describe('bad files are refused', () => {
  const packed = zlib.gzipSync(csvOf(plainBars(DAILY, 300)));

  test('gzip that is cut off anywhere', async () => {
    for (const length of [3, 10, 20, packed.length >> 1, packed.length - 8, packed.length - 1]) {
      await expect(readText(packed.subarray(0, length), SPY, 'spy.csv.gz')).rejects.toThrow(
        /spy\.csv\.gz": gzip data is cut off before its end/,
      );
    }
  });

  test('gzip with a changed byte', async () => {
    const damaged = Uint8Array.from(packed);
    damaged[packed.length - 6] = (damaged[packed.length - 6] as number) ^ 1;
    await expect(readText(damaged, SPY, 'spy.csv.gz')).rejects.toThrow(/gzip data is damaged/);
  });

  test('a name of gzip without gzip in it, and gzip of nothing', async () => {
    await expect(readText('date\n', SPY, 'spy.csv.gz')).rejects.toThrow(/is not gzip data/);
    await expect(readText(zlib.gzipSync(''), SPY, 'spy.csv.gz')).rejects.toThrow(/is empty/);
  });

  test('folders and files that are not there', () =>
    inFolder((folder) => {
      expect(() => readBars(folder, SPY)).toThrow(/is a folder/);
      expect(() => readBars(`${folder}/none.csv`, SPY)).toThrow(/none\.csv": does not exist/);
    }));

  test('a blank symbol and dates that are none', async () => {
    const text = csvOf(plainBars(DAILY, 3));
    await expect(readText(text, { symbol: '' })).rejects.toThrow('Symbol "" is blank');
    await expect(readText(text, { ...SPY, to: '2024-1-1' as DateText })).rejects.toThrow(
      'Date "2024-1-1"',
    );
  });
});
