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

  constructor(setup: Setup, violations: Violations) {
    this.#setup = setup;
    this.#violations = violations;
  }

  taken(input: Input, state: State): void {
    const flows =
      input.kind === 'activity' || (input.kind === 'command' && input.command === 'answer');
    // A close may be on the disk that the life before this one did not live to tell.
    if (input.kind === 'start') this.#marks?.clear();
    // What crosses inside or is absorbed outside of the books moves their marks too.
    if (flows || state.external.ledger.cash !== 0 || this.#setup.crossing) this.#marks = null;
    if (input.kind !== 'close' || this.#marks === null) return;
    // Marks stay where the account was not read in this life.
    if (!isReconciled(state)) return;
    for (const book of state.books) this.#close(book.setup.name, [book], book.lossMarks, state);
    this.#close('the account', [...state.books, state.external], state, state);
  }

  /** Marks move with a close, to the equity there is, and never back from the highest. */
  #close(name: string, books: readonly BookState[], found: Readonly<Marks>, state: State): void {
    if (this.#marks === null || !areMarked(state, books)) return;
    const equity = equityOf(state, { books });
    const before = this.#marks.get(name);
    const highest = Math.max(equity, before?.highest ?? found.highest);
    this.#marks.set(name, { lastClose: equity, highest });
    const same = found.lastClose === equity && found.highest === highest;
    const text = () => `${name}: marks ${found.lastClose} and ${found.highest} at ${equity}`;
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
