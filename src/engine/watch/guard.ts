import { type DateText, type Instant, MICROS, type Price, ratio } from '../../base/index.ts';
import { averageCost, heldIn } from '../../ledger/index.ts';
import { type ClientOrderId, type Order, signOf } from '../../orders/index.ts';
import { DEFAULT_STOP_LOSS_PCT, DEFAULT_WATCH, type WatchPolicy } from './policy.ts';
import { alert, type BookState, markOf, type State } from '../state.ts';

/** Levels that an entry brings for the position it makes; null: none of that kind. */
export interface Levels {
  readonly stopPrice: Price | null;
  readonly targetPrice: Price | null;
}

export type ExitReason = 'stop' | 'target' | 'holdTime';

/** One position under guard: its levels, what rests at the broker for it, and what is doubted. */
export interface Guard {
  readonly book: string;
  readonly symbol: string;
  /** Signed shares held when last looked at. */
  quantity: number;
  /** What gain and loss are measured from. */
  basis: Price;
  stopPrice: Price | null;
  targetPrice: Price | null;
  /** True where the entry brought its levels. */
  bracketed: boolean;
  /** Trading date of the entry. */
  since: DateText;
  /** The newest stop and target sent for it. */
  stop: ClientOrderId | null;
  target: ClientOrderId | null;
  /** Orders of it that were asked to end, and when last. */
  asked: { readonly order: ClientOrderId; at: Instant }[];
  /** An order of it that waits for a person's approval. */
  held: ClientOrderId | null;
  /** Since when no stop works at the broker that should. */
  gap: { readonly since: Instant; told: boolean } | null;
  /** Protection that failed, in a row, and when it is tried again. */
  failures: number;
  retryAt: Instant | null;
  /** The newest price that is proven. */
  reference: Price;
  /** Marks in a row that are too far from it. */
  suspect: { price: Price; readonly at: Instant; ticks: number } | null;
  /** Proven marks in a row that ask for an exit. */
  breach: { readonly reason: ExitReason; ticks: number } | null;
  exit: Exit | null;
  /** When time alone brings the next thing to do. */
  lookAt: Instant | null;
}

/** The one exit of a position that is under way. */
export interface Exit {
  readonly reason: ExitReason;
  order: ClientOrderId | null;
  failures: number;
  retryAt: Instant | null;
}

export const policyOf = ({ setup }: BookState): WatchPolicy => setup.watch ?? DEFAULT_WATCH;

export function guardOf(state: State, book: string, symbol: string): Guard | undefined {
  for (const guard of state.watch.guards) {
    if (guard.symbol === symbol && guard.book === book) return guard;
  }
  return undefined;
}

/** A fill farther than this from the market it was decided at is no measure of a loss (F020). */
const DOUBTFUL_PCT = 20;

/**
 * Brings the guard of what `book` holds in `symbol` up to date, and makes one where the book has a
 * policy or the entry brought levels. `order` is the one that filled, null where none did.
 */
export function track(
  state: State,
  book: BookState,
  symbol: string,
  order: Order | null,
  levels: Levels | null,
): Guard | undefined {
  const held = heldIn(book.ledger, symbol);
  let guard = guardOf(state, book.setup.name, symbol);
  if (guard === undefined) {
    if (held === 0 || (book.setup.watch === undefined && levels === null)) return undefined;
    guard = newGuard(state, book.setup.name, symbol);
    state.watch.guards.push(guard);
  }
  const opens = held !== 0 && Math.sign(held) !== Math.sign(guard.quantity);
  if (opens || Math.abs(held) > Math.abs(guard.quantity)) {
    raise(state, book, guard, { held, opens, order, levels });
  }
  guard.quantity = held;
  return guard;
}

const newGuard = (state: State, book: string, symbol: string): Guard => ({
  book,
  symbol,
  quantity: 0,
  basis: 0 as Price,
  stopPrice: null,
  targetPrice: null,
  bracketed: false,
  since: state.date,
  stop: null,
  target: null,
  asked: [],
  held: null,
  gap: null,
  failures: 0,
  retryAt: null,
  reference: 0 as Price,
  suspect: null,
  breach: null,
  exit: null,
  lookAt: null,
});

interface Growth {
  readonly held: number;
  readonly opens: boolean;
  readonly order: Order | null;
  readonly levels: Levels | null;
}

function raise(state: State, book: BookState, guard: Guard, growth: Growth): void {
  const { held, opens, order, levels } = growth;
  guard.basis = basisOf(state, book, guard, order);
  if (opens) {
    guard.since = state.date;
    guard.reference = markOf(state, guard.symbol) ?? guard.basis;
    Object.assign(guard, { exit: null, breach: null, suspect: null, bracketed: false });
  }
  if (levels === null && guard.bracketed) return;
  const policy = policyOf(book);
  const stopPct = policy.stopLossPct ?? (policy.stopRequired ? DEFAULT_STOP_LOSS_PCT : null);
  const { stopPrice = null, targetPrice = null } = levels ?? {};
  const sign = Math.sign(held);
  guard.bracketed = levels !== null;
  guard.stopPrice = stopPrice ?? levelAt(guard.basis, stopPct, -sign);
  guard.targetPrice = targetPrice ?? levelAt(guard.basis, policy.takeProfitPct, sign);
}

/** Average cost; the market at the decision where a fill is too far from it to be believed. */
function basisOf(state: State, book: BookState, guard: Guard, order: Order | null): Price {
  const cost = averageCost(book.ledger, guard.symbol) as Price;
  if (order === null || order.filled === 0) return cost;
  const { expectedPrice, id } = order.intent;
  const mean = order.notional / order.filled;
  if (Math.abs(mean - expectedPrice) * 100 <= expectedPrice * DOUBTFUL_PCT) return cost;
  const text = `Order "${id}" filled at ${mean / MICROS}, decided at ${expectedPrice / MICROS}`;
  alert(state, 'HIGH', 'fillDoubtful', `${text}: its stop is measured from the market`);
  return expectedPrice;
}

const CENT = 10_000;
const SUB_CENT = 100; // stocks below one dollar move in ten-thousandths

/** The nearest price at which a US stock may be ordered; never below one step. */
export function toTick(price: number): Price {
  const tick = price < MICROS ? SUB_CENT : CENT;
  return Math.max(tick, ratio(Math.round(price), 1, tick, 'half-even') * tick) as Price;
}

const levelAt = (basis: Price, pct: number | null, sign: number): Price | null =>
  pct === null ? null : toTick(basis * (1 + (sign * pct) / 100));

/** A split moves every level by the inverse of its ratio. */
export function splitGuard(guard: Guard, numerator: number, denominator: number): void {
  const moved = (price: Price) => ratio(price, denominator, numerator, 'half-even') as Price;
  guard.basis = moved(guard.basis);
  guard.reference = moved(guard.reference);
  if (guard.stopPrice !== null) guard.stopPrice = toTick(moved(guard.stopPrice));
  if (guard.targetPrice !== null) guard.targetPrice = toTick(moved(guard.targetPrice));
  guard.suspect = null;
  guard.breach = null;
}

/** Live orders of one position: what protects it, what else shrinks it, and what makes it grow. */
export interface LiveOrders {
  readonly protecting: Order[];
  readonly shrinking: Order[];
  readonly growing: Order[];
}

export function liveOrders(state: State, { book, symbol, quantity }: Guard): LiveOrders {
  const live: LiveOrders = { protecting: [], shrinking: [], growing: [] };
  for (const order of state.orders.live.values()) {
    const { intent } = order;
    if (intent.book !== book || intent.symbol !== symbol || intent.legs !== undefined) continue;
    if (intent.purpose === 'protect') live.protecting.push(order);
    else if (signOf(intent.side) * quantity < 0) live.shrinking.push(order);
    else live.growing.push(order);
  }
  return live;
}
