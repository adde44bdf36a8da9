/**
 * ma-crossover: buy when the fast mean of closes crosses above the slow one, sell when below.
 *
 * In: bars of one symbol. Out: orders of one size at crossings. Invariants: at most one signal a
 * bar; signals never sum to more than one size, long or short; equal means are no crossing.
 * Begin with `strategy.ts`.
 */
import { defineStrategy } from '../../strategy/index.ts';
import { params } from './params.ts';
import { MaCrossover } from './strategy.ts';

/** Crossover of two simple moving averages. */
export const maCrossover = defineStrategy({
  name: 'ma-crossover',
  version: '1.0',
  params,
  universe: (p) => [p.symbol],
  subscriptions: (p) => [
    { symbol: p.symbol, timeframe: p.timeframe, warmup: p.slow, trigger: true },
  ],
  create: (p, tools) => new MaCrossover(p, tools),
});
