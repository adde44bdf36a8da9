import type { Instant, Price } from '../base/index.ts';

/** The market in one symbol at an instant. Daily sources have `last` only: bid and ask are null. */
export interface Quote {
  readonly symbol: string;
  /** When the venue says it was: no part of it is older. */
  readonly at: Instant;
  /** When bid and ask were set, where the last trade is older; `at` where it is left out. */
  readonly sidesAt?: Instant;
  /** When we heard. */
  readonly receivedAt: Instant;
  readonly last: Price;
  readonly bid: Price | null;
  readonly ask: Price | null;
}
