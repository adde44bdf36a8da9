import type { Price } from '../base/index.ts';

/** Weight of equity by symbol, 0 to 1 (below zero: short); one left out is 0, the rest is cash. */
export type Weights = Readonly<Record<string, number>>;

/** Named figures behind a decision; null where one is not defined yet. */
export type Facts = Readonly<Record<string, number | string | boolean | null>>;

/** One order a strategy wishes, in shares. */
export interface OrderWish {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Whole shares above zero. */
  readonly quantity: number;
  readonly limitPrice?: Price;
}

/** What a strategy answered, with the rule that fired, for non-trades too. */
export type Decision =
  | { readonly action: 'warmup'; readonly why: string }
  | { readonly action: 'hold'; readonly targets: Weights; readonly why: string }
  | { readonly action: 'rebalance'; readonly targets: Weights; readonly why: string }
  | { readonly action: 'orders'; readonly orders: readonly OrderWish[]; readonly why: string };

/** Not enough bars yet. */
export const warmingUp = (why: string): Decision => ({ action: 'warmup', why });

/** Nothing to do; `targets` are the weights wanted, where the strategy thinks in weights. */
export const hold = (why: string, targets: Weights = {}): Decision => ({
  action: 'hold',
  targets,
  why,
});

/** Bring the book to these weights. */
export const rebalance = (targets: Weights, why: string): Decision => ({
  action: 'rebalance',
  targets,
  why,
});

/** Send these orders. */
export const trade = (orders: readonly OrderWish[], why: string): Decision => ({
  action: 'orders',
  orders,
  why,
});
