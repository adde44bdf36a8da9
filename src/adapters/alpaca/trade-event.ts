import type { Instant, Money } from '../../base/index.ts';
import type { ClientOrderId, ExecutionId, Report } from '../../orders/index.ts';
import { stampOf } from '../number.ts';
import type { BoundOrders } from './bound.ts';
import { executionOf, reportsOf } from './order-map.ts';
import type { EventJson } from './schema.ts';
import { plainText } from '../text.ts';

/** Events that say no more than the order that comes with them. */
const PLAIN: ReadonlySet<string> = new Set([
  'new',
  'accepted',
  'pending_new',
  'fill',
  'partial_fill',
  'canceled',
  'expired',
  'rejected',
  'replaced',
  'done_for_day',
  'stopped',
  'suspended',
  'calculated',
  'pending_cancel',
  'pending_replace',
  'order_replace_rejected',
]);

/**
 * What an event tells of an order of ours; nothing for those of others. It carries the order as it
 * was then, so that a frame that was lost, repeated or overtaken does no harm. Its fills are totals
 * (`cumulative`): each execution itself counts when the list of activities tells it.
 */
export function eventReports(event: EventJson, bound: BoundOrders): readonly Report[] {
  const { order: json } = event;
  const order = json.client_order_id;
  if (!bound.isOurs(order)) return [];
  bound.bind(order, json);
  // An unreadable stamp is of no instant: who takes the report in never dates it before its own.
  const at = stampOf(event.timestamp) ?? (0 as Instant);
  if (event.event === 'trade_bust' || event.event === 'trade_correct') {
    const report = revisionOf(order, event, at);
    if ('executionId' in report) bound.revoke(json.id, report.executionId);
    return [report, ...bustedOf(event, report)];
  }
  const reports = reportsOf(order, json, at, bound.counted());
  if (event.event === 'order_cancel_rejected') {
    const reason = 'the broker did not take the cancel';
    return [...reports, { kind: 'cancelRefused', order, at, reason }];
  }
  if (PLAIN.has(event.event)) return reports;
  return [...reports, { kind: 'suspended', order, at, status: plainText(`event ${event.event}`) }];
}

/**
 * The execution that a bust took back, as far as the event tells it: where the order's total alone
 * was known before, it says how much of that is gone. It counts for nothing else.
 */
function bustedOf(event: EventJson, report: Report): readonly Report[] {
  if (report.kind !== 'bust' || event.order.order_class === 'mleg') return [];
  const price = event.price ?? event.order.filled_avg_price;
  const qty = String(event.qty ?? '').replace(/^-/, ''); // told with a sign by some
  const execution = executionOf({ qty, price });
  if (execution === null) return [];
  const { order, at, executionId } = report;
  return [{ kind: 'fill', order, at, fill: { executionId, ...execution, fee: 0 as Money } }];
}

/** An execution that the venue took back or changed (F019). */
function revisionOf(order: ClientOrderId, event: EventJson, at: Instant): Report {
  const { execution_id: id, previous_execution_id: previous } = event;
  const executionId = (previous ?? id) as ExecutionId | null | undefined;
  const look = {
    kind: 'suspended',
    order,
    at,
    status: plainText(`unreadable ${event.event}`),
  } as const;
  if (!executionId) return look;
  if (event.event === 'trade_bust') {
    return { kind: 'bust', order, at, executionId, reason: 'busted by the venue' };
  }
  const execution = executionOf(event);
  const isLegged = event.order.order_class === 'mleg'; // which leg it is of is not told
  if (execution === null || !id || isLegged) return look;
  const fill = { executionId: id as ExecutionId, ...execution, fee: 0 as Money };
  return { kind: 'correction', order, at, executionId, fill };
}
