import type { Price } from '../base/index.ts';

/** Weight of equity by symbol, 0 to 1 (below zero: short); one left out is 0, the rest is cash. */
export type Weights = Readonly<Record<string, number>>;

/** Named figures behind a decision; null where one is not defined yet. */
export type Facts = Readonly<Record<string, number | string | boolean | null>>;

/** One leg of an order that fills as a whole: `ratio` contracts for each unit of its quantity. */
export interface WishedLeg {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Whole, above zero. */
  readonly ratio: number;
}

/** Prices at which the position that an entry makes is closed again; at least one of them. */
export interface Bracket {
  readonly stopPrice?: Price;
  readonly targetPrice?: Price;
}

/** One order a strategy wishes, in shares. */
export interface OrderWish {
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  /** Whole shares above zero; units of an order with legs. */
  readonly quantity: number;
  /** Worst price. Of an order with legs its net price a unit: above zero is paid. */
  readonly limitPrice?: Price;
  /** It rests until the market reaches this price. */
  readonly stopPrice?: Price;
  /** Left out: for the day. */
  readonly timeInForce?: 'day' | 'gtc';
  /** Protection of what an entry fills. */
  readonly bracket?: Bracket;
  /** Two to four contracts bought and sold as one; `symbol` is their underlying, `side` "buy". */
  readonly legs?: readonly WishedLeg[];
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
