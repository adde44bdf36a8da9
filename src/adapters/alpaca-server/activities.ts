import { DAY_MS, type Instant } from '../../base/index.ts';
import { exchangeDate } from '../../market/index.ts';
import { dollarText, stampOf } from '../number.ts';
import { nanoText } from './ids.ts';
import type { DeskActivity } from './records.ts';
import { unprocessable } from './refused.ts';
import { wireSymbol } from './symbols.ts';

const PAGE_MAX = 100;
const DATE = /^\d{4}-\d\d-\d\d$/;

/** An instant of a query: a date is its first moment in UTC. Throws `Refused`. */
export function queryInstant(query: URLSearchParams, name: string): Instant | null {
  const value = query.get(name);
  if (value === null || value === '') return null;
  const at = DATE.test(value) ? (Date.parse(value) as Instant) : stampOf(value.replace(' ', '+'));
  if (at === null || Number.isNaN(at)) throw unprocessable(`invalid ${name}: ${value}`);
  return at;
}

/** Activities as a query asks for them, a page at a time. Throws `Refused`. */
export function activitiesJson(
  all: readonly DeskActivity[],
  query: URLSearchParams,
  only?: string,
) {
  const isAsc = query.get('direction') === 'asc';
  const size = Number(query.get('page_size') ?? PAGE_MAX);
  if (!Number.isInteger(size) || size < 1 || size > PAGE_MAX) {
    throw unprocessable(`page_size must be between 1 and ${PAGE_MAX}`);
  }
  const passes = filterOf(query, only);
  const found = all.filter((each) => each.status === 'executed' && passes(each));
  const ordered = isAsc ? found : found.toReversed();
  const token = query.get('page_token');
  const start = token === null ? 0 : ordered.findIndex(({ id }) => id === token) + 1;
  if (token !== null && start === 0) return [];
  return ordered.slice(start, start + size).map(activityJson);
}

function filterOf(query: URLSearchParams, only?: string): (activity: DeskActivity) => boolean {
  const named = (only ?? query.get('activity_types'))?.split(',').filter((type) => type !== '');
  const types = named === undefined || named.length === 0 ? null : new Set(named);
  const category = query.get('category');
  const date = queryInstant(query, 'date');
  const after = queryInstant(query, 'after');
  const until = queryInstant(query, 'until');
  const order = query.get('order_id');
  return ({ type, at, fill }) => {
    if (types !== null && !types.has(type)) return false;
    if (category !== null && (category === 'trade_activity') !== (type === 'FILL')) return false;
    if (date !== null && !(at >= date && at < date + DAY_MS)) return false;
    if (order !== null && fill?.orderId !== order) return false;
    return (after === null || at > after) && (until === null || at < until);
  };
}

export function activityJson(activity: DeskActivity) {
  const { id, type, at, number, symbol, quantity, price, fill } = activity;
  if (fill !== null) {
    return {
      id,
      activity_type: type,
      transaction_time: nanoText(at, number),
      type: fill.left === 0 ? 'fill' : 'partial_fill',
      price: dollarText(price as never),
      qty: String(quantity),
      side: fill.side,
      symbol: wireSymbol(symbol as string),
      leaves_qty: String(fill.left),
      order_id: fill.orderId,
      cum_qty: String(fill.cumulative),
      order_status: fill.orderStatus,
    };
  }
  const { subType, amount, perShare, description, status } = activity;
  return {
    id,
    activity_type: type,
    ...(subType === null ? {} : { activity_sub_type: subType }),
    date: exchangeDate(at),
    created_at: nanoText(at, number),
    net_amount: amount === null ? '0' : dollarText(amount),
    currency: 'USD',
    ...(description === null ? {} : { description }),
    ...(symbol === null ? {} : { symbol: wireSymbol(symbol) }),
    ...(quantity === null ? {} : { qty: String(quantity) }),
    ...(price === null ? {} : { price: dollarText(price) }),
    ...(perShare === null ? {} : { per_share_amount: dollarText(perShare) }),
    status,
  };
}
