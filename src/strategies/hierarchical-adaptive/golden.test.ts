import { describe, expect, test } from 'vitest';
import { dayNumber, type Instant, parseDate } from '../../base/index.ts';
import { BarCursor, type Bars, barsOfRows, rowAt, sliceBars } from '../../market/index.ts';
import { ABSENT, differences, goldenBars, goldenRows } from '../golden.fixture.ts';
import { Player } from '../play.fixture.ts';
import { hierarchicalAdaptive } from './index.ts';

const LIVE = { measurement_noise: 3000, t_norm_bull_thresh: 0.05, vol_baseline_window: 200 };
const GOLD = { ...LIVE, osc_smoothness: 10, symmetric_volume_adjustment: true };
const HEDGED = {
  use_inverse_hedge: true,
  w_PSQ_max: 0.3,
  leverage_scalar: 1.2,
  symmetric_volume_adjustment: true,
  max_bond_weight: 0.25,
};
const SMOOTH = { double_smoothing: true, osc_smoothness: 10, strength_smoothness: 5 };
const NO_BOND = { allow_treasury: false, leverage_scalar: 0.8, rebalance_threshold: 0.5 };

const market = () => [goldenBars('QQQ', 'QQQ'), goldenBars('TLT', 'TLT')] as const;
const stress = () => [goldenBars('stress_QQQ', 'QQQ'), goldenBars('stress_TLT', 'TLT')] as const;

const WINDOW = 250;

/** The completed bars before `date`, then a provisional bar of that day made of its close. */
function foldUpTo(date: string, bars: Bars, player: Player): void {
  const index = bars.day.indexOf(dayNumber(parseDate(date)));
  player.fold(sliceBars(bars, index - WINDOW, index));
  const { close, ...row } = rowAt(bars, index);
  const quote = { ...row, open: close, high: close, low: close, close, volume: 0 };
  player.strategy.onBar(new BarCursor(barsOfRows(bars, [quote]), true));
}

describe.skipIf(ABSENT !== '')(`hierarchical adaptive, reference days${ABSENT}`, () => {
  test.each([
    { file: 'hav35b_defaults', series: market, params: {} },
    { file: 'hav35b_live', series: market, params: LIVE },
    { file: 'hav35b_symmetric', series: market, params: GOLD },
    { file: 'hav35b_double_smoothing', series: market, params: SMOOTH },
    { file: 'hav35b_seed_era', series: market, params: { compat: 'seed-era' } },
    { file: 'hav35b_stress_live', series: stress, params: LIVE },
    { file: 'hav35b_stress_psq_leverage', series: stress, params: HEDGED },
    { file: 'hav35b_stress_nobond', series: stress, params: NO_BOND },
  ])('every figure of every day is as in $file', ({ file, series, params }) => {
    const rows = goldenRows(file);
    const played = new Player(hierarchicalAdaptive, params).play(series());
    const dates = played.slice(0, rows.length).map((day) => day.date);
    expect(dates).toEqual(rows.map((row) => row['date']));
    expect(rows.flatMap((row, i) => differences(played[i]!.facts, row))).toEqual([]);
  });

  test('a fresh strategy over 250 days and a quote answers as in hav35b_daily_restart', () => {
    const series = market();
    const found = goldenRows('hav35b_daily_restart').flatMap((row) => {
      const player = new Player(hierarchicalAdaptive, LIVE);
      for (const bars of series) foldUpTo(row['date']!, bars, player);
      const { facts } = player.decide(0 as Instant);
      return differences({ ...facts, qqq_quote: facts['close'] ?? null }, row);
    });
    expect(found).toEqual([]);
  });

  test('the order of the series within a day changes nothing', () => {
    const [qqq, tlt] = stress();
    const straight = new Player(hierarchicalAdaptive, HEDGED).play([qqq, tlt]);
    const reversed = new Player(hierarchicalAdaptive, HEDGED).play([tlt, qqq]);
    expect(reversed).toEqual(straight);
  });
});
