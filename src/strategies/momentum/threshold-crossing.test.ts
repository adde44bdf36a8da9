import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical } from '../../base/index.ts';
import { ThresholdCrossing } from './threshold-crossing.ts';

/** Changes of 0.2 % exactly, and a little above and below it, are frequent. */
const prices = fc.array(
  fc.constantFrom(500_000_000, 501_000_000, 501_000_001, 500_999_999, 499_000_000, 498_999_999),
  { minLength: 1, maxLength: 60 },
);
const lookbacks = fc.integer({ min: 1, max: 12 });

/** The rule with whole fractions: 0.002 is 2/1000. */
function naive(xs: readonly number[], lookback: number): number[] {
  const zone = (i: number): number | null => {
    if (i < lookback) return null;
    const [now, past] = [BigInt(xs[i]!), BigInt(xs[i - lookback]!)];
    if ((now - past) * 1000n > past * 2n) return 1;
    return (now - past) * 1000n < past * -2n ? -1 : 0;
  };
  return xs.map((_, i) => {
    const [before, now] = [i === 0 ? null : zone(i - 1), zone(i)];
    if (before === null || now === null) return 0;
    if (before <= 0 && now > 0) return 1;
    return before >= 0 && now < 0 ? -1 : 0;
  });
}

describe('crossing of a threshold', () => {
  test('is that of whole fractions taken anew for each bar', () => {
    fc.assert(
      fc.property(lookbacks, prices, (lookback, xs) => {
        const crossing = new ThresholdCrossing(lookback, 0.002);
        const found = xs.map((x) => crossing.update(x));
        expect(found).toEqual(naive(xs, lookback));
        const past = xs.at(-1 - lookback);
        expect(crossing.change).toBe(past === undefined ? Number.NaN : xs.at(-1)! / past - 1);
      }),
    );
  });

  test('a change that equals the threshold has not crossed it, though doubles would say so', () => {
    expect(501 / 500 - 1 > 0.002).toBe(true);
    const crossing = new ThresholdCrossing(1, 0.002);
    expect([500, 500, 501].map((x) => crossing.update(x * 1e6))).toEqual([0, 0, 0]);
  });

  test('replacing leaves the state as if the replaced input had never been', () => {
    fc.assert(
      fc.property(lookbacks, prices, fc.nat(9_999_999), (lookback, xs, wrong) => {
        const [plain, mended] = [0, 1].map(() => new ThresholdCrossing(lookback, 0.002)) as [
          ThresholdCrossing,
          ThresholdCrossing,
        ];
        for (const x of xs) {
          plain.update(x);
          mended.update(wrong);
          expect(mended.replace(x)).toBe(plain.value);
        }
        expect(mended.snapshot()).toEqual(plain.snapshot());
        expect(new ThresholdCrossing(lookback, 0.002).replace(5)).toBe(0);
      }),
    );
  });

  test('a snapshot, also of nothing, is text that restores it', () => {
    fc.assert(
      fc.property(lookbacks, prices, fc.nat(60), (lookback, xs, cut) => {
        const first = new ThresholdCrossing(lookback, 0.002);
        const second = new ThresholdCrossing(lookback, 0.002);
        second.update(42);
        for (const x of xs.slice(0, cut)) first.update(x);
        second.restore(JSON.parse(canonical(first.snapshot())));
        expect([second.value, second.ready]).toEqual([first.value, first.ready]);
        for (const x of xs) expect(second.update(x)).toBe(first.update(x));
      }),
    );
  });
});
