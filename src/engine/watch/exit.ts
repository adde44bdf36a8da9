import { findOrder, isDone, type Order } from '../../orders/index.ts';
import { dayNumber, formatMoney, type Instant } from '../../base/index.ts';
import { exchangeDate, nextSession, sessionOn } from '../../market/index.ts';
import { exitIsOver } from '../flatten/flatten.ts';
import { isReconciled } from '../reconcile/reconcile.ts';
import { send } from '../send.ts';
import type { Setup } from '../setup.ts';
import { alert, type BookState, enterDay, markOf, type State } from '../state.ts';
import {
  type Exit,
  type ExitReason,
  type Guard,
  type LiveOrders,
  liveOrders,
  policyOf,
} from './guard.ts';
import { endOrder, nextLook, retryAfter, tendProtection } from './protect.ts';

const LATER_MS = 1_000;

const EXIT_CODES: Readonly<Record<ExitReason, string>> = {
  stop: 'stopReached',
  target: 'targetReached',
  holdTime: 'holdTimeOver',
};

/** A position is to be closed: once, until it is (F032). */
export function beginExit(state: State, guard: Guard, reason: ExitReason): void {
  if (guard.exit !== null) return;
  guard.exit = { reason, order: null, failures: 0, retryAt: null };
  const { book, quantity, symbol, reference } = guard;
  const text = `Book "${book}": ${quantity} ${symbol} at ${formatMoney(reference)} is closed`;
  const severity = reason === 'stop' ? 'CRITICAL' : 'HIGH';
  alert(state, severity, EXIT_CODES[reason], `${text}: ${reason}`);
}

/**
 * The next steps for one position, as far as what is proven allows: an exit that is due, then
 * protection. Nothing leaves before the account is reconciled, or while everything is closed by an
 * emergency exit.
 */
export function settle(setup: Setup, state: State, book: BookState, guard: Guard): void {
  if (!isReconciled(state) || !exitIsOver(state)) {
    guard.lookAt = (state.at + LATER_MS) as Instant;
    return;
  }
  if (guard.held !== null && findOrder(state.orders, guard.held) !== undefined) guard.held = null;
  if (guard.quantity === 0) guard.exit = null;
  let live = liveOrders(state, guard);
  if (guard.quantity === 0 && live.protecting.length === 0) return forget(state, guard);
  if (guard.exit !== null && isDue(state, guard.exit)) {
    pursueExit(setup, state, book, guard, guard.exit, live);
    live = liveOrders(state, guard);
  }
  tendProtection(setup, state, book, guard, live, isYielding(state, book, guard, live));
  if (isHeldUp(book, guard)) endResting(state, guard, live);
  guard.lookAt = nextLook(state, book, guard);
}

function forget(state: State, guard: Guard): void {
  const { guards } = state.watch;
  const at = guards.indexOf(guard);
  if (at >= 0) guards.splice(at, 1);
}

/** Whether an exit may go now; outside of the session it waits for the next one. */
function isDue(state: State, exit: Exit): boolean {
  const opens = inSession(state.at);
  if (opens > state.at) exit.retryAt = opens;
  return exit.retryAt === null || state.at >= exit.retryAt;
}

/** Whether protection makes room: a leg of the plan or an exit is to have the shares. */
function isYielding(state: State, book: BookState, guard: Guard, live: LiveOrders): boolean {
  if (book.work?.lifting === guard.symbol || live.shrinking.length > 0) return true;
  return guard.exit !== null && isDue(state, guard.exit);
}

/** Whether a position that must have a stop has been without one for longer than it may. */
const isHeldUp = (book: BookState, { gap }: Guard): boolean =>
  gap !== null && gap.told && policyOf(book).stopRequired;

/** Orders to close that rest beside the market give the shares they hold back (invariant 21). */
function endResting(state: State, guard: Guard, { shrinking }: LiveOrders): void {
  for (const order of shrinking) {
    if (order.intent.pricing.type !== 'market') endOrder(state, guard, order);
  }
}

/**
 * Clears the way and closes the position at the market. An order to close that works at the market
 * already is the exit; any other order of the position ends first. One whose outcome is unknown
 * does not hold back: the exit may only shrink what is held.
 */
function pursueExit(
  setup: Setup,
  state: State,
  book: BookState,
  guard: Guard,
  exit: Exit,
  live: LiveOrders,
): void {
  const { protecting, shrinking, growing } = live;
  if (exit.order !== null && guard.held === exit.order) return;
  exit.retryAt = null;
  for (const order of growing) endOrder(state, guard, order);
  endResting(state, guard, live);
  const blocks = growing.some((order) => order.status !== 'unknown');
  if (blocks || protecting.length > 0 || shrinking.length > 0) return;
  const { symbol, quantity } = guard;
  enterDay(state, dayNumber(exchangeDate(state.at)));
  const intent = send(setup, state, book, {
    symbol,
    side: quantity > 0 ? 'sell' : 'buy',
    quantity: Math.abs(quantity),
    price: markOf(state, symbol) ?? guard.reference,
    purpose: 'exit',
    pricing: { type: 'market' },
  });
  if (intent === null) return exitFailed(state, guard, exit, 'our own gate refused it');
  exit.order = intent.clientOrderId;
  if (!state.orders.live.has(intent.clientOrderId)) guard.held = intent.clientOrderId;
}

/** An exit did not close the position: a person is told, and it is tried again, later (F010). */
export function exitFailed(state: State, guard: Guard, exit: Exit, why: string): void {
  exit.order = null;
  exit.failures++;
  exit.retryAt = inSession(retryAfter(state.at, exit.failures));
  const { book, quantity, symbol } = guard;
  alert(
    state,
    'CRITICAL',
    'exitFailed',
    `Book "${book}": ${quantity} ${symbol} not closed: ${why}`,
  );
}

/** `at` where it lies in a session, its close included, or else the next session's open. */
function inSession(at: Instant): Instant {
  const today = exchangeDate(at);
  const session = sessionOn(today);
  if (session !== undefined && at < session.open) return session.open;
  if (session !== undefined && at <= session.close) return at;
  return nextSession(today).open;
}

/** Whether an exit of this position is under way, so that no other is begun. */
export const isExiting = (guard: Guard | undefined): boolean =>
  guard !== undefined && guard.exit !== null && guard.quantity !== 0;

/** What the end of `order` means for the exit it may have been. */
export function noteExitEnd(state: State, guard: Guard, order: Order): void {
  const { intent, filled, status, reason } = order;
  if (!isDone(order) || intent.purpose === 'protect' || guard.quantity === 0) return;
  const { exit } = guard;
  const why = `order "${intent.id}" ${status} with ${filled} of ${intent.quantity} filled`;
  if (exit !== null && exit.order === intent.clientOrderId) {
    if (status === 'filled') exit.order = null;
    else exitFailed(state, guard, exit, reason === null ? why : `${why}: ${reason}`);
    return;
  }
  const failed = intent.purpose === 'exit' && status !== 'filled';
  if (!failed) return;
  const text = `Book "${guard.book}": ${guard.quantity} ${guard.symbol} not closed: ${why}`;
  alert(state, 'CRITICAL', 'exitFailed', `${text}; its protection is sent anew`);
}

/** Whether a leg of the plan that shrinks a position may go: its protection is proven done. */
export function makesRoom(setup: Setup, state: State, book: BookState, guard: Guard): boolean {
  if (liveOrders(state, guard).protecting.length === 0) return true;
  settle(setup, state, book, guard);
  return liveOrders(state, guard).protecting.length === 0;
}
