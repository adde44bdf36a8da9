import type { Instant, Price } from '../../base/index.ts';
import type { OrderSeen } from '../../engine/index.ts';
import { parseOcc } from '../../market/index.ts';
import type {
  ClientOrderId,
  ListedOrder,
  OrderLeg,
  Pricing,
  Report,
  Side,
} from '../../orders/index.ts';
import { netPriceOf, priceOf, quantityOf, stampOf, wholeOf } from '../number.ts';
import type { OrderJson } from './schema.ts';
import { houseSymbol } from './symbol.ts';
import { plainText } from '../text.ts';

/** What a status says: it lives, or how it ended; `look`: it lives, and somebody must look. */
type Standing = 'live' | 'look' | 'canceled' | 'expired' | 'rejected' | 'replaced';

/**
 * Every status that Alpaca documents; any other word is `look` (F007). An order that is filled is
 * `live` here: its fills end it. One done for the day, or being calculated, may still be told of.
 * Source: OrderStatus of the Alpaca Trading API 2.0.1.
 */
export const STATUSES: Readonly<Record<string, Standing>> = {
  new: 'live',
  accepted: 'live',
  pending_new: 'live',
  accepted_for_bidding: 'live',
  partially_filled: 'live',
  filled: 'live',
  held: 'live',
  stopped: 'live',
  calculated: 'live',
  done_for_day: 'live',
  pending_cancel: 'live',
  pending_replace: 'live',
  suspended: 'look',
  restated: 'look',
  canceled: 'canceled',
  expired: 'expired',
  rejected: 'rejected',
  replaced: 'replaced',
};

const standingOf = (status: string): Standing =>
  Object.hasOwn(STATUSES, status) ? (STATUSES[status] as Standing) : 'look';

/** Whether an order of this status may still fill. */
export const isOpen = ({ status }: Pick<OrderJson, 'status'>): boolean =>
  status !== 'filled' && ['live', 'look'].includes(standingOf(status));

const TYPES: Readonly<Record<string, Pricing['type']>> = {
  market: 'market',
  limit: 'limit',
  stop: 'stop',
  stop_limit: 'stopLimit',
};

/** The order's terms as ours are compared with them; undefined where one of them is unreadable. */
export function listedOf(json: OrderJson): ListedOrder | undefined {
  const { client_order_id: own, order_class: kind, limit_price, stop_price } = json;
  const quantity = wholeOf(json.qty);
  const filled = wholeOf(json.filled_qty ?? 0);
  const limitPrice = kind === 'mleg' ? netPriceOf(limit_price) : priceOf(limit_price);
  const stopPrice = priceOf(stop_price);
  const legs = legsOf(json);
  if (quantity === null || filled === null || legs === undefined) return undefined;
  if (limitPrice === null && isTold(limit_price)) return undefined;
  if (stopPrice === null && isTold(stop_price)) return undefined;
  const type = (json.type ?? '') === '' ? (json.order_type ?? '') : (json.type as string);
  const force = json.time_in_force;
  return {
    venueOrderId: json.id,
    clientOrderId: (own ?? null) as ClientOrderId | null,
    symbol: houseSymbol(json.symbol ?? ''),
    side: sideOf(json.side) ?? 'other',
    quantity,
    filled,
    type: Object.hasOwn(TYPES, type) ? (TYPES[type] as Pricing['type']) : 'other',
    limitPrice,
    stopPrice,
    timeInForce: force === 'day' || force === 'gtc' ? force : 'other',
    enteredAt: stampOf(json.submitted_at ?? json.created_at) ?? (0 as Instant),
    ...(legs === null ? {} : { legs }),
  };
}

const isTold = (value: unknown): boolean => value !== null && value !== undefined && value !== '';

const sideOf = (side: string | null | undefined): Side | null =>
  side === 'buy' || side === 'sell' ? side : null;

/** Legs of a multi-leg order; null for any other class, undefined where they are unreadable. */
function legsOf({ order_class, legs, qty }: OrderJson): readonly OrderLeg[] | null | undefined {
  if (order_class !== 'mleg') return null;
  const found: OrderLeg[] = [];
  for (const leg of legs ?? []) {
    const ratio = isTold(leg.ratio_qty)
      ? wholeOf(leg.ratio_qty)
      : ratioOf(wholeOf(leg.qty), wholeOf(qty));
    const side = sideOf(leg.side);
    if (ratio === null || ratio < 1 || side === null || !leg.symbol) return undefined;
    found.push({ symbol: houseSymbol(leg.symbol), side, ratio });
  }
  return found;
}

const ratioOf = (contracts: number | null, units: number | null): number | null =>
  contracts !== null && units !== null && units > 0 && contracts % units === 0
    ? contracts / units
    : null;

/** Shares that executions already account for, of an order or of one leg with its own venue id. */
export type Counted = (symbol: string | undefined, venueOrderId: string) => number;

/**
 * What the broker's reading of an order says of `order`: that it has it, how much is filled, how it
 * ended. An end that comes with fills whose price is not told yet is held back until their
 * executions are, so that nothing is released too early (F007).
 */
export function reportsOf(
  order: ClientOrderId,
  json: OrderJson,
  at: Instant,
  counted: Counted,
): Report[] {
  const standing = standingOf(json.status);
  const reports: Report[] = [];
  if (standing !== 'rejected') {
    reports.push({ kind: 'accepted', order, at, venueOrderId: json.id });
  }
  const fills = cumulativeOf(order, json, at, counted);
  if (fills === undefined) {
    const status = plainText(`${json.status}, with fills that cannot be read`);
    return [...reports, { kind: 'suspended', order, at, status }];
  }
  reports.push(...fills);
  switch (standing) {
    case 'live':
      return reports;
    case 'look':
      return [...reports, { kind: 'suspended', order, at, status: plainText(json.status) }];
    case 'expired':
      return [...reports, { kind: 'expired', order, at }];
    case 'canceled':
      return [...reports, { kind: 'canceled', order, at, reason: 'canceled at the broker' }];
    case 'rejected': {
      const reason =
        plainText(json.reject_reason ?? '') || 'the broker rejected it after taking it';
      return [...reports, { kind: 'rejected', order, at, reason }];
    }
    case 'replaced': {
      const reason = plainText(`replaced at the broker by ${json.replaced_by ?? 'another order'}`);
      const look: Report = { kind: 'suspended', order, at, status: reason };
      return [...reports, look, { kind: 'canceled', order, at, reason }];
    }
  }
}

/** Totals that are above what is counted; undefined where one of these cannot be read. */
function cumulativeOf(
  order: ClientOrderId,
  json: OrderJson,
  at: Instant,
  counted: Counted,
): Report[] | undefined {
  const isLegged = json.order_class === 'mleg';
  const reports: Report[] = [];
  for (const part of isLegged ? (json.legs ?? []) : [json]) {
    const symbol = isLegged ? houseSymbol(part.symbol ?? '') : undefined;
    const filled = wholeOf(part.filled_qty ?? 0);
    if (filled === null || filled < 0) return undefined;
    // More than was ordered is no total to infer fills from: an execution of its own says so.
    if (filled > (wholeOf(part.qty) ?? filled)) return undefined;
    if (filled <= counted(symbol, part.id)) continue;
    const averagePrice = priceOf(part.filled_avg_price);
    if (averagePrice === null) return undefined;
    const told = { kind: 'cumulative', order, at, filled, averagePrice } as const;
    reports.push(symbol === undefined ? told : { ...told, symbol });
  }
  const units = wholeOf(json.filled_qty ?? 0);
  const isMute = isLegged && (json.legs ?? []).length === 0 && units !== 0;
  return isMute ? undefined : reports;
}

/** Orders that rest at the broker, children of a bracket as orders of their own. */
export function restingOf(orders: readonly OrderJson[]): OrderSeen[] {
  return orders.flatMap((json) => {
    const own = isOpen(json) ? [seenOf(json)] : [];
    if (json.order_class === 'mleg') return own;
    return [...own, ...(json.legs ?? []).filter(isOpen).map(seenOf)];
  });
}

/** A part of a share counts as a whole one: as much as may still happen. */
function seenOf(json: OrderJson): OrderSeen {
  const leg = json.legs?.[0];
  return {
    venueOrderId: json.id,
    clientOrderId: (json.client_order_id ?? null) as ClientOrderId | null,
    symbol: json.symbol ? houseSymbol(json.symbol) : rootOf(leg?.symbol ?? ''),
    side: sideOf(json.side) ?? sideOf(leg?.side) ?? 'buy',
    quantity: unitsUp(json.qty),
    filled: quantityOf(json.filled_qty)?.whole ?? 0,
  };
}

function unitsUp(value: unknown): number {
  const found = quantityOf(value);
  return found === null ? 0 : found.whole + (found.fraction === null ? 0 : 1);
}

function rootOf(symbol: string): string {
  const house = houseSymbol(symbol);
  return house === symbol ? symbol : parseOcc(house).root;
}

/**
 * The price of one execution, and how much of it; null where either cannot be read, or where it is
 * of more than its order had filled with it.
 */
export function executionOf(json: {
  readonly qty?: string | number | null | undefined;
  readonly price?: string | number | null | undefined;
  readonly cum_qty?: string | number | null | undefined;
}): { readonly quantity: number; readonly price: Price } | null {
  const quantity = wholeOf(json.qty);
  const price = priceOf(json.price);
  const isAbove = Math.abs(quantity ?? 0) > (wholeOf(json.cum_qty) ?? Number.POSITIVE_INFINITY);
  return quantity === null || quantity === 0 || price === null || isAbove
    ? null
    : { quantity: Math.abs(quantity), price };
}
