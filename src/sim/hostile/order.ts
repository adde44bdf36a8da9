import { type Instant, type Price, ratio } from '../../base/index.ts';
import { signOf } from '../../orders/index.ts';
import type { TrueExecution } from './books.ts';
import type { HostilePrices } from './settings.ts';
import type { ExecutionView, HostileStatus, OrderTerms, OrderView } from './views.ts';

/** An order as it is in truth. */
export interface TrueOrder {
  /** The broker's count, from 1. */
  readonly number: number;
  readonly id: string;
  /** With the client order id, which a broker without client ids does not show. */
  readonly terms: OrderTerms;
  /** Made by the owner's hand. */
  readonly external: boolean;
  readonly createdAt: Instant;
  status: HostileStatus;
  /** What of the quantity its link has not taken away. */
  open: number;
  /** Cumulative, busts taken off; units of a multi-leg order. */
  filled: number;
  readonly executions: TrueExecution[];
  reason: string | null;
  endedAt: Instant | null;
  /** A stop that the market reached. */
  triggered: boolean;
  /** A fill is under way. */
  filling: boolean;
  /** Nothing more fills in this session. */
  stuck: boolean;
  cancels: number;
}

export const newTrueOrder = (
  number: number,
  terms: OrderTerms,
  external: boolean,
  at: Instant,
): TrueOrder => ({
  number,
  id: `h-${number}`,
  terms,
  external,
  createdAt: at,
  status: 'accepted',
  open: terms.quantity,
  filled: 0,
  executions: [],
  reason: null,
  endedAt: null,
  triggered: false,
  filling: false,
  stuck: false,
  cancels: 0,
});

/** Whether it may still fill by rule; a late fill may come all the same. */
export const isLive = ({ status }: TrueOrder): boolean =>
  status === 'accepted' || status === 'working';

/** What may still fill, in shares or units. */
export const openQuantity = (order: TrueOrder): number => Math.max(0, order.open - order.filled);

/** Prices at which a whole order would fill now, one a leg; null where it would not. */
export function pricesNow(order: TrueOrder, at: Instant, market: HostilePrices): Price[] | null {
  const { terms } = order;
  const prices: Price[] = [];
  for (const { symbol } of terms.legs ?? [terms]) {
    const price = market.price(symbol, at);
    if (price === undefined) return null;
    prices.push(price);
  }
  return isMarketable(order, netOf(terms, prices)) ? prices : null;
}

/** The price of a share, or what a unit of a multi-leg order costs: below zero is received. */
function netOf({ legs }: OrderTerms, prices: readonly Price[]): number {
  if (legs === undefined) return prices[0] as number;
  return legs.reduce((sum, { side, ratio: count }, i) => {
    return sum + signOf(side) * count * (prices[i] as number);
  }, 0);
}

function isMarketable(order: TrueOrder, now: number): boolean {
  const { pricing, side, legs } = order.terms;
  const buys = side === 'buy' || legs !== undefined;
  if (pricing.type === 'market') return true;
  if (pricing.type !== 'limit' && !order.triggered) {
    if (buys ? now < pricing.stopPrice : now > pricing.stopPrice) return false;
    order.triggered = true;
  }
  if (pricing.type === 'stop') return true;
  return buys ? now <= pricing.limitPrice : now >= pricing.limitPrice;
}

/** How many of a count from 1 an order's quantity comes in; the first pieces are the larger. */
export function pieceOf(order: TrueOrder, pieces: number): number {
  return Math.min(openQuantity(order), Math.ceil(order.terms.quantity / pieces));
}

/** Cumulative quantity by the executions that count; units where there are legs. */
export function filledOf({ terms, executions }: TrueOrder): number {
  const leg = terms.legs?.[0];
  let sum = 0;
  for (const one of executions) {
    if (one.busted) continue;
    if (leg === undefined) sum += one.quantity;
    else if (one.symbol === leg.symbol) sum += one.quantity / leg.ratio;
  }
  return sum;
}

/** An execution without what only the broker knows of it. */
export const executionView = (one: TrueExecution): ExecutionView => ({
  executionId: one.executionId,
  symbol: one.symbol,
  side: one.side,
  quantity: one.quantity,
  price: one.price,
  fee: one.fee,
  at: one.at,
});

/** What a reading of the order shows, `status` in place of its own. */
export function orderView(
  order: TrueOrder,
  show: { readonly ids: boolean; readonly executions: boolean; readonly status: string },
): OrderView {
  const { terms } = order;
  const counted = order.executions.filter((one) => !one.busted);
  return {
    id: order.id,
    clientOrderId: show.ids && !order.external ? terms.clientOrderId : null,
    symbol: terms.symbol,
    side: terms.side,
    quantity: terms.quantity,
    pricing: terms.pricing,
    timeInForce: terms.timeInForce,
    legs: terms.legs ?? null,
    status: show.status,
    filled: order.filled,
    averagePrice: terms.legs === undefined ? meanOf(counted) : null,
    executions: show.executions ? counted.map(executionView) : null,
    submittedAt: order.createdAt,
    reason: order.reason,
  };
}

function meanOf(executions: readonly TrueExecution[]): Price | null {
  const first = executions[0];
  if (first === undefined) return null;
  if (executions.length === 1) return first.price;
  let quantity = 0;
  let notional = 0;
  for (const one of executions) {
    quantity += one.quantity;
    notional += one.price * one.quantity;
  }
  return ratio(notional, 1, quantity, 'half-even') as Price;
}
