import type { Instant } from '../base/index.ts';
import type { ExecutionId, Report } from '../orders/index.ts';
import type { SimFill, SimOrder } from './broker-order.ts';

/** All that a client would learn by asking for this order. */
export function reportsOf(order: SimOrder, at: Instant): Report[] {
  const id = order.intent.clientOrderId;
  const reason = order.reason ?? 'no reason';
  const wasTaken = order.status !== 'rejected' || order.held !== undefined;
  if (!wasTaken) return [{ kind: 'rejected', order: id, at, reason }];
  const venueOrderId = `sim-${order.number}`;
  const reports: Report[] = [{ kind: 'accepted', order: id, at, venueOrderId }];
  if (order.fill !== null) reports.push(fillReport(order));
  order.parts?.forEach((part, i) => reports.push(partReport(order, part, i)));
  if (order.status === 'canceled' || order.status === 'rejected') {
    reports.push({ kind: order.status, order: id, at, reason });
  }
  return reports;
}

/** The one execution of an order that filled whole. */
export function fillReport(order: SimOrder): Report {
  const fill = order.fill as NonNullable<SimOrder['fill']>;
  return {
    kind: 'fill',
    order: order.intent.clientOrderId,
    at: fill.at,
    fill: {
      executionId: `sim-${order.number}-1` as ExecutionId,
      quantity: order.intent.quantity,
      price: fill.price,
      fee: fill.fee,
    },
  };
}

/** One of the executions of an order that filled in pieces or legs, by its place from 0. */
export function partReport({ intent, number }: SimOrder, part: SimFill, place: number): Report {
  const { at, symbol, quantity, price, fee } = part;
  const executionId = `sim-${number}-${place + 1}` as ExecutionId;
  const leg = intent.legs === undefined ? {} : { symbol };
  const fill = { executionId, quantity, price, fee, ...leg };
  return { kind: 'fill', order: intent.clientOrderId, at, fill };
}
