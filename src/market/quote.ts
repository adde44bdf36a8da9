import type { Instant, Price } from '../base/index.ts';

/** The market in one symbol at an instant. Daily sources have `last` only: bid and ask are null. */
export interface Quote {
  readonly symbol: string;
  /** When the venue says it was. */
  readonly at: Instant;
  /** When we heard. */
  readonly receivedAt: Instant;
  readonly last: Price;
  readonly bid: Price | null;
  readonly ask: Price | null;
}
