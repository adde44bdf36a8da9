import type { DateText, Money } from '../../base/index.ts';
import { postFee, postIncome, postTransfer } from '../../ledger/index.ts';
import { clientOrderIdStart, findOrder, type Order } from '../../orders/index.ts';
import type { OrderSeen } from '../input.ts';
import { moveInKind, moveMarks } from './flow.ts';
import { haltFor, inDollars } from './question.ts';
import type { Difference } from './state.ts';
import type { ReconcilePolicy, Setup } from '../setup.ts';
import { alert, emit, type State } from '../state.ts';

/**
 * Holdings in symbols that no book has are taken into the external book, in kind: at the mark, or
 * at no cost where there is none. Counted in the account, never managed.
 */
export function bookExternal(state: State, symbol: string, { ours, theirs }: Difference): void {
  moveInKind(state, state.external, { symbol, quantity: theirs - ours });
  const text = `${symbol}: the broker holds ${theirs} (${ours} before), in no book; it is counted`;
  alert(state, 'WARNING', 'externalHolding', text);
}

/**
 * Cash that an account has beyond what the books were given, found by the first reconciliation of a
 * journal: it is none of theirs. False where there is less, or where it is not the first.
 */
export function bookOpening(state: State, { ours, theirs }: Difference): boolean {
  if (theirs <= ours || !isUntouched(state)) return false;
  const amount = (theirs - ours) as Money;
  postTransfer(state.external.ledger, amount);
  moveMarks(state, state.external, amount);
  const text = `The account has ${inDollars(amount)} beside what the books were given`;
  alert(state, 'INFO', 'openingCash', text);
  return true;
}

/** Whether nothing was ever booked: the books have what they were given, and no order was made. */
function isUntouched({ reconcile, orders, books, external: { ledger } }: State): boolean {
  if (reconcile.epoch !== 0 || orders.live.size + orders.done.size > 0) return false;
  const isFresh = books.every((book) => book.ledger.cash === book.setup.capital);
  return isFresh && ledger.cash === 0 && ledger.positions.size === 0;
}

const CENT = 10_000; // micro-dollars: what the policy allows where it does not say

/** Cash that the policy lets pass unexplained is booked outside of all books; false: it is not. */
export function absorbCash(setup: Setup, state: State, { ours, theirs }: Difference): boolean {
  const amount = (theirs - ours) as Money;
  const size = Math.abs(amount);
  const policy: ReconcilePolicy = setup.reconcile ?? {};
  const { cashToleranceDay: dayMax = CENT, cashToleranceMonth: monthMax = CENT } = policy;
  const { date, day, month } = state.reconcile.absorbed;
  const today = (date === state.date ? day : 0) + size;
  const thisMonth = (monthOf(date) === monthOf(state.date) ? month : 0) + size;
  if (today > dayMax || thisMonth > monthMax) return false;
  state.reconcile.absorbed = { date: state.date, day: today as Money, month: thisMonth as Money };
  if (amount < 0) postFee(state.external.ledger, -amount as Money);
  else postIncome(state.external.ledger, amount);
  const text = `Cash differs by ${inDollars(amount)}, within the tolerance: booked outside`;
  alert(state, 'INFO', 'cashAbsorbed', text);
  return true;
}

const monthOf = (date: DateText): string => date.slice(0, 7); // "2024-01"

const ORDERS_MAX = 500;

/**
 * Takes in the list of orders that rest at the broker: those that are none of ours are known from
 * then on and told once each, one of ours that the journal does not know halts (F028), and one of
 * ours that should be there and is not is asked about (F031).
 */
export function seeOrders(setup: Setup, state: State, orders: readonly OrderSeen[]): void {
  const before = new Set(state.reconcile.orders.map((one) => one.venueOrderId));
  const mine = new Set<string | null>();
  for (const { venueOrderId } of state.orders.live.values()) mine.add(venueOrderId);
  for (const { venueOrderId } of state.orders.done.values()) mine.add(venueOrderId);
  const isOurs = ({ venueOrderId, clientOrderId: id }: OrderSeen) =>
    mine.has(venueOrderId) || (id !== null && findOrder(state.orders, id) !== undefined);
  state.reconcile.orders = orders.filter((one) => !isOurs(one)).slice(0, ORDERS_MAX);
  for (const one of state.reconcile.orders) {
    if (!before.has(one.venueOrderId)) tellExternal(setup, state, one);
  }
  askMissing(setup, state, new Set(orders.map((one) => one.venueOrderId)));
}

function tellExternal(setup: Setup, state: State, seen: OrderSeen): void {
  const { venueOrderId, clientOrderId: id, symbol, side, quantity } = seen;
  const what = `${side} ${quantity} ${symbol} ("${venueOrderId}")`;
  if (id === null || !isOfDesk(setup, id)) {
    return alert(state, 'WARNING', 'externalOrder', `An order not ours rests: ${what}`);
  }
  const text =
    `Order "${id}" rests at the broker: ${what}. It is of this desk and the journal does not ` +
    'know it: an older journal was restored, or another process trades this account';
  haltFor(state, text);
  alert(state, 'CRITICAL', 'rollback', text);
}

/** Whether an id has this account's prefix, of whatever epoch. */
const isOfDesk = ({ account }: Setup, id: string): boolean =>
  id.startsWith(clientOrderIdStart(account));

/** Asks what became of orders that should rest at the broker and are not in its list. */
function askMissing(setup: Setup, state: State, listed: ReadonlySet<string>): void {
  for (const order of state.orders.live.values()) {
    const { venueOrderId: id } = order;
    if (id !== null && !listed.has(id) && isSettled(setup, state, order)) query(state, order);
  }
}

/**
 * Asks about orders that rest and may have filled unheard: those in the symbol of a difference, or
 * where it is of cash, all. Asked when it is first seen, so that the answer is there before it is
 * believed.
 */
export function askFilled(setup: Setup, state: State, { symbol }: Difference): void {
  for (const order of state.orders.live.values()) {
    const concerns = symbol === null || order.intent.symbol === symbol;
    if (concerns && isSettled(setup, state, order)) query(state, order);
  }
}

const query = (state: State, { intent: { clientOrderId: order } }: Order): void =>
  emit(state, { kind: 'query', order });

const isSettled = ({ broker }: Setup, { at }: State, order: Order): boolean =>
  order.status === 'working' && at >= order.sentAt + broker.settleMs;
