import { type Instant, type Price, ZERO } from '../../base/index.ts';
import type { ClientOrderId, ExecutionId, Fill, Report } from '../../orders/index.ts';
import { microsOf, quantityOf, stampOf, wholeOf } from '../number.ts';
import { plainText } from '../text.ts';
import { symbolOf } from './order-listed.ts';
import type { SchwabActivity, SchwabLeg, SchwabOrder } from './order-schema.ts';
import { meaningOfStatus } from './order-status.ts';

/** Executions of an order, and what is not among them. */
export interface Executions {
  readonly fills: readonly Fill[];
  /** Null where the fills are all that the order says is filled. */
  readonly hole: Hole | null;
}

/** Executions that are not told yet, which passes, or told so that nobody can read them. */
interface Hole {
  readonly kind: 'late' | 'unreadable';
  readonly text: string;
}

/**
 * Its fills, oldest first as told. Only an activity of `executionType` FILL is one: a canceled
 * order has an EXECUTION over its full quantity at price zero. Filled is what the executions add up
 * to and never quantity less remaining, which is zero of a canceled order. No fee is told here: it
 * comes with the transactions, and is booked from there.
 */
export function executionsOf(order: SchwabOrder): Executions {
  const fills: Fill[] = [];
  const seen = new Map<string, number>();
  let hole: Hole | null = null;
  for (const activity of order.orderActivityCollection) {
    if (activity.executionType !== 'FILL') continue;
    for (const leg of activity.executionLegs) {
      const fill = fillOf(order, activity, leg, seen);
      if (fill === null) hole = UNREADABLE;
      else fills.push(fill);
    }
  }
  return { fills, hole: hole ?? missingOf(order, fills) };
}

const UNREADABLE: Hole = { kind: 'unreadable', text: 'an execution that cannot be read' };

type ExecutionLeg = SchwabActivity['executionLegs'][number];

function fillOf(
  order: SchwabOrder,
  activity: SchwabActivity,
  leg: ExecutionLeg,
  seen: Map<string, number>,
): Fill | null {
  const { orderLegCollection: legs } = order;
  const of = legs.length === 1 ? legs[0] : legs.find((one) => one.legId === leg.legId);
  const [quantity, price] = [wholeOf(leg.quantity), microsOf(leg.price)];
  if (of === undefined || quantity === null || quantity <= 0 || price === null) return null;
  const name = executionName(order, activity, leg);
  const count = seen.get(name) ?? 0;
  seen.set(name, count + 1);
  const executionId = (count === 0 ? name : `${name}#${count + 1}`) as ExecutionId;
  const fill = { executionId, quantity, price: price as Price, fee: ZERO };
  return legs.length === 1 ? fill : { ...fill, symbol: symbolOf(of) };
}

/**
 * The same in every reading, whatever came since: the order, its activity, the leg and the second.
 * Where an activity has no id, the quantity that remained after it tells it apart.
 */
function executionName(order: SchwabOrder, activity: SchwabActivity, leg: ExecutionLeg): string {
  const { activityId, orderRemainingQuantity } = activity;
  const after = quantityOf(orderRemainingQuantity)?.whole ?? 'x';
  return `${order.orderId}-${activityId ?? `r${after}`}-${leg.legId ?? 1}-${leg.time}`;
}

/** What the order says is filled and its executions do not show yet. */
function missingOf(order: SchwabOrder, fills: readonly Fill[]): Hole | null {
  const isFilled = meaningOfStatus(order.status) === 'filled';
  const filled = wholeOf(isFilled ? order.quantity : (order.filledQuantity ?? 0));
  if (filled === null) return UNREADABLE;
  const legs = order.orderLegCollection;
  const units = legs.length > 1 ? (wholeOf(order.quantity) ?? 1) : 1;
  for (const leg of legs) {
    const each = legs.length > 1 ? (wholeOf(leg.quantity) ?? units) / units : 1;
    const told = filledOf(fills, legs.length > 1 ? leg : null);
    if (told >= filled * each) continue;
    return { kind: 'late', text: `${told} of ${filled * each} filled are told` };
  }
  return null;
}

const filledOf = (fills: readonly Fill[], leg: SchwabLeg | null): number =>
  fills.reduce(
    (sum, fill) => sum + (leg === null || fill.symbol === symbolOf(leg) ? fill.quantity : 0),
    0,
  );

const LATE_MS = 60_000; // after its end, within which the executions of an order turn up

/**
 * What one reading of an order says: that Schwab has it, its fills, and its end. An end is told
 * only with the last fill: while executions are missing the order counts as live (F007, F014), and
 * somebody must look where they do not come.
 */
export function reportsOf(order: SchwabOrder, id: ClientOrderId, at: Instant): Report[] {
  const { status, orderId } = order;
  const meaning = meaningOfStatus(status);
  const { fills, hole } = executionsOf(order);
  const about = { order: id, at };
  const reports: Report[] = fills.map((fill) => ({ ...about, kind: 'fill', fill }));
  if (meaning !== 'rejected' || hole !== null) {
    reports.unshift({ ...about, kind: 'accepted', venueOrderId: orderId });
  }
  if (meaning === null) return [...reports, suspended(about, status)];
  if (hole !== null) {
    const waits = hole.kind === 'late' && !isLongOver(order, at);
    return waits ? reports : [...reports, suspended(about, `${status}, ${hole.text}`)];
  }
  const isLive = meaning === 'live' || meaning === 'filled';
  return isLive ? reports : [...reports, endOf(order, meaning, about)];
}

/** Whether an order ended so long ago that nothing of it is on its way any more. */
function isLongOver({ closeTime }: SchwabOrder, at: Instant): boolean {
  const closedAt = stampOf(closeTime);
  return closedAt !== null && at >= closedAt + LATE_MS;
}

type About = { readonly order: ClientOrderId; readonly at: Instant };

const suspended = (about: About, status: string): Report => ({
  ...about,
  kind: 'suspended',
  status: plainText(status),
});

function endOf(
  order: SchwabOrder,
  meaning: 'canceled' | 'rejected' | 'expired',
  about: About,
): Report {
  if (meaning === 'expired') return { ...about, kind: 'expired' };
  const said = order.statusDescription ?? `${order.status} at Schwab`;
  return { ...about, kind: meaning, reason: plainText(said) };
}
