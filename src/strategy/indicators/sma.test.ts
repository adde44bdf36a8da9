import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sma, wma } from './index.ts';
import { seeded } from './series.fixture.ts';

const MICRODOLLARS = fc.array(fc.integer({ min: 1, max: 900_000_000_000 }), { maxLength: 80 });

test('means of whole inputs are the exact sum divided once', () => {
  fc.assert(
    fc.property(MICRODOLLARS, fc.integer({ min: 1, max: 30 }), (inputs, length) => {
      const mean = sma(length);
      inputs.forEach((input, i) => {
        const value = mean.update(input);
        const window = inputs.slice(Math.max(0, i + 1 - length), i + 1);
        const exact = Number(window.reduce((sum, x) => sum + BigInt(x), 0n)) / length;
        expect(value).toBe(window.length < length ? Number.NaN : exact);
      });
    }),
  );
});

test('a fast and a slow mean over equal windows are tied, whatever came before', () => {
  const fast = sma(5);
  const slow = sma(20);
  const random = seeded(7);
  for (let i = 0; i < 10_000; i += 1) {
    const close = Math.round(1e8 * (1 + random()));
    fast.update(close);
    slow.update(close);
  }
  for (let i = 0; i < 20; i += 1) {
    fast.update(123_456_789);
    slow.update(123_456_789);
  }
  expect(fast.value).toBe(slow.value);
});

test('a partial mean is of what is there', () => {
  const mean = sma(3, { partial: true });
  expect([10, 20, 60, 70].map((x) => mean.update(x))).toEqual([10, 15, 30, 50]);
});

test.each([
  ['sma', sma],
  ['wma', wma],
])('%s: rounding left behind by a huge input is gone after two windows', (_, make) => {
  const [soiled, clean] = [make(14), make(14)];
  const random = seeded(3);
  for (let i = 0; i < 60; i += 1) {
    const input = random();
    soiled.update(i === 20 ? 1e15 + 0.3 : input);
    clean.update(input);
  }
  expect(Math.abs(soiled.value / clean.value - 1)).toBeLessThan(1e-15);
});

test('means of fractions agree with direct sums after 100,000 updates', () => {
  const length = 14;
  const mean = sma(length);
  const random = seeded(3);
  const window: number[] = [];
  let worst = 0;
  for (let i = 0; i < 100_000; i += 1) {
    const input = 0.1 + 1e6 * random();
    window.push(input);
    if (window.length > length) window.shift();
    const wanted = window.reduce((sum, x) => sum + x, 0) / length;
    const value = mean.update(input);
    if (mean.ready) worst = Math.max(worst, Math.abs(value / wanted - 1));
  }
  expect(worst).toBeLessThan(1e-14);
});
