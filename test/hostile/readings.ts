import { canonical, type Instant } from '../../src/base/index.ts';
import type { AccountSeen } from '../../src/engine/index.ts';
import type { ClientOrderId, ExecutionId, Fill, Intent, Report } from '../../src/orders/index.ts';
import type {
  ActivityView,
  ExecutionView,
  OrderTerms,
  OrderView,
  StreamMessage,
} from '../../src/sim/hostile/index.ts';

/** The terms of an intent as the broker is sent them. */
export const termsOf = (intent: Intent): OrderTerms => ({
  clientOrderId: intent.clientOrderId,
  symbol: intent.symbol,
  side: intent.side,
  quantity: intent.quantity,
  pricing: intent.pricing,
  timeInForce: intent.timeInForce,
  ...(intent.legs && { legs: intent.legs }),
  ...(intent.link && { link: intent.link }),
});

/** Whether a reading is of an order in these terms. */
export function hasTerms(view: OrderView, intent: Intent): boolean {
  return (
    view.symbol === intent.symbol &&
    view.side === intent.side &&
    view.quantity === intent.quantity &&
    view.timeInForce === intent.timeInForce &&
    canonical(view.pricing) === canonical(intent.pricing)
  );
}

export const fillOf = (execution: ExecutionView): Fill => ({
  executionId: execution.executionId as ExecutionId,
  quantity: execution.quantity,
  price: execution.price,
  fee: execution.fee,
});

const legFill = (execution: ExecutionView): Fill => ({
  ...fillOf(execution),
  symbol: execution.symbol,
});

/** All that a reading of an order tells: that it is there, what filled, and whether it ended. */
export function reportsOf(view: OrderView, order: ClientOrderId, at: Instant): Report[] {
  const reports: Report[] = [{ kind: 'accepted', order, at, venueOrderId: view.id }];
  const toFill = view.legs === null ? fillOf : legFill;
  if (view.executions !== null) {
    for (const one of view.executions) {
      reports.push({ kind: 'fill', order, at, fill: toFill(one) });
    }
  } else if (view.filled > 0 && view.averagePrice !== null) {
    const { filled, averagePrice } = view;
    reports.push({ kind: 'cumulative', order, at, filled, averagePrice });
  }
  const end = endOf(view, order, at);
  if (end !== null) reports.push(end);
  return reports;
}

function endOf(view: OrderView, order: ClientOrderId, at: Instant): Report | null {
  const reason = view.reason ?? 'no reason given';
  switch (view.status) {
    case 'accepted':
    case 'working':
    case 'filled':
      return null;
    case 'canceled':
    case 'rejected':
      return { kind: view.status, order, at, reason };
    case 'expired':
      return { kind: 'expired', order, at };
    default:
      return { kind: 'suspended', order, at, status: view.status };
  }
}

/** What a message of the stream tells of one of our orders. */
export function heardOf(message: StreamMessage, order: ClientOrderId, at: Instant): Report[] {
  switch (message.kind) {
    case 'accepted':
      return [{ kind: 'accepted', order, at, venueOrderId: message.order }];
    case 'fill':
      return [{ kind: 'fill', order, at, fill: fillOf(message.execution) }];
    case 'canceled':
    case 'rejected':
    case 'cancelRefused':
      return [{ kind: message.kind, order, at, reason: message.reason }];
    case 'expired':
      return [{ kind: 'expired', order, at }];
    case 'bust': {
      const executionId = message.executionId as ExecutionId;
      return [{ kind: 'bust', order, at, executionId, reason: 'taken back' }];
    }
    default: {
      const executionId = message.executionId as ExecutionId;
      return [{ kind: 'correction', order, at, executionId, fill: fillOf(message.execution) }];
    }
  }
}

type OrderActivity = Extract<ActivityView, { type: 'fill' | 'bust' | 'correction' }>;

/** What the list of activities tells of an order of ours. */
export function activityReport(one: OrderActivity, order: ClientOrderId, at: Instant): Report {
  if (one.type === 'fill') return { kind: 'fill', order, at, fill: fillOf(one.execution) };
  const executionId = one.executionId as ExecutionId;
  if (one.type === 'bust') return { kind: 'bust', order, at, executionId, reason: 'taken back' };
  return { kind: 'correction', order, at, executionId, fill: fillOf(one.execution) };
}

const isOpen = ({ status }: OrderView): boolean =>
  status !== 'filled' && status !== 'canceled' && status !== 'expired' && status !== 'rejected';

/** A complete reading of the account. */
export const accountOf = (
  cash: AccountSeen['cash'],
  positions: Readonly<Record<string, number>>,
  orders: readonly OrderView[],
): AccountSeen => ({
  cash,
  positions,
  orders: orders.filter(isOpen).map((view) => ({
    venueOrderId: view.id,
    clientOrderId: view.clientOrderId as ClientOrderId | null,
    symbol: view.symbol,
    side: view.side,
    quantity: view.quantity,
    filled: view.filled,
  })),
});
