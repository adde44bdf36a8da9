import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Adjustment } from '../../market/index.ts';
import { at, type ChartParts, dailyChart, date } from './chart.fixture.ts';
import { rowsOf } from './yahoo-rows.ts';
import { chartReply } from './yahoo-schema.ts';

const NOW = at('2024-02-01T00:00:00Z');
const VALUES = [null, -1, 0, 1, 0.00001, 1e15, 1e300, 1_704_724_200, 'x', '', [], {}, true];

const chartWithSplit = (): ChartParts => {
  const stamp = at('2024-01-04T14:30:00Z') / 1_000;
  const splits = { [stamp]: { date: stamp, numerator: 3, denominator: 2, splitRatio: '3:2' } };
  return { ...dailyChart('2024-01-02', '2024-01-08'), events: { splits } };
};

/** Every place in a value, as the holder and the key in it. */
function placesIn(value: unknown): [Record<string, unknown>, string][] {
  if (typeof value !== 'object' || value === null) return [];
  const holder = value as Record<string, unknown>;
  return Object.keys(holder).flatMap((key) => [
    [holder, key] as [Record<string, unknown>, string],
    ...placesIn(holder[key]),
  ]);
}

/** What came of it, or the error. */
function tried<T>(make: () => T[]): [readonly T[], unknown] {
  try {
    return [make(), null];
  } catch (error) {
    return [[], error];
  }
}

test('a chart with anything in any place gives sound bars of the dates, or is refused', () => {
  const change = fc.record({
    place: fc.nat(10_000),
    value: fc.constantFrom(undefined, ...VALUES),
  });
  const adjustments = fc.constantFrom<Adjustment>('raw', 'splits', 'all');
  fc.assert(
    fc.property(
      fc.array(change, { minLength: 1, maxLength: 3 }),
      adjustments,
      (all, adjustment) => {
        const reply = { chart: { result: [chartWithSplit()], error: null } };
        for (const { place, value } of all) {
          const places = placesIn(reply);
          const [holder, key] = places[place % places.length] as (typeof places)[0];
          holder[key] = value;
        }
        const parsed = chartReply.safeParse(structuredClone(reply));
        const chart = parsed.success ? parsed.data.chart.result?.[0] : undefined;
        if (!chart) return;
        const [from, to] = [date('2024-01-02'), date('2024-01-08')];
        const ask = { symbol: 'AAPL', timeframe: '1d', from, to, adjustment } as const;
        const [rows, refusal] = tried(() => rowsOf(chart, ask, NOW));
        expect(refusal).not.toBeInstanceOf(TypeError);
        rows.forEach((row, i) => {
          const { open, high, low, close, volume, day } = row;
          expect([open, high, low, close].every(Number.isSafeInteger)).toBe(true);
          expect(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close)).toBe(
            true,
          );
          expect(volume === null || (Number.isSafeInteger(volume) && volume >= 0)).toBe(true);
          expect(day >= 19_724 && day <= 19_730 && row.at > (rows[i - 1]?.at ?? 0)).toBe(true);
        });
      },
    ),
    { numRuns: 2_000 },
  );
});
