import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BarRow, barsOfRows, rowAt } from '../../market/index.ts';
import {
  barsFrom,
  DAILY,
  type Head,
  MINUTES,
  plainBars,
  plainOf,
  rowParts,
} from './bars.fixture.ts';
import type { LoadedBars } from './bar-columns.ts';
import { contentHash } from './content.ts';
import { assertSound, mergeBars } from './merge.ts';

const rowsOf = (bars: LoadedBars): BarRow[] =>
  Array.from({ length: bars.length }, (_, index) => rowAt(bars, index));

/** Two overlapping series: some rows of the second differ from the first. */
const pairs = fc
  .record({
    head: fc.constantFrom<Head>(DAILY, MINUTES),
    rows: fc.array(rowParts, { minLength: 2, maxLength: 30 }),
    keep: fc.array(fc.constantFrom('old', 'new', 'both', 'changed'), {
      minLength: 30,
      maxLength: 30,
    }),
  })
  .map(({ head, rows, keep }) => {
    const all = rowsOf(barsFrom(head, rows));
    const old = all.filter((_, index) => keep[index] !== 'new');
    const fresh = all.flatMap((row, index): BarRow[] => {
      if (keep[index] === 'old') return [];
      return [keep[index] === 'changed' ? { ...row, volume: (row.volume ?? 0) + 1 } : row];
    });
    const series = (part: BarRow[]): LoadedBars => ({ ...barsOfRows(head, part), notes: [] });
    return { old: series(old), fresh: series(fresh) };
  });

/** Far simpler: a map by time. */
function naive(old: LoadedBars, fresh: LoadedBars): BarRow[] {
  const rows = new Map(rowsOf(old).map((row) => [row.at, row]));
  for (const row of rowsOf(fresh)) rows.set(row.at, row);
  return [...rows.values()].sort((a, b) => a.at - b.at);
}

describe('merged bars', () => {
  test('are those of a map by time, and are counted right', () => {
    fc.assert(
      fc.property(pairs, ({ old, fresh }) => {
        const { bars, added, kept, replaced } = mergeBars(old, fresh, true);
        expect(rowsOf(bars)).toEqual(naive(old, fresh));
        expect(added + kept + replaced).toBe(fresh.length);
        expect(bars.length).toBe(old.length + added);
      }),
    );
  });

  test('need no word to replace where no row differs', () => {
    fc.assert(
      fc.property(pairs, ({ old, fresh }) => {
        const { bars, replaced } = mergeBars(old, fresh, true);
        fc.pre(replaced === 0);
        expect(plainOf(mergeBars(old, fresh).bars)).toEqual(plainOf(bars));
      }),
    );
  });

  test('are refused where rows differ, unless they are to be replaced', () => {
    fc.assert(
      fc.property(pairs, ({ old, fresh }) => {
        const { replaced } = mergeBars(old, fresh, true);
        fc.pre(replaced > 0);
        expect(() => mergeBars(old, fresh)).toThrow(`${replaced} rows differ from those stored`);
      }),
    );
  });

  test('say which row differs first, and how', () => {
    const old = plainBars(DAILY, 5);
    const fresh = { ...old, close: old.close.map((micros, i) => (i >= 2 ? micros - 1 : micros)) };
    expect(() => mergeBars(old, fresh)).toThrow(
      'Bars of "SPY": 3 rows differ from those stored; the first is 2023-01-05, ' +
        'close was "101.088", found "101.087999". Import with replace to take the new ones',
    );
  });

  test.each(['symbol', 'timeframe', 'source', 'adjustment'] as const)(
    'are never of two kinds of %s',
    (key) => {
      const bars = plainBars(DAILY, 3);
      const value = { symbol: 'QQQ', timeframe: '1m', source: 'yahoo', adjustment: 'all' }[key];
      expect(() => mergeBars(bars, { ...bars, [key]: value } as LoadedBars)).toThrow(
        `Bars of ${key} "${bars[key]}" and of ${key} "${value}" cannot be mixed in one series`,
      );
    },
  );
});

describe('bars that are not sound are refused', () => {
  const bars = plainBars(MINUTES, 3);
  const changed = (key: 'end' | 'open' | 'high' | 'low' | 'volume', value: number): LoadedBars => ({
    ...bars,
    [key]: bars[key].with(1, value),
  });

  test('and sound ones are not', () => expect(() => assertSound(bars)).not.toThrow());

  test.each([
    [changed('end', bars.end[0] as number), 'its time does not rise'],
    [changed('open', 1.5), 'its prices or volume are not sound'],
    [changed('open', Number.NaN), 'its prices or volume are not sound'],
    [changed('low', 0), 'its prices or volume are not sound'],
    [changed('high', bars.low[1] as number), 'its prices or volume are not sound'],
    [changed('volume', -1), 'its prices or volume are not sound'],
  ])('%#', (faulty, message) => {
    expect(() => assertSound(faulty)).toThrow(`Bar 2 of "SPY" (ending 2023-01-03T`);
    expect(() => assertSound(faulty)).toThrow(message);
  });
});

describe('the content hash', () => {
  test('is the same for equal series only', () => {
    const bars = plainBars(DAILY, 20);
    const hash = contentHash(bars);
    expect(contentHash({ ...plainBars(DAILY, 20), notes: ['mended'] } as LoadedBars)).toBe(hash);
    const others: LoadedBars[] = [
      { ...bars, symbol: 'QQQ' },
      { ...bars, adjustment: 'raw' },
      { ...bars, close: bars.close.with(7, (bars.close[7] as number) + 1) },
      { ...bars, volume: bars.volume.with(7, Number.NaN) },
      plainBars(DAILY, 19),
      plainBars(DAILY, 20, 1),
    ];
    expect(new Set([hash, ...others.map(contentHash)]).size).toBe(7);
  });

  test('knows one kind of NaN and one zero', () => {
    const bars = plainBars(DAILY, 2);
    const odd = new Float64Array(2);
    new BigUint64Array(odd.buffer).set([0xfff8_0000_0000_0001n, 0x8000_0000_0000_0000n]);
    const plain = Float64Array.of(Number.NaN, 0);
    expect(contentHash({ ...bars, volume: odd })).toBe(contentHash({ ...bars, volume: plain }));
  });
});
