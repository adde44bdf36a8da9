import type { Weights } from '../../strategy/index.ts';
import type { Params } from './params.ts';

export type TrendClass = 'BullStrong' | 'Sideways' | 'BearStrong';
export type VolState = 'Low' | 'High';
export type BondTrend = 'Bull' | 'Bear';
export type Cell = 1 | 2 | 3 | 4 | 5 | 6;

/** Shares of equity by role; they add up to 1. */
export interface Mix {
  readonly leveraged: number;
  readonly core: number;
  readonly inverse: number;
  readonly bullBond: number;
  readonly bearBond: number;
  readonly cash: number;
}

const NOTHING: Mix = { leveraged: 0, core: 0, inverse: 0, bullBond: 0, bearBond: 0, cash: 0 };

const BASE: Readonly<Record<Cell, Mix>> = {
  1: { ...NOTHING, leveraged: 0.6, core: 0.4 },
  2: { ...NOTHING, core: 1 },
  3: { ...NOTHING, leveraged: 0.2, core: 0.8 },
  4: { ...NOTHING, cash: 1 },
  5: { ...NOTHING, core: 0.5, cash: 0.5 },
  6: { ...NOTHING, cash: 1 },
};

const CELLS: Readonly<Record<TrendClass, Readonly<Record<VolState, Cell>>>> = {
  BullStrong: { Low: 1, High: 2 },
  Sideways: { Low: 3, High: 4 },
  BearStrong: { Low: 5, High: 6 },
};

/** Part of the defensive share that bonds may take, whatever `max_bond_weight` allows. */
const BOND_SHARE = 0.4;
/** Most of the inverse fund in cell 6, whatever `w_PSQ_max` allows. */
const INVERSE_MAX = 0.5;

/** Trend and structure must agree; `bullish` is the fast average strictly above the slow one. */
export function trendClass(tNorm: number, bullish: boolean, p: Params): TrendClass {
  if (tNorm > p.t_norm_bull_thresh && bullish) return 'BullStrong';
  if (tNorm < p.t_norm_bear_thresh && !bullish) return 'BearStrong';
  return 'Sideways';
}

/** Cells 1 to 6: BullStrong, Sideways, BearStrong, each Low then High. */
export const cellOf = (trend: TrendClass, vol: VolState): Cell => CELLS[trend][vol];

/**
 * Weights of a cell after hedge, treasury overlay and leverage, normalized to add up to 1.
 * `bonds` is null while the treasury averages are not defined: the whole defensive share is cash.
 */
export function mixOf(cell: Cell, bonds: BondTrend | null, p: Params): Mix {
  const base = BASE[cell];
  if (cell === 6 && p.use_inverse_hedge) {
    const inverse = Math.min(INVERSE_MAX, p.w_PSQ_max);
    return levered({ ...base, inverse, cash: 1 - inverse }, p.leverage_scalar);
  }
  if (!p.allow_treasury || bonds === null) return levered(base, p.leverage_scalar);
  const bond = Math.min(BOND_SHARE * base.cash, p.max_bond_weight);
  const fund = bonds === 'Bull' ? { bullBond: bond } : { bearBond: bond };
  return levered({ ...base, ...fund, cash: base.cash - bond }, p.leverage_scalar);
}

function levered(mix: Mix, scalar: number): Mix {
  const leveraged = mix.leveraged * scalar;
  const core = mix.core * scalar;
  const inverse = mix.inverse * scalar;
  const { bullBond, bearBond, cash } = mix;
  const total = leveraged + core + inverse + bullBond + bearBond + cash;
  return {
    leveraged: leveraged / total,
    core: core / total,
    inverse: inverse / total,
    bullBond: bullBond / total,
    bearBond: bearBond / total,
    cash: cash / total,
  };
}

/** The funds a book with these parameters may hold, in the order in which it trades them. */
export const universe = (p: Params): string[] => [
  p.leveraged_long_symbol,
  p.core_long_symbol,
  ...(p.use_inverse_hedge ? [p.inverse_hedge_symbol] : []),
  ...(p.allow_treasury ? [p.bull_bond_symbol, p.bear_bond_symbol] : []),
];

/** The mix by symbol, zeros included: what is not wanted is to be closed. Cash is the rest. */
export function targetsOf(mix: Mix, p: Params): Weights {
  const bySymbol: Record<string, number> = {
    [p.leveraged_long_symbol]: mix.leveraged,
    [p.core_long_symbol]: mix.core,
    [p.inverse_hedge_symbol]: mix.inverse,
    [p.bull_bond_symbol]: mix.bullBond,
    [p.bear_bond_symbol]: mix.bearBond,
  };
  return Object.fromEntries(universe(p).map((symbol) => [symbol, bySymbol[symbol] as number]));
}

const DECIMALS = 1e12;

/**
 * Sum of absolute differences to the targets last carried out; what is missing on a side is 0.
 * Weights are decimal fractions: the noise of doubles, past twelve decimals, passes no threshold.
 */
export function deviation(targets: Weights, last: Weights): number {
  let sum = 0;
  for (const symbol of new Set([...Object.keys(targets), ...Object.keys(last)])) {
    sum += Math.abs((targets[symbol] ?? 0) - (last[symbol] ?? 0));
  }
  return Math.round(sum * DECIMALS) / DECIMALS;
}
