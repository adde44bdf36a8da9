import { BadInput } from '../base/index.ts';
import { type Applied, applyToOrder, isDone, newOrder, type Order, remaining } from './order.ts';
import type { Report } from './report.ts';
import { type ClientOrderId, type Intent, signOf } from './request.ts';

/** All orders that may still move, and the newest of those done. */
export interface Orders {
  readonly live: Map<ClientOrderId, Order>;
  /** The newest orders done, newest last, for late fills and repeats; older ones are not known. */
  done: Map<ClientOrderId, Order>;
}

const DONE_KEPT = 512; // at least: several days of a busy desk

export const newOrders = (): Orders => ({ live: new Map(), done: new Map() });

/** Takes in an intent as in flight; throws `BadInput` when an order of that id is there. */
export function addIntent(orders: Orders, intent: Intent): Order {
  const { clientOrderId } = intent;
  if (findOrder(orders, clientOrderId) !== undefined) {
    throw new BadInput(`Client order id "${clientOrderId}" is used twice`);
  }
  const order = newOrder(intent);
  orders.live.set(clientOrderId, order);
  return order;
}

export const findOrder = ({ live, done }: Orders, id: ClientOrderId): Order | undefined =>
  (live.size === 0 ? undefined : live.get(id)) ?? done.get(id);

/** What a report did, and to which order. */
export type AppliedReport =
  | ({ readonly known: true; readonly order: Order } & Applied)
  | { readonly known: false };

/** Applies `report` to the order it names; not known: no order of ours, or one done long ago. */
export function applyReport(orders: Orders, report: Report): AppliedReport {
  const order = findOrder(orders, report.order);
  if (!order) return { known: false };
  const applied = applyToOrder(order, report);
  if (isDone(order) && orders.live.delete(report.order)) keepDone(orders, order);
  return { known: true, order, fresh: applied.fresh, alarm: applied.alarm };
}

/**
 * Forgets the oldest by the hundreds, into a fresh map: one that loses its first key with each
 * order gets slow, and its discarded tables keep the orders in memory.
 */
function keepDone(orders: Orders, order: Order): void {
  orders.done.set(order.intent.clientOrderId, order);
  let forgotten = orders.done.size - DONE_KEPT;
  if (forgotten < DONE_KEPT) return;
  const newest = new Map<ClientOrderId, Order>();
  for (const [id, one] of orders.done) if (forgotten-- <= 0) newest.set(id, one);
  orders.done = newest;
}

/** Signed shares still to come in `symbol`, of `book` or of all; UNKNOWN counts in full. */
export function pending(orders: Orders, symbol: string, book?: string): number {
  if (orders.live.size === 0) return 0;
  let sum = 0;
  for (const order of orders.live.values()) {
    const { intent } = order;
    if (intent.symbol !== symbol || (book !== undefined && intent.book !== book)) continue;
    sum += signOf(intent.side) * remaining(order);
  }
  return sum;
}

/** Unsigned shares of live sells in `symbol` that may still fill, of `book` or of all. */
export function pendingSells(orders: Orders, symbol: string, book?: string): number {
  if (orders.live.size === 0) return 0;
  let sum = 0;
  for (const order of orders.live.values()) {
    const { intent } = order;
    if (intent.symbol !== symbol || intent.side !== 'sell') continue;
    if (book === undefined || intent.book === book) sum += remaining(order);
  }
  return sum;
}
