import { dayNumber, type Money, times } from '../base/index.ts';
import { rebalanceCapital } from './crossing.ts';
import { record } from './decide.ts';
import type { CloseInput, MissedInput, StartInput } from './input.ts';
import { trip } from './losses.ts';
import type { EquityPoint } from './records.ts';
import { askAccount, isReconciled } from './reconcile/reconcile.ts';
import { takeReport } from './reports.ts';
import type { Setup } from './setup.ts';
import {
  accountCash,
  accountEquity,
  accountPositions,
  alert,
  bookEquity,
  type BookState,
  emit,
  enterDay,
  markOf,
  type State,
} from './state.ts';
import { tendWatch } from './watch/watch.ts';
import { ask, resendLost } from './wire.ts';
import { advanceWork } from './work.ts';

/**
 * A process took ownership. Whatever was under way is proven first: an order that was sent and has
 * no outcome is UNKNOWN and asked about, one that was not sent never is, and the account is read.
 * Nothing leaves before it is reconciled (invariant 28).
 */
export function takeStart(setup: Setup, state: State, input: StartInput): void {
  state.epoch = input.epoch;
  state.wire.waiting = [];
  state.wire.resend = [];
  const underWay = Array.from(state.orders.live.values());
  for (const order of underWay) {
    const { status, attempts, intent } = order;
    const base = { order: intent.clientOrderId, at: state.at };
    if (status === 'inFlight' && attempts === 0) {
      takeReport(setup, state, { ...base, kind: 'notSent', reason: UNSENT });
    } else if (status === 'inFlight') {
      takeReport(setup, state, { ...base, kind: 'unknown', reason: UNANSWERED });
    } else if (status === 'working') emit(state, { kind: 'query', order: intent.clientOrderId });
    else ask(state, intent.clientOrderId);
  }
  askAccount(state);
}

const UNSENT = 'the process ended before it was sent';
const UNANSWERED = 'the process ended before its answer was known';

/** The account is reconciled in this life: what was under way goes on. */
export function goOn(setup: Setup, state: State): void {
  for (const report of resendLost(setup, state)) takeReport(setup, state, report);
  state.books.forEach((book, b) => {
    advanceWork(setup, state, book);
    if (book.slotAnswered || book.slotDate === null) return;
    emit(state, { kind: 'observe', book: b, date: book.slotDate });
  });
  tendWatch(setup, state);
}

/** A planned time went by: it is on record, and not caught up (invariant 22). */
export function takeMissed(state: State, input: MissedInput): void {
  const book = state.books[input.book] as BookState;
  enterDay(state, dayNumber(input.date));
  if (book.slotDate !== null && (book.slotDate > input.date || book.slotAnswered)) {
    if (book.slotDate >= input.date) return;
  }
  book.slotDate = input.date;
  book.slotAnswered = true;
  const { date } = input;
  record(state, book, { action: 'missed', why: `Slot missed: ${input.reason}`, date });
  const text = `Book "${book.setup.name}": slot of ${input.date} missed: ${input.reason}`;
  alert(state, 'HIGH', 'slotMissed', text);
}

/**
 * The day is over: equity is fixed, and the marks of the loss limits move, on an account that this
 * life has reconciled alone (invariant 20).
 */
export function takeClose(setup: Setup, state: State, input: CloseInput): void {
  if (input.date !== state.date) enterDay(state, dayNumber(input.date));
  const point = equityPoint(state);
  emit(state, { kind: 'equity', point });
  trip(setup, state);
  if (isReconciled(state)) moveLossMarks(state, point.equity);
  rebalanceCapital(setup, state);
  state.closedDate = input.date;
}

function moveLossMarks(state: State, equity: Money): void {
  state.lastClose = equity;
  if (equity > state.highest) state.highest = equity;
  for (const book of state.books) {
    const own = bookEquity(state, book);
    const { highest } = book.lossMarks;
    book.lossMarks = { lastClose: own, highest: own > highest ? own : highest };
  }
}

/** The account at this moment. */
export function equityPoint(state: State): EquityPoint {
  const positions = accountPositions(state);
  const exposure: Record<string, Money> = {};
  for (const symbol of Object.keys(positions)) {
    const shares = positions[symbol] as number;
    const at = markOf(state, symbol);
    const index = state.plan.index.get(symbol) ?? -1;
    const multiplier = state.plan.instruments[index]?.multiplier ?? 1;
    if (at !== undefined) exposure[symbol] = times(at, shares, multiplier);
  }
  const { date, at } = state;
  return { date, at, cash: accountCash(state), equity: accountEquity(state), positions, exposure };
}
