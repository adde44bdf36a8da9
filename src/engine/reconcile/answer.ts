import { type Money, present, subtract } from '../../base/index.ts';
import { heldIn, postTransfer, shareOut } from '../../ledger/index.ts';
import { holdersOf } from '../activity/activity.ts';
import { bookSplit } from '../activity/split.ts';
import type { CommandInput } from '../input.ts';
import { splitRatio } from './difference.ts';
import { readSoon } from './due.ts';
import { moveInKind, moveMarks } from './flow.ts';
import { concerns, drop, freeze, isOfReading } from './question.ts';
import { isReconciled, type Question } from './state.ts';
import { send } from '../send.ts';
import type { Setup } from '../setup.ts';
import { accountCash, accountHeld, alert, type BookState, markOf, type State } from '../state.ts';

type Answer = Extract<CommandInput, { command: 'answer' }>;

/**
 * A person says what to do about a question, while the newest reading still shows it. `adopt`
 * brings the ledger of a book to the broker's figure, in kind at the mark; with null it is what no
 * book has, and what the broker has less is taken from all that hold it. `ignore` carries the
 * difference outside of all books; `flatten` does, and sends an order that
 * closes it there. The symbol is free again when the next reading agrees.
 */
export function takeAnswer(setup: Setup, state: State, answer: Answer): void {
  const question = state.reconcile.questions.find((one) => one.id === answer.question);
  if (question === undefined) return refuse(state, answer, 'no such question is open');
  if (!isReconciled(state)) return refuse(state, answer, 'the account is not read yet');
  const reason = refusalOf(state, question, answer);
  if (reason !== null) return refuse(state, answer, reason);
  drop(state, question);
  carryOut(setup, state, question, answer);
  const { symbol } = question;
  if (symbol !== null) freeze(state, symbol, `${question.id} is answered: a reading must agree`);
  readSoon(state);
  const text = `${question.id} (${question.text}): ${answer.choice}, by ${answer.by}`;
  alert(state, 'HIGH', 'answered', text);
}

const refuse = (state: State, { question, choice, by }: Answer, reason: string): void =>
  alert(state, 'WARNING', 'answerRefused', `${choice} of "${question}" by ${by}: ${reason}`);

function refusalOf(state: State, question: Question, { choice, book }: Answer): string | null {
  if (book !== null && state.books[book] === undefined) return `there is no book "${book}"`;
  if (question.class === 'account') return 'its parts must be put right at the broker';
  if (!isOfReading(question)) return choice === 'flatten' ? 'there is nothing to close' : null;
  return staleReason(state, question) ?? unfit(state, question, choice, book);
}

/** Why the figures of a question may not be those of now, or null. */
function staleReason(state: State, { symbol, ours }: Question): string | null {
  const now = symbol === null ? accountCash(state) : accountHeld(state, symbol);
  if (now !== ours) return 'our figure has changed: the next reading asks anew';
  if (state.reconcile.seen.some((one) => one.symbol === symbol)) {
    return 'the newest reading shows another figure';
  }
  for (const { intent, status } of state.orders.live.values()) {
    const rests = status === 'working' && (symbol === null || intent.purpose === 'protect');
    if (!rests && (symbol === null || concerns(intent, symbol)))
      return `order "${intent.id}" is under way`;
  }
  return null;
}

/** Why an answer would leave books that claim what is not there, or null. */
function unfit(
  state: State,
  question: Question,
  choice: Answer['choice'],
  book: number | null,
): string | null {
  const { class: kind, symbol, ours, theirs } = question;
  if (kind === 'corporateAction' && choice === 'adopt') return priceMissing(state, symbol);
  if (symbol === null) return choice === 'flatten' ? 'cash cannot be flattened' : null;
  const moved = theirs - ours;
  if (choice === 'adopt' && book === null) return null;
  const { ledger } =
    choice === 'adopt' && book !== null ? (state.books[book] as BookState) : state.external;
  const held = heldIn(ledger, symbol);
  const after = held + moved;
  if (!canTake(held, question)) {
    return `${ledger.book} holds ${held}: ${after} would be left, of what the broker does not have`;
  }
  if (choice !== 'flatten') return null;
  const closes = Math.sign(after) === Math.sign(moved) && Math.abs(after) >= Math.abs(moved);
  return closes ? priceMissing(state, symbol) : 'nothing outside of the books would be closed';
}

/**
 * Whether a holding can take the whole difference: it only gives of what it has, or it gets what
 * the broker has more of than all.
 */
function canTake(held: number, { ours, theirs }: Question): boolean {
  const moved = theirs - ours;
  if (held * moved < 0) return Math.abs(moved) <= Math.abs(held);
  return moved * theirs > 0 && ours * theirs >= 0;
}

const priceMissing = (state: State, symbol: string | null): string | null =>
  symbol !== null && markOf(state, symbol) !== undefined ? null : 'there is no price for it';

function carryOut(setup: Setup, state: State, question: Question, answer: Answer): void {
  const { symbol, ours, theirs } = question;
  const index = answer.choice === 'adopt' ? answer.book : null;
  const book = index === null ? state.external : (state.books[index] as BookState);
  if (question.class === 'symbolChange') return mapSymbol(state, symbol, answer);
  if (question.class === 'activity') {
    if (answer.choice === 'adopt') moveCash(state, book, theirs as Money);
    return;
  }
  if (symbol === null) return moveCash(state, book, subtract(theirs as Money, ours as Money));
  if (question.class === 'corporateAction' && answer.choice === 'adopt') {
    return adoptSplit(state, symbol, ours, theirs);
  }
  if (answer.choice === 'adopt' && index === null) return adoptOutside(state, question, symbol);
  moveInKind(state, book, { symbol, quantity: theirs - ours });
  if (answer.choice === 'flatten') close(setup, state, symbol, theirs - ours);
}

/** What nobody can hold outside of the books is taken from all that hold it, by what they hold. */
function adoptOutside(state: State, question: Question, symbol: string): void {
  const { ours, theirs } = question;
  const moved = theirs - ours;
  if (canTake(heldIn(state.external.ledger, symbol), question)) {
    return moveInKind(state, state.external, { symbol, quantity: moved });
  }
  const holders = holdersOf(state, symbol).filter((one) => heldIn(one.ledger, symbol) * moved < 0);
  const sizes = holders.map(({ ledger }) => Math.abs(heldIn(ledger, symbol)));
  const held = sizes.reduce((sum, one) => sum + one, 0);
  const taken = Math.min(Math.abs(moved), held) * Math.sign(moved);
  const parts = shareOut(taken, sizes);
  holders.forEach((book, i) => moveInKind(state, book, { symbol, quantity: parts[i] as number }));
  moveInKind(state, state.external, { symbol, quantity: moved - taken });
}

function moveCash(state: State, book: BookState, amount: Money): void {
  postTransfer(book.ledger, amount);
  moveMarks(state, book, amount);
}

/** Told that an old symbol is good after all, it trades again; adopted, it never does. */
function mapSymbol(state: State, symbol: string | null, { choice }: Answer): void {
  const { reconcile } = state;
  if (choice === 'ignore') {
    reconcile.frozen = reconcile.frozen.filter(({ to }) => to === undefined || to !== symbol);
  }
}

function adoptSplit(state: State, symbol: string, ours: number, theirs: number): void {
  const [numerator, denominator] = splitRatio(ours, theirs) as readonly [number, number];
  const price = present(markOf(state, symbol), `mark of "${symbol}"`);
  bookSplit(state, { symbol, numerator, denominator, price });
}

/** Sends the order that closes `quantity` (signed) of what is held outside of all books. */
function close(setup: Setup, state: State, symbol: string, quantity: number): void {
  const price = present(markOf(state, symbol), `mark of "${symbol}"`);
  send(setup, state, state.external, {
    symbol,
    side: quantity > 0 ? 'sell' : 'buy',
    quantity: Math.abs(quantity),
    price,
    purpose: 'repair',
    pricing: { type: 'market' },
  });
}
