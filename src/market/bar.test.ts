import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, dateOfDay, instant, price } from '../base/index.ts';
import {
  BarCursor,
  type BarRow,
  barsOfRows,
  rowAt,
  sliceBars,
  type Timeframe,
  timeframeMs,
} from './bar.ts';

const HEAD = { symbol: 'SPY', timeframe: '1d', source: 'test', adjustment: 'raw' } as const;
const micros = fc.integer({ min: 1, max: 1e12 }).map(price);
const row = (day: number) =>
  fc.record<BarRow>({
    symbol: fc.constant('SPY'),
    at: fc.constant(instant(day * 86_400_000 + 75_600_000)),
    day: fc.constant(day),
    open: micros,
    high: micros,
    low: micros,
    close: micros,
    volume: fc.option(fc.integer({ min: 0, max: 1e10 })),
  });
const rows = fc
  .integer({ min: 0, max: 20 })
  .chain((length) => fc.tuple(...Array.from({ length }, (_, i) => row(20_000 + i))));

describe('timeframes', () => {
  test.each([
    ['1s', 1_000],
    ['90s', 90_000],
    ['1m', 60_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1d', 86_400_000],
  ])('"%s" is %i ms', (text, ms) => expect(timeframeMs(text as Timeframe)).toBe(ms));

  test.each(['', 'm', '0m', '01m', '-1m', '1.5m', '1 m', '1M', '1w', '10000m', '1m '])(
    '"%s" is refused',
    (text) => expect(() => timeframeMs(text as Timeframe)).toThrow(BadInput),
  );
});

describe('columns', () => {
  test('rows survive the way through columns', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const bars = barsOfRows(HEAD, list);
        expect(bars.length).toBe(list.length);
        expect(list.map((_, i) => rowAt(bars, i))).toEqual(list);
      }),
    );
  });

  test('a volume that is unknown is NaN in the column and null in the row', () => {
    const [known] = fc.sample(row(20_000), { numRuns: 1, seed: 7 });
    const bars = barsOfRows(HEAD, [{ ...(known as BarRow), volume: null }]);
    expect(bars.volume[0]).toBeNaN();
    expect(rowAt(bars, 0).volume).toBeNull();
  });

  test('a slice has the rows of the list slice and shares their memory', () => {
    fc.assert(
      fc.property(rows, fc.nat(20), fc.nat(20), (list, a, b) => {
        const [from, to] = [Math.min(a, b, list.length), Math.min(Math.max(a, b), list.length)];
        const bars = barsOfRows(HEAD, list);
        const slice = sliceBars(bars, from, to);
        expect(slice.length).toBe(to - from);
        expect(slice.close.length).toBe(slice.length);
        expect(slice.close.buffer).toBe(bars.close.buffer);
        const read = Array.from({ length: slice.length }, (_, i) => rowAt(slice, i));
        expect(read).toEqual(list.slice(from, to));
      }),
    );
  });

  test('a slice past the end has only the bars that are there', () => {
    const bars = barsOfRows(HEAD, fc.sample(row(20_000), { numRuns: 3, seed: 7 }));
    expect(sliceBars(bars, 1, 99).length).toBe(2);
    expect(sliceBars(bars, 5, 9).length).toBe(0);
    expect(sliceBars(bars, 2, 1).length).toBe(0);
  });
});

describe('cursor', () => {
  test('it shows each row in dollars as it moves', () => {
    fc.assert(
      fc.property(rows, (list) => {
        const cursor = new BarCursor(barsOfRows(HEAD, list));
        list.forEach((wanted, i) => {
          cursor.index = i;
          expect(cursor.at).toBe(wanted.at);
          expect(cursor.date).toBe(dateOfDay(wanted.day));
          expect(cursor.closePrice).toBe(wanted.close);
          const { open, high, low, close } = cursor;
          const shown = [open, high, low, close].map((dollars) => Math.round(dollars * 1e6));
          expect(shown).toEqual([wanted.open, wanted.high, wanted.low, wanted.close]);
          expect(cursor.volume).toBe(wanted.volume ?? Number.NaN);
        });
      }),
    );
  });

  test('a copy stands still when the cursor moves on', () => {
    const list = [20_000, 20_001].flatMap((day) => fc.sample(row(day), { numRuns: 1, seed: 3 }));
    const cursor = new BarCursor(barsOfRows(HEAD, list), true);
    const copy = cursor.copy();
    cursor.index = 1;
    expect([copy.day, cursor.day]).toEqual([20_000, 20_001]);
    expect(copy).toMatchObject({ symbol: 'SPY', date: '2024-10-04', provisional: true });
    expect(copy.closePrice).toBe(list[0]?.close);
  });
});
