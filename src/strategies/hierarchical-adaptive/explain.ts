import type { Facts, Weights } from '../../strategy/index.ts';
import type { Cell, Mix, TrendClass } from './allocation.ts';
import type { Averages } from './averages.ts';
import type { Params } from './params.ts';
import type { TrendFilter } from './trend.ts';
import type { VolatilityState } from './volatility.ts';

/** What the strategy knows from bars alone. */
export interface Reading {
  /** The latest signal bar: close in dollars, volume in shares. */
  readonly signal: { close: number | null; volume: number | null };
  readonly averages: Averages;
  readonly bonds: Averages;
  readonly trend: TrendFilter;
  readonly volatility: VolatilityState;
}

/** What it makes of that in one decision. */
export interface Call {
  readonly trendRaw: TrendClass;
  readonly trendState: TrendClass;
  readonly cell: Cell;
  readonly mix: Mix;
  readonly targets: Weights;
  /** Sum of absolute differences to the weights last carried out. */
  readonly deviation: number;
  readonly rebalance: boolean;
}

const defined = (x: number): number | null => (Number.isNaN(x) ? null : x);

/** All figures of a day by name; those of the decision are null without a `call`. */
export function factsOf(reading: Reading, call: Call | null): Facts {
  const { signal, averages, bonds, trend, volatility } = reading;
  const { day } = volatility;
  return {
    close: signal.close,
    volume: signal.volume,
    kalman_price: defined(trend.price),
    kalman_velocity: defined(trend.velocity),
    trend_strength: defined(trend.strength),
    t_norm: defined(trend.normalized),
    sma_fast: call && averages.fast,
    sma_slow: call && averages.slow,
    sigma_t: call && volatility.sigma,
    vol_mean: call && volatility.mean,
    vol_std: call && volatility.deviation,
    z_score: day.z,
    vol_state_prev: day.previous,
    vol_state_hyst: day.hysteresis,
    vol_change: day.change,
    vol_crush: call && Number(day.crush),
    trend_raw: call && call.trendRaw,
    trend_state: call && call.trendState,
    vol_state: call && day.state,
    cell: call && call.cell,
    bond_n: bonds.bars,
    bond_sma_fast: defined(bonds.fast),
    bond_sma_slow: defined(bonds.slow),
    bond_trend: bonds.trend,
    w_tqqq: call && call.mix.leveraged,
    w_qqq: call && call.mix.core,
    w_psq: call && call.mix.inverse,
    w_tmf: call && call.mix.bullBond,
    w_tmv: call && call.mix.bearBond,
    w_cash: call && call.mix.cash,
    weight_deviation: call && call.deviation,
    rebalance: call && Number(call.rebalance),
  };
}

const percent = (fraction: number): string => `${(100 * fraction).toFixed(1)} %`;

function holdings(targets: Weights): string {
  const held = Object.entries(targets).filter(([, weight]) => weight !== 0);
  const funds = held.map(([symbol, weight]) => `${symbol} ${percent(weight)}`);
  return funds.length === 0 ? 'all cash' : funds.join(', ');
}

/** The rule that fired, in one sentence, with the figures that decided it. */
export function whyOf(reading: Reading, call: Call, p: Params): string {
  const { trend, volatility } = reading;
  const { crush, change, state, z } = volatility.day;
  const compared = `${call.deviation.toFixed(3)} ${call.rebalance ? '>' : '<='}`;
  const crushed = crush ? `, volatility crush ${percent(change ?? 0)}` : '';
  return (
    `Cell ${call.cell} (${call.trendState}, ${state}): ${holdings(call.targets)} ` +
    `${call.rebalance ? 'wanted' : 'unchanged'}, deviation ${compared} ${p.rebalance_threshold}; ` +
    `trend ${trend.normalized.toFixed(3)}, z ${(z ?? 0).toFixed(3)}${crushed}.`
  );
}
