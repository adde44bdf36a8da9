import type { Instant } from '../../base/index.ts';
import type { AccountInput, AccountSeen } from '../input.ts';
import { reservedCash } from '../pending.ts';
import { differencesOf } from './difference.ts';
import { absorbCash, askFilled, bookExternal, bookOpening, seeOrders } from './external.ts';
import { SETTLE_MS } from './due.ts';
import { askAbout, isAsked, settleQuestions } from './question.ts';
import type { Difference, Sighting } from './state.ts';
import type { Setup } from '../setup.ts';
import { accountCash, alert, emit, type State } from '../state.ts';

export * from './state.ts';
export { type Books, auditBooks } from './audit.ts';
export { takeAnswer } from './answer.ts';
export { differencesOf } from './difference.ts';

const LAG_MS = 120_000; // how long a broker's positions may lag a fill
const ASK_FIRST_MS = 1_000;
const ASK_MAX_MS = 30_000;
const ANSWER_MS = 4_000; // a reading that does not come by then is asked for again
const DOUBLED_MAX = 6;
const TOLD_AFTER = 4; // asks without an answer, a minute in all, until a person is told
const EVERY_MS = 300_000; // between readings while all is quiet

/** Asks for a reading now; again, when none comes, ever less often. */
export function askAccount(state: State): void {
  const { reconcile } = state;
  const doubled = ANSWER_MS * 2 ** Math.min(reconcile.unanswered++, DOUBLED_MAX);
  reconcile.due = (state.at + Math.min(doubled, EVERY_MS)) as Instant;
  emit(state, { kind: 'readAccount' });
  if (reconcile.unanswered !== TOLD_AFTER) return;
  const text = `The broker's account cannot be read: asked ${TOLD_AFTER} times without an answer`;
  alert(state, 'HIGH', 'accountUnread', text);
}

/** When the account is to be read again, or null. */
export const reconcileWakeAt = (_setup: Setup, { reconcile }: State): Instant | null =>
  reconcile.due;

/** Time passed: readings that are due are asked for. */
export function tendReconcile(_setup: Setup, state: State): void {
  const { due } = state.reconcile;
  if (due !== null && due <= state.at) askAccount(state);
}

const settleMs = ({ broker }: Setup): number => Math.max(SETTLE_MS, broker.settleMs);

/**
 * A complete reading of the account. While an order has no outcome it proves nothing. A difference
 * is believed when a second reading, after the settling delay, shows the same figures; it is then
 * explained by a written rule, or becomes a question that blocks its symbol, or new risk where it
 * has none. None is assumed away, and no ledger changes by a single reading (F031-F033). When all
 * is agreed, explained or asked, the account is reconciled in this life.
 */
export function takeAccount(setup: Setup, state: State, { account }: AccountInput): void {
  const { reconcile } = state;
  reconcile.due = null;
  reconcile.unanswered = 0;
  if (isMoving(state)) return readAfterMove(state);
  reconcile.fruitless = 0;
  notePower(setup, state, account);
  if (account.orders !== undefined) seeOrders(setup, state, account.orders);
  const differences = differencesOf(state, account);
  settleQuestions(state, differences);
  thaw(state, differences);
  const isEmpty = Object.keys(account.positions).length === 0;
  for (const one of sift(setup, state, differences)) explain(setup, state, one, isEmpty);
  if (reconcile.seen.length > 0) return readToConfirm(setup, state);
  reconcile.epoch = state.epoch;
  const everyMs = setup.reconcile?.everyMs ?? EVERY_MS;
  if (Number.isFinite(setup.broker.pollMs)) reconcile.due = (state.at + everyMs) as Instant;
}

/** What the broker lets be bought for, beside what our books said at that moment (F062). */
function notePower(setup: Setup, state: State, { buyingPower }: AccountSeen): void {
  const { reconcile } = state;
  if (buyingPower === undefined) reconcile.power = null;
  else {
    const [cash, reserved] = [accountCash(state), reservedCash(setup, state)];
    reconcile.power = { amount: buyingPower, cash, reserved };
  }
}

/** Whether an order has no outcome; those proven never to have arrived have one. */
function isMoving({ orders, wire }: State): boolean {
  for (const { status, intent } of orders.live.values()) {
    if (status !== 'unknown' && status !== 'inFlight') continue;
    if (!wire.resend.includes(intent.clientOrderId)) return true;
  }
  return false;
}

function readAfterMove(state: State): void {
  const { reconcile } = state;
  const waitMs = Math.min(ASK_MAX_MS, ASK_FIRST_MS * 2 ** Math.min(reconcile.fruitless++, 10));
  reconcile.due = (state.at + waitMs) as Instant;
}

function readToConfirm(setup: Setup, state: State): void {
  let next = Number.POSITIVE_INFINITY;
  for (const one of state.reconcile.seen) next = Math.min(next, believedAt(setup, state, one));
  state.reconcile.due = Math.max(next, state.at + ASK_FIRST_MS) as Instant;
}

/**
 * The differences to be believed now: those that the reading before showed with the same figures,
 * long enough ago. The others wait; what is asked already is neither.
 */
function sift(setup: Setup, state: State, differences: readonly Difference[]): Difference[] {
  const { seen } = state.reconcile;
  const believed: Difference[] = [];
  state.reconcile.seen = [];
  for (const one of differences) {
    if (isAsked(state, one)) continue;
    const before = seen.find((other) => isSame(one, other));
    if (before !== undefined && state.at >= believedAt(setup, state, before)) believed.push(one);
    else {
      state.reconcile.seen.push({ ...one, since: before?.since ?? state.at });
      if (before === undefined) askFilled(setup, state, one);
    }
  }
  return believed;
}

const isSame = (one: Difference, other: Difference): boolean =>
  one.symbol === other.symbol &&
  one.class === other.class &&
  one.ours === other.ours &&
  one.theirs === other.theirs;

/** From when on a second reading of a difference proves it: after fills, their lag is over. */
function believedAt(setup: Setup, { reconcile }: State, one: Sighting): Instant {
  const lagMs = setup.reconcile?.lagMs ?? LAG_MS;
  const shrinks = one.class === 'external' && Math.abs(one.theirs) < Math.abs(one.ours);
  const settled = one.since + (shrinks ? Math.max(lagMs, settleMs(setup)) : settleMs(setup));
  const lagged = reconcile.filledAt === 0 ? 0 : reconcile.filledAt + lagMs;
  return Math.max(settled, lagged) as Instant;
}

/** An empty list is no proof that holdings outside of the books are gone. */
function explain(setup: Setup, state: State, one: Difference, isEmpty: boolean): void {
  const { symbol } = one;
  if (one.class === 'external' && symbol !== null && !isEmpty) {
    return bookExternal(state, symbol, one);
  }
  if (one.class === 'cash' && (bookOpening(state, one) || absorbCash(setup, state, one))) return;
  askAbout(state, one);
}

/** Symbols frozen until a reading agrees trade again. */
function thaw(state: State, differences: readonly Difference[]): void {
  const { reconcile } = state;
  if (reconcile.frozen.length === 0) return;
  reconcile.frozen = reconcile.frozen.filter(
    ({ symbol, to }) =>
      to !== undefined ||
      differences.some((one) => one.symbol === symbol || one.class === 'account'),
  );
}
