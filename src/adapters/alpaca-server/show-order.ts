import { type Instant, type Price, ratio } from '../../base/index.ts';
import { dollarText } from '../number.ts';
import { assetIdOf } from './check-order.ts';
import { nanoText } from './ids.ts';
import type { DeskOrder } from './records.ts';
import { isOption, wireSymbol } from './symbols.ts';

type OrderJson = Readonly<Record<string, unknown>>;

const priceText = (price: Price | null): string | null =>
  price === null ? null : dollarText(price);

/** Average of an order's fills; half to even to a micro-dollar. */
const averageOf = ({ paid, filled }: DeskOrder): Price | null =>
  filled === 0 ? null : (ratio(paid, 1, filled, 'half-even') as Price);

/** An order as Alpaca writes it: numbers as text, what is not there as null. */
export function orderJson(order: DeskOrder, legs: readonly DeskOrder[] | null): OrderJson {
  const { terms, number } = order;
  const isParent = terms.orderClass === 'mleg' && terms.ratio === null;
  const type = terms.ratio === null ? terms.type : '';
  const stamp = (at: Instant | null) => (at === null ? null : nanoText(at, number));
  return {
    id: order.id,
    client_order_id: order.clientOrderId,
    created_at: stamp(order.createdAt),
    updated_at: stamp(order.updatedAt),
    submitted_at: stamp(order.createdAt),
    filled_at: stamp(order.filledAt),
    expired_at: stamp(order.expiredAt),
    canceled_at: stamp(order.canceledAt),
    failed_at: stamp(order.failedAt),
    replaced_at: stamp(order.replacedAt),
    replaced_by: order.replacedBy,
    replaces: order.replaces,
    asset_id: isParent ? '' : assetIdOf(terms.symbol),
    symbol: isParent ? '' : wireSymbol(terms.symbol),
    asset_class: isParent ? '' : isOption(terms.symbol) ? 'us_option' : 'us_equity',
    notional: null,
    qty: String(terms.quantity),
    filled_qty: String(order.filled),
    filled_avg_price: priceText(averageOf(order)),
    order_class: terms.orderClass,
    order_type: type,
    type,
    side: terms.side,
    ...(terms.intent === null ? {} : { position_intent: terms.intent }),
    ...(terms.ratio === null ? {} : { ratio_qty: String(terms.ratio) }),
    time_in_force: terms.timeInForce,
    limit_price: priceText(terms.limitPrice),
    stop_price: priceText(terms.stopPrice),
    status: order.status,
    extended_hours: terms.extendedHours,
    legs: legs === null || legs.length === 0 ? null : legs.map((leg) => orderJson(leg, null)),
    trail_percent: priceText(terms.trailPercent),
    trail_price: priceText(terms.trailPrice),
    hwm: priceText(order.hwm),
    subtag: null,
    source: null,
    expires_at: nanoText(order.expiresAt, 0),
  };
}
