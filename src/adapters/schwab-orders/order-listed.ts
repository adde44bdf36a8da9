import type { Instant, Price } from '../../base/index.ts';
import type { ListedOrder, OrderLeg, Pricing, Side, TimeInForce } from '../../orders/index.ts';
import { netPriceOf, priceOf, quantityOf, stampOf, wholeOf } from '../number.ts';
import type { SchwabLeg, SchwabOrder } from './order-schema.ts';
import { fromSchwab } from './symbol.ts';

const TYPES: Readonly<Record<string, Pricing['type']>> = {
  MARKET: 'market',
  LIMIT: 'limit',
  STOP: 'stop',
  STOP_LIMIT: 'stopLimit',
  NET_DEBIT: 'limit',
  NET_CREDIT: 'limit',
  NET_ZERO: 'limit',
};
const DURATIONS: Readonly<Record<string, TimeInForce>> = { DAY: 'day', GOOD_TILL_CANCEL: 'gtc' };
const NEVER = 0 as Instant;

/**
 * One order in the house's words, to be compared with an intent: what has no word here is `other`
 * or -1, and equals nothing of ours. A net price is paid above zero and received below.
 */
export function listedOf(order: SchwabOrder): ListedOrder {
  const { orderLegCollection: legs, orderType } = order;
  const single = legs.length === 1 ? (legs[0] as SchwabLeg) : undefined;
  const isPlain = order.orderStrategyType === 'SINGLE';
  const units = wholeOf(order.quantity) ?? -1;
  return {
    venueOrderId: order.orderId,
    clientOrderId: null,
    symbol: single === undefined ? '' : symbolOf(single),
    side: single === undefined ? 'other' : sideOf(single.instruction),
    quantity: single === undefined ? units : (wholeOf(single.quantity) ?? -1),
    filled: quantityOf(order.filledQuantity)?.whole ?? 0,
    type: isPlain && Object.hasOwn(TYPES, orderType) ? (TYPES[orderType] ?? 'other') : 'other',
    limitPrice: limitOf(order),
    stopPrice: orderType.startsWith('STOP') ? priceOf(order.stopPrice) : null,
    timeInForce: durationOf(order),
    enteredAt: stampOf(order.enteredTime) ?? NEVER,
    ...(legs.length > 1 && { legs: legs.map((leg) => legOf(leg, units)) }),
  };
}

export const symbolOf = ({ instrument: { assetType, symbol } }: SchwabLeg): string =>
  fromSchwab(assetType, symbol) ?? symbol;

/** A session other than the regular one is none of ours, however long it lasts. */
const durationOf = ({ duration, session }: SchwabOrder): TimeInForce | 'other' =>
  session === 'NORMAL' && Object.hasOwn(DURATIONS, duration)
    ? (DURATIONS[duration] ?? 'other')
    : 'other';

function limitOf({ orderType, price }: SchwabOrder): Price | null {
  if (orderType === 'NET_ZERO') return 0 as Price;
  if (orderType === 'NET_CREDIT') {
    const received = netPriceOf(price);
    return received === null ? null : (-received as Price);
  }
  // Only these have a limit: whatever else stands in the field is no term of the order.
  return /LIMIT|NET_DEBIT/.test(orderType) ? priceOf(price) : null;
}

export function sideOf(instruction: string): Side | 'other' {
  if (/^BUY(?:_|$)/.test(instruction)) return 'buy';
  return /^SELL(?:_|$)/.test(instruction) ? 'sell' : 'other';
}

function legOf(leg: SchwabLeg, units: number): OrderLeg {
  const ratio = (wholeOf(leg.quantity) ?? -1) / units;
  return {
    symbol: symbolOf(leg),
    // A leg that is neither bought nor sold has no whole ratio, and equals none of ours.
    side: sideOf(leg.instruction) === 'sell' ? 'sell' : 'buy',
    ratio: sideOf(leg.instruction) === 'other' || !Number.isSafeInteger(ratio) ? -1 : ratio,
  };
}
