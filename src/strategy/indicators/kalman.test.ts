import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { BadInput } from '../../base/index.ts';
import { type KalmanOptions, kalmanTrend } from './index.ts';
import { randomBars } from './series.fixture.ts';

const OPTIONS: KalmanOptions = {
  measurementNoise: 2000,
  processNoise1: 0.01,
  processNoise2: 0.01,
  symmetricVolume: false,
};

type Matrix = readonly (readonly number[])[];

const multiply = (a: Matrix, b: Matrix): number[][] =>
  a.map((row) => (b[0] ?? []).map((_, j) => row.reduce((s, x, k) => s + x * b[k]![j]!, 0)));
const plus = (a: Matrix, b: Matrix): number[][] =>
  a.map((row, i) => row.map((x, j) => x + b[i]![j]!));

/** The filter in matrices, with the noise of each measurement given. */
function matrixFilter(options: KalmanOptions) {
  const F = [[1, 1], [0, 1]]; // prettier-ignore
  const Ft = [[1, 0], [1, 1]]; // prettier-ignore
  const Q = [[options.processNoise1, 0], [0, options.processNoise2]]; // prettier-ignore
  let P: Matrix = [[1, 0], [0, 1]]; // prettier-ignore
  let x: Matrix | undefined;
  return (close: number, noise: number) => {
    if (!x) x = [[close], [0]];
    else {
      const xp = multiply(F, x);
      const Pp = plus(multiply(multiply(F, P), Ft), Q);
      const S = Pp[0]![0]! + noise;
      const K = [[Pp[0]![0]! / S], [Pp[1]![0]! / S]];
      x = plus(xp, multiply(K, [[close - xp[0]![0]!]]));
      P = multiply([[1 - K[0]![0]!, 0], [-K[1]![0]!, 1]], Pp); // prettier-ignore
    }
    return { price: x[0]![0]!, velocity: x[1]![0]! };
  };
}

const noiseOf = ({ measurementNoise, symmetricVolume }: KalmanOptions, last: number, now: number) =>
  measurementNoise * (last / (symmetricVolume ? now : Math.max(last, now)));

describe('beside the filter in matrices', () => {
  test.each([false, true])('with symmetric volume %s', (symmetricVolume) => {
    const options = { ...OPTIONS, processNoise2: 0.02, symmetricVolume };
    const filter = kalmanTrend(options);
    const wanted = matrixFilter(options);
    let volume = 0;
    for (const bar of randomBars(8, 1000)) {
      const { price, velocity } = wanted(bar.close, noiseOf(options, volume, bar.volume));
      filter.update(bar);
      expect(filter.value.price / price).toBeCloseTo(1, 10);
      expect(filter.value.velocity).toBeCloseTo(velocity, 9);
      volume = bar.volume;
    }
  });
});

/** The price after a bar of `volume` and one of the usual volume. */
const priceAfter = (volume: number) => {
  const filter = kalmanTrend(OPTIONS);
  filter.update({ close: 50, volume: 10 });
  filter.update({ close: 51, volume });
  return filter.update({ close: 57, volume: 10 }).price;
};

/** The price after a bar of `volume`. */
const priceAt = (symmetricVolume: boolean, volume: number) => {
  const filter = kalmanTrend({ ...OPTIONS, symmetricVolume });
  filter.update({ close: 50, volume: 10 });
  return filter.update({ close: 60, volume }).price;
};

describe('edges', () => {
  test('the first bar sets the price', () => {
    const first = kalmanTrend(OPTIONS).update({ close: 50, volume: 10 });
    expect(first).toEqual({ price: 50, velocity: 0, innovation: Number.NaN });
  });

  test('the innovation is the close less its prediction', () => {
    const filter = kalmanTrend(OPTIONS);
    filter.update({ close: 50, volume: 10 });
    filter.update({ close: 51, volume: 10 });
    const predicted = filter.value.price + filter.value.velocity;
    expect(filter.update({ close: 54, volume: 10 }).innovation).toBeCloseTo(54 - predicted, 12);
  });

  test('a missing or zero volume leaves the noise as it is', () => {
    const [even, zero, missing] = [10, 0, Number.NaN].map((volume) => {
      const filter = kalmanTrend(OPTIONS);
      filter.update({ close: 50, volume: 10 });
      return filter.update({ close: 53, volume }).price;
    });
    expect(zero).toBe(even);
    expect(missing).toBe(even);
  });

  test('a bar after volume 0 is taken at its close, one after an unknown volume is not', () => {
    expect(priceAfter(0)).toBe(57);
    expect(priceAfter(Number.NaN)).toBe(priceAfter(10));
  });

  test('a volume lower than the last raises the noise only when symmetric', () => {
    expect(priceAt(false, 5)).toBe(priceAt(false, 10));
    expect(priceAt(true, 5)).toBeLessThan(priceAt(true, 10));
    expect(priceAt(true, 20)).toBe(priceAt(false, 20));
  });

  test.each(['measurementNoise', 'processNoise1', 'processNoise2'] as const)(
    '%s must be above zero',
    (name) => {
      for (const noise of [0, -1, Number.NaN, 1 / 0]) {
        expect(() => kalmanTrend({ ...OPTIONS, [name]: noise })).toThrow(BadInput);
      }
    },
  );
});

/** Recorded output of the original system, with its parameters. */
const RECORDED = [
  { file: 'hav35b_defaults', measurementNoise: 2000, symmetricVolume: false },
  { file: 'hav35b_live', measurementNoise: 3000, symmetricVolume: false },
  { file: 'hav35b_symmetric', measurementNoise: 3000, symmetricVolume: true },
  { file: 'hav35b_stress_live', measurementNoise: 3000, symmetricVolume: false },
].map((each) => ({
  ...each,
  url: new URL(`../../../../shared/golden/${each.file}.csv.gz`, import.meta.url),
}));

test.skipIf(!existsSync(RECORDED[0]!.url)).each(RECORDED)(
  'equals the record $file (skipped without ../shared/golden)',
  ({ url, measurementNoise, symmetricVolume }) => {
    const text = gunzipSync(readFileSync(url)).toString('utf8').trim();
    const [head, ...rows] = text.split(/\r?\n/).map((line) => line.split(','));
    const cell = (row: readonly string[], name: string) => {
      const found = row[(head as string[]).indexOf(name)];
      return found === '' || found === undefined ? Number.NaN : Number(found);
    };
    const filter = kalmanTrend({ ...OPTIONS, measurementNoise, symmetricVolume });
    let worst = 0;
    for (const row of rows) {
      filter.update({ close: cell(row, 'close'), volume: cell(row, 'volume') });
      const price = filter.value.price / cell(row, 'kalman_price') - 1;
      const velocity = filter.value.velocity - cell(row, 'kalman_velocity');
      worst = Math.max(worst, Math.abs(price), Math.abs(velocity));
    }
    expect(rows.length).toBeGreaterThan(500);
    expect(worst).toBeLessThan(1e-9);
  },
);
