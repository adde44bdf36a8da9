import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Instant } from '../base/index.ts';
import { type Bars, BarCursor, RowView } from '../market/index.ts';
import { hold } from '../strategy/index.ts';
import { decodeInput, encodeInput } from './codec.ts';
import {
  bookOf,
  date,
  Desk,
  deskSaying,
  priced,
  puppet,
  saying,
  setupOf,
  want,
} from './desk.fixture.ts';
import { planOf } from './setup.ts';
import { keepBar, keptBars, newWindow } from './window.ts';

const row = (at: number, close: number, symbol = 'A') => ({
  symbol,
  at: at as Instant,
  day: 19_725,
  open: priced(close),
  high: priced(close + 1),
  low: priced(close - 0.5),
  close: priced(close),
  volume: null,
});

describe('bars', () => {
  test('move marks, are folded, and ask the books they trigger', () => {
    const desk = deskSaying([want({ A: 1 })]);
    desk.bars('2024-01-03', { A: 200, B: 20 });
    expect([...desk.state.marks]).toEqual([200_000_000, 20_000_000]);
    expect(desk.orders).toEqual(['buy 500 A']);
  });

  test('of a daily book decide nothing outside a backtest', () => {
    const desk = deskSaying([want({ A: 1 })]);
    const bars = [new RowView(row(1, 100))];
    desk.take({ kind: 'bars', at: 1 as Instant, bars, series: [0], decide: 'every-bar' });
    desk.bars('2024-01-03', undefined, 'none');
    expect(desk.of('decision')).toEqual([]);
  });

  test('that came before count once, and the rest of their group goes on (F043)', () => {
    let folded = 0;
    const parts = { decide: () => hold('x'), onBar: () => void folded++ };
    const desk = new Desk(setupOf([bookOf('one', parts)]));
    desk.bars('2024-01-03');
    const { marks, windows } = desk.state;
    const kept = canonical(windows.map((window) => keptBars(window, 9)));
    desk.bars('2024-01-03', { A: 1, B: 1 });
    expect(folded).toBe(2);
    expect([...marks]).toEqual([100_000_000, 50_000_000]);
    expect(canonical(windows.map((window) => keptBars(window, 9)))).toBe(kept);
    expect(desk.alerts).toEqual(['barsRepeated']);
    expect(desk.of('decision')).toHaveLength(1);
    const { at } = desk.state;
    const bars = [new RowView(row(at, 7)), new RowView(row(at + 1, 8, 'B'))];
    desk.take({ kind: 'bars', at: (at + 1) as Instant, bars, series: [0, 1], decide: 'none' });
    expect([...marks]).toEqual([100_000_000, 8_000_000]);
    expect(folded).toBe(3);
  });

  test('are seen by a fresh strategy each day: its last ones, and one of the price now', () => {
    const seen: number[][] = [];
    const parts = {
      onBar: (bar: { close: number }) => void seen.at(-1)?.push(bar.close),
      decide: () => hold('x'),
    };
    const strategy = puppet(parts);
    const create: typeof strategy.create = (params, tools) => {
      seen.push([]);
      return strategy.create(params, tools);
    };
    const book = { ...bookOf('one', {}, { restart: 2 }), strategy: { ...strategy, create } };
    const desk = new Desk(setupOf([book]));
    desk.bars('2024-01-02', { A: 1, B: 10 }, 'none');
    desk.bars('2024-01-03', { A: 2, B: 20 }, 'none');
    desk.bars('2024-01-04', { A: 2.1, B: 21 }, 'none');
    desk.decideOn('2024-01-05', { A: 2.2, B: 22 });
    expect(seen.at(-1)).toEqual([2, 20, 2.1, 21, 2.2, 22]);
  });
});

describe('a plan of look-ups', () => {
  test('refuses a desk without a series that a book follows, or in another timeframe', () => {
    const books = [bookOf('one', {})];
    const [a] = setupOf(books).series;
    expect(() => planOf(setupOf(books, { series: [a!] }))).toThrow('"B" in bars of 1d');
    const series = ['A', 'B'].map((symbol) => ({ ...a!, symbol, timeframe: '5m' as const }));
    expect(() => planOf(setupOf(books, { series }))).toThrow('Book "one"');
  });

  test('refuses a strategy that nothing triggers, or two series', () => {
    for (const trigger of [true, false]) {
      const subscriptions = () =>
        ['A', 'B'].map((symbol) => ({ symbol, timeframe: '1d' as const, warmup: 1, trigger }));
      const strategy = { ...puppet(), subscriptions };
      const setup = setupOf([{ ...bookOf('one', {}), strategy }]);
      expect(() => planOf(setup)).toThrow('exactly one trigger');
    }
  });

  test('keeps as many bars as the longest restart or warm-up wants', () => {
    const books = [
      bookOf('one', {}, { restart: 7 }),
      { ...bookOf('two', {}), strategy: puppet({}, 9) },
    ];
    expect(planOf(setupOf(books)).kept).toEqual([9, 9]);
  });
});

describe('a window of bars', () => {
  test('keeps the newest, oldest first, whatever its size', () => {
    fc.assert(
      fc.property(fc.nat({ max: 6 }), fc.nat({ max: 20 }), fc.nat({ max: 8 }), (size, n, count) => {
        const window = newWindow(size);
        for (let i = 1; i <= n; i++) keepBar(window, new RowView(row(i, i)));
        const wanted = Array.from({ length: n }, (_, i) => i + 1).slice(
          -Math.min(size, count) || n,
        );
        expect(keptBars(window, count).map(({ at }) => at)).toEqual(wanted);
      }),
    );
  });

  test('keeps exact prices and what is unknown', () => {
    const window = newWindow(2);
    const one = { ...row(5, 0.383862), volume: null };
    keepBar(window, new RowView(one));
    const { symbol: _, ...rest } = one;
    expect(keptBars(window, 1)).toEqual([rest]);
  });
});

describe('an input as text', () => {
  test('a bar that moves on cannot be journaled', () => {
    const column = Float64Array.of(1);
    const bars = { symbol: 'A', end: column, close: column, length: 1 } as unknown as Bars;
    const input = { kind: 'bars', at: 1, bars: [new BarCursor(bars)], series: [0], decide: 'all' };
    expect(() => encodeInput(input as never)).toThrow('stands still');
  });

  test('bars come back as they were, provisional where they were', () => {
    for (const kind of ['bars', 'observation'] as const) {
      const bars = [new RowView(row(3, 1.5), kind === 'observation')];
      const input = { kind, at: 3, bars, series: [0], book: 0, date: date('2024-01-03') } as never;
      const text = canonical(encodeInput(input));
      const back = decodeInput(JSON.parse(text)) as unknown as { bars: RowView[] };
      expect(back.bars[0]?.copy()).toEqual(bars[0]?.copy());
    }
  });

  test('an input without bars is its own text', () => {
    const desk = deskSaying([]);
    expect(encodeInput({ kind: 'time', at: desk.state.at })).toEqual({ kind: 'time', at: 0 });
    expect(saying().decide?.(undefined as never).action).toBe('hold');
  });
});
