import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { DateText, Instant, Price } from '../../../base/index.ts';
import type { BarRow, Timeframe } from '../../../market/index.ts';
import type { CorporateAction } from '../options.ts';

/** What the venue shows in one symbol at an instant. */
export interface VenueQuote {
  readonly bid: Price;
  readonly ask: Price;
  /** Price of the newest print on the tape. */
  readonly last: Price;
  /** When bid and ask were set. */
  readonly at: Instant;
  /** When the newest print was; as `at` where it is left out. */
  readonly lastAt?: Instant;
  /** Shares or contracts on either side; `SIZE_SHOWN` where they are left out. */
  readonly bidSize?: number;
  readonly askSize?: number;
}

/** Size of a side of the book that its source does not tell. */
export const SIZE_SHOWN = 100;

/** One thing that a market tells by itself, as it happens. */
export type VenueEvent =
  | { readonly kind: 'quote'; readonly symbol: string; readonly quote: VenueQuote }
  | {
      readonly kind: 'trade';
      readonly symbol: string;
      readonly at: Instant;
      readonly price: Price;
      readonly size: number;
    }
  /** A bar that is complete, or the better version of one told before. */
  | {
      readonly kind: 'bar';
      readonly row: BarRow;
      readonly timeframe: Timeframe;
      readonly isUpdate?: boolean;
    }
  | {
      readonly kind: 'halt';
      readonly symbol: string;
      readonly at: Instant;
      readonly isHalted: boolean;
      readonly reason: string;
    }
  /** Bounds of the limit-up limit-down plan. */
  | {
      readonly kind: 'bands';
      readonly symbol: string;
      readonly at: Instant;
      readonly down: Price;
      readonly up: Price;
    }
  /** A print was told wrong: its price or size was another one. */
  | {
      readonly kind: 'correction';
      readonly symbol: string;
      readonly at: Instant;
      readonly original: { readonly price: Price; readonly size: number };
      readonly corrected: { readonly price: Price; readonly size: number };
    };

/** Greeks of an option for one share: theta of a day, vega and rho of one percent. */
export interface VenueValue {
  readonly delta: number;
  readonly gamma: number;
  readonly theta: number;
  readonly vega: number;
  readonly rho: number;
  /** Implied, as a fraction a year. */
  readonly volatility: number;
}

/**
 * What the server shows of the market. Symbols are the house's: "SPY", "BRK.B", and options as 21
 * padded OCC characters. An answer for an instant tells nothing of what came after it, but for the
 * close of a day's bar, which is shown from five minutes before it.
 */
export interface VenueMarket {
  quote(symbol: string, at: Instant): VenueQuote | undefined;
  /**
   * Bars that end after `from` and are complete by `to`, oldest first; none where the source has
   * none that short.
   */
  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): readonly BarRow[];
  /** Shares, funds and indices that it has; options are in `options`. */
  symbols(): readonly string[];
  /** Options on `underlying` that are listed at `at`, by expiration, then strike, calls first. */
  options?(underlying: string, at: Instant): readonly string[];
  /** How an option's value moves; undefined where it is not known. */
  value?(symbol: string, at: Instant): VenueValue | undefined;
  /** Calls `listener` with all that happens from now on; the answer ends that. */
  listen?(listener: (event: VenueEvent) => void): () => void;
}

/** What answering about the market takes from the server around it. */
export interface MarketContext {
  now(): Instant;
  readonly market: VenueMarket;
  /** Whether the headers `apca-api-key-id` and `apca-api-secret-key` are an account's keys. */
  keysOk(headers: Readonly<Record<string, string | readonly string[] | undefined>>): boolean;
  /** What happens to holdings at the open of an exchange date; nothing where it is left out. */
  readonly corporateActions?: (date: DateText) => readonly CorporateAction[];
  /** What really leaves of frames that a stream would tell; all of them where it is left out. */
  readonly leaving?: (frames: readonly MarketFrame[]) => readonly MarketFrame[];
}

/** A message of a data stream, as Alpaca writes it. */
export interface MarketFrame {
  readonly T: string;
  readonly S?: string;
  readonly [field: string]: unknown;
}

/** A request to one of the market's paths, parsed by the server. `path` is without the query. */
export interface MarketAsk {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What is answered, as JSON. */
export interface MarketAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Answers a request; undefined where the path is none of the market's. */
export type MarketRoutes = (ask: MarketAsk) => MarketAnswer | undefined;

/** The market's streams. */
export interface MarketSockets {
  /** Whether a WebSocket may be opened on this path. */
  handles(path: string): boolean;
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Tells what the market has shown since it last did. It is done by a timer too. */
  tick(): void;
  close(): void;
}

export { OptionMarket, type OptionSettings } from './option.ts';
export { RelayMarket } from './relay.ts';
export { ReplayMarket, type ReplayOptions } from './replay.ts';
export { syntheticSeries, type SyntheticVenue } from './synthetic.ts';
