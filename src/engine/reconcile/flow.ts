import { add, type Money, type Price, subtract } from '../../base/index.ts';
import { averageCost, postInKind } from '../../ledger/index.ts';
import { multiplierOf } from './difference.ts';
import { bookEquity, type BookState, markOf, type State } from '../state.ts';

/**
 * Books what is neither profit nor loss: `post` may change the ledger of `book`, and what its
 * equity moves by moves the marks that losses are measured from.
 */
export function asFlow(state: State, book: BookState, post: () => void): void {
  const before = bookEquity(state, book);
  post();
  moveMarks(state, book, subtract(bookEquity(state, book), before));
}

/** Moves the loss marks of the account and of `book` by cash or value that came or went. */
export function moveMarks(state: State, book: BookState, amount: Money): void {
  state.lastClose = add(state.lastClose, amount);
  state.highest = add(state.highest, amount);
  moveBookMarks(book, amount);
}

/** The same for the book alone, where the value stays in the account. */
export function moveBookMarks(book: BookState, amount: Money): void {
  const { lastClose, highest } = book.lossMarks;
  book.lossMarks = { lastClose: add(lastClose, amount), highest: add(highest, amount) };
}

/** Signed shares come to a book or leave it without a trade: at the mark, else as `valueOf`. */
export function moveInKind(
  state: State,
  book: BookState,
  { symbol, quantity, price }: { symbol: string; quantity: number; price?: Price },
): void {
  const at = price ?? valueOf(state, book, symbol);
  const multiplier = multiplierOf(state, symbol);
  asFlow(state, book, () => postInKind(book.ledger, { symbol, multiplier, quantity, price: at }));
}

const FREE = 0 as Price;

/** The mark; where there is none, what the book paid on average, else nothing at all. */
const valueOf = (state: State, { ledger }: BookState, symbol: string): Price =>
  markOf(state, symbol) ?? averageCost(ledger, symbol) ?? FREE;
