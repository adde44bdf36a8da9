import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { canonical, type Instant } from '../base/index.ts';
import { BarCursor, type Bars, barsOfRows, rowAt } from '../market/index.ts';
import type { StrategyDefinition } from '../strategy/index.ts';
import { hierarchicalAdaptive, maCrossover, momentum, trendVix } from './index.ts';
import { Player } from './play.fixture.ts';
import { walk } from './series.fixture.ts';

interface Case {
  readonly name: string;
  readonly definition: StrategyDefinition;
  /** So short that decisions come early and change often. */
  readonly params: Readonly<Record<string, unknown>>;
  /** The trigger's series last. */
  series(seed: number): readonly Bars[];
}

const LENGTH = 260;

const minutes = (seed: number) => [walk({ symbol: 'SPY', seed, length: LENGTH, timeframe: '5m' })];

const cases: readonly Case[] = [
  {
    name: 'hierarchical-adaptive',
    definition: hierarchicalAdaptive,
    params: {
      sma_fast: 3,
      sma_slow: 10,
      realized_vol_window: 5,
      vol_baseline_window: 10,
      T_max: 10,
      bond_sma_fast: 2,
      bond_sma_slow: 6,
      osc_smoothness: 4,
      strength_smoothness: 5,
      double_smoothing: true,
      use_inverse_hedge: true,
    },
    series: (seed) => [
      walk({ symbol: 'TLT', seed: seed + 1, length: LENGTH, holes: 0.1 }),
      walk({ symbol: 'QQQ', seed, length: LENGTH }),
    ],
  },
  {
    name: 'trend-vix',
    definition: trendVix,
    params: { window: 40, trend_ema_period: 15, volatility_lookback: 4, stop_atr: 1 },
    series: (seed) => [
      walk({ symbol: 'VIX', seed: seed + 1, length: LENGTH, start: 15, holes: 0.1 }),
      walk({ symbol: 'TQQQ', seed: seed + 2, length: LENGTH }),
      walk({ symbol: 'SQQQ', seed: seed + 3, length: LENGTH, holes: 0.05 }),
      walk({ symbol: 'QQQ', seed, length: LENGTH }),
    ],
  },
  { name: 'ma-crossover', definition: maCrossover, params: { fast: 2, slow: 5 }, series: minutes },
  { name: 'momentum', definition: momentum, params: { lookback: 3 }, series: minutes },
];

const seeds = fc.integer({ min: 0, max: 2 ** 30 });
const moments = fc.integer({ min: 1, max: LENGTH - 2 });

/** The instant of the trigger's bar number `index`. */
const instantOf = (series: readonly Bars[], index: number) => series.at(-1)!.end[index] as Instant;

/** One bar after `bars` up to `at`, at another price: what a quote may have been that day. */
function provisional(bars: Bars, at: Instant): BarCursor {
  const index = bars.end.findIndex((end) => end >= at);
  const row = rowAt(bars, index === -1 ? bars.length - 1 : index);
  const close = (Math.round((row.close * 1.07) / 10_000) * 10_000) as typeof row.close;
  const bar = { ...row, open: close, high: close, low: close, close, volume: 0 };
  return new BarCursor(barsOfRows(bars, [bar]), true);
}

describe.each(cases)('$name', ({ definition, params, series }) => {
  const player = () => new Player(definition, params);

  test('takes part: it trades in most of the generated series', () => {
    const actions = [1, 2, 3, 4, 5].flatMap((seed) =>
      player()
        .play(series(seed))
        .map(({ decision }) => decision.action),
    );
    const traded = actions.filter((action) => action === 'rebalance' || action === 'orders');
    expect(traded.length).toBeGreaterThan(10);
  });

  test('a future cut off changes no earlier decision', () => {
    fc.assert(
      fc.property(seeds, moments, (seed, index) => {
        const bars = series(seed);
        const whole = player().play(bars);
        const cut = player().play(bars, undefined, instantOf(bars, index));
        expect(cut).toEqual(whole.slice(0, index + 1));
      }),
      { numRuns: 30 },
    );
  });

  test('saved as text and restored into a fresh one, it goes on to the same decisions', () => {
    fc.assert(
      fc.property(seeds, moments, (seed, index) => {
        const bars = series(seed);
        const at = instantOf(bars, index);
        const first = player();
        first.play(bars, undefined, at);
        const saved = canonical(first.save());
        const second = player();
        second.restore(JSON.parse(saved));
        expect(canonical(second.save())).toBe(saved);
        expect(second.play(bars, at + 1)).toEqual(first.play(bars, at + 1));
      }),
      { numRuns: 30 },
    );
  });

  test('a provisional bar taken back leaves no trace, whether it was decided on or not', () => {
    fc.assert(
      fc.property(seeds, moments, fc.boolean(), (seed, index, decided) => {
        const bars = series(seed);
        const at = instantOf(bars, index);
        const plain = player();
        plain.play(bars, undefined, at);
        const disturbed = player();
        disturbed.play(bars, undefined, at);
        const before = disturbed.save();
        for (const one of bars) disturbed.strategy.onBar(provisional(one, at));
        if (decided) disturbed.decide(at);
        disturbed.restore(before);
        expect(disturbed.save()).toEqual(before);
        expect(disturbed.play(bars, at + 1)).toEqual(plain.play(bars, at + 1));
      }),
      { numRuns: 30 },
    );
  });

  test('deciding changes nothing that follows bars', () => {
    fc.assert(
      fc.property(seeds, moments, (seed, index) => {
        const one = player();
        one.play(series(seed), undefined, instantOf(series(seed), index));
        const before = canonical(one.save().series);
        one.decide(instantOf(series(seed), index));
        expect(canonical(one.save().series)).toBe(before);
      }),
      { numRuns: 20 },
    );
  });

  test('the same figures are told on every bar, as text that can be kept', () => {
    const one = player();
    const names = Object.keys(one.strategy.facts());
    expect(
      Object.values(one.strategy.facts()).filter((figure) => typeof figure === 'string'),
    ).toEqual([]);
    for (const { facts, decision } of one.play(series(7))) {
      expect(Object.keys(facts)).toEqual(names);
      expect(() => canonical({ facts, decision })).not.toThrow();
      expect(decision.why).toMatch(/^[A-Z_a-z].*\.$/);
    }
  });
});
