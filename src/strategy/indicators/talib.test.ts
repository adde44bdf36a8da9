import { beforeAll, describe, expect, test } from 'vitest';
import type { Indicator, Ohlcv } from '../indicator.ts';
import * as indicators from './index.ts';
import { type Columns, columnsOf, randomBars, realBars } from './series.fixture.ts';
import { loadTalib, type Talib } from './talib.fixture.ts';

/** One of our columns beside TA-Lib's, as long as the series. */
interface Case {
  readonly name: string;
  ours(bars: readonly Ohlcv[]): number[][];
  theirs(talib: Talib, columns: Columns, bars: readonly Ohlcv[]): Float64Array[];
}

type Fields<Value> = (value: Value) => number[];

function columns<Input, Value>(
  indicator: Indicator<Input, Value>,
  inputs: readonly Input[],
  fields: Fields<Value>,
): number[][] {
  const rows = inputs.map((input) => fields(indicator.update(input)));
  return (rows[0] ?? []).map((_, i) => rows.map((row) => row[i] as number));
}

const one: Fields<number> = (value) => [value];

const overCloses = <Value>(make: () => Indicator<number, Value>, fields: Fields<Value>) => ({
  ours: (bars: readonly Ohlcv[]) =>
    columns(
      make(),
      bars.map((bar) => bar.close),
      fields,
    ),
});

const overBars = <Value>(make: () => Indicator<Ohlcv, Value>, fields: Fields<Value>) => ({
  ours: (bars: readonly Ohlcv[]) => columns(make(), bars, fields),
});

const closeCase = (
  name: string,
  make: () => Indicator<number, number>,
  options: readonly number[],
): Case => ({
  name: `${name} ${options.join(' ')}`,
  ...overCloses(make, one),
  theirs: (talib, { close }) => talib.call(name, [close], options),
});

const barCase = (
  name: string,
  make: () => Indicator<Ohlcv, number>,
  options: readonly number[],
): Case => ({
  name: `${name} ${options.join(' ')}`,
  ...overBars(make, one),
  theirs: (talib, { high, low, close }) => talib.call(name, [high, low, close], options),
});

const wilderAtr = (n: number) => indicators.atr(n, { smoothing: 'wilder', firstTrueRange: 'skip' });

const percents = (bars: readonly Ohlcv[]): number[] =>
  bars.map((bar) => 100 * (bar.close / bar.open - 1));

const perLength = [2, 5, 14, 50].flatMap((n): Case[] => [
  closeCase('SMA', () => indicators.sma(n), [n]),
  closeCase('EMA', () => indicators.ema(n, { seed: 'sma' }), [n]),
  closeCase('WMA', () => indicators.wma(n), [n]),
  closeCase('ROCP', () => indicators.roc(n), [n]),
  closeCase('MAX', () => indicators.highest(n), [n]),
  closeCase('MIN', () => indicators.lowest(n), [n]),
  closeCase('RSI', () => indicators.rsi(n), [n]),
  barCase('ATR', () => wilderAtr(n), [n]),
  {
    name: `ADX with PLUS_DI and MINUS_DI ${n}`,
    ...overBars(
      () => indicators.adx(n),
      ({ adx, plusDi, minusDi }) => [adx, plusDi, minusDi],
    ),
    theirs: (talib, { high, low, close }) => {
      const of = (name: string) => talib.call(name, [high, low, close], [n])[0] as Float64Array;
      const adx = of('ADX');
      // We give all three from the bar on which the index begins.
      const begin = adx.findIndex((x) => !Number.isNaN(x));
      const from = (column: Float64Array) => column.fill(Number.NaN, 0, begin);
      return [adx, from(of('PLUS_DI')), from(of('MINUS_DI'))];
    },
  },
]);

/** TA-Lib subtracts large squares: on prices the test would measure its rounding, not ours. */
const deviationCase = (n: number): Case => ({
  name: `STDDEV ${n} of returns in percent`,
  ours: (bars) => columns(indicators.stdev(n, { population: true }), percents(bars), one),
  theirs: (talib, _, bars) => talib.call('STDDEV', [Float64Array.from(percents(bars))], [n, 1]),
});

const macdCase = (fast: number, slow: number, signal: number): Case => ({
  name: `MACD ${fast} ${slow} ${signal}`,
  ...overCloses(
    () => indicators.macd(fast, slow, signal),
    ({ macd, signal, histogram }) => [macd, signal, histogram],
  ),
  theirs: (talib, { close }) => talib.call('MACD', [close], [fast, slow, signal], 3),
});

const bandsCase = (n: number, width: number): Case => ({
  name: `BBANDS ${n} ${width}`,
  ...overCloses(
    () => indicators.bollinger(n, width),
    ({ middle, upper, lower }) => [upper, middle, lower],
  ),
  theirs: (talib, { close }) => talib.call('BBANDS', [close], [n, width, width, 0], 3),
});

const CASES: readonly Case[] = [
  ...perLength,
  deviationCase(5),
  deviationCase(21),
  barCase('TRANGE', () => indicators.trueRange(), []),
  barCase('ATR', () => wilderAtr(1), [1]),
  macdCase(12, 26, 9),
  macdCase(3, 10, 16),
  macdCase(2, 3, 2),
  bandsCase(20, 2),
  bandsCase(5, 1.5),
];

const REAL = realBars();

/**
 * Where two columns differ by more than 1e-9 of the value (of a thousandth of the price, where a
 * value is a difference of prices and may be near zero), or only one of them is NaN.
 */
function differences(ours: readonly number[], theirs: Float64Array, scale: number): string[] {
  const found: string[] = [];
  ours.forEach((value, i) => {
    const wanted = theirs[i] as number;
    const tolerance = 1e-9 * Math.max(Math.abs(wanted), 1e-3 * scale);
    const same = Number.isNaN(wanted) ? Number.isNaN(value) : Math.abs(value - wanted) <= tolerance;
    if (!same) found.push(`at ${i}: ${value}, TA-Lib ${wanted}`);
  });
  return found;
}

function compare(example: Case, talib: Talib, bars: readonly Ohlcv[]): string[] {
  const ours = example.ours(bars);
  const theirs = example.theirs(talib, columnsOf(bars), bars);
  const scale = bars.reduce((sum, bar) => sum + bar.close, 0) / bars.length;
  return ours.flatMap((column, i) => differences(column, theirs[i] as Float64Array, scale));
}

describe('equal to TA-Lib', () => {
  let talib: Talib;
  beforeAll(async () => {
    talib = await loadTalib();
  });

  test.each(CASES)('$name on random walks', (example) => {
    for (const seed of [1, 2, 3]) {
      expect(compare(example, talib, randomBars(seed, 700))).toEqual([]);
    }
  });

  test.skipIf(REAL === undefined).each(CASES)(
    '$name on QQQ (skipped without ../shared/data/daily/QQQ.csv.gz)',
    (example) => {
      expect(compare(example, talib, REAL ?? [])).toEqual([]);
    },
  );

  test('RSI of a price that never moves is 0', () => {
    const flat = new Float64Array(30).fill(50);
    const [theirs] = talib.call('RSI', [flat], [14]);
    const rsi = indicators.rsi(14);
    const ours = Array.from(flat, (close) => rsi.update(close));
    expect(differences(ours, theirs as Float64Array, 50)).toEqual([]);
  });

  test('ADX of bars that never move is 0', () => {
    const flat = Array.from({ length: 30 }, () => ({
      open: 5,
      high: 5,
      low: 5,
      close: 5,
      volume: 1,
    }));
    const example = CASES.find(({ name }) => name.startsWith('ADX')) as Case;
    expect(compare(example, talib, flat)).toEqual([]);
  });
});
