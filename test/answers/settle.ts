import { accountCash, accountPositions, type State } from '../../src/engine/index.ts';
import { isDone, type Order } from '../../src/orders/index.ts';
import type { Violations } from '../hostile/violations.ts';
import type { TrueFill, TrueOrder, Truth } from './truth.ts';

export interface Settled {
  readonly truth: Truth;
  readonly state: State;
  readonly violations: Violations;
  /** All that people were told. */
  readonly alerts: readonly string[];
  /** Told of what is wrong in the books and somebody was told of. */
  readonly named: (text: string) => void;
}

const CENT = 10_000;

/** Alarms after which somebody looks at an order's fills: none of them is silent. */
const ALARMS = /^(?:orderAlarm|fillBusted|fillCorrected): /;

/** All that must hold once the counterpart has told the truth for some days. */
export function settle(settled: Settled): void {
  const { truth, state } = settled;
  const known = ordersOf(state);
  checkOrders(settled, known);
  const byId = new Map(known.map((order) => [order.intent.clientOrderId as string, order]));
  const byVenue = new Map(known.map((order) => [order.venueOrderId, order]));
  const owners = new Map<Order, TrueOrder>();
  for (const order of truth.orders) {
    const own = byId.get(order.clientOrderId ?? '') ?? byVenue.get(order.id);
    if (own === undefined) checkLost(settled, order);
    else {
      const other = owners.get(own);
      const text = () => `"${own.intent.id}" has the orders "${other?.id}" and "${order.id}"`;
      settled.violations.must(2, other === undefined, text);
      owners.set(own, order);
      checkFills(settled, own, order);
    }
  }
  for (const order of known) {
    if (order.executions.length === 0 || owners.has(order)) continue;
    const text = () => `"${order.intent.id}" has fills, and the broker has no such order`;
    settled.violations.must(8, false, text);
  }
  checkBooks(settled);
}

const ordersOf = ({ orders }: State): Order[] => [...orders.live.values(), ...orders.done.values()];

/** Invariant 36: each order has an outcome, or somebody was asked about it. */
function checkOrders({ state, violations, truth, alerts }: Settled, known: readonly Order[]): void {
  for (const { status, intent, venueOrderId, reason } of state.orders.live.values()) {
    const there = truth.orders.find(
      ({ id, clientOrderId }) => clientOrderId === intent.clientOrderId || id === venueOrderId,
    );
    const isTold = alerts.some((alert) => alert.includes(intent.id)) && status === 'unknown';
    const text = () =>
      `"${intent.id}" (${venueOrderId}) is still ${status} (${reason}), there it is ` +
      `${there === undefined ? 'not' : `${there.filled} of ${there.quantity}`}`;
    violations.must(36, isTold, text);
  }
  for (const order of known) {
    const { intent, filled } = order;
    const isWithin = filled >= 0 && filled <= intent.quantity;
    const text = () => `"${intent.id}": filled ${filled} of ${intent.quantity}`;
    violations.must(7, isWithin || isAlarmed(alerts, order), text);
  }
}

/** Whether people were told that an order's fills are not what they should be. */
const isAlarmed = (alerts: readonly string[], { intent }: Order): boolean =>
  alerts.some((alert) => ALARMS.test(alert) && alert.includes(`"${intent.id}"`));

/** An order of the broker that is bound to none of ours: its fills must have been asked about. */
function checkLost({ violations, state, alerts, truth }: Settled, order: TrueOrder): void {
  const { id, symbol, side, quantity, filled } = order;
  const isNamed = isAsked(state, symbol) || alerts.some((alert) => alert.includes(symbol));
  const text = () => `Order "${id}" (${side} ${filled}/${quantity} ${symbol}) is bound to none`;
  violations.must(filled > 0 ? 8 : 2, isNamed, text);
  const open = truth.orders.some((one) => one.id === id && one.isOpen);
  violations.must(36, !open, () => `Order "${id}" in ${symbol} lives on, an orphan`);
}

/** Invariant 8: each execution is booked once, at its price, and nothing else is. */
function checkFills(settled: Settled, own: Order, order: TrueOrder): void {
  const { truth, violations, alerts } = settled;
  const here = sumsOf(own.executions);
  const there = sumsOf(truth.fills.filter(({ orderId }) => orderId === order.id));
  const text = () => `"${own.intent.id}" (${order.id}): booked ${here}, the broker has ${there}`;
  const isNamed = here !== there && isAlarmed(alerts, own);
  if (isNamed) settled.named(text());
  violations.must(8, here === there || isNamed, text);
  if (isDone(own)) return;
  violations.must(36, order.isOpen, () => `"${own.intent.id}" is ${own.status}, there it is over`);
}

/** Quantities by price, as text. */
function sumsOf(fills: readonly Pick<TrueFill, 'quantity' | 'price'>[]): string {
  const sums = new Map<number, number>();
  for (const { quantity, price } of fills) sums.set(price, (sums.get(price) ?? 0) + quantity);
  return [...sums]
    .filter(([, quantity]) => quantity !== 0)
    .sort(([a], [b]) => a - b)
    .map(([price, quantity]) => `${quantity}@${price}`)
    .join(' ');
}

/** Whether a question about a symbol is open. */
const isAsked = ({ reconcile, haltReason }: State, symbol: string): boolean =>
  `${JSON.stringify(reconcile.questions)} ${haltReason}`.includes(symbol);

/** Invariants 10 and 11: equal books, or a difference that is named and asked about. */
function checkBooks({ truth, state, violations }: Settled): void {
  const held = accountPositions(state);
  for (const symbol of new Set([...Object.keys(held), ...Object.keys(truth.positions)])) {
    const here = held[symbol] ?? 0;
    const there = truth.positions[symbol] ?? 0;
    const isNamed = here === there || isAsked(state, symbol);
    violations.must(10, isNamed, () => `"${symbol}": held ${here}, at the broker ${there}`);
  }
  const cash = accountCash(state);
  const isSame = Math.abs(cash - truth.cash) <= CENT;
  const text = () => `Cash is ${cash / 1e6}, at the broker ${truth.cash / 1e6}`;
  const { questions, seen } = state.reconcile;
  const isAskedAbout = questions.some((one) => one.class === 'cash');
  // The run ends with the last session: a fee of its last hour waits for its second reading.
  const isSeen = seen.some((one) => one.class === 'cash' && one.theirs === truth.cash);
  violations.must(11, isSame || isAskedAbout || isSeen, text);
}
