import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput, BrokenPromise } from '../../base/index.ts';
import type { Indicator, Ohlcv, Saved } from '../indicator.ts';
import * as indicators from './index.ts';

/** An indicator seen as one over bars, its value as a list of numbers. */
interface Subject {
  readonly name: string;
  /** Inputs until it is ready. */
  readonly warm: number;
  /** Inputs until no field is NaN, where that is not `warm`. */
  readonly whole?: number;
  make(): Indicator<Ohlcv, unknown>;
}

/** Feeds closes to an indicator of numbers. */
const ofCloses = (name: string, warm: number, make: () => Indicator<number, unknown>): Subject => ({
  name,
  warm,
  make: () => {
    const inner = make();
    return {
      get value() {
        return inner.value;
      },
      get ready() {
        return inner.ready;
      },
      update: (bar) => inner.update(bar.close),
      replace: (bar) => inner.replace(bar.close),
      snapshot: () => inner.snapshot(),
      restore: (saved) => inner.restore(saved),
    };
  },
});

const ofBars = (name: string, warm: number, make: () => Indicator<Ohlcv, unknown>): Subject => ({
  name,
  warm,
  make,
});

const kalman = (symmetricVolume: boolean) => () =>
  indicators.kalmanTrend({
    measurementNoise: 2000,
    processNoise1: 0.01,
    processNoise2: 0.01,
    symmetricVolume,
  });

const SUBJECTS: readonly Subject[] = [
  { ...ofCloses('ring', 4, () => indicators.ring(4)), whole: 1 },
  ofCloses('sma', 5, () => indicators.sma(5)),
  ofCloses('sma of one', 1, () => indicators.sma(1)),
  ofCloses('sma, partial', 1, () => indicators.sma(5, { partial: true })),
  ofCloses('ema, first', 1, () => indicators.ema(5, { seed: 'first' })),
  ofCloses('ema, sma', 5, () => indicators.ema(5, { seed: 'sma' })),
  ofCloses('emaAdjusted', 1, () => indicators.emaAdjusted(5)),
  ofCloses('wma', 4, () => indicators.wma(4)),
  ofCloses('stdev', 5, () => indicators.stdev(5)),
  ofCloses('stdev, population', 2, () => indicators.stdev(2, { population: true })),
  ofCloses('zscore', 4, () => indicators.zscore(4)),
  ofCloses('realizedVolatility', 5, () => indicators.realizedVolatility(4)),
  ofCloses('roc', 4, () => indicators.roc(3)),
  ofCloses('highest', 4, () => indicators.highest(4)),
  ofCloses('lowest', 3, () => indicators.lowest(3)),
  ofCloses('highest of one', 1, () => indicators.highest(1)),
  ofCloses('rsi', 4, () => indicators.rsi(3)),
  ofCloses('macd, sma', 7, () => indicators.macd(2, 5, 3)),
  ofCloses('macd, first', 1, () => indicators.macd(2, 5, 3, { seed: 'first' })),
  ofCloses('bollinger', 4, () => indicators.bollinger(4, 2)),
  ofCloses('bollinger, sample', 4, () => indicators.bollinger(4, 2, { sample: true })),
  ofBars('atr as TA-Lib', 5, () =>
    indicators.atr(4, { smoothing: 'wilder', firstTrueRange: 'skip' }),
  ),
  ofBars('atr, wilder, high-low', 4, () =>
    indicators.atr(4, { smoothing: 'wilder', firstTrueRange: 'high-low' }),
  ),
  ofBars('atr, ema, skip', 2, () =>
    indicators.atr(4, { smoothing: 'ema', firstTrueRange: 'skip' }),
  ),
  ofBars('atr, ema, high-low', 1, () =>
    indicators.atr(4, { smoothing: 'ema', firstTrueRange: 'high-low' }),
  ),
  ofBars('trueRange', 2, () => indicators.trueRange()),
  ofBars('adx', 6, () => indicators.adx(3)),
  ofBars('vwap', 1, () => indicators.vwap()),
  { ...ofBars('kalmanTrend', 1, kalman(false)), whole: 2 },
  { ...ofBars('kalmanTrend, symmetric', 1, kalman(true)), whole: 2 },
];

const fieldsOf = (value: unknown): number[] =>
  typeof value === 'number' ? [value] : Object.values(value as Record<string, number>);

/** Prices in cents, so that equal neighbors, ties and flat bars come up. */
const bars = (volume: fc.Arbitrary<number>): fc.Arbitrary<Ohlcv> =>
  fc
    .tuple(fc.array(fc.integer({ min: 990, max: 1010 }), { minLength: 4, maxLength: 4 }), volume)
    .map(([cents, shares]) => {
      const [low, a, b, high] = cents.toSorted((x, y) => x - y).map((cent) => cent / 100);
      const [open, close] = (cents[0] as number) % 2 === 0 ? [a, b] : [b, a];
      return { open, high, low, close, volume: shares } as Ohlcv;
    });

const anyVolume = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 1, max: 1_000_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(0, Number.NaN) },
);
const anyBar = bars(anyVolume);
const series = fc.array(anyBar, { minLength: 1, maxLength: 30 });

/** Everything that can be seen of an indicator. */
const seen = (indicator: Indicator<Ohlcv, unknown>) => ({
  value: fieldsOf(indicator.value),
  ready: indicator.ready,
  saved: indicator.snapshot(),
});

const valuesOf = (indicator: Indicator<Ohlcv, unknown>, inputs: readonly Ohlcv[]) =>
  inputs.map((bar) => fieldsOf(indicator.update(bar)));

const throughJson = (saved: Saved): Saved => JSON.parse(JSON.stringify(saved)) as Saved;

describe.each(SUBJECTS)('$name', ({ make, warm, whole = warm }) => {
  test('a replaced input leaves no trace', () => {
    const steps = fc.array(fc.tuple(anyBar, fc.array(anyBar, { maxLength: 2 })), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (history) => {
        const straight = make();
        const corrected = make();
        for (const [bar, mistakes] of history) {
          straight.update(bar);
          for (const [i, mistake] of mistakes.entries()) {
            if (i === 0) corrected.update(mistake);
            else corrected.replace(mistake);
          }
          if (mistakes.length === 0) corrected.update(bar);
          else corrected.replace(bar);
          expect(seen(corrected)).toEqual(seen(straight));
        }
      }),
    );
  });

  test('before the first update a replacement is an update', () => {
    fc.assert(
      fc.property(anyBar, anyBar, (first, second) => {
        const straight = make();
        const replaced = make();
        straight.update(second);
        replaced.replace(first);
        replaced.replace(second);
        expect(seen(replaced)).toEqual(seen(straight));
      }),
    );
  });

  test('a restored snapshot goes on as if nothing had happened', () => {
    fc.assert(
      fc.property(series, series, anyBar, (before, after, other) => {
        const whole = make();
        for (const bar of before) whole.update(bar);
        const restored = make();
        restored.update(other);
        restored.restore(throughJson(whole.snapshot()));
        expect(seen(restored)).toEqual(seen(whole));
        whole.replace(other);
        restored.replace(other);
        for (const bar of after) {
          expect(fieldsOf(restored.update(bar))).toEqual(fieldsOf(whole.update(bar)));
        }
        expect(seen(restored)).toEqual(seen(whole));
      }),
    );
  });

  test('values do not depend on what comes later', () => {
    fc.assert(
      fc.property(series, series, series, (past, future, otherFuture) => {
        const one = valuesOf(make(), [...past, ...future]).slice(0, past.length);
        const other = valuesOf(make(), [...past, ...otherFuture]).slice(0, past.length);
        expect(one).toEqual(other);
      }),
    );
  });

  test('it is NaN until warm, and a number from then on', () => {
    const traded = bars(fc.integer({ min: 1, max: 1_000_000 }));
    fc.assert(
      fc.property(fc.array(traded, { minLength: warm, maxLength: 30 }), (inputs) => {
        const indicator = make();
        expect(indicator.ready).toBe(false);
        inputs.forEach((bar, i) => {
          const fields = fieldsOf(indicator.update(bar));
          expect(indicator.ready).toBe(i + 1 >= warm);
          expect(fields.every(Number.isFinite)).toBe(i + 1 >= whole);
        });
      }),
    );
  });

  test('an input that is not finite is refused and changes nothing', () => {
    fc.assert(
      fc.property(series, fc.constantFrom(Number.NaN, 1 / 0, -1 / 0), (history, close) => {
        const indicator = make();
        for (const bar of history) indicator.update(bar);
        const before = seen(indicator);
        const bad = { open: 1, high: 1, low: 1, close, volume: 1 };
        expect(() => indicator.update(bad)).toThrow(BrokenPromise);
        expect(() => indicator.replace(bad)).toThrow(BrokenPromise);
        expect(seen(indicator)).toEqual(before);
      }),
      { numRuns: 20 },
    );
  });

  test('what an update and a replacement give is the value', () => {
    fc.assert(
      fc.property(series, anyBar, (history, bar) => {
        const indicator = make();
        for (const each of history) expect(indicator.update(each)).toBe(indicator.value);
        expect(indicator.replace(bar)).toBe(indicator.value);
      }),
      { numRuns: 20 },
    );
  });

  test('a snapshot of another size is refused', () => {
    const indicator = make();
    expect(() => indicator.restore([...indicator.snapshot(), 0])).toThrow(BrokenPromise);
  });
});

const FACTORIES: [string, (length: number) => unknown][] = [
  ['ring', indicators.ring],
  ['sma', indicators.sma],
  ['ema', (n) => indicators.ema(n, { seed: 'first' })],
  ['emaAdjusted', indicators.emaAdjusted],
  ['wma', indicators.wma],
  ['stdev', indicators.stdev],
  ['zscore', indicators.zscore],
  ['realizedVolatility', indicators.realizedVolatility],
  ['roc', indicators.roc],
  ['highest', indicators.highest],
  ['lowest', indicators.lowest],
  ['rsi', indicators.rsi],
  ['macd, fast', (n) => indicators.macd(n, 100)],
  ['macd, slow', (n) => indicators.macd(1, n)],
  ['macd, signal', (n) => indicators.macd(12, 26, n)],
  ['bollinger', (n) => indicators.bollinger(n, 2)],
  ['atr', (n) => indicators.atr(n, { smoothing: 'ema', firstTrueRange: 'skip' })],
  ['adx', indicators.adx],
];

test.each(FACTORIES)('%s refuses a length that is not a whole number above zero', (_, factory) => {
  for (const length of [0, -1, 2.5, Number.NaN, 1 / 0]) {
    expect(() => factory(length)).toThrow(BadInput);
  }
});
