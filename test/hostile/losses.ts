import {
  type BookState,
  type Input,
  isReconciled,
  markOf,
  type Setup,
  type State,
} from '../../src/engine/index.ts';
import { type Intent, signOf } from '../../src/orders/index.ts';
import type { Limits } from '../../src/risk/index.ts';
import { equityOf } from './exposure.ts';
import type { Violations } from './violations.ts';

const ROUNDING = 1_000_000; // a dollar

interface Marks {
  lastClose: number;
  highest: number;
}

/** Invariant 20: falls measured from what the closes were, each sum made from nothing. */
export class LossChecks {
  readonly #setup: Setup;
  readonly #violations: Violations;
  /** Of each book and of the account, at the closes of sessions; null once other cash moved. */
  #marks: Map<string, Marks> | null = new Map();
  /** Whether the account was reconciled in this life before what is taken now. */
  #read = false;

  constructor(setup: Setup, violations: Violations) {
    this.#setup = setup;
    this.#violations = violations;
  }

  taken(input: Input, state: State): void {
    const flows =
      input.kind === 'activity' || (input.kind === 'command' && input.command === 'answer');
    // A close may be on the disk that the life before this one did not live to tell.
    if (input.kind === 'start') this.#begin(state);
    if (input.kind === 'start' || input.kind === 'account') this.#read = isReconciled(state);
    // What crosses inside or is absorbed outside of the books moves their marks too.
    if (flows || state.external.ledger.cash !== 0 || this.#setup.crossing) this.#marks = null;
    if (input.kind !== 'close' || this.#marks === null) return;
    for (const book of state.books) this.#close(book.setup.name, [book], book.lossMarks, state);
    this.#close('the account', [...state.books, state.external], state, state);
  }

  #begin(state: State): void {
    for (const { setup, lossMarks } of state.books) this.#marks?.set(setup.name, { ...lossMarks });
    const { lastClose, highest } = state;
    this.#marks?.set('the account', { lastClose, highest });
  }

  /** Marks move with a close, to the equity there is, and never back from the highest. */
  #close(name: string, books: readonly BookState[], found: Readonly<Marks>, state: State): void {
    if (this.#marks === null || !areMarked(state, books)) return;
    const before = this.#marks.get(name);
    const { lastClose, highest } = found;
    this.#marks.set(name, { lastClose, highest });
    // Before the account is read in this life no mark moves.
    if (before === undefined) return;
    const equity = equityOf(state, { books });
    const wanted = this.#read
      ? { lastClose: equity, highest: Math.max(equity, before.highest) }
      : before;
    const same = lastClose === wanted.lastClose && highest === wanted.highest;
    const text = () => `${name}: marks ${lastClose} and ${highest} at ${equity}`;
    this.#violations.must(20, same, text);
  }

  /** An order that raises risk is about to be handed to the wire. */
  checkSend(state: State, intent: Intent): void {
    const book = state.books.find((one) => one.setup.name === intent.book);
    if (book === undefined || intent.legs !== undefined) return;
    const held = book.ledger.positions.get(intent.symbol)?.quantity ?? 0;
    if (signOf(intent.side) * held < 0) return;
    const all = [...state.books, state.external];
    this.#within(intent, book.setup.name, [book], book.lossMarks, book.setup.limits, state);
    this.#within(intent, 'the account', all, state, this.#setup.limits, state);
  }

  #within(
    { id }: Intent,
    name: string,
    books: readonly BookState[],
    told: Readonly<Marks>,
    limits: Limits,
    state: State,
  ): void {
    if (!areMarked(state, books)) return;
    const equity = equityOf(state, { books });
    const { lastClose, highest } = this.#marks?.get(name) ?? told;
    const { dailyLossPctMax, drawdownPctMax } = limits;
    for (const [from, most] of [
      [lastClose, dailyLossPctMax],
      [highest, drawdownPctMax],
    ] as const) {
      const within = most >= 100 || (from - equity) * 100 < most * from + ROUNDING;
      const text = () => `"${id}" leaves, ${name} fell from ${from} to ${equity}, most ${most} %`;
      this.#violations.must(20, within, text);
    }
  }
}

const areMarked = (state: State, books: readonly BookState[]): boolean =>
  books.every(({ ledger }) =>
    [...ledger.positions.keys()].every((symbol) => markOf(state, symbol) !== undefined),
  );
