import { expect, test } from 'vitest';
import { atr, ema, trueRange } from './index.ts';
import { randomBars } from './series.fixture.ts';

const BARS = randomBars(21, 300);

test('ATR by EMA is the EMA of true ranges, the first one high less low', () => {
  const range = trueRange();
  const mean = ema(14, { seed: 'first' });
  const average = atr(14, { smoothing: 'ema', firstTrueRange: 'high-low' });
  for (const [i, bar] of BARS.entries()) {
    range.update(bar);
    mean.update(i === 0 ? bar.high - bar.low : range.value);
    expect(average.update(bar)).toBe(mean.value);
  }
});

test('ATR by Wilder with the first high less low has one more range to begin with', () => {
  const average = atr(3, { smoothing: 'wilder', firstTrueRange: 'high-low' });
  const bar = (high: number, low: number, close: number) =>
    average.update({ open: close, high, low, close, volume: 1 });
  expect(bar(12, 10, 11)).toBeNaN();
  expect(bar(15, 13, 14)).toBeNaN();
  expect(bar(14, 8, 9)).toBeCloseTo((2 + 4 + 6) / 3, 12);
  expect(bar(9, 9, 9)).toBeCloseTo((4 * 2 + 0) / 3, 12);
});

test('a gap counts in the true range, up and down', () => {
  const range = trueRange();
  const bar = (high: number, low: number, close: number) =>
    range.update({ open: close, high, low, close, volume: 1 });
  expect([bar(10, 9, 10), bar(13, 12, 12), bar(9, 8, 9), bar(10, 9, 9)]).toEqual([
    Number.NaN,
    3,
    4,
    1,
  ]);
});
