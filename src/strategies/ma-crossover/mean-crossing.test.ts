import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../base/index.ts';
import { MeanCrossing } from './mean-crossing.ts';

const lengths = fc
  .tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 12 }))
  .map(([fast, more]) => ({ fast, slow: fast + more }));
/** Few prices far apart and close together, so that ties are frequent. */
const prices = fc.array(fc.constantFrom(1_000_000, 1_000_001, 2_000_000, 3_000_000, 7_123_457), {
  minLength: 1,
  maxLength: 80,
});

const mean = (xs: readonly number[]) => xs.reduce((a, b) => a + b, 0) / xs.length;

const sum = (ys: readonly number[]) => ys.reduce((total, y) => total + BigInt(y), 0n);

/** -1, 0 or 1 as the mean of the last `fast` stands to that of the last `slow`, by fractions. */
function side(xs: readonly number[], fast: number, slow: number): number {
  const [a, b] = [xs.slice(-fast), xs.slice(-slow)];
  const gap = sum(a) * BigInt(b.length) - sum(b) * BigInt(a.length);
  return gap === 0n ? 0 : gap > 0n ? 1 : -1;
}

function naive(xs: readonly number[], fast: number, slow: number): number[] {
  return xs.map((_, i) => {
    const now = side(xs.slice(0, i + 1), fast, slow);
    const before = i === 0 ? 0 : side(xs.slice(0, i), fast, slow);
    return (before <= 0 && now > 0) || (before >= 0 && now < 0) ? now : 0;
  });
}

describe('crossing of means', () => {
  test('is that of whole fractions taken anew for each bar', () => {
    fc.assert(
      fc.property(lengths, prices, ({ fast, slow }, xs) => {
        const crossing = new MeanCrossing(fast, slow);
        const found = xs.map((x) => crossing.update(x));
        expect(found).toEqual(naive(xs, fast, slow));
        expect(crossing.fast).toBeCloseTo(mean(xs.slice(-fast)), 3);
        expect(crossing.slow).toBeCloseTo(mean(xs.slice(-slow)), 3);
        expect(crossing.latest).toBe(xs.at(-1));
      }),
    );
  });

  test('replacing leaves the state as if the replaced input had never been', () => {
    fc.assert(
      fc.property(lengths, prices, fc.nat(9_999_999), ({ fast, slow }, xs, wrong) => {
        const [plain, mended] = [new MeanCrossing(fast, slow), new MeanCrossing(fast, slow)];
        for (const x of xs) {
          plain.update(x);
          mended.update(wrong);
          expect(mended.replace(x)).toBe(plain.value);
        }
        expect(mended.snapshot()).toEqual(plain.snapshot());
        expect(new MeanCrossing(fast, slow).replace(5)).toBe(0);
      }),
    );
  });

  test('a snapshot, also of nothing, is text that restores it', () => {
    fc.assert(
      fc.property(lengths, prices, fc.nat(80), ({ fast, slow }, xs, cut) => {
        const [first, second] = [new MeanCrossing(fast, slow), new MeanCrossing(fast, slow)];
        second.update(42);
        for (const x of xs.slice(0, cut)) first.update(x);
        second.restore(JSON.parse(canonical(first.snapshot())));
        expect(second.value).toBe(first.value);
        for (const x of xs) expect(second.update(x)).toBe(first.update(x));
      }),
    );
  });

  test('has no means before the first input', () => {
    const crossing = new MeanCrossing(2, 3);
    expect([crossing.ready, crossing.fast, crossing.slow, crossing.latest]).toEqual([
      false,
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
  });

  test('refuses lengths that are not in order', () => {
    expect(() => new MeanCrossing(5, 5)).toThrow('"5" is not below "5"');
  });
});
