import {
  BadInput,
  fractionOf,
  type Money,
  money,
  type Price,
  subtract,
  times,
  unitsIn,
} from '../base/index.ts';
import type { Side } from '../orders/index.ts';
import type { Weights } from '../strategy/index.ts';
import { buyCostPerShare, type Costs, slippedPrice } from './costs.ts';

const CASH = 'CASH';
const OVER_ALLOCATION = 1.0001;
const WEIGHT_MAX = 1 + 5e-10; // weights count at nine decimals

export type Shares = Readonly<Record<string, number>>;
export type Prices = Readonly<Record<string, Price>>;

export interface Allocation {
  /** Whole shares by symbol, zeros left out. */
  readonly shares: Shares;
  readonly cash: Money;
}

/**
 * Whole shares (down) for weights of `equity`, taken at nine decimals; the rest is cash.
 * Throws `BadInput` for a weight outside 0 to 1, a missing price, or more than 100.01 % allocated.
 */
export function weightsToShares(weights: Weights, equity: Money, prices: Prices): Allocation {
  const shares: Record<string, number> = {};
  let spent = 0;
  for (const [symbol, weight] of Object.entries(weights)) {
    if (symbol === CASH || weight === 0) continue;
    if (!(weight >= 0 && weight < WEIGHT_MAX)) {
      throw new BadInput(`Weight of "${symbol}": found "${weight}", wanted 0 to 1`);
    }
    const at = prices[symbol];
    if (at === undefined) throw new BadInput(`No price for "${symbol}"`);
    const count = unitsIn(fractionOf(equity, weight, 'down'), at, 'down');
    if (count > 0) shares[symbol] = count;
    spent += times(at, count);
  }
  if (spent > equity * OVER_ALLOCATION) {
    throw new BadInput(`Weights allocate more than 100.01 % of the equity`);
  }
  return { shares, cash: subtract(equity, money(spent)) };
}

/**
 * Signed difference of shares by symbol, zeros left out, and the trades worth doing: those of at
 * least `thresholdPct` percent of equity (inclusive), those without a price, and every exit to
 * zero (a small position can always be closed), unless `exitsToo` has them filtered as well.
 */
export function rebalanceDifference(
  current: Shares,
  target: Shares,
  market: { prices: Prices; equity: Money; thresholdPct: number; exitsToo?: boolean },
): { difference: Shares; kept: Shares } {
  const difference: Record<string, number> = {};
  const kept: Record<string, number> = {};
  const smallest = fractionOf(market.equity, market.thresholdPct / 100, 'up');
  for (const symbol of new Set([...Object.keys(current), ...Object.keys(target)])) {
    const gap = (target[symbol] ?? 0) - (current[symbol] ?? 0);
    if (gap === 0) continue;
    difference[symbol] = gap;
    const at = market.prices[symbol];
    const isExit = !market.exitsToo && (target[symbol] ?? 0) === 0;
    if (isExit || at === undefined || times(at, Math.abs(gap)) >= smallest) kept[symbol] = gap;
  }
  return { difference, kept };
}

/** What one symbol's sizing needs: the book at this moment, after all earlier fills. */
export interface SizingMoment {
  readonly equity: Money;
  /** Cash that may be spent now: less reserve and less what orders under way will take. */
  readonly spendable: Money;
  /** Signed shares held plus pending. */
  readonly held: number;
  readonly price: Price;
  readonly costs: Costs;
}

/** The order that a leg takes. */
export interface Sized {
  readonly side: Side;
  /** Whole shares, 0 for nothing to do. */
  readonly quantity: number;
}

/** The order that closes what is held, long or short, whatever cash there is. */
const exit = (held: number): Sized => ({
  side: held < 0 ? 'buy' : 'sell',
  quantity: Math.abs(held),
});

/**
 * The order that brings one long position to `weight` of equity: an exit closes all; a raise buys
 * what the gap and the cash pay for, costs counted; a cut sells down to it. Always rounded down.
 */
export function sizeToWeight(weight: number, moment: SizingMoment): Sized {
  if (weight === 0) return exit(moment.held);
  const wanted = fractionOf(moment.equity, weight, 'down');
  const gap = subtract(wanted, times(moment.price, moment.held));
  if (gap >= 0) return { side: 'buy', quantity: affordable(gap, moment) };
  const each = slippedPrice(moment.price, 'sell', moment.costs);
  const quantity = unitsIn(money(-gap), each, 'down');
  return { side: 'sell', quantity: Math.min(quantity, Math.max(0, moment.held)) };
}

/** The order that brings a position to `target` shares, 0 or more; a buy is cut to the cash. */
export function sizeToShares(target: number, moment: SizingMoment): Sized {
  if (target === 0) return exit(moment.held);
  const gap = target - moment.held;
  if (gap < 0) return { side: 'sell', quantity: -gap };
  return { side: 'buy', quantity: Math.min(gap, affordable(moment.spendable, moment)) };
}

/** Whole shares that `budget` and the spendable cash pay for, costs counted; never below 0. */
export function affordable(budget: Money, moment: SizingMoment): number {
  const cash = Math.min(budget, moment.spendable) as Money;
  return cash <= 0 ? 0 : unitsIn(cash, buyCostPerShare(moment.price, moment.costs), 'down');
}
