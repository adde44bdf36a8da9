import { expect, test } from 'vitest';
import { vwap } from './index.ts';

const bar = (price: number, volume: number) => ({
  open: price,
  high: price + 1,
  low: price - 1,
  close: price,
  volume,
});

test('prices count by their volume', () => {
  const mean = vwap();
  mean.update(bar(10, 100));
  expect(mean.update(bar(20, 300))).toBe(17.5);
});

test('the typical price is the mean of high, low and close', () => {
  expect(vwap().update({ open: 1, high: 12, low: 6, close: 9.6, volume: 5 })).toBeCloseTo(9.2, 12);
});

test('bars without volume or of unknown volume count nothing', () => {
  const mean = vwap();
  expect(mean.update(bar(10, Number.NaN))).toBeNaN();
  expect(mean.update(bar(10, 0))).toBeNaN();
  expect(mean.ready).toBe(false);
  expect(mean.update(bar(30, 2))).toBe(30);
  expect(mean.update(bar(99, Number.NaN))).toBe(30);
});

test('a reset forgets all, and a replacement after it adds nothing old', () => {
  const mean = vwap();
  mean.update(bar(10, 100));
  mean.reset();
  expect(mean.ready).toBe(false);
  expect(mean.value).toBeNaN();
  expect(mean.snapshot()).toEqual(vwap().snapshot());
  mean.replace(bar(50, 1));
  expect(mean.value).toBe(50);
});

test.each([-1, 1 / 0])('volume %d is refused', (volume) => {
  expect(() => vwap().update(bar(10, volume))).toThrow('is not possible');
});
