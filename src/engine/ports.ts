import type { Instant, Price } from '../base/index.ts';
import type { BarRow } from '../market/index.ts';
import type { Intent, Order, Report } from '../orders/index.ts';
import type { AccountSeen, ActivitySeen, NoticeInput, ObservationInput } from './input.ts';

/** One record as it is given to the journal. `body` is canonical JSON material. */
export interface Entry {
  readonly at: Instant;
  /** What it is: "input", "effect", "segment"; letters, digits, dots, hyphens. */
  readonly kind: string;
  readonly body: unknown;
}

/** One record as it lies in the journal. `seq` counts from 1 without gaps. */
export interface JournalRecord extends Entry {
  readonly seq: number;
  /** SHA-256 over the previous hash and this record's canonical text, as hex. */
  readonly hash: string;
}

export interface JournalHead {
  /** 0 when empty. */
  readonly seq: number;
  readonly hash: string;
}

/** Where snapshots and the chain come from; one writer at a time. */
export interface Journal {
  head(): JournalHead;
  /**
   * Appends all entries as one transaction, synchronously; when it returns they are on the disk.
   * Throws when the disk refuses, and nothing of the group is kept.
   */
  append(entries: readonly Entry[]): JournalHead;
  /**
   * Records after `seq`, oldest first, in streaming form. "chain" proves each against its hash,
   * "order" takes a journal that was just verified.
   */
  read(afterSeq?: number, check?: 'chain' | 'order'): Iterable<JournalRecord>;
  /** Records of one kind, oldest first. */
  ofKind(kind: string): Iterable<Pick<JournalRecord, 'seq' | 'kind' | 'body'>>;
  /** Keeps `state` (canonical JSON text) as the state right after record `seq`. */
  saveSnapshot(seq: number, state: string): void;
  /** The newest snapshot that verifies against the chain, or undefined. */
  latestSnapshot(): { readonly seq: number; readonly state: string } | undefined;
  /** Keeps a text by its content hash, once; durable at the latest with the next append. */
  putContent(text: string): string;
  content(hash: string): string | undefined;
  close(): void;
}

/** Where time comes from: the system's clock, or a virtual one. */
export interface Clock {
  now(): Instant;
  /**
   * True when `at` is reached, at once when it has passed; false when woken before. A clock that
   * jumps waits for one of the `calls` under way instead, and resolves false: no time passes while
   * a counterpart of the same process works.
   */
  sleepUntil(at: Instant, calls?: ReadonlySet<Promise<unknown>>): Promise<boolean>;
  /** Ends the sleep under way, if there is one. */
  wake(): void;
}

/** What a feed shows of the market at one moment. */
export interface MarketSeen {
  /** Bars of series that are not complete yet. */
  readonly bars: readonly BarRow[];
  readonly quotes: ObservationInput['quotes'];
}

/** Where market data comes from. Rows are in the order of their ends. */
export interface Feed {
  /**
   * Completed bars after each series' newest folded one (`folded`, by series index), up to `until`.
   */
  completed(folded: Float64Array, until: Instant): Promise<readonly BarRow[]> | readonly BarRow[];
  /** The market as it stands at `at`, for these symbols. */
  observe(symbols: readonly string[], at: Instant): Promise<MarketSeen>;
  /** Newest known price of a symbol at `at`. */
  mark(symbol: string, at: Instant): Price | undefined;
  /** End of the next bar after `at`; undefined when the feed has no more. */
  nextBar(at: Instant): Instant | undefined;
  /** Last exchange day the feed can show; Infinity for one that lives. */
  readonly lastDay: number;
  /** True once a recording of unknown length has nothing more to show. */
  readonly exhausted?: boolean;
  /** Of a market that lives; left out for a recording. */
  readonly lives?: LiveTraits;
  /** Begins to follow a market that lives. */
  follow?(news: FeedNews): void;
}

/** How a market that lives is followed. What came before this life is history, never a signal. */
export interface LiveTraits {
  /** How long after a session's close its official bars are waited for. */
  readonly closeAfterMs: number;
  /** Time between two marks of what is held. */
  readonly markEveryMs: number;
  /** Bars older than this are folded, and nothing is decided on them (invariant 18). */
  readonly ageMsMax: number;
}

/** Told by a feed, from any turn of the process. */
export interface FeedNews {
  /** There is a bar to be taken. */
  wake(): void;
  notice(notice: Omit<NoticeInput, 'kind' | 'at'>): void;
}

/** What a broker can do, and what its silence means. */
export interface BrokerTraits {
  /**
   * `unique`: it enforces our ids, a repeated one answers with the first order, and asking by id is
   * evidence. `none`: it knows no ids of ours; orders are matched by their terms against those that
   * were there before the send, sends go one after the other, and nothing is ever sent again.
   */
  readonly clientIds: 'unique' | 'none';
  /** Which resting orders it takes: stops, and pairs of which one ends the other. */
  readonly stops: boolean;
  readonly oco: boolean;
  /** Time after a send in which the order may still turn up there. */
  readonly settleMs: number;
  /** Time between two readings while orders are live. */
  readonly pollMs: number;
}

/** The built-in broker in this process: it answers at once and tells when it will have news. */
export const BUILT_IN_TRAITS: BrokerTraits = {
  clientIds: 'unique',
  stops: true,
  oco: true,
  settleMs: 0,
  pollMs: Number.POSITIVE_INFINITY,
};

/**
 * The counterpart that takes orders. Every answer is reports; a call that throws has an unknown
 * outcome. A refusal counts as `rejected` only where the broker documents it as one.
 */
export interface Broker {
  readonly traits: BrokerTraits;
  /** Ids of every order it knows of today: taken before a send where it knows no ids of ours. */
  orderIds(at: Instant): Promise<readonly string[]>;
  submit(intent: Intent, at: Instant): Promise<readonly Report[]>;
  cancel(order: Readonly<Order>, at: Instant, reason: string): Promise<readonly Report[]>;
  /** All that the broker knows of an order; `notFound` is evidence that it never had it. */
  find(order: Readonly<Order>, at: Instant): Promise<readonly Report[]>;
  account(at: Instant): Promise<AccountSeen>;
  /**
   * What happened to the account beside its orders: dividends, fees, transfers, splits,
   * assignments. Each has an id and may be told more than once.
   */
  activities(at: Instant): Promise<readonly ActivitySeen[]>;
  /** What became of these orders and whatever else is new; each may be told more than once. */
  poll(at: Instant, live: readonly Readonly<Order>[]): Promise<readonly Report[]>;
  /** When a poll will have news, where that is known beforehand. */
  nextDue(): Instant | undefined;
  /** The session is over for orders good for the day. */
  closeDay(at: Instant): Promise<readonly Report[]>;
}
