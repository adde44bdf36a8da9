import type { z } from 'zod';
import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { BarView, Timeframe } from '../market/index.ts';
import type { Decision, Facts, Weights } from './decision.ts';
import type { Tools } from './tools.ts';

/** A series the strategy wants, and how many bars it needs before its first decision. */
export interface Subscription {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** Completed bars wanted before the first decision. */
  readonly warmup: number;
  /** A complete bar of this series asks for a decision. Exactly one series has it. */
  readonly trigger?: boolean;
  /** Followed where the desk has data for it; no reason to refuse a desk that has none. */
  readonly optional?: boolean;
}

/** What `decide` may read of its book. */
export interface BookView {
  readonly at: Instant;
  readonly date: DateText;
  readonly cash: Money;
  /** Cash and positions at the mark. */
  readonly equity: Money;
  /** Shares held, below zero when short. */
  held(symbol: string): number;
  /** Signed shares still to come of orders not done. */
  pending(symbol: string): number;
  /** Last known price, undefined where there is none. */
  mark(symbol: string): Price | undefined;
  /** Average cost of a share held, undefined when flat. */
  averageCost(symbol: string): Price | undefined;
  /** Weights of the last decision that was carried out; empty before the first. */
  readonly lastTargets: Weights;
}

/** One running strategy. `onBar` folds bars; `decide` answers; neither reads a clock nor waits. */
export interface Strategy {
  /** Takes in one bar of a subscribed series, oldest first; a provisional one is undone later. */
  onBar(bar: BarView): void;
  /** The answer at a slot, or after a bar of the trigger series. */
  decide(view: BookView): Decision;
  /** The named figures behind the latest decision; read only when somebody keeps them. */
  facts(): Facts;
}

export interface StrategyDefinition<Schema extends z.ZodType = z.ZodType> {
  /** Lower case with hyphens; what a desk's configuration calls it. */
  readonly name: string;
  readonly version: string;
  /** Parameters with their defaults and bounds. */
  readonly params: Schema;
  /** The symbols it may hold. */
  universe(params: z.output<Schema>): readonly string[];
  subscriptions(params: z.output<Schema>): readonly Subscription[];
  /** A fresh strategy; all that it remembers is made by `tools`, so that it can be saved. */
  create(params: z.output<Schema>, tools: Tools): Strategy;
}

/** Declares a strategy; gives it back unchanged, with its parameters' types inferred. */
export const defineStrategy = <Schema extends z.ZodType>(
  definition: StrategyDefinition<Schema>,
): StrategyDefinition<Schema> => definition;
