import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { type Price, priceFromDollars } from '../base/index.ts';
import { validateDay } from './validation.ts';

const CASES = new URL('../../../shared/golden/ops_cases.jsonl.gz', import.meta.url);
const here = existsSync(CASES);

type Texts = Record<string, string>;

interface Case {
  readonly fn: string;
  readonly input: {
    readonly live_weights: Record<string, number>;
    readonly backtest_weights: Record<string, number>;
    readonly live_prices: Texts;
    readonly close_prices: Texts;
  };
  readonly output: {
    readonly logic_match_pct: number;
    readonly allocation_diffs: Record<string, [number, number, number]>;
    readonly max_price_drift_pct: number;
    readonly price_drifts: Record<string, number>;
    readonly status: string;
  };
}

const prices = (texts: Texts): Record<string, Price> =>
  Object.fromEntries(
    Object.entries(texts).map(([symbol, text]) => [symbol, priceFromDollars(Number(text))]),
  );

const cases = (): Case[] =>
  gunzipSync(readFileSync(CASES))
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case)
    .filter((one) => one.fn === 'post_market_validation');

describe.skipIf(!here)(`reference cases${here ? '' : ', which are not here'}`, () => {
  test('match, drift and verdict are those of every case', () => {
    expect(cases().length).toBeGreaterThan(100);
    for (const { input, output } of cases()) {
      const live = { weights: input.live_weights, quotes: prices(input.live_prices) };
      const rerun = { weights: input.backtest_weights, closes: prices(input.close_prices) };
      const day = validateDay(live, rerun);
      expect(day.logicMatchPct).toBeCloseTo(output.logic_match_pct, 7);
      expect(day.verdict).toBe(output.status);
      expect(day.driftPctMax).toBeCloseTo(output.max_price_drift_pct, 4);
      expect(Object.keys(day.driftPct)).toEqual(Object.keys(output.price_drifts).sort());
      for (const [symbol, [, , gap]] of Object.entries(output.allocation_diffs)) {
        expect(day.differences[symbol]?.[2]).toBeCloseTo(gap, 9);
      }
    }
  });
});

const dollars = (figure: number) => priceFromDollars(figure);

describe('one day', () => {
  const weights = { QQQ: 0.4, TQQQ: 0.6 };

  test('the same weights and closes within half a percent are green', () => {
    const live = { weights, quotes: { QQQ: dollars(400) } };
    const day = validateDay(live, { weights, closes: { QQQ: dollars(401.99) } });
    expect(day).toMatchObject({ verdict: 'GREEN', logicMatchPct: 100 });
  });

  test('half a percent of drift is no longer green, two percent are red', () => {
    const live = { weights, quotes: { QQQ: dollars(400) } };
    const close = (at: number) => ({ weights, closes: { QQQ: dollars(at) } });
    expect(validateDay(live, close(402)).verdict).toBe('YELLOW');
    expect(validateDay(live, close(392)).verdict).toBe('RED');
  });

  test('cash that one of them holds counts as a difference', () => {
    const day = validateDay(
      { weights: { QQQ: 1 }, quotes: {} },
      { weights: { QQQ: 0.9, CASH: 0.1 }, closes: {} },
    );
    expect(day).toMatchObject({ logicMatchPct: 90, verdict: 'RED', driftPctMax: 0 });
  });

  test('a price known to one side only proves nothing and is left out', () => {
    const live = { weights, quotes: { QQQ: dollars(1) } };
    expect(validateDay(live, { weights, closes: {} }).driftPct).toEqual({});
  });
});
