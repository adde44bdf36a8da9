import type { Price } from '../base/index.ts';
import type { Pricing, Side } from '../orders/index.ts';

/** One order as far as it could meet another one of ours. */
export interface Crossing {
  readonly side: Side;
  readonly pricing: Pricing;
  /** True for a resting stop or target that guards a position. */
  readonly guards: boolean;
}

/**
 * Whether two orders of opposite sides in one symbol could trade with each other at a market of
 * `price`: limits that meet, and whatever has no limit. What guards a position rests away from the
 * market, a stop behind it and a target before it, and meets only a limit that reaches that far.
 */
export function couldTrade(a: Crossing, b: Crossing, price: Price): boolean {
  const [buy, sell] = a.side === 'buy' ? [a, b] : [b, a];
  if (isResting(buy, price) || isResting(sell, price)) return false;
  const highest = limitOf(buy) ?? (sell.guards ? price : Number.POSITIVE_INFINITY);
  const lowest = limitOf(sell) ?? (buy.guards ? price : 0);
  return highest >= lowest;
}

/** A guarding stop that the market has not reached. */
function isResting({ pricing, guards, side }: Crossing, price: Price): boolean {
  if (!guards || pricing.type === 'market' || pricing.type === 'limit') return false;
  return side === 'sell' ? pricing.stopPrice < price : pricing.stopPrice > price;
}

const limitOf = ({ pricing }: Crossing): number | null =>
  pricing.type === 'limit' || pricing.type === 'stopLimit' ? pricing.limitPrice : null;
