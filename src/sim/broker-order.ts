import type { Instant, Money, Price } from '../base/index.ts';
import type { Intent } from '../orders/index.ts';
import type { Costs } from '../portfolio/index.ts';

/** How the built-in broker behaves. Everything random comes from `seed` and the order's number. */
export interface SimBrokerSettings {
  readonly seed: number;
  readonly costs: Costs;
  /** Time from acceptance to the fill of a marketable order, uniform. */
  readonly delayMs: readonly [number, number];
  /** Share of orders refused, in millionths. */
  readonly rejectionPpm: number;
  /** Adverse and uniform from 0, on top of the costs' slippage. */
  readonly randomSlippageBps: number;
  /** Prices are rounded to multiples of this many micro-dollars, half to even. */
  readonly priceStep: number;
  readonly shortSelling: boolean;
  /**
   * True: open buys hold their cash and open sells their shares, a linked pair once, and an order
   * that lacks either when it fills is rejected then. Unset: only what is there when it is taken in
   * counts.
   */
  readonly reserve?: boolean;
  /** Unset: every order fills whole. */
  readonly partialFills?: PartialFills;
}

/** Orders that fill in pieces: as many as `pieces`, of about equal size, one each `everyMs`. */
export interface PartialFills {
  /** Share of orders, in millionths. */
  readonly sharePpm: number;
  readonly pieces: number;
  readonly everyMs: number;
}

/** One piece of an order that filled in pieces, or one leg of it. */
export interface SimFill {
  readonly at: Instant;
  readonly symbol: string;
  readonly quantity: number;
  readonly price: Price;
  readonly fee: Money;
}

export interface SimOrder {
  /** The broker's count, from 1. */
  readonly number: number;
  readonly intent: Intent;
  status: 'working' | 'filled' | 'canceled' | 'rejected';
  readonly acceptedAt: Instant;
  /** When a marketable order fills next. */
  dueAt: Instant;
  reason: string | null;
  /** The fill of an order that filled whole, by one execution. */
  fill: { at: Instant; price: Price; fee: Money } | null;
  /** The fills of all others. */
  parts?: readonly SimFill[];
  /** Shares or units in `parts`. */
  filled?: number;
  /** What a linked order has taken of the quantity. */
  taken?: number;
  /** Cash that it held when it was taken in, where open buys hold theirs. */
  held?: Money;
  /** The market has reached its stop. */
  triggered?: boolean;
}

/** The broker's own books: what it would know of us if it were another company. */
export interface SimBooks {
  readonly cash: Money;
  readonly positions: Readonly<Record<string, number>>;
  readonly orders: number;
}

/** Newest price of a symbol, or undefined where nothing is quoted. */
export type Market = (symbol: string) => Price | undefined;

export type DrawPurpose = 'reject' | 'slippage' | 'delay' | 'pieces';
export type Draw = (order: number, purpose: DrawPurpose) => number;
