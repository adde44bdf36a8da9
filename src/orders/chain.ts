import { assert } from '../base/index.ts';
import { isDone, type Order } from './order.ts';
import { findOrder, type Orders, successorOf } from './orders.ts';
import type { ClientOrderId, Intent, Pricing, TimeInForce } from './request.ts';

/**
 * The replace chain of `order`, from the first member to the last: one intent (invariant 2).
 * Throws where a member before it is not known any more: its fills would not count.
 */
export function chainOf(orders: Orders, order: Order): readonly Order[] {
  const chain = [order];
  for (let id = order.intent.replaces; id !== undefined;) {
    const before: Order | undefined = findOrder(orders, id);
    assert(before !== undefined, `Order "${order.intent.id}": "${id}" of its chain is not known`);
    chain.unshift(before);
    id = before.intent.replaces;
  }
  for (let next = successorOf(orders, idOf(order)); next !== undefined;) {
    chain.push(next);
    next = successorOf(orders, idOf(next));
  }
  return chain;
}

const idOf = (order: Order): ClientOrderId => order.intent.clientOrderId;

/** Shares or units filled by all members of the chain of `order` (F009). */
export const chainFilled = (orders: Orders, order: Order): number =>
  sumFilled(chainOf(orders, order));

const sumFilled = (chain: readonly Order[]): number =>
  chain.reduce((sum, { filled }) => sum + filled, 0);

/** What the first member intended, less the fills of all: never below zero. */
export function chainRemaining(orders: Orders, order: Order): number {
  const chain = chainOf(orders, order);
  const intended = (chain[0] as Order).intent.quantity;
  return Math.max(0, intended - sumFilled(chain));
}

/** What may differ between an order and the one that replaces it. */
export interface NewTerms {
  readonly pricing?: Pricing;
  readonly timeInForce?: TimeInForce;
  /** Fewer than what is left of the chain; more is cut to it. */
  readonly quantity?: number;
}

/** The terms of a replacement. */
export type Replacement = Pick<
  Intent,
  'book' | 'symbol' | 'side' | 'quantity' | 'pricing' | 'timeInForce' | 'purpose' | 'legs' | 'link'
> & { readonly replaces: ClientOrderId };

/**
 * The order that may take the place of `order`: its terms but for `terms`, and no more than what
 * the whole chain has not filled of what it first intended; null where nothing is left (invariant
 * 7).
 * Throws unless `order` is done and nothing replaces it yet: an order replaced while it can still
 * fill is two orders.
 */
export function replacementOf(orders: Orders, order: Order, terms: NewTerms): Replacement | null {
  const { intent } = order;
  assert(
    isDone(order),
    `Order "${intent.id}" is ${order.status}: only one that is done is replaced`,
  );
  const next = successorOf(orders, intent.clientOrderId);
  assert(next === undefined, `Order "${intent.id}" is replaced already`);
  const left = chainRemaining(orders, order);
  const quantity = Math.min(left, terms.quantity ?? left);
  if (quantity <= 0) return null;
  const { book, symbol, side, purpose, legs, link } = intent;
  return {
    book,
    symbol,
    side,
    quantity,
    pricing: terms.pricing ?? intent.pricing,
    timeInForce: terms.timeInForce ?? intent.timeInForce,
    purpose,
    ...(legs && { legs }),
    ...(link && { link }),
    replaces: intent.clientOrderId,
  };
}
