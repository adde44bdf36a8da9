import { alert, type BookState, type State } from './state.ts';

/**
 * What must hold after every input, looked at in production too: a promise that is broken turns the
 * desk to reducing, and a person looks. Everything else that must hold throws where it is made.
 */
export function guard(state: State): void {
  for (const book of state.books) {
    if (book.ledger.positions.size > 0 && !book.setup.limits.shortSelling) noShort(state, book);
  }
}

/** Nothing is short in a book that may not sell short (invariant 14). */
function noShort(state: State, book: BookState): void {
  for (const { symbol, quantity } of book.ledger.positions.values()) {
    if (quantity >= 0 || isShortLeg(symbol)) continue;
    const text = `Book "${book.setup.name}" is short ${-quantity} ${symbol}, which it may not be`;
    if (state.halt !== 'NONE') continue;
    state.halt = 'NO_NEW_RISK';
    state.haltReason = text;
    alert(state, 'CRITICAL', 'shortUnintended', text);
  }
}

const OCC_LENGTH = 15; // at least: date, right and strike
/** A short option is judged by its cover, not by its sign. */
const isShortLeg = (symbol: string): boolean => symbol.length > OCC_LENGTH;
