import { fractionOf, type Money, type Price, times } from '../base/index.ts';
import type { OrderWish, Weights } from '../strategy/index.ts';
import { type Prices, rebalanceDifference, type Shares, weightsToShares } from './size.ts';

/** One step of a plan, sized when its turn comes: from held plus pending, and the cash then there. */
export type Leg =
  | { readonly kind: 'weight'; readonly symbol: string; readonly weight: number }
  | { readonly kind: 'shares'; readonly symbol: string; readonly target: number }
  | ({ readonly kind: 'order' } & OrderWish);

/** What a decision became. `targets` are the weights it will have carried out. */
export interface Planned {
  readonly legs: readonly Leg[];
  readonly targets: Weights;
  /** Sentences for people: what was dropped, and why. */
  readonly notes: readonly string[];
}

export type SizingMethod = 'changed-targets' | 'all-targets';

export interface PlanningBook {
  readonly method: SizingMethod;
  readonly thresholdPct: number;
  /** In the order in which legs of one pass are worked. */
  readonly universe: readonly string[];
  readonly lastTargets: Weights;
  readonly equity: Money;
  /** Signed shares, held plus pending. */
  readonly held: Shares;
  readonly prices: Prices;
}

/**
 * Legs for target weights: reductions first, then raises, each in the order of the universe.
 * A target worth less than one share, or without a price and not held, counts as 0.
 */
export function planTargets(targets: Weights, book: PlanningBook): Planned {
  const notes: string[] = [];
  const wanted = reachable(targets, book, notes);
  const legs =
    book.method === 'changed-targets' ? changedLegs(wanted, book) : shareLegs(wanted, book, notes);
  return { legs, targets: wanted, notes };
}

function reachable(targets: Weights, book: PlanningBook, notes: string[]): Weights {
  const wanted: Record<string, number> = {};
  for (const symbol of symbolsOf(targets, book)) {
    const weight = targets[symbol] ?? 0;
    const at = book.prices[symbol];
    const buys = at !== undefined && fractionOf(book.equity, weight, 'down') >= times(at, 1);
    wanted[symbol] = weight !== 0 && buys ? weight : 0;
    if (weight !== 0 && !buys) {
      notes.push(`${symbol}: ${at === undefined ? 'no price' : 'less than one share'}, target 0`);
    }
  }
  return wanted;
}

function symbolsOf(targets: Weights, book: PlanningBook): string[] {
  const others = [...Object.keys(targets), ...Object.keys(book.held)];
  return [...new Set([...book.universe, ...others])].filter((symbol) => symbol !== 'CASH');
}

function changedLegs(wanted: Weights, book: PlanningBook): Leg[] {
  const reductions: Leg[] = [];
  const raises: Leg[] = [];
  for (const [symbol, weight] of Object.entries(wanted)) {
    const last = book.lastTargets[symbol] ?? 0;
    const held = book.held[symbol] ?? 0;
    if (weight === 0 ? held !== 0 : weight < last) {
      reductions.push({ kind: 'weight', symbol, weight });
    } else if (weight > last) raises.push({ kind: 'weight', symbol, weight });
  }
  return [...reductions, ...raises];
}

function shareLegs(wanted: Weights, book: PlanningBook, notes: string[]): Leg[] {
  const { shares } = weightsToShares(wanted, book.equity, book.prices);
  const { difference, kept } = rebalanceDifference(book.held, shares, book);
  for (const symbol of Object.keys(difference)) {
    if (kept[symbol] === undefined) {
      notes.push(`${symbol}: ${difference[symbol]} shares are below the threshold`);
    }
  }
  const legs = Object.keys(wanted)
    .filter((symbol) => kept[symbol] !== undefined)
    .map((symbol): Leg => ({ kind: 'shares', symbol, target: shares[symbol] ?? 0 }));
  const sells = legs.filter((leg) => (kept[leg.symbol] ?? 0) < 0);
  return [...sells, ...legs.filter((leg) => (kept[leg.symbol] ?? 0) > 0)];
}

/** Legs for wished orders: sells first, otherwise in their order. */
export function planOrders(orders: readonly OrderWish[]): readonly Leg[] {
  const legs = orders.map((order): Leg => ({ kind: 'order', ...order }));
  if (legs.length < 2) return legs;
  const sells = orders.map((order) => order.side === 'sell');
  return [...legs.filter((_, i) => sells[i]), ...legs.filter((_, i) => !sells[i])];
}

/** Weights of what is held, as fractions of `equity` to nine decimals; empty when equity is not above 0. */
export function weightsHeld(held: Shares, prices: Prices, equity: Money): Weights {
  const weights: Record<string, number> = {};
  if (equity <= 0) return weights;
  for (const [symbol, shares] of Object.entries(held)) {
    const at: Price | undefined = prices[symbol];
    if (at !== undefined && shares !== 0) weights[symbol] = times(at, shares) / equity;
  }
  return weights;
}
