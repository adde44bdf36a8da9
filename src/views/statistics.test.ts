import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  downsideDeviation,
  excessKurtosis,
  mean,
  quantile,
  regress,
  sampleDeviation,
  skewness,
} from './statistics.ts';

const values = fc.array(fc.double({ min: -0.2, max: 0.2, noNaN: true }), {
  minLength: 4,
  maxLength: 60,
});

describe('statistics', () => {
  test('figures of a sample worked by hand', () => {
    const sample = [2, 4, 4, 4, 5, 5, 7, 9];
    expect(mean(sample)).toBe(5);
    expect(sampleDeviation(sample)).toBeCloseTo(Math.sqrt(32 / 7), 14);
    expect(skewness(sample)).toBeCloseTo(42 / 8 / 8, 14);
    expect(excessKurtosis(sample)).toBeCloseTo(356 / 8 / 16 - 3, 14);
    expect(downsideDeviation([-0.03, 0.01, 0.04, -0.04])).toBeCloseTo(0.025, 14);
  });

  test.each([
    [0, 1],
    [0.05, 1.15],
    [0.25, 1.75],
    [0.5, 2.5],
    [1, 4],
  ])('the quantile at %s of 1 to 4 is %s', (share, wanted) => {
    expect(quantile([4, 2, 3, 1], share)).toBeCloseTo(wanted, 14);
  });

  test('a sample of one has no deviation', () => {
    expect(sampleDeviation([1])).toBeNaN();
    expect(quantile([], 0.5)).toBeNaN();
  });

  test('the deviation is that of all pairs', () => {
    fc.assert(
      fc.property(values, (sample) => {
        let sum = 0;
        for (const a of sample) for (const b of sample) sum += (a - b) ** 2;
        const naive = Math.sqrt(sum / (2 * sample.length * (sample.length - 1)));
        expect(sampleDeviation(sample)).toBeCloseTo(naive, 12);
      }),
    );
  });

  test('a regression finds the line that made its points', () => {
    fc.assert(
      fc.property(
        values.filter((sample) => sampleDeviation(sample) > 0.001),
        fc.double({ min: -3, max: 3, noNaN: true }).filter((slope) => Math.abs(slope) > 0.01),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (x, slope, intercept) => {
          const line = regress(
            x,
            x.map((value) => intercept + slope * value),
          );
          expect(line.beta).toBeCloseTo(slope, 6);
          expect(line.alpha).toBeCloseTo(intercept, 6);
          expect(line.correlation).toBeCloseTo(Math.sign(slope), 6);
        },
      ),
    );
  });
});
