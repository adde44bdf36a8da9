/**
 * ma-crossover: buy when the fast mean of closes crosses above the slow one, sell when below.
 *
 * In: bars of one symbol. Out: orders of one size at crossings. Invariants: one signal a bar; no two
 * buys or sells without the other side between them beyond one position; equal means are no side.
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
