import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { BarView } from '../market/index.ts';
import type { ClientOrderId, Report } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';
import type { HaltLevel } from '../risk/index.ts';

/** What the broker says it holds for us. */
export interface AccountSeen {
  readonly cash: Money;
  /** Signed whole shares by symbol, flat ones left out. */
  readonly positions: Readonly<Record<string, number>>;
}

/** One thing that happened. The engine learns of the world by these alone, each at its instant. */
export type Input =
  | StartInput
  | BarsInput
  | SlotInput
  | MissedInput
  | ObservationInput
  | SignalInput
  | ReportInput
  | AccountInput
  | ActivityInput
  | CloseInput
  | TimeInput
  | CommandInput;

/** A process took ownership of the desk; the first input of every life. */
export interface StartInput {
  readonly kind: 'start';
  readonly at: Instant;
  /** Rises with every start. */
  readonly epoch: number;
  /** Version of the program, hashes of configuration and strategies. */
  readonly build: string;
  readonly config: string;
  readonly strategies: Readonly<Record<string, string>>;
  readonly stage: string;
}

/**
 * Completed bars that end at one instant. Books they trigger answer at once: none, those that
 * answer on every bar, or all (a backtest, where a day's bar stands for the day's slot).
 */
export interface BarsInput {
  readonly kind: 'bars';
  readonly at: Instant;
  readonly bars: readonly BarView[];
  /** Index of each bar's series in the setup. */
  readonly series: readonly number[];
  readonly decide: 'none' | 'every-bar' | 'all';
}

/** A book's planned time of the day came. */
export interface SlotInput {
  readonly kind: 'slot';
  readonly at: Instant;
  readonly book: number;
  readonly date: DateText;
}

/** A planned time went by without a decision, and is not caught up. */
export interface MissedInput {
  readonly kind: 'missed';
  readonly at: Instant;
  readonly book: number;
  readonly date: DateText;
  readonly reason: string;
}

/** What the world looked like when a book's slot was answered. */
export interface ObservationInput {
  readonly kind: 'observation';
  readonly at: Instant;
  readonly book: number;
  readonly date: DateText;
  /** The session's first instant and the last one at which an order may leave. */
  readonly open: Instant;
  readonly fence: Instant;
  /** Today's bars so far, of subscribed series that have one; provisional. */
  readonly bars: readonly BarView[];
  readonly series: readonly number[];
  readonly quotes: readonly {
    readonly symbol: string;
    readonly price: Price | null;
    readonly at: Instant;
  }[];
}

export interface SignalInput {
  readonly kind: 'signal';
  readonly at: Instant;
  readonly book: number;
  readonly signal: Signal;
}

export interface ReportInput {
  readonly kind: 'report';
  readonly at: Instant;
  readonly report: Report;
}

/** A confirmed reading of the broker's account. */
export interface AccountInput {
  readonly kind: 'account';
  readonly at: Instant;
  readonly account: AccountSeen;
}

/** Something other than a trade changed the account. */
export type ActivityInput = {
  readonly kind: 'activity';
  readonly at: Instant;
  readonly id: string;
} & (
  | {
      readonly type: 'dividend';
      readonly book: number;
      readonly symbol: string;
      readonly amount: Money;
    }
  | { readonly type: 'fee'; readonly book: number; readonly amount: Money }
  | { readonly type: 'transfer'; readonly book: number; readonly amount: Money }
  | {
      readonly type: 'split';
      readonly symbol: string;
      readonly numerator: number;
      readonly denominator: number;
      readonly price: Price;
    }
);

/** A trading day is over and its bars are in: marks move, the day's equity is fixed. */
export interface CloseInput {
  readonly kind: 'close';
  readonly at: Instant;
  readonly date: DateText;
}

/** Time passed; nothing else did. */
export interface TimeInput {
  readonly kind: 'time';
  readonly at: Instant;
}

export type CommandInput = {
  readonly kind: 'command';
  readonly at: Instant;
  readonly by: string;
} & (
  | { readonly command: 'halt'; readonly level: HaltLevel; readonly reason: string }
  | { readonly command: 'resume'; readonly reason: string }
  | { readonly command: 'resumeBook'; readonly book: number; readonly reason: string }
  | { readonly command: 'cancel'; readonly order: ClientOrderId }
);
