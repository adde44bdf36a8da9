import zlib from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { DateText } from '../../base/index.ts';
import { csvOf, DAILY, inFolder, plainBars, plainOf, writeFile } from './bars.fixture.ts';
import { readBars, type ReadOptions } from './read-bars.ts';

const SPY = { symbol: 'SPY' };
const HEADER = 'date,open,high,low,close,volume';

/** Reads text through a file on disk. */
const readText = (text: string | Uint8Array, options: ReadOptions = SPY, name = 'spy.csv') =>
  inFolder((folder) => readBars(writeFile(folder, name, text), options));

describe('bad CSV is refused', () => {
  const GOOD = '2024-01-05,10,11,9,10,7';
  const cases: readonly (readonly [string, string, RegExp])[] = [
    ['an empty file', '', /is empty/],
    ['a header alone', `${HEADER}\n`, /has no rows of data/],
    [
      'no header',
      `${GOOD}\n2024-01-08,10,11,9,10,7\n`,
      /no column "date" or "time", "open", "high"/,
    ],
    ['a blank header', `\n${GOOD}\n`, /the first line is blank, wanted a header/],
    [
      'a header without close',
      'date,open,high,low,volume\n',
      /no column "close"; found "date,open/,
    ],
    ['a header with one column twice', 'date,open,Open,high,low,close\n', /"open" and "Open" mean/],
    ['semicolons', 'date;open;high;low;close\n', /no column "date" or "time"/],
    [
      'too few columns',
      `${HEADER}\n${GOOD}\n2024-01-08,10,11,9\n`,
      /row 3: found 4 columns, wanted 6 as in the header; "close" is missing/,
    ],
    ['too many columns', `${HEADER}\n${GOOD},8\n`, /row 2: found 7 columns, wanted 6/],
    [
      'a blank price',
      `${HEADER}\n2024-01-05,10,,9,10,7\n`,
      /row 2, column "high": found "", wanted a price above zero/,
    ],
    ['a price of zero', `${HEADER}\n2024-01-05,10,11,0,10,7\n`, /row 2, column "low": found "0"/],
    [
      'a negative price',
      `${HEADER}\n2024-01-05,-10,11,9,10,7\n`,
      /row 2, column "open": found "-10"/,
    ],
    ['NaN', `${HEADER}\n2024-01-05,10,11,9,NaN,7\n`, /row 2, column "close": found "NaN"/],
    [
      'a price beyond all',
      `${HEADER}\n2024-01-05,10,1e309,9,10,7\n`,
      /row 2, column "high": found "1e309"/,
    ],
    [
      'text for a price',
      `${HEADER}\n${GOOD}\n2024-01-08,10,11,9,n/a,7\n`,
      /row 3, column "close": found "n\/a"/,
    ],
    [
      'a long text for a price',
      `${HEADER}\n2024-01-05,${'x'.repeat(99)},1,1,1,1\n`,
      /found "x{60}…", wanted/,
    ],
    [
      'a negative volume',
      `${HEADER}\n2024-01-05,10,11,9,10,-7\n`,
      /row 2, column "volume": found "-7", wanted a number of shares/,
    ],
    [
      'no date',
      `${HEADER}\nyesterday,10,11,9,10,7\n`,
      /row 2, column "date": found "yesterday", wanted a date as/,
    ],
    [
      'an impossible date',
      `${HEADER}\n2023-02-29,10,11,9,10,7\n`,
      /column "date": found "2023-02-29"/,
    ],
    [
      'the same date twice',
      `${HEADER}\n${GOOD}\n${GOOD}\n`,
      /row 3, column "date": found "2024-01-05", wanted a time after "2024-01-05" of row 2/,
    ],
    [
      'falling dates',
      `${HEADER}\n${GOOD}\n2024-01-04,10,11,9,10,7\n`,
      /row 3, column "date": found "2024-01-04", wanted a time after "2024-01-05" of row 2/,
    ],
    [
      'an open quote',
      `${HEADER}\n"2024-01-05,10,11,9,10,7\n`,
      /row 2: a quoted value has no closing quote/,
    ],
    [
      'a number cut in half by the end',
      `${HEADER}\n${GOOD}\n2024-01-08,10,11,`,
      /row 3: found 4 columns/,
    ],
    ['a JSON array', '[{"date": "2024-01-05"}]', /found a JSON array, wanted one object a line/],
  ];
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
    [
      'null for a price',
      `${GOOD}\n${next.replace('"high":11', '"high":null')}`,
      /row 2, column "high": found "null"/,
    ],
    [
      'NaN',
      `${GOOD}\n${next.replace('"close":10', '"close":NaN')}`,
      /row 2, column "close": found "NaN"/,
    ],
    [
      'a number beyond all',
      `${GOOD}\n${next.replace('"open":10', '"open":1e309')}`,
      /row 2, column "open": found "1e309"/,
    ],
    [
      'an object for a price',
      `${GOOD}\n${next.replace('"open":10', '"open":{"a":1}')}`,
      /row 2, column "open": found "{"a":1}"/,
    ],
  ])('%s', async (_, text, message) => {
    await expect(readText(text, SPY, 'x.jsonl')).rejects.toThrow(message);
  });

  test('but other keys, nested ones, escapes and numbers in quotes are fine', async () => {
    const text =
      '{ "meta" : {"a": [1, "}", "\\""], "b": {}} , "t\\"x": "\\\\", "Date": "2024-01-05", ' +
      '"OPEN": "10.5", ' +
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
