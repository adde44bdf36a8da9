import { formatMoney, type Money } from '../../base/index.ts';
import type { Intent } from '../../orders/index.ts';
import type { Difference, Freeze, Question } from './state.ts';
import { splitRatio, tell } from './difference.ts';
import { alert, type State } from '../state.ts';
import { askCancel } from '../wire.ts';

const QUESTIONS_MAX = 500;

const MEANINGS: Readonly<Record<Difference['class'], string>> = {
  missing: 'ours, and not at the broker',
  phantom: 'at the broker, and not ours',
  quantity: 'another count at the broker',
  cash: 'cash moved and nothing explains it',
  external: 'no symbol of ours',
  corporateAction: 'counts in the ratio of a split',
  assignment: 'option contracts are gone',
  account: 'so much differs that it may be another account',
};

/** A difference that two readings confirm becomes a question, once; what was asked before ends. */
export function askAbout(state: State, difference: Difference): void {
  const { class: kind, symbol, ours, theirs } = difference;
  const { reconcile } = state;
  const same = (one: Question) => isOfReading(one) && one.symbol === symbol && one.class === kind;
  const old = reconcile.questions.find(
    (one) => isOfReading(one) && (same(one) || (symbol !== null && one.symbol === symbol)),
  );
  if (old !== undefined) drop(state, old);
  const hint = kind === 'corporateAction' ? splitHint(ours, theirs) : '';
  const text = `${tell(difference)}: ${MEANINGS[kind]}${hint}`;
  const full = `The broker's account differs from the ledger: ${text}`;
  ask(state, { class: kind, symbol, ours, theirs, text }, full);
}

function splitHint(ours: number, theirs: number): string {
  const ratio = splitRatio(ours, theirs)?.join(' for ');
  return ` (adopted, it is booked as one of ${ratio})`;
}

/** Puts a question: its symbol is blocked, or where it has none, new risk in the account. */
export function ask(
  state: State,
  question: Omit<Question, 'id' | 'at'>,
  told: string = question.text,
): void {
  const { reconcile } = state;
  const id = `q${++reconcile.asked}`;
  if (reconcile.questions.length < QUESTIONS_MAX) {
    reconcile.questions.push({ id, at: state.at, ...question });
  }
  const { symbol } = question;
  const text = `${told}; it is ${id}: answer with adopt, ignore or flatten`;
  alert(state, 'CRITICAL', 'accountMismatch', text);
  if (symbol === null || reconcile.questions.length >= QUESTIONS_MAX) return haltFor(state, text);
  cancelIn(state, symbol, `${id} is open on ${symbol}`, 'protect');
}

/** Whether an order or one of its legs is in `symbol`. */
export const concerns = (intent: Intent, symbol: string): boolean =>
  intent.symbol === symbol || intent.legs?.some((leg) => leg.symbol === symbol) === true;

/** Ends live orders in a symbol; those of purpose `spare` go on. */
export function cancelIn(state: State, symbol: string, reason: string, spare?: 'protect'): void {
  for (const order of state.orders.live.values()) {
    const { intent, status } = order;
    if (!concerns(intent, symbol)) continue;
    if (intent.purpose === spare || status === 'canceling') continue;
    askCancel(state, order, reason);
  }
}

const FROZEN_MAX = 500;

/** Nothing is sent in `symbol` until a reading agrees, or for good where it has another name. */
export function freeze(state: State, symbol: string, reason: string, to?: string): void {
  const { reconcile } = state;
  if (reconcile.frozen.some((one) => one.symbol === symbol && one.to !== undefined)) return;
  const others = reconcile.frozen.filter((one) => one.symbol !== symbol);
  const frozen: Freeze = to === undefined ? { symbol, reason } : { symbol, reason, to };
  if (others.length < FROZEN_MAX) reconcile.frozen = [...others, frozen];
  else haltFor(state, `${symbol}: ${reason}; too many symbols are frozen`);
}

/** New risk stops until a named person resumes; a higher halt stays. */
export function haltFor(state: State, reason: string): void {
  if (state.halt !== 'NONE') return;
  state.halt = 'NO_NEW_RISK';
  state.haltReason = reason;
}

/** Whether a question came from a reading: a reading that agrees ends it. */
export const isOfReading = (one: Question): boolean =>
  one.class !== 'symbolChange' && one.class !== 'activity';

export function drop(state: State, question: Question): void {
  const { reconcile } = state;
  reconcile.questions = reconcile.questions.filter((one) => one !== question);
}

/**
 * Ends questions that a reading no longer shows. One about the account that a person resumed
 * without an answer halts again: a resume is no answer.
 */
export function settleQuestions(state: State, differences: readonly Difference[]): void {
  for (const question of state.reconcile.questions) {
    const { symbol } = question;
    if (!isOfReading(question)) {
      if (symbol === null) haltAgain(state, question);
      continue;
    }
    const shown = differences.some(
      (one) => one.symbol === symbol && (symbol !== null || one.class === question.class),
    );
    if (!shown) {
      drop(state, question);
      const text = `The account agrees: ${question.id} (${question.text}) has ended`;
      alert(state, 'INFO', 'accountAgrees', text);
    } else if (symbol === null) haltAgain(state, question);
  }
}

function haltAgain(state: State, { id, text }: Question): void {
  if (state.halt !== 'NONE') return;
  haltFor(state, `${id} is not answered: ${text}`);
  alert(state, 'HIGH', 'accountMismatch', `Halted again: ${id} is not answered: ${text}`);
}

/** Whether an open question has the figures of this difference. */
export const isAsked = (state: State, { symbol, ours, theirs, class: kind }: Difference): boolean =>
  state.reconcile.questions.some(
    (one) =>
      one.symbol === symbol &&
      one.ours === ours &&
      one.theirs === theirs &&
      one.class === kind &&
      isOfReading(one),
  );

/** Dollars of micro-dollars in a text. */
export const inDollars = (amount: number): string => formatMoney(amount as Money);
