import { type Instant, type Money, unreachable, ZERO } from '../base/index.ts';
import { alarmOnce, type Evidence, type Outcome, tell } from './evidence.ts';
import { takeBust, takeCorrection, takeCumulative, takeFill } from './executions.ts';
import { isOverfilled } from './legs.ts';
import { type Cell, cellOf, type OrderEvent, type OrderStatus } from './order-table.ts';
import type { Fill, Report } from './report.ts';
import type { Intent } from './request.ts';

/** What became of an intent. Plain data, changed only by `applyToOrder`. */
export interface Order {
  readonly intent: Intent;
  status: OrderStatus;
  venueOrderId: string | null;
  /** How often it was sent: 0 while it waits for the wire. */
  attempts: number;
  /** When it was sent last; 0 before. */
  sentAt: Instant;
  /** Orders that the broker knew before the send, where it knows no ids of ours; else null. */
  watermark: readonly string[] | null;
  /** Shares filled so far, of all executions; of a multi-leg order the units whose legs all are. */
  filled: number;
  /**
   * Sum of price x quantity of the fills, so that the mean price is exact when asked for; of a
   * multi-leg order what its legs paid less what they received.
   */
  notional: Money;
  fees: Money;
  /** What is booked of it, inferred fills too; without what was busted, corrected, superseded. */
  executions: readonly Fill[];
  /** What else the broker told of its fills; null while there were plain executions only. */
  evidence: Evidence | null;
  /** Why it has its status, where somebody said so. */
  reason: string | null;
}

const NONE: readonly Fill[] = [];

export const newOrder = (intent: Intent): Order => ({
  intent,
  status: 'inFlight',
  venueOrderId: null,
  attempts: 0,
  sentAt: 0 as Instant,
  watermark: null,
  filled: 0,
  notional: ZERO,
  fees: ZERO,
  executions: NONE,
  evidence: null,
  reason: null,
});

export function isDone({ status }: Pick<Order, 'status'>): boolean {
  return (
    status === 'filled' || status === 'canceled' || status === 'rejected' || status === 'expired'
  );
}

/** Shares or units still to come while the order is not done; 0 after. */
export const remaining = (order: Order): number =>
  isDone(order) ? 0 : Math.max(0, order.intent.quantity - order.filled);

/** One change of the ledger: a fill that counts from now on (1), or no longer (-1). */
export interface FillPosting {
  readonly fill: Fill;
  readonly sign: 1 | -1;
}

/** What a report did, and to which order. */
export interface Applied {
  readonly known: true;
  readonly order: Order;
  /** True for an execution not counted before and for a new status; false when nothing changed. */
  readonly fresh: boolean;
  /** What somebody must look at, as a sentence; null when all is as it should be. */
  readonly alarm: string | null;
  /** What the ledger must book, in this order; empty when nothing. */
  readonly postings: readonly FillPosting[];
}

const NO_POSTINGS: readonly FillPosting[] = [];

/**
 * Moves `order` by `report`, along the table only; each execution counts once (invariants 6-9).
 * What the broker reports is counted as reported, and alarms where it cannot be: a fill beyond the
 * quantity or after the end, a second venue order id, an order lost or rejected that it had filled,
 * an execution told in two ways, a bust of one that was never told.
 * Throws unless a fill is whole, above zero and of a leg, before anything is changed.
 */
export function applyToOrder(order: Order, report: Report): Applied {
  const outcome: Outcome = {
    known: true,
    order,
    fresh: false,
    alarm: null,
    postings: NO_POSTINGS,
  };
  if (isOfFills(report)) {
    takeFills(order, report, outcome);
    if (!outcome.fresh) return outcome;
    if (isConfirmation(report, outcome) && (isDone(order) || !isComplete(order))) return outcome;
  }
  const event = eventOf(order, report);
  const next = cellOf(order.status, event);
  tell(outcome, alarmOf(order, report, event, next));
  if (next !== 'same' && next !== 'alarm') {
    order.status = next;
    order.reason = reasonOf(report);
    outcome.fresh = true;
  }
  if (report.kind === 'accepted') order.venueOrderId ??= report.venueOrderId;
  return outcome;
}

/** An execution that adds no quantity: it was inferred before, or its bust came first. */
function isConfirmation({ kind }: Report, { postings }: Outcome): boolean {
  if (kind !== 'fill') return false;
  let quantity = 0;
  for (const { fill, sign } of postings) quantity += sign * fill.quantity;
  return quantity === 0;
}

type OfFills = Extract<Report, { kind: 'fill' | 'cumulative' | 'bust' | 'correction' }>;

/** Whether a report tells of executions. */
export const isOfFills = (report: Report): report is Report & OfFills =>
  report.kind === 'fill' ||
  report.kind === 'cumulative' ||
  report.kind === 'bust' ||
  report.kind === 'correction';

function takeFills(order: Order, report: OfFills, outcome: Outcome): void {
  switch (report.kind) {
    case 'fill':
      return takeFill(order, report.fill, outcome);
    case 'cumulative':
      return takeCumulative(order, report, outcome);
    case 'bust':
      return takeBust(order, report, outcome);
    case 'correction':
      return takeCorrection(order, report, outcome);
    default:
      return unreachable(report);
  }
}

function reasonOf(report: Report): string | null {
  switch (report.kind) {
    case 'notFound':
      return 'the broker does not know it';
    case 'suspended':
      return `the broker calls it "${report.status}"`;
    case 'fill':
    case 'correction':
    case 'cumulative':
      return null;
    default:
      return 'reason' in report ? report.reason : null;
  }
}

/** Whether the broker ever acknowledged the order or spoke of it. */
const wasSeen = ({ venueOrderId, executions, evidence }: Order): boolean =>
  venueOrderId !== null || executions.length > 0 || evidence !== null;

function eventOf(order: Order, report: Report): OrderEvent {
  switch (report.kind) {
    case 'fill':
    case 'correction':
    case 'cumulative':
      return isComplete(order) ? 'lastFill' : 'fill';
    case 'notFound':
      return wasSeen(order) ? 'lost' : 'notFound';
    case 'notSent':
      return wasSeen(order) ? 'sentAfterAll' : 'notSent';
    default:
      return report.kind;
  }
}

const isComplete = (order: Order): boolean =>
  order.filled + takenBack(order) >= order.intent.quantity;

/**
 * What busts and corrections took from fills that had counted: the venue does not work an order
 * again for it, so it ends as if they still did (F019).
 */
function takenBack({ evidence, intent }: Order): number {
  if (evidence === null || intent.legs !== undefined) return 0;
  let sum = 0;
  for (const { was, now } of evidence.revised) {
    if (was !== null) sum += Math.max(0, was.quantity - (now?.quantity ?? 0));
  }
  return sum;
}

function alarmOf(order: Order, report: Report, event: OrderEvent, next: Cell): string | null {
  const { intent, status, filled } = order;
  const fills = event === 'fill' || event === 'lastFill';
  if (fills && isOverfilled(order)) {
    return `Order "${intent.id}": filled "${filled}" is above the quantity "${intent.quantity}"`;
  }
  const lost = event === 'lost' && !isDone(order);
  if (next === 'alarm' || lost || (event === 'rejected' && filled > 0)) {
    const state = filled > 0 ? `${status} with "${filled}" filled` : status;
    return `Order "${intent.id}" is ${state}, yet the broker reports "${event}"`;
  }
  if (report.kind === 'suspended') {
    const found = `"${report.status}" at the broker, a status not known here`;
    return alarmOnce(order, `status ${report.status}`, `Order "${intent.id}" is ${found}`);
  }
  return report.kind === 'accepted' ? alarmOfName(order, report.venueOrderId) : null;
}

function alarmOfName({ intent, venueOrderId }: Order, found: string): string | null {
  if (venueOrderId === null || found === venueOrderId) return null;
  return `Order "${intent.id}" is "${venueOrderId}" at the broker, which now names it "${found}"`;
}
