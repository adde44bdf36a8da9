import { type HaltLevel, isAtLeast, levelOf, lossBreach, lossesOff } from '../risk/index.ts';
import type { Setup } from './setup.ts';
import { accountEquity, alert, bookEquity, type BookState, type State } from './state.ts';

/** The book takes no new risk until a person resumes it; the desk and other books go on. */
export function stopBook(state: State, book: BookState, reason: string): void {
  if (book.stopped !== null) return;
  book.stopped = reason;
  alert(state, 'CRITICAL', 'bookStopped', `Book "${book.setup.name}" stopped: ${reason}`);
}

/** A breaker trips: the desk halts to `level` unless it is halted that far, and stays so. */
export function haltAt(state: State, level: HaltLevel, code: string, reason: string): void {
  if (isAtLeast(state.halt, level)) return;
  state.halt = level;
  state.haltReason = reason;
  alert(state, 'CRITICAL', code, reason);
}

/** Loss limits, measured now: a breach halts the desk as far as its owner set, and stays. */
export function trip(setup: Setup, state: State): void {
  if (lossesOff(setup.limits)) return tripBooks(state);
  const level = levelOf('loss', setup.limits.breakers);
  if (isAtLeast(state.halt, level)) return;
  const breach = lossBreach(accountEquity(state), state, setup.limits);
  if (breach === null) return tripBooks(state);
  haltAt(state, level, 'lossLimit', breach);
}

/** A book beyond its own limits stops alone, where the desk as a whole is within its own. */
function tripBooks(state: State): void {
  if (state.halt !== 'NONE') return;
  for (const book of state.books) {
    const { limits } = book.setup;
    if (book.stopped !== null || lossesOff(limits)) continue;
    const breach = lossBreach(bookEquity(state, book), book.lossMarks, limits);
    if (breach !== null) stopBook(state, book, breach);
  }
}
