import { type Money, money, type Price, times, ZERO } from '../base/index.ts';
import { legLeft } from './legs.ts';
import { isDone, type Order, remaining } from './order.ts';
import type { Orders } from './orders.ts';
import { type ClientOrderId, type Intent, type Side, signOf } from './request.ts';

/** Signed shares still to come in `symbol`, of `book` or of all; UNKNOWN counts in full. */
export function pending(orders: Orders, symbol: string, book?: string): number {
  if (orders.live.size === 0) return 0;
  let sum = 0;
  for (const order of orders.live.values()) {
    const { intent } = order;
    if (book !== undefined && intent.book !== book) continue;
    if (intent.legs !== undefined)
      sum += leftOf(order, symbol, 'buy') - leftOf(order, symbol, 'sell');
    else if (intent.symbol === symbol) sum += signOf(intent.side) * remaining(order);
  }
  return sum;
}

/** Unsigned shares of live sells in `symbol` that may still fill, of `book` or of all. */
export function pendingSells(orders: Orders, symbol: string, book?: string): number {
  if (orders.live.size === 0) return 0;
  let sum = 0;
  for (const order of orders.live.values()) {
    if (book === undefined || order.intent.book === book) sum += leftOf(order, symbol, 'sell');
  }
  return sum;
}

/** Unsigned shares or contracts of `symbol` that one live order may still fill on `side`. */
export function leftOf(order: Order, symbol: string, side: Side): number {
  const { intent } = order;
  if (intent.legs === undefined) {
    return intent.symbol === symbol && intent.side === side ? remaining(order) : 0;
  }
  const leg = intent.legs.find((one) => one.symbol === symbol && one.side === side);
  return leg === undefined || isDone(order) ? 0 : legLeft(order, leg);
}

/** The most that live orders may still do in one symbol. */
export interface PendingWorst {
  /** Unsigned shares or contracts, each side as if it alone filled. */
  readonly buys: number;
  readonly sells: number;
  /** What the buys may cost. */
  readonly buyCost: Money;
}

export interface PendingScope {
  /** Of one book; of all where left out. */
  readonly book?: string;
  /** An order that is left out. */
  readonly except?: ClientOrderId;
  /** Whether the broker guarantees that one of a link ends the others: they then count once. */
  readonly linked: boolean;
  /** Most that `quantity` bought for this intent may cost; by default at its worst price. */
  readonly cost?: (intent: Intent, quantity: number) => Money;
}

const NONE: PendingWorst = { buys: 0, sells: 0, buyCost: ZERO };

/**
 * What live and UNKNOWN orders may still fill in `symbol` at worst (invariants 13, 14). Of linked
 * orders the largest remaining counts, and the dearest, on each side.
 */
export function pendingOf(orders: Orders, symbol: string, scope: PendingScope): PendingWorst {
  if (orders.live.size === 0) return NONE;
  const sum = { buys: 0, sells: 0, buyCost: 0 };
  const groups = new Map<string, typeof sum>();
  for (const order of orders.live.values()) {
    const { intent } = order;
    if (scope.book !== undefined && intent.book !== scope.book) continue;
    if (intent.clientOrderId === scope.except) continue;
    const own = worstOf(order, symbol, scope);
    if (own === null) continue;
    if (!scope.linked || intent.link === undefined) addTo(sum, own);
    else joinGroup(groups, intent.link.group, own);
  }
  for (const worst of groups.values()) addTo(sum, worst);
  return { buys: sum.buys, sells: sum.sells, buyCost: money(sum.buyCost) };
}

type Sum = { buys: number; sells: number; buyCost: number };

function addTo(sum: Sum, own: Sum): void {
  sum.buys += own.buys;
  sum.sells += own.sells;
  sum.buyCost += own.buyCost;
}

function joinGroup(groups: Map<string, Sum>, name: string, own: Sum): void {
  const worst = groups.get(name) ?? { buys: 0, sells: 0, buyCost: 0 };
  groups.set(name, {
    buys: Math.max(worst.buys, own.buys),
    sells: Math.max(worst.sells, own.sells),
    buyCost: Math.max(worst.buyCost, own.buyCost),
  });
}

/** What one order may still do in `symbol`; null where nothing. */
function worstOf(order: Order, symbol: string, { cost = costAtWorst }: PendingScope): Sum | null {
  const buys = leftOf(order, symbol, 'buy');
  const sells = leftOf(order, symbol, 'sell');
  if (buys === 0 && sells === 0) return null;
  return { buys, sells, buyCost: buys === 0 ? 0 : cost(order.intent, buys) };
}

const costAtWorst = (intent: Intent, quantity: number): Money =>
  times(worstPrice(intent), quantity);

/**
 * The price at which an intent may fill at worst: its limit, or the market it was decided at or the
 * stop, whichever is worse for its side. A collar for slippage is the caller's.
 */
export function worstPrice({ pricing, side, expectedPrice }: Intent): Price {
  switch (pricing.type) {
    case 'market':
      return expectedPrice;
    case 'limit':
    case 'stopLimit':
      return pricing.limitPrice;
    default: {
      const worse = side === 'buy' ? Math.max : Math.min;
      return worse(pricing.stopPrice, expectedPrice) as Price;
    }
  }
}
