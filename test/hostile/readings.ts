import type { Instant, Money, Price } from '../../src/base/index.ts';
import type { AccountSeen, ActivitySeen } from '../../src/engine/index.ts';
import type {
  ClientOrderId,
  ExecutionId,
  Fill,
  Intent,
  ListedOrder,
  Report,
} from '../../src/orders/index.ts';
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

/** An order as the broker lists it, in the words that orders are matched in. */
export function listedOf(view: OrderView): ListedOrder {
  const { pricing, legs } = view;
  return {
    venueOrderId: view.id,
    clientOrderId: view.clientOrderId as ClientOrderId | null,
    symbol: view.symbol,
    side: view.side,
    quantity: view.quantity,
    filled: view.filled,
    type: pricing.type,
    limitPrice: 'limitPrice' in pricing ? pricing.limitPrice : null,
    stopPrice: 'stopPrice' in pricing ? pricing.stopPrice : null,
    timeInForce: view.timeInForce,
    enteredAt: view.submittedAt,
    ...(legs !== null && { legs }),
  };
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

export const isOfOrder = (one: ActivityView): one is OrderActivity =>
  one.type === 'fill' || one.type === 'bust' || one.type === 'correction';

/** What the list of activities tells of an order of ours. */
export function activityReport(one: OrderActivity, order: ClientOrderId, at: Instant): Report {
  if (one.type === 'fill') return { kind: 'fill', order, at, fill: fillOf(one.execution) };
  const executionId = one.executionId as ExecutionId;
  if (one.type === 'bust') return { kind: 'bust', order, at, executionId, reason: 'taken back' };
  return { kind: 'correction', order, at, executionId, fill: fillOf(one.execution) };
}

/**
 * What else the list tells, in our words. Nobody says which book a flow is for: a dividend goes to
 * those that hold its symbol, all else is outside of the books.
 */
export function activityOf(
  one: Exclude<ActivityView, OrderActivity>,
  priceOf: (symbol: string) => Price | undefined,
): ActivitySeen {
  const { id } = one;
  switch (one.type) {
    case 'dividend':
      return { id, type: 'dividend', book: null, symbol: one.symbol, amount: one.amount };
    case 'transfer':
      return { id, type: 'transfer', book: null, amount: one.amount };
    case 'fee':
      return { id, type: 'fee', book: null, amount: -one.amount as Money };
    case 'transferInKind': {
      const { symbol, shares: quantity } = one;
      return { id, type: 'transferInKind', book: null, symbol, quantity };
    }
    case 'split': {
      const { symbol, numerator, denominator, cashInLieu: lieu } = one;
      const price = priceOf(symbol) ?? (0 as Price);
      return { id, type: 'split', symbol, numerator, denominator, price, lieu };
    }
    default:
      return { id, type: 'unknown', name: one.name, amount: one.amount };
  }
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
