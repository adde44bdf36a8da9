import type { DateText, Instant, Money } from '../base/index.ts';
import type { ClientOrderId, Side } from '../orders/index.ts';
import type { GateInput } from './gate.ts';
import type { Limits } from './limits.ts';
import { newRuleState, type RuleState } from './rule-state.ts';

/** One order that left, as the rates count it. */
export interface Sent {
  readonly at: Instant;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
}

/**
 * What the risk checks remember of what was sent and what came of it. Plain JSON, bounded: a
 * minute's orders, a day's symbols, live orders, books. What no limit asks for is not kept.
 */
export interface RiskState {
  readonly version: 1;
  /** Trading date that the day's counts are of. */
  date: DateText;
  /** Orders of the last minute, oldest first. */
  sends: Sent[];
  /** Notional sent on the date, of all and by symbol, in micro-dollars. */
  notional: number;
  notionals: Record<string, number>;
  /** Orders rejected since one was taken. */
  rejects: number;
  /** Positions opened on the date, by book. */
  opened: Record<string, number>;
  /** Live orders that open a position, with the book of each. */
  opening: Record<string, string>;
  /** P&L so far of live orders that close. */
  closing: Record<string, Money>;
  /** Closing orders that lost since one did not: of all, and by book. */
  streak: number;
  streaks: Record<string, number>;
  rules: RuleState;
}

export const newRiskState = (): RiskState => ({
  version: 1,
  date: '' as DateText,
  sends: [],
  notional: 0,
  notionals: {},
  rejects: 0,
  opened: {},
  opening: {},
  closing: {},
  streak: 0,
  streaks: {},
  rules: newRuleState(),
});

const MINUTE_MS = 60_000;
const SENDS_KEPT = 10_000; // the most a limit can allow in a minute

/** Whether any rate is limited, so that sends are worth keeping. */
export const watchesRates = (limits: Limits): boolean =>
  limits.ordersPerSecondMax !== undefined ||
  limits.ordersPerMinuteMax !== undefined ||
  limits.identicalOrdersPerMinuteMax !== undefined ||
  limits.dayNotionalMax !== undefined ||
  limits.symbols !== undefined;

const watchesOpenings = (limits: Limits): boolean => limits.newPositionsPerDayMax !== undefined;

/** The day's counts begin anew where `date` is another one. */
export function newDay(risk: RiskState, date: DateText): void {
  if (risk.date === date) return;
  risk.date = date;
  risk.notional = 0;
  risk.notionals = {};
  risk.opened = {};
}

/** An order that passed the gate leaves, or waits for approval: it counts from now on. */
export function noteSend(gate: GateInput, order: ClientOrderId): void {
  const { risk, accountLimits, bookLimits } = gate;
  const rates = watchesRates(accountLimits);
  const openings = watchesOpenings(accountLimits) || watchesOpenings(bookLimits);
  if (!rates && !openings) return;
  newDay(risk, gate.date);
  if (rates) keepSend(risk, gate);
  if (openings && opensPosition(gate)) {
    risk.opening[order] = gate.bookName;
    risk.opened[gate.bookName] = openedBy(risk, gate.date, gate.bookName) + 1;
  }
}

function keepSend(risk: RiskState, { at, proposal }: GateInput): void {
  const { symbol, side, quantity, worstPrice, expectedPrice, multiplier } = proposal;
  const { sends } = risk;
  let old = 0;
  while (old < sends.length && (sends[old] as Sent).at <= at - MINUTE_MS) old++;
  old = Math.max(old, sends.length + 1 - SENDS_KEPT);
  if (old > 0) sends.splice(0, old);
  sends.push({ at, symbol, side, quantity });
  const notional = Math.max(worstPrice, expectedPrice) * quantity * multiplier;
  risk.notional += notional;
  risk.notionals[symbol] = (risk.notionals[symbol] ?? 0) + notional;
}

/** True for an order that would make a position where the book has none and opens none. */
export const opensPosition = ({ book }: GateInput): boolean =>
  book.held === 0 && book.pendingBuys === 0 && book.pendingSells === 0;

/** Positions opened on `date` by a book, or by all; live orders that would open one counted. */
export function openedBy(risk: RiskState, date: DateText, book: string | null): number {
  if (risk.date !== date) return 0;
  if (book !== null) return risk.opened[book] ?? 0;
  let sum = 0;
  for (const count of Object.values(risk.opened)) sum += count;
  return sum;
}

/** What became of an order, told once it is done, and when it was first taken. */
export interface Outcome {
  readonly order: ClientOrderId;
  readonly date: DateText;
  readonly status: 'working' | 'filled' | 'canceled' | 'rejected' | 'expired';
  readonly filled: number;
}

/** The orders now rejected in a row. An opening that filled nothing is undone. */
export function noteOutcome(risk: RiskState, outcome: Outcome): number {
  if (outcome.status === 'rejected') risk.rejects++;
  else risk.rejects = 0;
  if (outcome.status === 'working') return risk.rejects;
  const book = risk.opening[outcome.order];
  if (book === undefined) return risk.rejects;
  delete risk.opening[outcome.order];
  const count = openedBy(risk, outcome.date, book);
  if (outcome.filled === 0 && count > 0) risk.opened[book] = count - 1;
  return risk.rejects;
}

/** One fill that closed part of a position. */
export interface Closed {
  readonly order: ClientOrderId;
  readonly book: string;
  /** Realized, after fees. */
  readonly pnl: Money;
  /** Whether this was the last of its order's fills. */
  readonly done: boolean;
}

/**
 * A fill that closes: an order counts as lost when all of its closing fills together did. True when
 * the order is over and lost; the rows of losses are then in `streak` and `streaks`.
 */
export function noteClosedTrade(risk: RiskState, closed: Closed): boolean {
  const { order, book, done } = closed;
  const pnl = ((risk.closing[order] ?? 0) + closed.pnl) as Money;
  if (!done) {
    risk.closing[order] = pnl;
    return false;
  }
  delete risk.closing[order];
  return countClose(risk, book, pnl);
}

/** An order ended without a further fill: what it closed before counts now. */
export function noteClosingEnded(risk: RiskState, order: ClientOrderId, book: string): boolean {
  const pnl = risk.closing[order];
  if (pnl === undefined) return false;
  delete risk.closing[order];
  return countClose(risk, book, pnl);
}

function countClose(risk: RiskState, book: string, pnl: Money): boolean {
  const lost = !(pnl >= 0);
  risk.streak = lost ? risk.streak + 1 : 0;
  risk.streaks[book] = lost ? (risk.streaks[book] ?? 0) + 1 : 0;
  return lost;
}
