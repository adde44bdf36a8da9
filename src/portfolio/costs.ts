import { add, type Money, money, type Price, ratio, scale, times } from '../base/index.ts';
import type { Side } from '../orders/index.ts';

const MILLION = 1_000_000;

/** What trading is expected to cost; the built-in broker charges the same. */
export interface Costs {
  /** Adverse, in millionths of the price: 1,000 is 0.1 %. */
  readonly slippagePpm: number;
  readonly feePerShare: Money;
  /** In millionths of the notional. */
  readonly feePpm: number;
}

export const NO_COSTS: Costs = { slippagePpm: 0, feePerShare: 0 as Money, feePpm: 0 };

/** Price of a fill at `price`: worse by the slippage, half to even, at least one micro-dollar. */
export function slippedPrice(price: Price, side: Side, costs: Costs): Price {
  if (costs.slippagePpm === 0) return price;
  const parts = side === 'buy' ? MILLION + costs.slippagePpm : MILLION - costs.slippagePpm;
  return Math.max(1, scale(price, parts, MILLION, 'half-even')) as Price;
}

/** Fee of a fill, above zero, half to even to a micro-dollar. */
export function feeOf(fillPrice: Price, quantity: number, costs: Costs): Money {
  const perShare = money(costs.feePerShare * quantity);
  if (costs.feePpm === 0) return perShare;
  return add(perShare, scale(times(fillPrice, quantity), costs.feePpm, MILLION, 'half-even'));
}

/** Cash that one share bought at `price` takes, slippage and fees counted, rounded up. */
export function buyCostPerShare(price: Price, costs: Costs): Money {
  const fill = slippedPrice(price, 'buy', costs);
  const fee = costs.feePpm === 0 ? 0 : ratio(fill, costs.feePpm, MILLION, 'up');
  return money(fill + costs.feePerShare + fee);
}
