import type { Instant, Price } from '../../base/index.ts';
import { type ClientOrderId, isDone, type Order } from '../../orders/index.ts';
import type { Setup } from '../setup.ts';
import { bookNamed, type BookState, type State } from '../state.ts';
import { type CoverGap, coverMoved, coverWakeAt, isOption, tendCover } from './cover.ts';
import { beginExit, exitFailed, isExiting, noteExitEnd, settle } from './exit.ts';
import { type Guard, guardOf, type Levels, policyOf, splitGuard, track } from './guard.ts';
import { confirmedReason, vouch } from './marks.ts';
import { protectionFailed } from './protect.ts';

/** What guards the positions. Plain JSON. */
export interface WatchState {
  readonly version: 1;
  /** Positions under guard, oldest first. */
  readonly guards: Guard[];
  /** Levels that orders under way bring for what they will fill. */
  readonly brackets: (Levels & { readonly order: ClientOrderId })[];
  /** Short option contracts without cover. */
  readonly uncovered: CoverGap[];
}

export const newWatchState = (): WatchState => ({
  version: 1,
  guards: [],
  brackets: [],
  uncovered: [],
});

/** Keeps the levels that an entry brings until it fills. */
export function rememberLevels(state: State, order: ClientOrderId, levels: Levels): void {
  const { stopPrice, targetPrice } = levels;
  state.watch.brackets.push({ order, stopPrice, targetPrice });
}

/** The rest of an order goes on as another: so do its levels; they end where none does. */
export function passLevels(state: State, from: ClientOrderId, to: ClientOrderId | null): void {
  const levels = levelsOf(state, from);
  if (levels === null) return;
  forgetLevels(state, from);
  if (to !== null) rememberLevels(state, to, levels);
}

const levelsOf = ({ watch }: State, id: ClientOrderId): Levels | null =>
  watch.brackets.find(({ order }) => order === id) ?? null;

/** A position changed, or an order that guards one ended. */
export function positionMoved(setup: Setup, state: State, book: BookState, order: Order): void {
  const { watch } = state;
  const { intent } = order;
  if (intent.legs !== undefined || isOption(intent.symbol)) coverMoved(setup, state, book);
  const isIdle = watch.guards.length === 0 && watch.brackets.length === 0;
  if (intent.legs !== undefined || (isIdle && book.setup.watch === undefined)) return;
  settleOthers(setup, state, book, intent.symbol);
  const levels = watch.brackets.length === 0 ? null : levelsOf(state, intent.clientOrderId);
  const grows = intent.purpose !== 'protect';
  const guard = track(state, book, intent.symbol, grows ? order : null, levels);
  const goesOn = book.work?.reprice?.order === intent.clientOrderId;
  if (isDone(order) && levels !== null && !goesOn) forgetLevels(state, intent.clientOrderId);
  if (guard === undefined) return;
  if (isDone(order)) noteEnd(state, guard, order);
  settle(setup, state, book, guard);
}

/** What other books hold of a symbol is netted at the broker with what this one does. */
function settleOthers(setup: Setup, state: State, book: BookState, symbol: string): void {
  const { guards } = state.watch;
  for (let i = guards.length - 1; i >= 0; i--) {
    const guard = guards[i] as Guard;
    if (guard.symbol !== symbol || guard.book === book.setup.name) continue;
    const other = bookNamed(state, guard.book);
    if (other !== undefined) settle(setup, state, other, guard);
  }
}

function forgetLevels(state: State, id: ClientOrderId): void {
  const { brackets } = state.watch;
  brackets.splice(
    brackets.findIndex(({ order }) => order === id),
    1,
  );
}

const LASTED_MS = 60_000; // protection that worked this long was no failure when it was sent

/** What the end of an order of the position means: asked for, or a failure to be told. */
function noteEnd(state: State, guard: Guard, order: Order): void {
  const { intent, status, reason } = order;
  const asked = guard.asked.findIndex((one) => one.order === intent.clientOrderId);
  if (asked >= 0) guard.asked.splice(asked, 1);
  noteExitEnd(state, guard, order);
  if (intent.purpose !== 'protect' || guard.quantity === 0) return;
  if (state.at - intent.at >= LASTED_MS) guard.failures = 0;
  if (asked >= 0 || status === 'filled' || intent.clientOrderId === guard.target) return;
  protectionFailed(state, guard, `order "${intent.id}" ${status}${reason ? `: ${reason}` : ''}`);
  // The first loss is made good at once, but for a refusal: what was refused is refused again.
  if (guard.failures === 1 && status !== 'rejected') guard.retryAt = null;
}

/** An intent held for approval ended without being sent. */
export function heldIntentEnded(
  setup: Setup,
  state: State,
  book: BookState,
  id: ClientOrderId,
): void {
  for (const guard of state.watch.guards) {
    if (guard.held !== id || guard.book !== book.setup.name) continue;
    guard.held = null;
    if (state.orders.live.has(id)) return;
    if (guard.exit?.order === id) exitFailed(state, guard, guard.exit, 'it was not approved');
    else protectionFailed(state, guard, 'its stop was not approved');
    return settle(setup, state, book, guard);
  }
}

/** The newest price of a series changed: stops, targets and time exits of it are looked at. */
export function marksMoved(setup: Setup, state: State, series: number): void {
  const { guards } = state.watch;
  const price = state.marks[series] as number;
  if (Number.isNaN(price)) return;
  // From the newest to the oldest: one that ends leaves the list.
  for (let i = guards.length - 1; i >= 0; i--) {
    const guard = guards[i] as Guard;
    if (state.plan.index.get(guard.symbol) === series)
      markMoved(setup, state, guard, price as Price);
  }
}

function markMoved(setup: Setup, state: State, guard: Guard, price: Price): void {
  const book = bookNamed(state, guard.book);
  if (book === undefined || guard.quantity === 0) return;
  const policy = policyOf(book);
  const vouchers = vouch(guard, price, state.at, policy);
  if (vouchers === 0) return;
  if (guard.exit === null) {
    const reason = confirmedReason(state, guard, vouchers, policy);
    if (reason === null) return;
    beginExit(state, guard, reason);
  }
  settle(setup, state, book, guard);
}

/** Time passed: what failed is tried again, and positions that came without an order are found. */
export function tendWatch(setup: Setup, state: State): void {
  const { guards } = state.watch;
  for (const book of state.books) if (book.setup.watch !== undefined) trackAll(setup, state, book);
  for (let i = guards.length - 1; i >= 0; i--) {
    const guard = guards[i] as Guard;
    const book = bookNamed(state, guard.book);
    if (book !== undefined && isDue(state, guard.lookAt)) settle(setup, state, book, guard);
  }
  tendCover(setup, state);
}

const isDue = ({ at }: State, when: Instant | null): boolean => when !== null && at >= when;

function trackAll(setup: Setup, state: State, book: BookState): void {
  for (const { symbol, quantity } of book.ledger.positions.values()) {
    if (isOption(symbol) || guardOf(state, book.setup.name, symbol)?.quantity === quantity)
      continue;
    const guard = track(state, book, symbol, null, null);
    if (guard !== undefined) settle(setup, state, book, guard);
  }
}

/** Books met inside: what they hold of `symbol` changed without an order. */
export function positionCrossed(setup: Setup, state: State, symbol: string): void {
  for (const book of state.books) {
    const guard = track(state, book, symbol, null, null);
    if (guard !== undefined) settle(setup, state, book, guard);
  }
}

/** Whether the watch itself is closing what `book` holds in `symbol`: nobody need be asked. */
export const isWatchExit = ({ watch }: State, book: string, symbol: string): boolean =>
  watch.guards.some((guard) => guard.book === book && guard.symbol === symbol && isExiting(guard));

/** A split was booked: levels move with it, and what rests at the broker is sent anew. */
export function splitWatch(
  setup: Setup,
  state: State,
  split: { readonly symbol: string; readonly numerator: number; readonly denominator: number },
): void {
  const { guards } = state.watch;
  for (let i = guards.length - 1; i >= 0; i--) {
    const guard = guards[i] as Guard;
    const book = bookNamed(state, guard.book);
    if (guard.symbol !== split.symbol || book === undefined) continue;
    splitGuard(guard, split.numerator, split.denominator);
    guard.quantity = book.ledger.positions.get(split.symbol)?.quantity ?? 0;
    settle(setup, state, book, guard);
  }
}

/** When time alone brings the next thing to do, or null. */
export function watchWakeAt(setup: Setup, state: State): Instant | null {
  let next = coverWakeAt(setup, state) ?? Number.POSITIVE_INFINITY;
  for (const { lookAt } of state.watch.guards) if (lookAt !== null) next = Math.min(next, lookAt);
  return Number.isFinite(next) ? (next as Instant) : null;
}
