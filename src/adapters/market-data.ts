import type { DateText, Instant, Price } from '../base/index.ts';
import type { Adjustment, BarRow, Quote, Timeframe } from '../market/index.ts';

/** Where bars or quotes come from, as it goes into every series and record. */
export interface DataTag {
  /** "alpaca", "schwab", "yahoo", "csv". */
  readonly source: string;
  /** Which tape: "sip" all venues, "iex" one of them, "opra", "delayed"; "unknown" where untold. */
  readonly feed: string;
}

export interface HistoryAsk {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** First and last exchange dates. */
  readonly from: DateText;
  readonly to: DateText;
  readonly adjustment: Adjustment;
}

/** Completed bars, oldest first, strictly rising, without today's unfinished daily bar. */
export interface History extends DataTag {
  readonly adjustment: Adjustment;
  readonly receivedAt: Instant;
  readonly rows: readonly BarRow[];
}

/** One option of a chain, as it is quoted. */
export interface OptionQuote {
  /** 21-character OCC symbol. */
  readonly symbol: string;
  readonly at: Instant;
  readonly bid: Price | null;
  readonly ask: Price | null;
  readonly last: Price | null;
  /** As the source computed them; null where it did not. */
  readonly delta: number | null;
  readonly impliedVolatility: number | null;
  readonly openInterest: number | null;
}

export interface OptionChainAsk {
  readonly underlying: string;
  readonly expirationFrom: DateText;
  readonly expirationTo: DateText;
  readonly right?: 'call' | 'put';
}

/** What a stream of market data tells, message by message. */
export interface MarketListener {
  quote?(quote: Quote): void;
  trade?(trade: TradeTick): void;
  /** A completed bar. */
  bar?(row: BarRow, timeframe: Timeframe): void;
  /** Trading in a symbol was paused or goes on. */
  halted?(symbol: string, isHalted: boolean, reason: string): void;
  /** The stream stands (again), or is lost or mute: then nothing is known but by asking. */
  up?(): void;
  down?(reason: string): void;
}

/** A print on the tape. `suspect`: its conditions say late, out of sequence, or off the market. */
export interface TradeTick {
  readonly symbol: string;
  readonly at: Instant;
  readonly receivedAt: Instant;
  readonly price: Price;
  readonly size: number;
  readonly suspect: boolean;
}

export interface MarketStream {
  close(): Promise<void>;
}

/** A source of market data: asking is the truth, the stream only brings it sooner. */
export interface MarketData {
  readonly tag: DataTag;
  history(ask: HistoryAsk): Promise<History>;
  /** Newest quotes; a symbol without one, or with one that cannot be read, is left out. */
  quotes(symbols: readonly string[]): Promise<readonly Quote[]>;
  chain?(ask: OptionChainAsk): Promise<readonly OptionQuote[]>;
  stream?(symbols: readonly string[], listener: MarketListener): MarketStream;
  close(): Promise<void>;
}
