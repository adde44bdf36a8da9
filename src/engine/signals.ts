import { signalRefusal, sizeSignal, type SignalFilters } from '../portfolio/index.ts';
import { heldIn } from '../ledger/index.ts';
import { record } from './decide.ts';
import type { SignalInput } from './input.ts';
import type { Setup } from './setup.ts';
import { bookEquity, type BookState, heldAndPending, markOf, type State } from './state.ts';
import { advanceWork } from './work.ts';

const SIGNALS_MAX = 10_000; // a file's signals for one tick, thousandfold

/** A signal waits for the first tick at or after its instant. */
export function takeSignal(state: State, input: SignalInput): void {
  const book = state.books[input.book] as BookState;
  book.signalsTaken++;
  if (book.signals.length < SIGNALS_MAX) book.signals.push(input.signal);
}

/**
 * Signals that are due are filtered, sized at this tick's price, and worked, one after the other:
 * one that comes while an order is under way waits for its end.
 */
export function workSignals(setup: Setup, state: State, book: BookState): void {
  const { signals } = book;
  while (signals.length > 0 && (signals[0]?.at ?? Number.POSITIVE_INFINITY) <= state.at) {
    if (book.stopped !== null || book.work !== null) return;
    const signal = signals.shift();
    if (signal !== undefined) workSignal(setup, state, book, signal);
  }
}

function workSignal(
  setup: Setup,
  state: State,
  book: BookState,
  signal: BookState['signals'][number],
): void {
  const filters = book.setup.signals as SignalFilters;
  const { symbol, side } = signal;
  const price = markOf(state, symbol);
  const lastFill = book.lastFillAt.get(symbol);
  const since = lastFill === undefined ? null : state.at - lastFill;
  const facts = { symbol, side, wanted: signal.quantity, confidence: signal.confidence };
  const skip = (why: string) =>
    record(state, book, { action: 'skipped', why: `${side} ${symbol}: ${why}` }, facts);
  if (price === undefined) return skip('no price yet');
  const refusal = signalRefusal(signal, filters, since);
  if (refusal !== null) return skip(refusal);
  const quantity = sizeSignal(signal.quantity, { equity: bookEquity(state, book), price }, filters);
  if (quantity === 0) return skip('not one share within risk and notional');
  if (side === 'sell' && !book.setup.limits.shortSelling) {
    const held = heldIn(book.ledger, symbol);
    if (heldAndPending(state, book, symbol) < quantity) {
      return skip(`${quantity} shares to sell, ${held} held`);
    }
  }
  const why = `Signal: ${side} ${quantity} ${symbol}`;
  record(state, book, { action: 'orders', why }, { ...facts, quantity });
  const legs = [{ kind: 'order' as const, symbol, side, quantity }];
  book.work = { date: state.date, legs, next: 0, waiting: null, failed: false };
  advanceWork(setup, state, book);
}
