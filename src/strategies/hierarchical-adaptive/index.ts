/**
 * hierarchical-adaptive: trend by a Kalman filter, structure by averages, volatility with a memory.
 *
 * In: daily bars of the signal fund and of a treasury fund. Out: weights of six cells (trend class
 * by volatility state), the defensive share partly in bond funds. Invariants: the state of
 * volatility moves once per signal bar; weights and cash add up to 1; the answer is the same for a
 * long run and for its replay. Begin with `strategy.ts`, then `allocation.ts`.
 */
import { defineStrategy, type Subscription } from '../../strategy/index.ts';
import { universe } from './allocation.ts';
import { params, type Params } from './params.ts';
import { firstDecision, HierarchicalAdaptive } from './strategy.ts';

/** Bars past sma_slow that are asked for, so that the first days do not hang on a single bar. */
const WARMUP_MARGIN = 10;

function subscriptions(p: Params): readonly Subscription[] {
  const warmup = Math.max(firstDecision(p), p.sma_slow + WARMUP_MARGIN);
  const signal = { symbol: p.signal_symbol, timeframe: '1d', warmup, trigger: true } as const;
  const treasury = { symbol: p.treasury_trend_symbol, timeframe: '1d' } as const;
  // Without the overlay the treasury's averages are only told, where there is data for them.
  const wanted = p.allow_treasury ? { warmup: p.bond_sma_slow } : { warmup: 0, optional: true };
  return [signal, { ...treasury, ...wanted }];
}

/** Hierarchical Adaptive v3.5b. */
export const hierarchicalAdaptive = defineStrategy({
  name: 'hierarchical-adaptive',
  version: '3.5b',
  params,
  universe,
  subscriptions,
  create: (p, tools) => new HierarchicalAdaptive(p, tools),
});
