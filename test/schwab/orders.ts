import type { Instant } from '../../src/base/index.ts';
import { legInstrument, stamp, words } from './shapes.ts';

export interface LegState {
  readonly legId: number;
  readonly symbol: string;
  readonly instruction: string;
  readonly quantity: number;
}

export interface ExecutionState {
  readonly activityId: number;
  readonly type: 'FILL' | 'CANCELED';
  readonly quantity: number;
  readonly remaining: number;
  readonly at: Instant;
  readonly legs: readonly { legId: number; quantity: number; price: number }[];
}

/** One order at the broker, from its entry on. */
export interface OrderState {
  readonly id: number;
  readonly account: string;
  readonly enteredAt: Instant;
  readonly session: string;
  readonly duration: string;
  readonly orderType: string;
  readonly complex: string;
  readonly strategy: string;
  readonly quantity: number;
  readonly price?: number;
  readonly stopPrice?: number;
  readonly legs: readonly LegState[];
  readonly children: OrderState[];
  /** Entered with other hands than ours, a phone or a web page. */
  readonly tag: string;
  status: string;
  statusDescription?: string;
  closedAt?: Instant;
  filled: number;
  readonly executions: ExecutionState[];
  /** When the status moves on by itself, and to which. */
  next?: { readonly at: Instant; readonly status: string };
}

const OPEN = new Set(
  words(`PENDING_ACTIVATION QUEUED WORKING AWAITING_STOP_CONDITION NEW ACCEPTED
    AWAITING_PARENT_ORDER PENDING_CANCEL AWAITING_MANUAL_REVIEW PENDING_REPLACE
    AWAITING_CONDITION AWAITING_RELEASE_TIME PENDING_ACKNOWLEDGEMENT AWAITING_UR_OUT`),
);

export const isOpenState = ({ status }: OrderState): boolean => OPEN.has(status);

/** An order as the list and a reading by id tell it. Numbers are doubles there too. */
export function orderJson(order: OrderState): Record<string, unknown> {
  const { executions, children, closedAt, statusDescription } = order;
  const isOpen = isOpenState(order);
  return {
    session: order.session,
    duration: order.duration,
    orderType: order.orderType,
    complexOrderStrategyType: order.complex,
    quantity: order.quantity,
    filledQuantity: order.filled,
    remainingQuantity: isOpen ? order.quantity - order.filled : 0,
    requestedDestination: 'AUTO',
    destinationLinkName: order.filled > 0 ? 'CDRG' : 'AutoRoute',
    ...(order.price !== undefined && { price: order.price }),
    ...(order.stopPrice !== undefined && { stopPrice: order.stopPrice }),
    orderLegCollection: order.legs.map(legJson),
    orderStrategyType: order.strategy,
    orderId: order.id,
    cancelable: isOpen,
    editable: isOpen,
    status: order.status,
    enteredTime: stamp(order.enteredAt),
    ...(closedAt !== undefined && { closeTime: stamp(closedAt) }),
    tag: order.tag,
    accountNumber: Number(order.account),
    ...(statusDescription !== undefined && { statusDescription }),
    ...(executions.length > 0 && { orderActivityCollection: executions.map(executionJson(order)) }),
    ...(children.length > 0 && { childOrderStrategies: children.map(orderJson) }),
  };
}

function legJson({ legId, symbol, instruction, quantity }: LegState) {
  const instrument = legInstrument(symbol);
  const isClosing = /CLOSE|COVER|^SELL$/.test(instruction);
  return {
    orderLegType: instrument.assetType,
    legId,
    instrument,
    instruction,
    positionEffect: isClosing ? 'CLOSING' : 'OPENING',
    quantity,
  };
}

const executionJson =
  ({ legs }: OrderState) =>
  (execution: ExecutionState) => ({
    activityType: 'EXECUTION',
    activityId: execution.activityId,
    executionType: execution.type,
    quantity: execution.quantity,
    orderRemainingQuantity: execution.remaining,
    executionLegs: execution.legs.map(({ legId, quantity, price }) => ({
      legId,
      quantity,
      mismarkedQuantity: 0,
      price,
      time: stamp(execution.at),
      instrumentId: legInstrument(legs.find((leg) => leg.legId === legId)?.symbol ?? '')
        .instrumentId,
    })),
  });

/** What a request for an order lacks, or null. Numbers may come as texts, as clients send them. */
export function flawOf(body: unknown): string | null {
  if (typeof body !== 'object' || body === null) return 'The order is no object';
  const order = body as Record<string, unknown>;
  const strategy = order['orderStrategyType'];
  if (strategy === 'OCO' || strategy === 'TRIGGER') {
    const children = order['childOrderStrategies'];
    if (!Array.isArray(children) || children.length === 0) return 'No child orders';
    return children.map(flawOf).find((flaw) => flaw !== null) ?? null;
  }
  if (strategy !== 'SINGLE') return 'orderStrategyType is not valid';
  if (!['NORMAL', 'AM', 'PM', 'SEAMLESS'].includes(String(order['session']))) {
    return 'session is not valid';
  }
  const legs = order['orderLegCollection'];
  if (!Array.isArray(legs) || legs.length === 0) return 'orderLegCollection must not be empty';
  const type = String(order['orderType']);
  const priced = /LIMIT|NET_DEBIT|NET_CREDIT/.test(type);
  if (priced && !(Number(order['price']) > 0)) return `price is needed for ${type}`;
  if (type.startsWith('STOP') && !(Number(order['stopPrice']) > 0)) return 'stopPrice is needed';
  const bad = legs.find((leg) => !(Number((leg as { quantity: unknown }).quantity) > 0));
  return bad === undefined ? null : 'quantity must be above zero';
}
