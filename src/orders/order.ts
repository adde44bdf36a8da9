import { add, BrokenPromise, type Money, times, ZERO } from '../base/index.ts';
import type { ExecutionId, Fill, Report } from './report.ts';
import type { Intent } from './request.ts';

export type OrderStatus =
  | 'inFlight'
  | 'working'
  | 'canceling'
  | 'unknown'
  | 'filled'
  | 'canceled'
  | 'rejected'
  | 'expired';

/**
 * What a report means for the status: a fill is `lastFill` when it completes the quantity, and
 * `notFound` is `lost` when the broker had acknowledged or filled the order before.
 */
export type OrderEvent =
  | 'accepted'
  | 'rejected'
  | 'fill'
  | 'lastFill'
  | 'cancelRequested'
  | 'canceled'
  | 'expired'
  | 'unknown'
  | 'notFound'
  | 'lost';

/**
 * The one table of order states. A name is the next status; `same` changes nothing but quantities;
 * `alarm` keeps the status, and somebody must look (a terminal order that moved, a loss of proof).
 * UNKNOWN ends by evidence only: accepted, a fill, a terminal report, or `notFound` of an order
 * that was never seen at the broker. Terminal states have no exit.
 */
export const ORDER_EVENTS = [
              'accepted', 'rejected', 'fill',    'lastFill', 'cancelRequested', 'canceled', 'expired', 'unknown', 'notFound', 'lost',
] as const satisfies readonly OrderEvent[]; // prettier-ignore
/** The next status, by status and in the columns above. */
export const ORDER_TABLE = {
  inFlight:  ['working',  'rejected', 'working', 'filled',   'canceling',       'canceled', 'expired', 'unknown', 'unknown',  'unknown'],
  working:   ['same',     'rejected', 'same',    'filled',   'canceling',       'canceled', 'expired', 'unknown', 'unknown',  'unknown'],
  canceling: ['same',     'rejected', 'same',    'filled',   'same',            'canceled', 'expired', 'unknown', 'unknown',  'unknown'],
  unknown:   ['working',  'rejected', 'working', 'filled',   'same',            'canceled', 'expired', 'same',    'rejected', 'same'],
  filled:    ['same',     'alarm',    'alarm',   'alarm',    'same',            'same',     'same',    'same',    'alarm',    'alarm'],
  canceled:  ['same',     'same',     'alarm',   'alarm',    'same',            'same',     'same',    'same',    'same',     'same'],
  rejected:  ['alarm',    'same',     'alarm',   'alarm',    'same',            'same',     'same',    'same',    'same',     'same'],
  expired:   ['same',     'same',     'alarm',   'alarm',    'same',            'same',     'same',    'same',    'same',     'same'],
} as const satisfies Record<OrderStatus, readonly (OrderStatus | 'same' | 'alarm')[]>; // prettier-ignore

/** Where an event's column is. */
const COLUMN = Object.fromEntries(ORDER_EVENTS.map((event, i) => [event, i])) as Readonly<
  Record<OrderEvent, number>
>;

/** What became of an intent. Plain data, changed only by `applyToOrder`. */
export interface Order {
  readonly intent: Intent;
  status: OrderStatus;
  venueOrderId: string | null;
  /** Shares filled so far, of all executions. */
  filled: number;
  /** Sum of price x quantity of the fills, so that the mean price is exact when asked for. */
  notional: Money;
  fees: Money;
  executions: readonly ExecutionId[];
  /** Why it has its status, where somebody said so. */
  reason: string | null;
}

const NONE: readonly ExecutionId[] = [];

export const newOrder = (intent: Intent): Order => ({
  intent,
  status: 'inFlight',
  venueOrderId: null,
  filled: 0,
  notional: ZERO,
  fees: ZERO,
  executions: NONE,
  reason: null,
});

export function isDone({ status }: Order): boolean {
  return (
    status === 'filled' || status === 'canceled' || status === 'rejected' || status === 'expired'
  );
}

/** Shares still to come while the order is not done; 0 after. */
export const remaining = (order: Order): number =>
  isDone(order) ? 0 : Math.max(0, order.intent.quantity - order.filled);

/** What a report did. */
export interface Applied {
  /** True for an execution not counted before and for a new status; false when nothing changed. */
  readonly fresh: boolean;
  /** What somebody must look at, as a sentence; null when all is as it should be. */
  readonly alarm: string | null;
}

const STALE: Applied = { fresh: false, alarm: null };
const FRESH: Applied = { fresh: true, alarm: null };

/**
 * Moves `order` by `report`, along the table only; each execution counts once (invariants 6-9).
 * What the broker reports is counted as reported, and alarms where it cannot be: a fill beyond the
 * quantity or after the end, a second venue order id, an order lost or rejected that it had filled.
 * Throws unless a fill's quantity is whole and above zero, before anything is changed.
 */
export function applyToOrder(order: Order, report: Report): Applied {
  const isFill = report.kind === 'fill';
  if (isFill && !countFill(order, report.fill)) return STALE;
  const event = eventOf(order, report);
  const next = ORDER_TABLE[order.status][COLUMN[event]] as Cell;
  const alarm = alarmOf(order, report, event, next);
  const moves = next !== 'same' && next !== 'alarm';
  if (moves) {
    order.status = next;
    order.reason = reasonOf(report);
  }
  if (report.kind === 'accepted') order.venueOrderId ??= report.venueOrderId;
  if (alarm !== null) return { fresh: moves || isFill, alarm };
  return moves || isFill ? FRESH : STALE;
}

function reasonOf(report: Report): string | null {
  if (report.kind === 'fill') return null;
  if (report.kind === 'notFound') return 'the broker does not know it';
  return 'reason' in report ? report.reason : null;
}

type Cell = OrderStatus | 'same' | 'alarm';

/** False for an execution that was counted before. */
function countFill(order: Order, fill: Fill): boolean {
  const { executionId, quantity } = fill;
  if (order.executions.includes(executionId)) return false;
  if (!Number.isSafeInteger(quantity) || quantity <= 0) {
    const found = `quantity "${quantity}" is not whole and above zero`;
    throw new BrokenPromise(`Execution "${executionId}": ${found}`);
  }
  const notional = add(order.notional, times(fill.price, quantity));
  order.fees = add(order.fees, fill.fee);
  order.notional = notional;
  order.filled += quantity;
  // Most orders have one execution: a list that fits it takes a tenth of one that may grow.
  order.executions =
    order.executions.length === 0 ? [executionId] : [...order.executions, executionId];
  return true;
}

function eventOf(order: Order, report: Report): OrderEvent {
  if (report.kind === 'fill') return order.filled >= order.intent.quantity ? 'lastFill' : 'fill';
  if (report.kind !== 'notFound') return report.kind;
  return order.venueOrderId === null && order.filled === 0 ? 'notFound' : 'lost';
}

function alarmOf(order: Order, report: Report, event: OrderEvent, next: Cell): string | null {
  const { intent, status, filled, venueOrderId } = order;
  if (report.kind === 'fill' && filled > intent.quantity) {
    return `Order "${intent.id}": filled "${filled}" is above the quantity "${intent.quantity}"`;
  }
  const lost = event === 'lost' && !isDone(order);
  if (next === 'alarm' || lost || (event === 'rejected' && filled > 0)) {
    const state = filled > 0 ? `${status} with "${filled}" filled` : status;
    return `Order "${intent.id}" is ${state}, yet the broker reports "${event}"`;
  }
  if (report.kind !== 'accepted' || venueOrderId === null) return null;
  const found = report.venueOrderId;
  if (found === venueOrderId) return null;
  return `Order "${intent.id}" is "${venueOrderId}" at the broker, which now names it "${found}"`;
}
