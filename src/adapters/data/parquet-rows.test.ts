import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { type DateText, formatInstant, type Instant } from '../../base/index.ts';
import { day, inFolder, MINUTES, plainBars, plainOf, writeFile } from './bars.fixture.ts';
import { shortestFloat } from './parquet-rows.ts';
import { loadBars, readBars, type ReadOptions } from './read-bars.ts';
import { metaOf, packSeries } from './series-file.ts';

const SPY = { symbol: 'SPY' };
type WriteOptions = Parameters<typeof parquetWriteBuffer>[0];

const load = (options: WriteOptions, read: ReadOptions = SPY) =>
  inFolder((folder) =>
    loadBars(writeFile(folder, 'x.parquet', new Uint8Array(parquetWriteBuffer(options))), read),
  );

const prices = (type: 'DOUBLE' | 'FLOAT' = 'DOUBLE') =>
  ['open', 'high', 'low', 'close'].map((name) => ({ name, data: [273.19, 273.25], type }));
/** Without types, for a schema that says them. */
const plain = () => prices().map(({ name, data }) => ({ name, data }));
const DOUBLES = ['open', 'high', 'low', 'close'].map((name) => ({ name, type: 'DOUBLE' as const }));
const volume = { name: 'volume', data: [5n, 7n], type: 'INT64' as const };

const date = (data: string[]) => ({ name: 'date', data, type: 'STRING' as const });

describe('Parquet of other programs', () => {
  test('with strings for dates', async () => {
    const days = { ...date(['2024-01-05', '2024-01-08']), name: 'Date' };
    expect(plainOf(await load({ columnData: [days, ...prices(), volume] }))).toMatchObject({
      timeframe: '1d',
      day: [day('2024-01-05'), day('2024-01-08')],
      close: [273_190_000, 273_250_000],
      volume: [5, 7],
    });
  });

  test('with days, and with midnights for dates', async () => {
    const days = [day('2024-01-05'), day('2024-01-08')];
    const asDate = {
      columnData: [{ name: 'date', data: Int32Array.from(days) }, ...plain()],
      schema: [
        { name: 'root', num_children: 5 },
        { name: 'date', type: 'INT32' as const, converted_type: 'DATE' as const },
        ...DOUBLES,
      ],
    };
    const asTime = (shift: number) => ({
      columnData: [
        { name: 'date', data: days.map((one) => new Date(one * 86_400_000 + shift)) },
        ...prices(),
      ],
    });
    for (const options of [asDate, asTime(0), asTime(5 * 3_600_000)]) {
      expect([...(await load(options)).day]).toEqual(days);
    }
    await expect(load(asTime(60_000))).rejects.toThrow(/row 1, column "date"/);
  });

  test('with instants, and with wall clocks of New York', async () => {
    const start = Date.UTC(2024, 0, 5, 14, 30);
    const data = [new Date(start), new Date(start + 60_000)];
    const instants = await load({ columnData: [{ name: 'timestamp', data }, ...prices()] });
    expect(instants.timeframe).toBe('1m');
    expect(formatInstant(instants.end[0] as Instant)).toBe('2024-01-05T14:31:00.000Z');
    const walls = await load({
      columnData: [
        { name: 'time', data: data.map((at) => BigInt(at.getTime()) * 1000n) },
        ...plain(),
      ],
      schema: [
        { name: 'root', num_children: 5 },
        {
          name: 'time',
          type: 'INT64',
          logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: false, unit: 'MICROS' },
        },
        ...DOUBLES,
      ],
    });
    expect(formatInstant(walls.end[0] as Instant)).toBe('2024-01-05T19:31:00.000Z');
  });

  test('with 32-bit prices gives the decimals that were meant', async () => {
    const days = date(['2024-01-05', '2024-01-08']);
    const bars = await load({ columnData: [days, ...prices('FLOAT')] });
    expect([...bars.close]).toEqual([273_190_000, 273_250_000]);
    for (const value of [0.1, 412.35, 16_777.217, 1e-5, 12_875_200]) {
      expect(shortestFloat(Math.fround(value))).toBe(value);
    }
  });

  test('with several symbols, blanks and faults', async () => {
    const symbol = { name: 'symbol', data: ['QQQ', 'SPY'], type: 'STRING' as const };
    const two = date(['2024-01-05', '2024-01-08']);
    expect((await load({ columnData: [symbol, two, ...prices()] })).length).toBe(1);
    await expect(
      load({ columnData: [symbol, two, ...prices()] }, { symbol: 'IWM' }),
    ).rejects.toThrow('has no row of "IWM"; found "QQQ", "SPY"');
    const faulty = (data: (number | null)[]) => [
      two,
      ...prices().slice(0, 3),
      { name: 'close', data, type: 'DOUBLE' as const },
    ];
    for (const [bad, text] of [
      [null, ''],
      [0, '0'],
      [-1, '-1'],
      [Number.NaN, 'NaN'],
      [Infinity, 'Infinity'],
    ] as const) {
      await expect(load({ columnData: faulty([273.2, bad]) })).rejects.toThrow(
        `row 2, column "close": found "${text}", wanted a price above zero`,
      );
    }
    const twice = date(['2024-01-05', '2024-01-05']);
    await expect(load({ columnData: [twice, ...prices()] })).rejects.toThrow(
      'row 2, column "date": found "2024-01-05", wanted a time after "2024-01-05" of row 1',
    );
    await expect(load({ columnData: [two, volume] })).rejects.toThrow(/no column "open", "high"/);
  });

  test('that is cut off or damaged is refused', () =>
    inFolder(async (folder) => {
      const days = date(['2024-01-05', '2024-01-08']);
      const bytes = new Uint8Array(parquetWriteBuffer({ columnData: [days, ...prices()] }));
      const file = writeFile(folder, 'x.parquet', bytes.subarray(0, bytes.length - 20));
      await expect(loadBars(file, SPY)).rejects.toThrow(
        /x\.parquet": Parquet data is damaged or cut/,
      );
      expect(() => readBars(file, SPY)).toThrow('is Parquet, wanted CSV or JSON lines');
    }));
});

describe('Parquet of our own store', () => {
  const bars = plainBars(MINUTES, 50);

  test('is read as the series it says it is, and as no other', () =>
    inFolder(async (folder) => {
      const data = packSeries(bars, metaOf(bars, 0 as Instant));
      const file = writeFile(folder, 'x.parquet', data);
      expect(plainOf(await loadBars(file, SPY))).toEqual(plainOf(bars));
      await expect(loadBars(file, { symbol: 'QQQ' })).rejects.toThrow(
        'its symbol is "SPY", asked for "QQQ"',
      );
      await expect(loadBars(file, { ...SPY, source: 'yahoo' })).rejects.toThrow('its source is');
      await expect(loadBars(file, { ...SPY, to: '2020-01-01' as DateText })).rejects.toThrow(
        'has no row of the dates asked for',
      );
    }));

  test('whose bytes were changed is refused', () =>
    inFolder(async (folder) => {
      const data = packSeries(bars, metaOf({ ...bars, notes: [] }, 0 as Instant));
      const other = plainBars(MINUTES, 50, 1);
      const swapped = packSeries(other, metaOf(bars, 0 as Instant));
      const file = writeFile(folder, 'x.parquet', swapped);
      expect(swapped.length).toBeGreaterThan(data.length / 2);
      await expect(loadBars(file, SPY)).rejects.toThrow('its content is not what was written');
    }));
});
