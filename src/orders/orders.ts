import { BadInput } from '../base/index.ts';
import { type Applied, applyToOrder, isDone, newOrder, type Order, remaining } from './order.ts';
import type { Report } from './report.ts';
import { type ClientOrderId, type Intent, signOf } from './request.ts';

/**
 * All orders that may still move, and how many were done. Done orders leave when a day ends, so the
 * map stays small; a later report on one of them is looked up in `archive`, the ids of its time.
 */
export interface Orders {
  readonly live: Map<ClientOrderId, Order>;
  /** Orders done, newest last, at most `DONE_KEPT`. */
  readonly done: Map<ClientOrderId, Order>;
}

const DONE_KEPT = 512; // a busy day of late fills and corrections

export const newOrders = (): Orders => ({ live: new Map(), done: new Map() });

/** Takes in an intent; throws `BadInput` when its id was used before (invariant 4). */
export function addIntent(orders: Orders, intent: Intent): Order {
  if (orders.live.has(intent.clientOrderId) || orders.done.has(intent.clientOrderId)) {
    throw new BadInput(`Client order id "${intent.clientOrderId}" is used twice`);
  }
  const order = newOrder(intent);
  orders.live.set(intent.clientOrderId, order);
  return order;
}

export const findOrder = (orders: Orders, id: ClientOrderId): Order | undefined =>
  orders.live.get(id) ?? orders.done.get(id);

export type AppliedReport =
  | ({ readonly known: true; readonly order: Order } & Applied)
  | { readonly known: false };

/** Applies `report` to the order it names; a report on an order that is not ours is not known. */
export function applyReport(orders: Orders, report: Report): AppliedReport {
  const order = findOrder(orders, report.order);
  if (!order) return { known: false };
  const applied = applyToOrder(order, report);
  if (isDone(order) && orders.live.delete(report.order)) keepDone(orders, order);
  return { known: true, order, ...applied };
}

function keepDone(orders: Orders, order: Order): void {
  orders.done.set(order.intent.clientOrderId, order);
  if (orders.done.size <= DONE_KEPT) return;
  const [oldest] = orders.done.keys();
  if (oldest !== undefined) orders.done.delete(oldest);
}

/** Signed shares still to come in `symbol`, of `book` or of all; UNKNOWN counts in full (invariant 5). */
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

/** Shares of live sells in `symbol` that may still fill. */
export function pendingSells(orders: Orders, symbol: string, book?: string): number {
  let sum = 0;
  for (const order of orders.live.values()) {
    const { intent } = order;
    if (intent.symbol !== symbol || intent.side !== 'sell') continue;
    if (book === undefined || intent.book === book) sum += remaining(order);
  }
  return sum;
}
