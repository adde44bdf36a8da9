import { BadInput } from '../base/index.ts';
import { type Applied, applyToOrder, isDone, newOrder, type Order } from './order.ts';
import type { Report } from './report.ts';
import type { ClientOrderId, Intent } from './request.ts';

/** All orders that may still move, and the newest of those done. */
export interface Orders {
  readonly live: Map<ClientOrderId, Order>;
  /** The newest orders done, newest last, for late fills and repeats; older ones are not known. */
  done: Map<ClientOrderId, Order>;
}

const DONE_KEPT = 512; // at least: several days of a busy desk

export const newOrders = (): Orders => ({ live: new Map(), done: new Map() });

/**
 * Takes in an intent as in flight. Throws `BadInput` when an order of that id is there, or when it
 * replaces one that is not known, not done, or replaced already: a chain has one end (invariant 2).
 */
export function addIntent(orders: Orders, intent: Intent): Order {
  const { clientOrderId } = intent;
  if (findOrder(orders, clientOrderId) !== undefined) {
    throw new BadInput(`Client order id "${clientOrderId}" is used twice`);
  }
  if (intent.replaces !== undefined) checkReplaces(orders, intent.replaces);
  const order = newOrder(intent);
  orders.live.set(clientOrderId, order);
  return order;
}

function checkReplaces(orders: Orders, id: ClientOrderId): void {
  const before = findOrder(orders, id);
  if (before === undefined || !isDone(before)) {
    throw new BadInput(`Order "${id}" cannot be replaced: it is not known as done`);
  }
  const next = successorOf(orders, id);
  if (next === undefined) return;
  throw new BadInput(`Order "${id}" is replaced by "${next.intent.clientOrderId}" already`);
}

/** The order that replaces `id`, if one does. */
export function successorOf({ live, done }: Orders, id: ClientOrderId): Order | undefined {
  for (const order of live.values()) if (order.intent.replaces === id) return order;
  for (const order of done.values()) if (order.intent.replaces === id) return order;
  return undefined;
}

export const findOrder = ({ live, done }: Orders, id: ClientOrderId): Order | undefined =>
  (live.size === 0 ? undefined : live.get(id)) ?? done.get(id);

export type AppliedReport = Applied | { readonly known: false };

const NOT_KNOWN: AppliedReport = { known: false };

/** Applies `report` to the order it names; not known: no order of ours, or one done long ago. */
export function applyReport(orders: Orders, report: Report): AppliedReport {
  const order = findOrder(orders, report.order);
  if (!order) return NOT_KNOWN;
  const applied = applyToOrder(order, report);
  if (isDone(order) && orders.live.delete(report.order)) keepDone(orders, order);
  return applied;
}

/**
 * Forgets the oldest by the hundreds, into a fresh map: one that loses its first key with each
 * order gets slow, and its discarded tables keep the orders in memory. Members of a replace chain
 * whose end is known are known too.
 */
function keepDone(orders: Orders, order: Order): void {
  orders.done.set(order.intent.clientOrderId, order);
  let forgotten = orders.done.size - DONE_KEPT;
  if (forgotten < DONE_KEPT) return;
  const newest = new Map<ClientOrderId, Order>();
  const chained = new Set<ClientOrderId>();
  for (const one of orders.live.values()) addMembersBefore(orders, one, chained);
  for (const one of [...orders.done.values()].slice(forgotten)) {
    addMembersBefore(orders, one, chained);
  }
  for (const [id, one] of orders.done) {
    if (forgotten-- <= 0 || chained.has(id)) newest.set(id, one);
  }
  orders.done = newest;
}

/** Adds the orders that `order` replaces, back to the first of its chain: their fills count. */
function addMembersBefore({ done }: Orders, order: Order, members: Set<ClientOrderId>): void {
  for (let id = order.intent.replaces; id !== undefined;) {
    members.add(id);
    id = done.get(id)?.intent.replaces;
  }
}
