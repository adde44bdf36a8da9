/**
 * strategies: the built-in ones, one folder each, written as a user's would be.
 *
 * In: what `strategy` offers, and nothing else. Out: definitions with parameters, subscriptions
 * and decisions; `builtinStrategies` has all of them. Invariants: no clock, no network; decisions
 * depend on bars, book and parameters alone; whatever is kept is made by `tools`. Begin with
 * `ma-crossover/`, the smallest; `hierarchical-adaptive/` is the largest.
 */
import type { StrategyDefinition } from '../strategy/index.ts';
import { hierarchicalAdaptive } from './hierarchical-adaptive/index.ts';
import { maCrossover } from './ma-crossover/index.ts';
import { momentum } from './momentum/index.ts';
import { trendVix } from './trend-vix/index.ts';

export { hierarchicalAdaptive, maCrossover, momentum, trendVix };

export const builtinStrategies: readonly StrategyDefinition[] = [
  hierarchicalAdaptive,
  trendVix,
  maCrossover,
  momentum,
];
