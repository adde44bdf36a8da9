import { fractionOf, type Money, times } from '../base/index.ts';
import type { Bracket, OrderWish, Weights } from '../strategy/index.ts';
import { type Prices, rebalanceDifference, type Shares, weightsToShares } from './size.ts';

/** One step of a plan, sized when its turn comes: from held plus pending and the cash then. */
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

/**
 * `changed-targets` works targets that differ from the last ones, however far positions drifted;
 * `all-targets` works every gap in shares that is worth the threshold.
 */
export type SizingMethod = 'changed-targets' | 'all-targets';

/** The book as a plan is made for it. */
export interface PlanningBook {
  readonly method: SizingMethod;
  /** Smallest trade worth doing in percent of equity, for `all-targets`. */
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
 * A target worth less than one share counts as 0, and so does one without a price. What is held,
 * wanted and without a price is left as it is, and its last target stays on record.
 */
export function planTargets(targets: Weights, book: PlanningBook): Planned {
  const notes: string[] = [];
  const { wanted, left } = reachable(targets, book, notes);
  const legs =
    book.method === 'changed-targets' ? changedLegs(wanted, book) : shareLegs(wanted, book, notes);
  return { legs, targets: { ...wanted, ...left }, notes };
}

/** The weights that can be worked, and those of holdings that are left as they are. */
function reachable(targets: Weights, book: PlanningBook, notes: string[]) {
  const wanted: Record<string, number> = {};
  const left: Record<string, number> = {};
  for (const symbol of symbolsOf(targets, book)) {
    const weight = targets[symbol] ?? 0;
    const at = book.prices[symbol];
    if (weight === 0) wanted[symbol] = 0;
    else if (at === undefined && (book.held[symbol] ?? 0) !== 0) {
      left[symbol] = book.lastTargets[symbol] ?? 0;
      notes.push(`${symbol}: no price, left as it is`);
    } else {
      const buys = at !== undefined && fractionOf(book.equity, weight, 'down') >= times(at, 1);
      wanted[symbol] = buys ? weight : 0;
      const why = at === undefined ? 'no price' : 'less than one share';
      if (!buys) notes.push(`${symbol}: ${why}, target 0`);
    }
  }
  return { wanted, left };
}

/** The universe in its order, then what else is wanted or held. */
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
  for (const [symbol, gap] of Object.entries(difference)) {
    if (kept[symbol] === undefined) notes.push(`${symbol}: ${gap} shares are below the threshold`);
  }
  const gapOf = (symbol: string): number => kept[symbol] ?? 0;
  const symbols = Object.keys(wanted);
  const sells = symbols.filter((symbol) => gapOf(symbol) < 0);
  const buys = symbols.filter((symbol) => gapOf(symbol) > 0);
  return [...sells, ...buys].map((symbol) => ({
    kind: 'shares',
    symbol,
    target: shares[symbol] ?? 0,
  }));
}

/** Legs for wished orders: sells first, otherwise in their order. */
export function planOrders(orders: readonly OrderWish[]): readonly Leg[] {
  const [only] = orders;
  if (only !== undefined && orders.length === 1) return [legOf(only)];
  const sells = orders.filter((order) => order.side === 'sell');
  const buys = orders.filter((order) => order.side !== 'sell');
  return [...sells, ...buys].map(legOf);
}

function legOf(wish: OrderWish): Leg {
  const { symbol, side, quantity, limitPrice } = wish;
  if (isPlain(wish)) {
    return limitPrice === undefined
      ? { kind: 'order', symbol, side, quantity }
      : { kind: 'order', symbol, side, quantity, limitPrice };
  }
  const { stopPrice, timeInForce, bracket, legs } = wish;
  return {
    kind: 'order',
    symbol,
    side,
    quantity,
    ...(limitPrice !== undefined && { limitPrice }),
    ...(stopPrice !== undefined && { stopPrice }),
    ...(timeInForce !== undefined && { timeInForce }),
    ...(bracket !== undefined && { bracket: bracketOf(bracket) }),
    ...(legs !== undefined && {
      legs: legs.map((leg) => ({ symbol: leg.symbol, side: leg.side, ratio: leg.ratio })),
    }),
  };
}

/** Market or limit, for the day, and nothing more: most orders are. */
const isPlain = ({ stopPrice, timeInForce, bracket, legs }: OrderWish): boolean =>
  stopPrice === undefined &&
  timeInForce === undefined &&
  bracket === undefined &&
  legs === undefined;

const bracketOf = ({ stopPrice, targetPrice }: Bracket): Bracket => ({
  ...(stopPrice !== undefined && { stopPrice }),
  ...(targetPrice !== undefined && { targetPrice }),
});

/** Weights of what is held, as fractions of `equity`; empty when that is not above 0. */
export function weightsHeld(held: Shares, prices: Prices, equity: Money): Weights {
  const weights: Record<string, number> = {};
  if (equity <= 0) return weights;
  for (const [symbol, shares] of Object.entries(held)) {
    const at = prices[symbol];
    if (at !== undefined && shares !== 0) weights[symbol] = times(at, shares) / equity;
  }
  return weights;
}
