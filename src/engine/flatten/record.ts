import type { Price } from '../../base/index.ts';
import { findOrder, isDone, type Order } from '../../orders/index.ts';
import { weightsHeld } from '../../portfolio/index.ts';
import type { Weights } from '../../strategy/index.ts';
import type { FlattenLine, FlattenState } from './state.ts';
import type { AccountSeen } from '../input.ts';
import { accountPositions, bookEquity, type BookState, markOf, type State } from '../state.ts';

/** Accounts for its own orders that are done, or that nobody approved. */
export function settleOrders(state: State, flatten: FlattenState): void {
  if (flatten.orders.length === 0) return;
  const held = new Set(state.approvals.open.map(({ intent }) => intent.clientOrderId));
  flatten.orders = flatten.orders.filter(({ id, symbol }) => {
    const order = findOrder(state.orders, id);
    if (order === undefined ? held.has(id) : !isDone(order)) return true;
    settleLine(flatten.lines[symbol] as FlattenLine, order);
    return false;
  });
}

function settleLine(line: FlattenLine, order: Order | undefined): void {
  if (order === undefined) {
    line.problem = 'its order was not approved';
    return;
  }
  const { status, filled, reason } = order;
  line.closed += filled;
  line.problem = status === 'filled' ? null : `its order ended ${status}: ${reason ?? 'no reason'}`;
}

/** Every position of a reading has a line from then on. */
export function noteLines(flatten: FlattenState, { positions }: AccountSeen): void {
  for (const [symbol, found] of Object.entries(positions)) {
    if (found === 0) continue;
    flatten.lines[symbol] ??= { symbol, found, left: found, closed: 0, problem: null };
  }
  for (const line of Object.values(flatten.lines)) line.left = positions[line.symbol] ?? 0;
}

/** Orders that rest at the broker and are none of ours, in words. */
export function foreignOrders(state: State, { orders = [] }: AccountSeen): string[] {
  const ours = new Set<string>();
  for (const map of [state.orders.live, state.orders.done]) {
    for (const { venueOrderId } of map.values()) if (venueOrderId) ours.add(venueOrderId);
  }
  return orders
    .filter(({ venueOrderId, clientOrderId }) => {
      const known = clientOrderId !== null && findOrder(state.orders, clientOrderId) !== undefined;
      return !known && !ours.has(venueOrderId);
    })
    .map(
      ({ venueOrderId, side, quantity, symbol }) =>
        `order "${venueOrderId}": ${side} ${quantity} ${symbol}`,
    );
}

/** What a book holds stands for its targets: the next decision sees every gap. */
export function weightsNow(state: State, book: BookState): Weights {
  const held: Record<string, number> = {};
  const prices: Record<string, Price> = {};
  for (const { symbol, quantity } of book.ledger.positions.values()) {
    const mark = markOf(state, symbol);
    held[symbol] = quantity;
    if (mark !== undefined) prices[symbol] = mark;
  }
  return weightsHeld(held, prices, bookEquity(state, book));
}

/** Why it is not flat, a sentence each. */
export function reasonsOf(state: State, flatten: FlattenState): string[] {
  const reasons: string[] = [];
  for (const { symbol, left, problem } of Object.values(flatten.lines)) {
    if (left !== 0)
      reasons.push(`${symbol}: ${left} left${problem === null ? '' : `, ${problem}`}`);
  }
  for (const [symbol, held] of Object.entries(accountPositions(state))) {
    const seen = flatten.seen[symbol]?.quantity ?? 0;
    if (seen !== held) reasons.push(`${symbol}: the ledgers hold ${held}, the broker ${seen}`);
  }
  for (const { intent } of state.orders.live.values()) {
    reasons.push(`${intent.symbol}: order "${intent.id}" has no proven end`);
  }
  return reasons;
}
