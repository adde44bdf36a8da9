import { type Money, times } from '../base/index.ts';
import { type Fill, type Intent, isDone, type Order, signOf } from '../orders/index.ts';
import {
  type GateInput,
  HALTING,
  levelOf,
  noteClosedTrade,
  noteClosingEnded,
  noteOutcome,
  noteRuleFill,
  noteSend,
  type Refusal,
  streakBreach,
  washSaleWarning,
} from '../risk/index.ts';
import { haltAt, stopBook } from './losses.ts';
import type { Setup } from './setup.ts';
import { accountCash, accountHeld, alert, type BookState, type State } from './state.ts';

/*
 * What the risk checks are told of orders. Where no limit and no rule asks, all of it is next to
 * nothing.
 */

/** An order was refused: a loop that ran away halts the desk, and stays halted (F012). */
export function afterRefusal({ limits }: Setup, state: State, refusal: Refusal): void {
  if (!HALTING.has(refusal.code)) return;
  const { code, found, limit } = refusal;
  const reason = `Orders ran away (${code}): found ${found}, limit ${limit}`;
  haltAt(state, levelOf('rate', limits.breakers), 'runaway', reason);
}

/** An order passed the gate: it counts from now on. */
export function afterReview(state: State, gate: GateInput, intent: Intent): void {
  noteSend(gate, intent.clientOrderId);
  if (gate.rules === null) return;
  const warning = washSaleWarning(gate);
  if (warning !== null) alert(state, 'WARNING', 'washSale', warning);
}

/** An order moved, its fill booked: it was taken, or it is done. */
export function noteReport(setup: Setup, state: State, book: BookState, order: Order): void {
  const { status, filled, intent } = order;
  if (status === 'inFlight' || status === 'unknown' || status === 'canceling') return;
  const { limits } = setup;
  const { clientOrderId, date } = intent;
  const outcome = { order: clientOrderId, date, status, filled };
  const rejects = noteOutcome(state.risk, outcome);
  const most = limits.rejectsInARowMax;
  if (status === 'rejected' && most !== undefined && !(rejects < most)) {
    const reason = `${rejects} orders in a row were rejected, limit ${most}`;
    haltAt(state, levelOf('rejects', limits.breakers), 'rejectsInARow', reason);
  }
  if (!isDone(order) || !watchesStreak(setup, book)) return;
  if (noteClosingEnded(state.risk, clientOrderId, intent.book)) tripStreak(setup, state, book);
}

const watchesStreak = ({ limits }: Setup, { setup }: BookState): boolean =>
  limits.lossStreakMax !== undefined || setup.limits.lossStreakMax !== undefined;

/** What a fill did, booked already. */
export interface Booked {
  /** Whether it closed part of a position. */
  readonly closes: boolean;
  /** Realized by it, after fees. */
  readonly pnl: Money;
}

/** A fill was booked: rows of losses and the dated rules count it. */
export function noteFill(
  setup: Setup,
  state: State,
  book: BookState,
  order: Order,
  { fill, closes, pnl }: Booked & { readonly fill: Fill },
): void {
  if (setup.rules !== undefined) noteRules(state, order.intent, fill, pnl);
  if (!closes || !watchesStreak(setup, book)) return;
  const { clientOrderId, book: name } = order.intent;
  const closed = { order: clientOrderId, book: name, pnl, done: isDone(order) };
  if (noteClosedTrade(state.risk, closed)) tripStreak(setup, state, book);
}

function noteRules(state: State, intent: Intent, fill: Fill, pnl: Money): void {
  const symbol = fill.symbol ?? intent.symbol;
  const side = intent.legs?.find((leg) => leg.symbol === symbol)?.side ?? intent.side;
  const quantity = signOf(side) * fill.quantity;
  const { multiplier = 1 } = state.plan.instruments[state.plan.index.get(symbol) ?? -1] ?? {};
  noteRuleFill(state.risk.rules, {
    date: state.date,
    symbol,
    quantity,
    before: accountHeld(state, symbol) - quantity,
    notional: times(fill.price, fill.quantity, multiplier),
    pnl,
    cashAfter: accountCash(state),
  });
}

/** One more closing order lost: when it is one too many, book or desk take no new risk. */
function tripStreak(setup: Setup, state: State, book: BookState): void {
  const { streak, streaks } = state.risk;
  const own = streakBreach(streaks[book.setup.name] ?? 0, book.setup.limits);
  if (own !== null) stopBook(state, book, own);
  const all = streakBreach(streak, setup.limits);
  if (all === null || (own !== null && setup.books.length === 1)) return;
  haltAt(state, levelOf('streak', setup.limits.breakers), 'lossStreak', all);
}
