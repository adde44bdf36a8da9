import { BadInput, formatMoney, type Money, unreachable } from '../../base/index.ts';
import {
  canRename,
  heldIn,
  postFee,
  postIncome,
  postRename,
  postTransfer,
  shareOut,
} from '../../ledger/index.ts';
import { bookSplit } from './split.ts';
import { endContracts } from './option.ts';
import type { Activity, ActivityInput } from '../input.ts';
import { readSoon } from '../reconcile/due.ts';
import { moveInKind, moveMarks } from '../reconcile/flow.ts';
import { ask, cancelIn, freeze } from '../reconcile/question.ts';
import type { Setup } from '../setup.ts';
import { alert, type BookState, type State } from '../state.ts';
import { splitWatch } from '../watch/watch.ts';

const ACTIVITIES_MAX = 10_000; // ids kept, decades of dividends

/**
 * What changed the account without a trade is booked once, by its id. Cash that comes or goes is
 * neither profit nor loss; what nobody can book is asked about.
 */
export function takeActivity(setup: Setup, state: State, input: ActivityInput): void {
  if (state.activities.has(input.id)) return;
  state.activities.add(input.id);
  if (state.activities.size > ACTIVITIES_MAX) {
    const [oldest] = state.activities;
    if (oldest !== undefined) state.activities.delete(oldest);
  }
  bookActivity(setup, state, input);
  const { questions, seen } = state.reconcile;
  if (questions.length > 0 || seen.length > 0) readSoon(state);
}

function bookActivity(setup: Setup, state: State, input: Activity): void {
  switch (input.type) {
    case 'dividend':
    case 'interest':
    case 'fee':
      return bookCash(state, input);
    case 'transfer': {
      const book = bookAt(state, input.book);
      postTransfer(book.ledger, input.amount);
      return moveMarks(state, book, input.amount);
    }
    case 'transferInKind':
      return moveInKind(state, bookAt(state, input.book), input);
    case 'split':
      return takeSplit(setup, state, input);
    case 'assignment':
    case 'exercise':
    case 'expiration':
      return endContracts(state, input);
    case 'symbolChange':
      return takeSymbolChange(state, input);
    case 'unknown': {
      const { name, amount } = input;
      const text = `Activity "${name}" of ${formatMoney(amount)} is of a type nobody here knows`;
      return ask(state, { class: 'activity', symbol: null, ours: 0, theirs: amount, text });
    }
    default:
      return unreachable(input);
  }
}

/** The book at `index`; what no book has for null. Throws `BadInput` where there is none. */
export function bookAt(state: State, index: number | null): BookState {
  const book = index === null ? state.external : state.books[index];
  if (book === undefined) throw new BadInput(`Book "${index}" is not of this desk`);
  return book;
}

type CashActivity = Extract<Activity, { type: 'dividend' | 'interest' | 'fee' }>;

function bookCash(state: State, input: CashActivity): void {
  const post = input.type === 'fee' ? postFee : postIncome;
  const { book, amount } = input;
  const symbol = input.type === 'interest' ? undefined : input.symbol;
  if (book !== null || symbol === undefined) return post(bookAt(state, book).ledger, amount);
  for (const [holder, part] of byHoldings(state, symbol, amount)) post(holder.ledger, part);
}

/**
 * `amount` shared out by what each book holds of `symbol`, to the micro-dollar; where some are long
 * and some short, each side has its own sign. Outside of all books where nobody holds it.
 */
export function byHoldings(state: State, symbol: string, amount: Money): [BookState, Money][] {
  const holders = holdersOf(state, symbol);
  const held = holders.map(({ ledger }) => heldIn(ledger, symbol));
  const net = held.reduce((sum, one) => sum + one, 0);
  if (net === 0) return [[state.external, amount]];
  const size = (sign: number) => held.map((one) => Math.max(0, one * sign));
  const total = (sign: number) => size(sign).reduce((sum, one) => sum + one, 0);
  const [main, other] = [Math.sign(net), -Math.sign(net)];
  // Signed parts of a signed whole: the smaller side pays what the larger one gets above the net.
  const paid =
    total(other) === 0
      ? 0
      : Number((BigInt(amount) * BigInt(total(other))) / BigInt(Math.abs(net)));
  const gets = shareOut(amount + paid, size(main));
  const pays = total(other) === 0 ? held.map(() => 0) : shareOut(paid, size(other));
  return holders.map((book, i) => [book, ((gets[i] as number) - (pays[i] as number)) as Money]);
}

/** Books that hold `symbol`, what no book has the last. */
export const holdersOf = (state: State, symbol: string): BookState[] =>
  [...state.books, state.external].filter(({ ledger }) => heldIn(ledger, symbol) !== 0);

function takeSplit(setup: Setup, state: State, input: Extract<Activity, { type: 'split' }>): void {
  const { symbol, numerator, denominator } = input;
  bookSplit(state, input);
  const reason = `split of ${numerator} for ${denominator}: the broker must show it too`;
  freeze(state, symbol, reason);
  cancelIn(state, symbol, `${symbol} was split`);
  splitWatch(setup, state, input);
  readSoon(state);
}

/** What was held under the old symbol is held under the new one; a person says when it trades. */
function takeSymbolChange(state: State, input: Extract<Activity, { type: 'symbolChange' }>): void {
  const { symbol, to } = input;
  const holders = holdersOf(state, symbol);
  const renames = holders.every(({ ledger }) => canRename(ledger, symbol, to));
  if (renames) for (const { ledger } of holders) postRename(ledger, symbol, to);
  freeze(state, symbol, `it is called ${to} now: the configuration must say so`, to);
  cancelIn(state, symbol, `${symbol} is called ${to} now`);
  const held = renames
    ? 'what is held has the new name'
    : 'it could not be booked: see what is held';
  const text = `${symbol} is called ${to} now; ${held}`;
  ask(state, { class: 'symbolChange', symbol: to, ours: 0, theirs: 0, text });
  alert(state, 'HIGH', 'symbolChanged', text);
}
