import {
  type Fill,
  findOrder,
  isDone,
  isSameFill,
  type Order,
  type Orders,
  type Report,
} from '../orders/index.ts';

/**
 * Whether a report can change anything or must be looked at. Readings repeat what is known each
 * few seconds; repeats are not worth a record. In doubt it is news: the engine counts each once.
 */
export function isNews(orders: Orders, report: Report): boolean {
  const order = findOrder(orders, report.order);
  if (order === undefined) return true;
  switch (report.kind) {
    case 'accepted': {
      const waits = order.status === 'inFlight' || order.status === 'unknown';
      return waits || order.venueOrderId !== report.venueOrderId;
    }
    case 'fill':
      return !isBooked(order, report.fill);
    case 'suspended':
      return !(order.evidence?.alarmed.some((key) => key.includes(report.status)) ?? false);
    case 'cumulative':
      return report.filled > order.filled;
    case 'unknown':
      return order.status !== 'unknown' && !isDone(order);
    case 'canceled':
    case 'expired':
      return order.status !== 'canceled' && order.status !== 'expired';
    case 'rejected':
      return order.status !== 'rejected';
    default:
      return true;
  }
}

/** Whether an execution counts already in these terms, or was told so and taken back since. */
function isBooked({ executions, evidence }: Order, fill: Fill): boolean {
  if (executions.some((one) => isSameFill(one, fill))) return true;
  return evidence?.revised.some(({ was }) => isSameFill(was, fill)) ?? false;
}
