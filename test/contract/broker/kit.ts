import type { MarketData } from '../../../src/adapters/market-data.ts';
import type { Instant, Money } from '../../../src/base/index.ts';
import type { Broker } from '../../../src/engine/index.ts';
import type { Intent, Report, Side } from '../../../src/orders/index.ts';
import type { Desk } from './desk.ts';

/** Who stands on the other side. A recording answers, and does nothing. */
export const DRIVER_NAMES = [
  'simulator',
  'alpaca',
  'schwab',
  'recorded-alpaca',
  'recorded-schwab',
] as const;
export type DriverName = (typeof DRIVER_NAMES)[number];

/** One answer of a recording, to the requests that it fits. */
export interface Recorded {
  readonly method?: 'GET' | 'POST' | 'DELETE';
  /** The path without its query. */
  readonly path: string | RegExp;
  /** File below `fixtures`; none for a body made up around it. */
  readonly file?: string;
  /** The body, from the file's content and the request's query. */
  readonly body?: (content: unknown, query: URLSearchParams) => unknown;
  readonly status?: number;
}

/** How a world begins and behaves; all of it has a default. */
export interface WorldOptions {
  readonly cash: Money;
  /** From the acceptance of a marketable order to its fill. */
  readonly fillAfterMs: number;
  /** In how many pieces an order fills, `fillAfterMs` apart. */
  readonly pieces: number;
  readonly feePerShare: Money;
  readonly shorting: boolean;
  /** What a recording answers; of recorded worlds alone. */
  readonly answers: readonly Recorded[];
}

/** What a request at the counterpart is for, whatever its path is. */
export type Call =
  | 'submit'
  | 'cancel'
  | 'find'
  | 'list'
  | 'account'
  | 'positions'
  | 'activities'
  | 'token'
  | 'data'
  | 'elsewhere'
  | 'other';

/** What is wrong with a whole reply of the counterpart that has arrived. */
export type Edit =
  | 'noId'
  | 'unknownStatus'
  | 'foreignAccount'
  | 'foreignOrder'
  | 'otherTerms'
  | 'lagging'
  | 'samePage'
  | 'emptyList';

/** What the adapter gets in place of the reply. */
export type Answer =
  /** The connection ends before the status, after the head, or in the middle of the body. */
  | { readonly cut: 'status' | 'head' | 'half' }
  /** The same after this part of all its bytes, from 0 to below 1. */
  | { readonly cutAt: number }
  | {
      readonly status: number;
      readonly body: 'broker' | 'page' | 'empty';
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly edit: Edit }
  /** The reply as it is, but not before this. */
  | { readonly heldUntil: Promise<void> }
  /** The request itself arrives only after this. */
  | { readonly lateUntil: Promise<void> }
  /** More bytes than any reply has. */
  | { readonly huge: true };

export type Fault =
  | {
      readonly kind: 'reply';
      readonly on: Call;
      /** Whether the counterpart carries the request out. */
      readonly effect: boolean;
      readonly answer: Answer;
      /** How many requests it befalls, 1 when left out, and how many go by unharmed before. */
      readonly times?: number;
      readonly after?: number;
    }
  /** What befalls messages of executions on the stream, the next ones of them. */
  | { readonly kind: 'stream'; readonly what: 'mute' | 'cut' }
  | {
      readonly kind: 'stream';
      readonly what: 'lose' | 'repeat' | 'swap';
      readonly times: number;
    }
  /** Its clock is so far from the one here. */
  | { readonly kind: 'clock'; readonly aheadMs: number }
  /** The next order is accepted, and rejected a moment later. */
  | { readonly kind: 'rejectLater' }
  /** Access ends now, before its time; refreshing it works. */
  | { readonly kind: 'tokenDies' }
  /** So does the right to refresh it. */
  | { readonly kind: 'signInDies' }
  | { readonly kind: 'halted'; readonly symbol: string };

export type VenueStatus = 'open' | 'filled' | 'canceled' | 'rejected' | 'expired';

/** An order as the counterpart has it, asked for past the adapter. */
export interface VenueOrder {
  readonly id: string;
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side | null;
  readonly quantity: number;
  readonly filled: number;
  readonly status: VenueStatus;
}

/** An execution as the counterpart has it. */
export interface VenueFill {
  readonly orderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: number;
}

/** The truth: what the counterpart's own books say. */
export interface Venue {
  orders(): Promise<readonly VenueOrder[]>;
  fills(): Promise<readonly VenueFill[]>;
  cash(): Promise<Money>;
  /** Signed whole shares or contracts by the house's symbol, flat ones left out. */
  positions(): Promise<Readonly<Record<string, number>>>;
}

/** What a broker's adapter may have beside the port: the stream, the counterpart's clock. */
export type BrokerUnderTest = Broker & {
  listen?(hear: (reports: readonly Report[]) => void, state: (up: boolean) => void): void;
  readonly clockSeen?: { readonly offsetMs: number } | null;
};

/** One counterpart with one account, its market, its clock, and the adapter that talks to it. */
export interface World {
  /** The adapter of now: another object after `restart`. */
  readonly broker: BrokerUnderTest;
  readonly data: MarketData | null;
  readonly venue: Venue;
  at(): Instant;
  /** Moves the clock of the world; what is due by then fills. */
  pass(ms: number): Promise<void>;
  /** Sets the market of a symbol, in dollars. */
  price(symbol: string, dollars: number): void;
  fault(fault: Fault): void;
  /** Ends all faults. */
  heal(): void;
  /** An order that the owner places in the broker's own app; its id there. */
  byHand(order: { symbol: string; side: Side; quantity: number; limit: number }): Promise<string>;
  /** The owner ends an order of ours there, or puts one of another limit in its place. */
  cancelByHand(venueOrderId: string): Promise<void>;
  replaceByHand(venueOrderId: string, limit: number): Promise<string>;
  /**
   * Sends an order with exits of which one ends the other, by the adapter's own builders: a buy as
   * the entry before them, a sale as the target beside its stop. Dollars.
   */
  linked?(intent: Intent, exits: { stop: number; target: number }): Promise<void>;
  /** The venue takes an execution back, or sets its price (dollars). */
  bust(executionId: string): Promise<void>;
  correct(executionId: string, dollars: number): Promise<void>;
  /** Tells the adapter what is booked of a symbol, signed, as the ledger has it. */
  books?(held: (symbol: string) => number): void;
  /** A new adapter object, as a new process has it, on the same counterpart. */
  restart(): Promise<void>;
  /** Faults that were set and befell nothing so far: a case that proves nothing. */
  unstruck(): readonly string[];
  /** What may stand in no report and no error. */
  secrets(): readonly string[];
  /** Requests that the counterpart got so far, by what they are for. */
  requests(call: Call): number;
  close(): Promise<void>;
}

export interface BrokerDriver {
  readonly name: DriverName;
  /** Why it cannot run here; null where it can. */
  readonly absent: string | null;
  start(options: WorldOptions): Promise<World>;
}

/** One statement about every broker. */
export interface Case {
  readonly number: number;
  readonly name: string;
  /** Scenarios and invariants of the requirements it is about. */
  readonly about: string;
  readonly options?: Partial<WorldOptions>;
  readonly skips?: Partial<Record<DriverName, string>>;
  run(world: World, desk: Desk): Promise<void>;
}

/** Thrown by a world that cannot do what a case asks: a skip that nobody declared. */
export class Unsupported extends Error {}

export const unsupported = (what: string): never => {
  throw new Unsupported(`this driver has no ${what}, and the case declares no skip`);
};

/** Throws unless `isTrue`: what did not hold, as a sentence. */
export function must(isTrue: boolean, sentence: string): asserts isTrue {
  if (!isTrue) throw new Error(sentence);
}

/** Throws unless both print the same. */
export function same(found: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (left !== right) throw new Error(`${what}: found ${left}, wanted ${right}`);
}

/** Where redirects point: a path at which nobody may ever ask. */
export const ELSEWHERE = '/elsewhere';

const RECORDING = 'a recording answers, it does not trade';
/** The skip of every case that needs a counterpart which acts. */
export const NOT_RECORDED = { 'recorded-alpaca': RECORDING, 'recorded-schwab': RECORDING } as const;
/** The skip of every case that needs a wire. */
export const NO_WIRE = { simulator: 'it is in this process: no wire' } as const;

/** A reply that waits until `release` is called. */
export function held(): { readonly heldUntil: Promise<void>; release(): void } {
  let release!: () => void;
  const heldUntil = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { heldUntil, release: () => release() };
}
