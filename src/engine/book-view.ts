import type { DateText, Instant, Money, Price } from '../base/index.ts';
import { averageCost, heldIn } from '../ledger/index.ts';
import type { BookView, Weights } from '../strategy/index.ts';
import { type BookState, bookEquity, heldAndPending, markOf, type State } from './state.ts';

/** What a strategy reads of its book: always the state as it is now. */
export class LiveBookView implements BookView {
  readonly #state: State;
  readonly #book: BookState;

  constructor(state: State, book: BookState) {
    this.#state = state;
    this.#book = book;
  }

  get at(): Instant {
    return this.#state.at;
  }
  get date(): DateText {
    return this.#state.date;
  }
  get cash(): Money {
    return this.#book.ledger.cash;
  }
  get equity(): Money {
    return bookEquity(this.#state, this.#book);
  }
  get lastTargets(): Weights {
    return this.#book.lastTargets;
  }
  held(symbol: string): number {
    return heldIn(this.#book.ledger, symbol);
  }
  pending(symbol: string): number {
    return heldAndPending(this.#state, this.#book, symbol) - this.held(symbol);
  }
  mark(symbol: string): Price | undefined {
    return markOf(this.#state, symbol);
  }
  averageCost(symbol: string): Price | undefined {
    return averageCost(this.#book.ledger, symbol);
  }
}
