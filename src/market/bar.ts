import {
  BadInput,
  type DateText,
  dateOfDay,
  type Instant,
  MICROS,
  type Price,
} from '../base/index.ts';

/** "1m", "5m", "1h", "1d": how long one bar is. */
export type Timeframe = `${number}${'s' | 'm' | 'h' | 'd'}`;

const UNIT_MS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Milliseconds of a timeframe; throws `BadInput` unless it is a whole number and s, m, h or d. */
export function timeframeMs(timeframe: Timeframe): number {
  const match = /^([1-9]\d{0,3})([smhd])$/.exec(timeframe);
  if (!match)
    throw new BadInput(`Timeframe "${timeframe}" is not one such as "1m", "5m", "1h", "1d"`);
  return Number(match[1]) * UNIT_MS[match[2] as keyof typeof UNIT_MS];
}

export type Adjustment = 'raw' | 'splits' | 'all';

/**
 * A series of bars as columns, oldest first, strictly rising in time, all columns of one length.
 * Prices are whole micro-dollars above zero; `end` is the instant the bar was complete (for a day's
 * bar that session's close); `day` is the exchange date as days since 1970-01-01; volume is in
 * shares, NaN where it is unknown.
 */
export interface Bars {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  readonly adjustment: Adjustment;
  readonly length: number;
  readonly end: Float64Array;
  readonly day: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** What one may read of the bar at hand. It moves on: keep `copy()`, never the view. */
export interface BarView {
  readonly symbol: string;
  /** When the bar was complete, or as far as it is known. */
  readonly at: Instant;
  /** Exchange date as days since 1970-01-01. */
  readonly day: number;
  readonly date: DateText;
  /** Dollars, as the nearest double to the exact decimal. */
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  /** The close in whole micro-dollars: sums of it are exact. */
  readonly closePrice: Price;
  /** Shares; NaN where unknown, 0 for a bar made of one quote. */
  readonly volume: number;
  /** True for today's bar while the session still runs; it will be replaced by the final one. */
  readonly provisional: boolean;
  copy(): BarCopy;
}

/** One bar that stands still. Prices in dollars but for `closePrice`. */
export type BarCopy = Omit<BarView, 'copy'>;

/** A view over columns that moves without allocating: set `index`, then read. */
export class BarCursor implements BarView {
  readonly symbol: string;
  readonly bars: Bars;
  index: number;
  readonly provisional: boolean;
  readonly #end: Float64Array;
  readonly #day: Int32Array;
  readonly #open: Float64Array;
  readonly #high: Float64Array;
  readonly #low: Float64Array;
  readonly #close: Float64Array;
  readonly #volume: Float64Array;

  constructor(bars: Bars, provisional = false) {
    this.symbol = bars.symbol;
    this.bars = bars;
    this.index = 0;
    this.provisional = provisional;
    this.#end = bars.end;
    this.#day = bars.day;
    this.#open = bars.open;
    this.#high = bars.high;
    this.#low = bars.low;
    this.#close = bars.close;
    this.#volume = bars.volume;
  }

  get at(): Instant {
    return this.#end[this.index] as Instant;
  }
  get day(): number {
    return this.#day[this.index] as number;
  }
  get date(): DateText {
    return dateOfDay(this.day);
  }
  get open(): number {
    return (this.#open[this.index] as number) / MICROS;
  }
  get high(): number {
    return (this.#high[this.index] as number) / MICROS;
  }
  get low(): number {
    return (this.#low[this.index] as number) / MICROS;
  }
  get close(): number {
    return (this.#close[this.index] as number) / MICROS;
  }
  get closePrice(): Price {
    return this.#close[this.index] as Price;
  }
  get volume(): number {
    return this.#volume[this.index] as number;
  }
  copy(): BarCopy {
    const { symbol, at, day, date, open, high, low, close, closePrice, volume, provisional } = this;
    return { symbol, at, day, date, open, high, low, close, closePrice, volume, provisional };
  }
}

/** One bar in exact prices, as it crosses the journal. */
export interface BarRow {
  readonly symbol: string;
  readonly at: Instant;
  readonly day: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Shares; null where unknown. */
  readonly volume: number | null;
}

/** Two rows in their order as one, of the later instant; no volume where one has none. */
export const mergeRows = (first: BarRow, then: BarRow): BarRow => ({
  ...then,
  open: first.open,
  high: Math.max(first.high, then.high) as Price,
  low: Math.min(first.low, then.low) as Price,
  volume: first.volume === null || then.volume === null ? null : first.volume + then.volume,
});

/** The row at `index`. */
export function rowAt(bars: Bars, index: number): BarRow {
  const volume = bars.volume[index] as number;
  return {
    symbol: bars.symbol,
    at: bars.end[index] as Instant,
    day: bars.day[index] as number,
    open: bars.open[index] as Price,
    high: bars.high[index] as Price,
    low: bars.low[index] as Price,
    close: bars.close[index] as Price,
    volume: Number.isNaN(volume) ? null : volume,
  };
}

export interface BarsHead {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly source: string;
  readonly adjustment: Adjustment;
}

/** Columns of rows in their order; the rows are not checked again. */
export function barsOfRows(head: BarsHead, rows: readonly BarRow[]): Bars {
  const column = (pick: (row: BarRow) => number) => Float64Array.from(rows, pick);
  return {
    ...head,
    length: rows.length,
    end: column((row) => row.at),
    day: Int32Array.from(rows, (row) => row.day),
    open: column((row) => row.open),
    high: column((row) => row.high),
    low: column((row) => row.low),
    close: column((row) => row.close),
    volume: column((row) => row.volume ?? Number.NaN),
  };
}

/** The bars from index `from` up to, not including, `to`, as far as there are; shares memory. */
export function sliceBars(bars: Bars, from: number, to: number): Bars {
  const end = bars.end.subarray(from, to);
  return {
    ...bars,
    length: end.length,
    end,
    day: bars.day.subarray(from, to),
    open: bars.open.subarray(from, to),
    high: bars.high.subarray(from, to),
    low: bars.low.subarray(from, to),
    close: bars.close.subarray(from, to),
    volume: bars.volume.subarray(from, to),
  };
}
