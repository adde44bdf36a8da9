import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { Price } from '../base/index.ts';
import { at } from './gate.fixture.ts';
import { slippageOf, type SlippageTier } from './slippage.ts';

const TIERS = { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 };

describe('slippage', () => {
  test.each<[number, number, SlippageTier]>([
    [100, 0, 'OK'],
    [100.299999, 0.299999, 'OK'],
    [100.3, 0.3, 'WARNING'],
    [99.7, 0.3, 'WARNING'],
    [100.499999, 0.499999, 'WARNING'],
    [100.5, 0.5, 'EXCEEDED'],
    [99.5, 0.5, 'EXCEEDED'],
    [100.999999, 0.999999, 'EXCEEDED'],
    [101, 1, 'ABORT'],
    [50, 50, 'ABORT'],
    [0, 100, 'ABORT'],
  ])('a fill at %s for 100 expected is %s percent away: %s', (fill, pct, tier) => {
    expect(slippageOf(at(100), at(fill), TIERS)).toEqual({ pct, tier });
  });

  test('every tier begins at its figure at any price', () => {
    for (let dollars = 1; dollars <= 2_000; dollars++) {
      for (const [pct, tier] of [
        [0.3, 'WARNING'],
        [0.5, 'EXCEEDED'],
        [1, 'ABORT'],
      ] as const) {
        expect(slippageOf(at(dollars), at(dollars * (1 + pct / 100)), TIERS).tier).toBe(tier);
      }
    }
  });

  test('what cannot be measured is the worst tier', () => {
    for (const [expected, fill] of [
      [0, 0],
      [0, 1],
      [Number.NaN, 1],
      [1, Number.NaN],
    ]) {
      expect(slippageOf(expected as Price, fill as Price, TIERS).tier).toBe('ABORT');
    }
    expect(slippageOf(at(1), at(1), { ...TIERS, warningPct: Number.NaN }).tier).not.toBe('OK');
  });
});

const GOLDEN = new URL('../../../shared/golden/ops_cases.jsonl.gz', import.meta.url);
const here = existsSync(GOLDEN);

interface Case {
  readonly fn: string;
  readonly input: { expected: string; fill: string; warning: number; max: number; abort: number };
  readonly output: { slippage_pct: number; result: string };
}

/** Its name of the worst tier is that of the error it throws. */
const TIER_OF: Readonly<Record<string, SlippageTier>> = {
  OK: 'OK',
  WARNING: 'WARNING',
  EXCEEDED: 'EXCEEDED',
  SlippageExceeded: 'ABORT',
};

/** Its prices have up to nine decimals, and a ratio does not ask for the unit. */
const nano = (text: string) => Math.round(Number(text) * 1e9) as Price;

describe.skipIf(!here)(
  `the reference${here ? '' : ' (skipped: no ../shared beside the project)'}`,
  () => {
    test('says the same of every case', () => {
      const lines = gunzipSync(readFileSync(GOLDEN)).toString('utf8').trim().split('\n');
      const cases = lines
        .map((line) => JSON.parse(line) as Case)
        .filter(({ fn }) => fn === 'slippage');
      expect(cases.length).toBeGreaterThan(100);
      for (const { input, output } of cases) {
        const tiers = { warningPct: input.warning, exceededPct: input.max, abortPct: input.abort };
        const found = slippageOf(nano(input.expected), nano(input.fill), tiers);
        expect(found.tier).toBe(TIER_OF[output.result]);
        expect(found.pct).toBeCloseTo(output.slippage_pct, 6);
      }
      expect(new Set(cases.map(({ output }) => TIER_OF[output.result])).size).toBe(4);
    });
  },
);
