import zlib from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatInstant } from '../../base/index.ts';
import {
  barsFrom,
  csvOf,
  DAILY,
  inFolder,
  jsonlOf,
  MINUTES,
  plainBars,
  rowParts,
  writeFile,
} from './bars.fixture.ts';
import { LineWindow } from './line-window.ts';
import { readBars } from './read-bars.ts';
import type { Tick, TickOptions } from './tick-reader.ts';
import { streamTicks, tickBatches } from './ticks.ts';

const SPY = { symbol: 'SPY' };

const collect = (text: string | Uint8Array, options: TickOptions = SPY): Promise<Tick[]> =>
  inFolder((folder) => {
    const ticks: Tick[] = [];
    for (const tick of streamTicks(writeFile(folder, 'x.csv', text), options)) {
      ticks.push({ ...tick });
    }
    return ticks;
  });

const collectBatches = (data: Uint8Array | string, options: TickOptions = SPY): Promise<Tick[]> =>
  inFolder(async (folder) => {
    const ticks: Tick[] = [];
    for await (const batch of tickBatches(writeFile(folder, 'x.csv.gz', data), options)) {
      for (const tick of batch) ticks.push({ ...tick });
    }
    return ticks;
  });

const row = (symbol: string, minute: number) => `2025-10-01T09:${minute}:00,${symbol},1,1,1,1,5\n`;

describe('a stream of bars', () => {
  test('gives the rows that a whole read gives', async () => {
    const heads = fc.constantFrom(DAILY, MINUTES);
    const rows = fc.array(rowParts, { minLength: 2, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(heads, rows, fc.boolean(), async (head, parts, json) => {
        const bars = barsFrom(head, parts);
        const ticks = await collect(json ? jsonlOf(bars) : csvOf(bars));
        expect(ticks.map((tick) => tick.at)).toEqual([...bars.end]);
        expect(ticks.map((tick) => tick.day)).toEqual([...bars.day]);
        expect(ticks.map((tick) => tick.low)).toEqual([...bars.low]);
        expect(ticks.map((tick) => tick.price)).toEqual([...bars.close]);
        expect(ticks.map((tick) => tick.size)).toEqual([...bars.volume]);
      }),
      { numRuns: 50 },
    );
  });

  test('larger than its window is whole, unpacked or packed', () =>
    inFolder(async (folder) => {
      const bars = plainBars(MINUTES, 60_000);
      const text = csvOf(bars);
      expect(text.length).toBeGreaterThan(3 * 2 ** 20);
      const sums = { at: 0, price: 0, count: 0 };
      const take = (tick: Tick) => {
        sums.at += tick.at;
        sums.price += tick.price;
        sums.count += 1;
      };
      const plain = writeFile(folder, 'x.csv', text);
      for (const tick of streamTicks(plain, SPY)) take(tick);
      const wanted = {
        at: bars.end.reduce((a, b) => a + b),
        price: bars.close.reduce((a, b) => a + b),
        count: bars.length,
      };
      expect(sums).toEqual(wanted);
      for (const file of [plain, writeFile(folder, 'x.csv.gz', zlib.gzipSync(text))]) {
        Object.assign(sums, { at: 0, price: 0, count: 0 });
        for await (const batch of tickBatches(file, SPY)) for (const tick of batch) take(tick);
        expect(sums).toEqual(wanted);
      }
      expect(readBars(plain, SPY).length).toBe(bars.length);
    }));

  test('uses one object for all rows', async () => {
    await inFolder((folder) => {
      const file = writeFile(folder, 'x.csv', csvOf(plainBars(MINUTES, 5)));
      expect(new Set(streamTicks(file, SPY)).size).toBe(1);
    });
  });

  test('of several symbols names each row, and keeps the order of each', async () => {
    const header = 'timestamp,symbol,open,high,low,close,volume\n';
    const text = `${header}${row('A', 30)}${row('B', 30)}${row('A', 31)}${row('B', 31)}`;
    const ticks = await collect(text, {});
    expect(ticks.map((tick) => tick.symbol)).toEqual(['A', 'B', 'A', 'B']);
    expect((await collect(text, { symbol: 'B' })).length).toBe(2);
    await expect(collect(text + row('A', 31), {})).rejects.toThrow(
      'row 6, column "timestamp": found "2025-10-01T09:31:00", ' +
        'wanted a time after that of row 4 of "A"',
    );
  });
});

describe('a stream of trades', () => {
  const text =
    'time,price,size,exchange\n2013-10-07T08:00:30.270Z,181.52,283,P\n' +
    '2013-10-07T08:00:30.270Z,181.5201,1,P\n2013-10-07T08:00:31Z,181.5,,Q\n';

  test('has times, prices and sizes; equal times are in order', async () => {
    const ticks = await collect(text, { symbol: 'IBM' });
    expect(ticks.map(({ kind, symbol, price, size }) => [kind, symbol, price, size])).toEqual([
      ['trade', 'IBM', 181_520_000, 283],
      ['trade', 'IBM', 181_520_100, 1],
      ['trade', 'IBM', 181_500_000, Number.NaN],
    ]);
    expect(formatInstant(ticks[1]?.at ?? (0 as never))).toBe('2013-10-07T08:00:30.270Z');
  });

  test('that goes back in time is refused', async () => {
    const back = `${text}2013-10-07T08:00:30.999Z,181,1,P\n`;
    await expect(collect(back)).rejects.toThrow('wanted a time at or after that of row 4 of "SPY"');
  });

  test('is no file of bars', () =>
    inFolder((folder) => {
      const file = writeFile(folder, 'x.csv', text);
      expect(() => readBars(file, SPY)).toThrow(/no column "open", "high", "low", "close"/);
    }));
});

describe('a stream is refused', () => {
  const text = csvOf(plainBars(MINUTES, 3000));

  test('without a symbol to go by, at a bad row, and when empty', async () => {
    await expect(collect(text, {})).rejects.toThrow('has no column "symbol": name the symbol');
    await expect(collect(text.replace(',100.00,', ',zero,'))).rejects.toThrow(
      /row \d+, column "open": found "zero", wanted a price above zero/,
    );
    await expect(collect('')).rejects.toThrow('is empty');
    await expect(collectBatches('')).rejects.toThrow('is empty');
  });

  test('as gzip where it is read in one go, and as gzip that is cut off', async () => {
    const packed = zlib.gzipSync(text);
    await expect(collect(packed)).rejects.toThrow('is gzip; read it by batches');
    expect((await collectBatches(packed)).length).toBe(3000);
    await expect(collectBatches(packed.subarray(0, packed.length - 9))).rejects.toThrow(
      'gzip data is cut off before its end',
    );
  });

  test('when a batch is left before its end, so that no row is lost unseen', () =>
    inFolder(async (folder) => {
      const file = writeFile(folder, 'x.csv', csvOf(plainBars(MINUTES, 20_000)));
      const leave = async () => {
        for await (const batch of tickBatches(file, SPY)) for (const _ of batch) break;
      };
      await expect(leave()).rejects.toThrow('were left unread');
    }));

  test('when it is no file', () =>
    inFolder(async (folder) => {
      expect(() => [...streamTicks(folder, SPY)]).toThrow('is a folder');
      expect(() => [...streamTicks(`${folder}/none.csv`, SPY)]).toThrow('does not exist');
      await expect(tickBatches(`${folder}/none.csv`, SPY).next()).rejects.toThrow('does not exist');
    }));
});

describe('a window of lines', () => {
  test('gives each byte once, in whole lines, however they come in', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 9 }));
    fc.assert(
      fc.property(lines, fc.array(fc.integer({ min: 1, max: 7 })), (parts, sizes) => {
        const bytes = new TextEncoder().encode(parts.map((part) => `${part}\n`).join('') + 'end');
        const window = new LineWindow('x', 16);
        let out = '';
        const drain = (atEnd: boolean) => {
          const input = window.lines(atEnd);
          if (!input) return;
          const text = new TextDecoder().decode(input.bytes.subarray(input.position, input.limit));
          expect(atEnd || text.endsWith('\n')).toBe(true);
          out += text;
        };
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const room = window.room();
          const part = bytes.subarray(at, at + Math.min(room.length, sizes[turn] ?? 5));
          room.set(part);
          window.wrote(part.length);
          at += part.length;
          drain(false);
        }
        drain(true);
        expect(out).toBe(new TextDecoder().decode(bytes));
      }),
    );
  });

  test('refuses a line that it cannot hold', () => {
    const window = new LineWindow('x.csv', 4);
    window.room().set([97, 97, 97, 97]);
    window.wrote(4);
    expect(window.lines(false)).toBeUndefined();
    expect(() => window.room()).toThrow('File "x.csv": has a line longer than 4 bytes');
  });
});
