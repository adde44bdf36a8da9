/**
 * momentum: buy when the change over some bars rises above a threshold, sell when it falls below
 * the negative of it.
 *
 * In: bars of one symbol. Out: orders of one size. Invariants: at most one signal a bar; a change
 * that equals the threshold is no crossing; no signal before two changes are known.
 * Begin with `strategy.ts`.
 */
import { defineStrategy } from '../../strategy/index.ts';
import { params } from './params.ts';
import { Momentum } from './strategy.ts';

/** Crossing of a threshold by the rate of change. */
export const momentum = defineStrategy({
  name: 'momentum',
  version: '1.0',
  params,
  universe: (p) => [p.symbol],
  subscriptions: (p) => [
    { symbol: p.symbol, timeframe: p.timeframe, warmup: p.lookback + 2, trigger: true },
  ],
  create: (p, tools) => new Momentum(p, tools),
});
