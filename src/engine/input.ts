import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { BarView } from '../market/index.ts';
import type { ClientOrderId, Report, Side } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';
import type { HaltLevel, OrderClass } from '../risk/index.ts';

/** One complete reading of what the broker says it holds for us. */
export interface AccountSeen {
  readonly cash: Money;
  /** Signed whole shares by symbol, flat ones left out. */
  readonly positions: Readonly<Record<string, number>>;
  /** Orders that are not done there, ours and others'; left out where the broker was not asked. */
  readonly orders?: readonly OrderSeen[];
  /** What the broker lets be bought for now, its own orders counted; left out where untold. */
  readonly buyingPower?: Money;
  /** Parts of shares that the owner brought, by symbol, as exact text: shown, never traded. */
  readonly fractions?: Readonly<Record<string, string>>;
}

/** An order that rests at the broker, as its list tells it. */
export interface OrderSeen {
  readonly venueOrderId: string;
  /** Null where it has none, or the broker does not know ids of ours. */
  readonly clientOrderId: ClientOrderId | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly filled: number;
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
  | WatermarkInput
  | AccountInput
  | ActivityInput
  | CloseInput
  | TimeInput
  | QuotesInput
  | NoticeInput
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
  /** Of a desk that trades a market that lives; left out for a recorded one. */
  readonly world?: World;
}

/** The market and the account that a life trades, told from the connection (F057). */
export interface World {
  readonly broker: string;
  /** What our order ids are made from: the account, and the birth of this journal. */
  readonly account: string;
  /** Source and tape of its prices, as "alpaca/iex"; each was heard when its input was taken. */
  readonly data: string;
  /** A sentence in which a person took it on themselves to go live without a certificate. */
  readonly override?: string;
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

/** Orders the broker knew just before `order` is sent, where it knows no ids of ours. */
export interface WatermarkInput {
  readonly kind: 'watermark';
  readonly at: Instant;
  readonly order: ClientOrderId;
  readonly ids: readonly string[];
}

/** A confirmed reading of the broker's account. */
export interface AccountInput {
  readonly kind: 'account';
  readonly at: Instant;
  readonly account: AccountSeen;
}

/**
 * Something other than a trade changed the account; each counts once, by its id. `book` is an
 * index;
 * with null a dividend or a fee of a symbol is shared out by what each book holds of it, and all
 * else is outside of the books.
 */
export type ActivityInput = {
  readonly kind: 'activity';
  readonly at: Instant;
  readonly id: string;
} & Activity;

export type Activity =
  /** Below zero: paid, as on a short position. */
  | {
      readonly type: 'dividend';
      readonly book: number | null;
      readonly symbol: string;
      readonly amount: Money;
    }
  /** On cash; below zero: paid, as on margin. */
  | { readonly type: 'interest'; readonly book: number | null; readonly amount: Money }
  /** Above zero: paid. */
  | {
      readonly type: 'fee';
      readonly book: number | null;
      readonly amount: Money;
      readonly symbol?: string;
    }
  /** Cash paid in, or below zero out. */
  | { readonly type: 'transfer'; readonly book: number | null; readonly amount: Money }
  /** Signed shares that came or left without a trade, at the price or else the mark. */
  | {
      readonly type: 'transferInKind';
      readonly book: number | null;
      readonly symbol: string;
      readonly quantity: number;
      readonly price?: Price;
    }
  /**
   * New shares for old ones. `price` is the one after it; `lieu` the cash paid for parts, signed.
   */
  | {
      readonly type: 'split';
      readonly symbol: string;
      readonly numerator: number;
      readonly denominator: number;
      readonly price: Price;
      readonly lieu?: Money;
    }
  /**
   * Unsigned contracts of an option that are gone, and for the first two the shares they stood for.
   */
  | {
      readonly type: 'assignment' | 'exercise' | 'expiration';
      readonly symbol: string;
      readonly contracts: number;
    }
  | { readonly type: 'symbolChange'; readonly symbol: string; readonly to: string }
  /** A type nobody here knows, by the broker's name for it; cash in is above zero. */
  | { readonly type: 'unknown'; readonly name: string; readonly amount: Money };

/** A trading day is over and its bars are in: marks move, the day's equity is fixed. */
export interface CloseInput {
  readonly kind: 'close';
  readonly at: Instant;
  readonly date: DateText;
}

/**
 * The market between two decisions: positions are marked and watched. A price that is missing or
 * too old is left out.
 */
export interface QuotesInput {
  readonly kind: 'quotes';
  readonly at: Instant;
  readonly quotes: readonly { readonly symbol: string; readonly price: Price }[];
}

/** Something beside the market that a person must know of, such as a token's age. */
export interface NoticeInput {
  readonly kind: 'notice';
  readonly at: Instant;
  readonly severity: 'INFO' | 'WARNING' | 'HIGH' | 'CRITICAL';
  readonly code: string;
  readonly text: string;
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
  | { readonly command: 'flatten'; readonly reason: string }
  | {
      readonly command: 'approve';
      readonly request: string;
      /** The order that is asked for, unless said: or all that is left of its plan too. */
      readonly scope?: 'order' | 'plan';
      /** What the person was shown; another one is refused. That of the plan for a plan. */
      readonly hash?: string;
      /** The market now, as the process sees it; the newest mark where left out. */
      readonly price?: Price;
    }
  | {
      readonly command: 'reject';
      readonly request: string;
      readonly reason: string;
      readonly scope?: 'order' | 'plan';
    }
  /** Orders of a book and class that need no further yes, up to an amount and an instant. */
  | {
      readonly command: 'budget';
      readonly book: number;
      readonly class: OrderClass;
      /** Above zero; orders count at their worst price. */
      readonly amount: Money;
      readonly until: Instant;
    }
  | {
      readonly command: 'answer';
      readonly question: string;
      readonly choice: 'adopt' | 'ignore' | 'flatten';
      /** The book that takes what is adopted, by index; null: what no book has. */
      readonly book: number | null;
    }
);

type Distribute<T> = T extends unknown ? Omit<T, 'kind' | 'at'> : never;

/** Something that the broker's list of activities tells, without the instant we heard of it. */
export type ActivitySeen = Distribute<ActivityInput>;

/** What a person asks; kind and instant are added where it is taken in. */
export type Command = Distribute<CommandInput>;
