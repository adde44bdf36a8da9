import { dayNumber, type Instant } from '../../base/index.ts';
import { heldIn } from '../../ledger/index.ts';
import { exchangeDate } from '../../market/index.ts';
import {
  type ClientOrderId,
  findOrder,
  type Order,
  type OrderLink,
  type Pricing,
  remaining,
  signOf,
} from '../../orders/index.ts';
import type { Draft } from '../gate.ts';
import { send } from '../send.ts';
import type { Setup } from '../setup.ts';
import { alert, type BookState, enterDay, markOf, type State } from '../state.ts';
import { type Guard, type LiveOrders, policyOf } from './guard.ts';
import { askCancel } from '../wire.ts';

const RETRY_FIRST_MS = 1_000;
const RETRY_MAX_MS = 300_000;
const ASK_AGAIN_MS = 5_000;
const LOOK_AGAIN_MS = 60_000; // whether a gap that was told is over

/** When something that failed `failures` times in a row is tried again. */
export const retryAfter = (at: Instant, failures: number): Instant =>
  (at + Math.min(RETRY_MAX_MS, RETRY_FIRST_MS * 2 ** (failures - 1))) as Instant;

/** Whether a stop of this position should rest at the broker. */
export const restsAtBroker = (setup: Setup, book: BookState, guard: Guard): boolean =>
  guard.quantity !== 0 &&
  guard.stopPrice !== null &&
  setup.broker.stops &&
  policyOf(book).brokerHeld;

/**
 * Brings what rests at the broker to what the position needs: nothing where `yields`, else one stop
 * for exactly the shares held, with a target that ends it where the broker takes such pairs. What
 * does not fit is asked to end, and nothing new is sent before its end is proven, so the quantity
 * that works never exceeds the position (invariant 21, F009).
 */
export function tendProtection(
  setup: Setup,
  state: State,
  book: BookState,
  guard: Guard,
  { protecting }: LiveOrders,
  yields: boolean,
): void {
  const wants = restsAtBroker(setup, book, guard) && !yields && coverable(state, guard) > 0;
  const stop = wants
    ? protecting.find((order) => isStop(order) && fits(state, guard, order))
    : undefined;
  for (const order of protecting) {
    if (order !== stop && (stop === undefined || isStop(order) || !fits(state, guard, order))) {
      endOrder(state, guard, order);
    }
  }
  const due = guard.retryAt === null || state.at >= guard.retryAt;
  if (wants && protecting.length === 0 && guard.held === null && due)
    arm(setup, state, book, guard);
  else measureGap(setup, state, book, guard, stop);
}

const isStop = ({ intent }: Order): boolean => intent.link?.role !== 'target';

/**
 * Unsigned shares of a guarded position that protection may be for: no more than the broker shows
 * where it shows less than the ledger, or nets it with what other books hold the other way, since
 * it would refuse them.
 */
function coverable(state: State, { quantity, symbol }: Guard): number {
  const question = state.reconcile.questions.find((one) => one.symbol === symbol);
  const size = Math.max(0, Math.abs(quantity) - opposed(state, symbol, Math.sign(quantity)));
  if (question === undefined || question.ours === 0) return size;
  return Math.max(0, Math.min(size, Math.sign(quantity) * question.theirs));
}

/** Unsigned shares that all that the account has holds against `sign`. */
function opposed({ books, external }: State, symbol: string, sign: number): number {
  let sum = Math.max(0, -sign * heldIn(external.ledger, symbol));
  for (const { ledger } of books) sum += Math.max(0, -sign * heldIn(ledger, symbol));
  return sum;
}

/** Whether a live order of protection is what the position needs now. */
function fits(state: State, guard: Guard, order: Order): boolean {
  const { intent, status } = order;
  const { pricing } = intent;
  if (status === 'canceling' || isAsked(guard, intent.clientOrderId)) return false;
  if (signOf(intent.side) * guard.quantity >= 0) return false;
  if (remaining(order) !== coverable(state, guard)) return false;
  if (isStop(order)) return pricing.type === 'stop' && pricing.stopPrice === guard.stopPrice;
  return pricing.type === 'limit' && pricing.limitPrice === guard.targetPrice;
}

const isAsked = ({ asked }: Guard, id: ClientOrderId): boolean =>
  asked.some(({ order }) => order === id);

/** Asks for the end of an order, and again where the broker goes on with it. */
export function endOrder(state: State, guard: Guard, order: Order): void {
  const { clientOrderId } = order.intent;
  const before = guard.asked.find((one) => one.order === clientOrderId);
  if (before !== undefined && state.at < before.at + ASK_AGAIN_MS) return;
  if (before === undefined) guard.asked.push({ order: clientOrderId, at: state.at });
  else before.at = state.at;
  const isOpen = before === undefined ? order.status !== 'canceling' : order.status === 'working';
  if (isOpen) askCancel(state, order, 'its position needs another');
}

function arm(setup: Setup, state: State, book: BookState, guard: Guard): void {
  guard.retryAt = null;
  const { stopPrice, targetPrice } = guard;
  if (stopPrice === null) return;
  enterDay(state, dayNumber(exchangeDate(state.at)));
  const pairs = targetPrice !== null && setup.broker.oco;
  const group = `${guard.book}-${guard.symbol}-${state.date}-${book.ordersToday + 1}`;
  const linkAs = (role: OrderLink['role']) => (pairs ? { group, role } : undefined);
  const stop: Pricing = { type: 'stop', stopPrice };
  const sent = sendResting(setup, state, book, guard, stop, guard.stop, linkAs('stop'));
  if (sent === null) return protectionFailed(state, guard, 'our own gate refused its stop');
  guard.stop = sent;
  if (pairs) {
    const target: Pricing = { type: 'limit', limitPrice: targetPrice };
    const other = sendResting(setup, state, book, guard, target, guard.target, linkAs('target'));
    guard.target = other ?? guard.target;
  }
  measureGap(setup, state, book, guard, state.orders.live.get(sent));
}

function sendResting(
  setup: Setup,
  state: State,
  book: BookState,
  guard: Guard,
  pricing: Pricing,
  before: ClientOrderId | null,
  link: OrderLink | undefined,
): ClientOrderId | null {
  const { symbol, quantity } = guard;
  const draft: Draft = {
    symbol,
    side: quantity > 0 ? 'sell' : 'buy',
    quantity: coverable(state, guard),
    price: markOf(state, symbol) ?? guard.reference,
    purpose: 'protect',
    pricing,
    timeInForce: 'gtc',
    ...(link && { link }),
    ...(before !== null && { replaces: before }),
  };
  const id = send(setup, state, book, draft)?.clientOrderId ?? null;
  if (id !== null && findOrder(state.orders, id) === undefined) guard.held = id;
  return id;
}

/** Protection was refused, or ended unasked: a person is told, and it is tried again, later. */
export function protectionFailed(state: State, guard: Guard, why: string): void {
  guard.failures++;
  guard.retryAt = retryAfter(state.at, guard.failures);
  openGap(state, guard);
  const text = `Book "${guard.book}": ${guard.quantity} ${guard.symbol} without its stop: ${why}`;
  alert(state, 'CRITICAL', 'protectionFailed', text);
}

function openGap(state: State, guard: Guard): void {
  guard.gap ??= { since: state.at, told: false };
}

/** A gap begins on record, and is told to a person when it lasts (invariant 21). */
function measureGap(
  setup: Setup,
  state: State,
  book: BookState,
  guard: Guard,
  stop: Order | undefined,
): void {
  if (!restsAtBroker(setup, book, guard) || stop?.status === 'working') {
    if (stop !== undefined) {
      guard.retryAt = null;
      tellEnd(state, guard);
    }
    guard.gap = null;
    return;
  }
  if (guard.gap === null) {
    openGap(state, guard);
    const text = `Book "${guard.book}": ${guard.quantity} ${guard.symbol} without a working stop`;
    alert(state, 'INFO', 'protectionGap', text);
  }
  const { gap } = guard;
  if (gap === null || gap.told || state.at < gap.since + policyOf(book).gapMsMax) return;
  gap.told = true;
  const text = `Book "${guard.book}": ${guard.quantity} ${guard.symbol} had no working stop`;
  alert(state, 'HIGH', 'protectionGapLong', `${text} for ${state.at - gap.since} ms`);
}

function tellEnd(state: State, { gap, book, quantity, symbol }: Guard): void {
  if (gap === null || !gap.told) return;
  const text = `Book "${book}": a stop for ${quantity} ${symbol} works again`;
  alert(state, 'INFO', 'protectionRestored', text);
}

/** When time alone brings the next thing to do for a position, or null. */
export function nextLook(state: State, book: BookState, guard: Guard): Instant | null {
  const { gap, retryAt, asked, exit } = guard;
  let next = Number.POSITIVE_INFINITY;
  if (gap !== null) {
    next = gap.told ? state.at + LOOK_AGAIN_MS : gap.since + policyOf(book).gapMsMax;
  }
  const look = (at: Instant): number => (at > state.at ? at : state.at + LOOK_AGAIN_MS);
  if (retryAt !== null) next = Math.min(next, look(retryAt));
  if (exit !== null && exit.retryAt !== null) next = Math.min(next, look(exit.retryAt));
  for (const { at } of asked) {
    const again = at + ASK_AGAIN_MS;
    next = Math.min(next, again > state.at ? again : state.at + ASK_AGAIN_MS);
  }
  return Number.isFinite(next) ? (Math.max(next, state.at + 1) as Instant) : null;
}
