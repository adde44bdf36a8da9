import type { Instant, Money } from '../../base/index.ts';
import { checkOrder } from './check-order.ts';
import type { Desk } from './desk.ts';
import { expiryOf } from './hours.ts';
import { type DeskOrder, leftOf, type Terms } from './records.ts';
import { malformed, unprocessable } from './refused.ts';
import { amountOf, checkTerms, clientIdOf, fieldsOf, forceOf, wholeCount } from './wish.ts';

const REPLACEABLE = new Set(['new', 'partially_filled', 'held']);

/**
 * The terms of the order that replaces `old`: what `body` names, else those of `old`; of the
 * quantity, what `old` has still to fill. Throws `Refused`.
 */
export function replacing(desk: Desk, old: DeskOrder, body: unknown) {
  if (!REPLACEABLE.has(old.status) || (old.status === 'held' && old.ticket === 0)) {
    throw unprocessable(`cannot replace order in "${old.status}" status`);
  }
  if (old.terms.orderClass === 'mleg') throw unprocessable('mleg orders cannot be replaced');
  // What a part filled is counted by its group: another order beside it would not know of it.
  const isGrouped = old.role !== null || old.parent !== null || old.legs.length > 0;
  if (isGrouped && old.filled > 0) {
    throw unprocessable('a partially filled order of a complex order cannot be replaced');
  }
  const terms = termsAfter(old, body);
  checkTerms(terms);
  const clientOrderId = clientIdOf(fieldsOf(body).client_order_id);
  if (clientOrderId !== null && desk.orders.byClientId(clientOrderId) !== undefined) {
    throw malformed('client_order_id must be unique');
  }
  const isLinked = old.role !== null || old.parent !== null;
  if (isLinked && terms.quantity !== leftOf(old)) throw unprocessable('qty cannot be changed');
  const expiresAt: Instant =
    terms.timeInForce === old.terms.timeInForce ? old.expiresAt : expiryOf(terms, desk.now());
  let reserved: Money = old.reserved;
  if (!isLinked) {
    const plain: Terms = { ...terms, orderClass: 'simple' };
    const wish = { clientOrderId, terms: plain, target: null, stop: null, legs: [] };
    reserved = checkOrder(desk.standing([old, ...desk.orders.legsOf(old)]), wish);
  }
  return { terms, clientOrderId, expiresAt, reserved };
}

function termsAfter(old: DeskOrder, body: unknown): Terms {
  const fields = fieldsOf(body);
  const { terms } = old;
  const named = fields.qty === undefined || fields.qty === null ? null : fields.qty;
  const trail = amountOf(fields, 'trail');
  const isTrailing = terms.type === 'trailing_stop';
  return {
    ...terms,
    quantity: named === null ? leftOf(old) : wholeCount(named, terms.symbol),
    limitPrice: amountOf(fields, 'limit_price') ?? terms.limitPrice,
    stopPrice: isTrailing ? null : (amountOf(fields, 'stop_price') ?? terms.stopPrice),
    trailPrice: terms.trailPrice === null ? null : (trail ?? terms.trailPrice),
    trailPercent: terms.trailPercent === null ? null : (trail ?? terms.trailPercent),
    timeInForce:
      fields.time_in_force === undefined ? terms.timeInForce : forceOf(fields.time_in_force),
  };
}
