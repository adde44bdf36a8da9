import { add, type Money, money, type Price, ratio, scale, times } from '../base/index.ts';
import { instrumentOf } from '../market/index.ts';
import { type Intent, type OrderLeg, type Side, signOf } from '../orders/index.ts';
import { type Costs, feeOf, slippedPrice } from '../portfolio/index.ts';
import type { SimBrokerSettings } from './broker-order.ts';

const TICKER_LENGTH_MAX = 12; // the shortest option symbol has 16 characters
const MILLION = 1_000_000;

/** Units of the underlying in one unit of `symbol`: 1 for shares, 100 for standard options. */
export const multiplierOf = (symbol: string): number =>
  symbol.length <= TICKER_LENGTH_MAX ? 1 : instrumentOf(symbol).multiplier;

/** Fee of a fill, its notional with the multiplier; half to even to a micro-dollar. */
export function feeOfFill(price: Price, quantity: number, costs: Costs, multiplier: number): Money {
  if (multiplier === 1 || costs.feePpm === 0) return feeOf(price, quantity, costs);
  const notional = times(price, quantity, multiplier);
  const perShare = money(costs.feePerShare * quantity);
  return add(perShare, scale(notional, costs.feePpm, MILLION, 'half-even'));
}

/** The legs of an order; one of its own terms where it has none. */
export const legsOf = (intent: Intent): readonly OrderLeg[] =>
  intent.legs ?? [{ symbol: intent.symbol, side: intent.side, ratio: 1 }];

/** What a unit of a multi-leg order costs at these prices, one a leg; below zero is received. */
export function netPrice(legs: readonly OrderLeg[], prices: readonly Price[]): Price {
  let net = 0;
  for (let i = 0; i < legs.length; i++) {
    const { side, ratio } = legs[i] as OrderLeg;
    net += signOf(side) * ratio * (prices[i] as number);
  }
  return net as Price;
}

/** Whether the order's limit, if it has one, allows `price`: the net price of a multi-leg order. */
export function isWithinLimit({ pricing, side, legs }: Intent, price: Price): boolean {
  if (pricing.type === 'market' || pricing.type === 'stop') return true;
  const { limitPrice } = pricing;
  return side === 'buy' || legs !== undefined ? price <= limitPrice : price >= limitPrice;
}

/** Whether the market at `price` sets off the order's stop; true where it has none. */
export function isTriggered({ pricing, side }: Intent, price: Price): boolean {
  if (pricing.type === 'market' || pricing.type === 'limit') return true;
  return side === 'buy' ? price >= pricing.stopPrice : price <= pricing.stopPrice;
}

/** Price of a fill at the market, worse by costs and by `draw` (0 to 1) of the random slippage. */
export function fillPrice(
  { costs, randomSlippageBps, priceStep }: SimBrokerSettings,
  side: Side,
  quoted: Price,
  draw: number,
): Price {
  let price = slippedPrice(quoted, side, costs);
  if (randomSlippageBps > 0) {
    const slippagePpm = Math.round(draw * randomSlippageBps * 100 * 1000) / 1000;
    const parts = Math.round((MILLION + signOf(side) * slippagePpm) * 1000);
    price = ratio(price, parts, 1000 * MILLION, 'half-even') as Price;
  }
  if (priceStep === 1) return price;
  return Math.max(priceStep, ratio(price, 1, priceStep, 'half-even') * priceStep) as Price;
}
