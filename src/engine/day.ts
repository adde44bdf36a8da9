import { dayNumber, type Money, times } from '../base/index.ts';
import { record, trip } from './decide.ts';
import type { CloseInput, MissedInput, StartInput } from './input.ts';
import type { EquityPoint } from './records.ts';
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

/**
 * A process took ownership. Everything under way is asked for again before anything is sent: orders
 * without an outcome, slots claimed and not answered, and the account.
 */
export function takeStart(state: State, input: StartInput): void {
  state.epoch = input.epoch;
  for (const order of state.orders.live.values()) {
    state.effects.push({ kind: 'query', order: order.intent.clientOrderId });
  }
  state.effects.push({ kind: 'readAccount' });
  state.books.forEach((book, b) => {
    if (book.slotAnswered || book.slotDate === null) return;
    state.effects.push({ kind: 'observe', book: b, date: book.slotDate });
  });
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
  record(state, book, { action: 'missed', why: `Slot missed: ${input.reason}` });
  const text = `Book "${book.setup.name}": slot of ${input.date} missed: ${input.reason}`;
  alert(state, 'HIGH', 'slotMissed', text);
}

/** The day is over: equity is fixed, and the marks of the loss limits move. */
export function takeClose(setup: Setup, state: State, input: CloseInput): void {
  if (input.date !== state.date) enterDay(state, dayNumber(input.date));
  state.fence = null;
  const point = equityPoint(state);
  emit(state, { kind: 'equity', point });
  trip(setup, state);
  state.lastClose = point.equity;
  if (point.equity > state.highest) state.highest = point.equity;
  for (const book of state.books) {
    const equity = bookEquity(state, book);
    const { highest } = book.lossMarks;
    book.lossMarks = { lastClose: equity, highest: equity > highest ? equity : highest };
  }
  state.closedDate = input.date;
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
