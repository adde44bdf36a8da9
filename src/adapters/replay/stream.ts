import type { Instant, Price } from '../../base/index.ts';
import type { Feed, MarketSeen } from '../../engine/index.ts';
import { type BarRow, mergeRows } from '../../market/index.ts';

/** One recorded tick: a bar or a trade. The source may use one object for all of them. */
export interface StreamTick {
  readonly at: Instant;
  readonly day: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  /** Shares; NaN where unknown. */
  readonly size: number;
}

/**
 * A recorded series of any length as a feed, one tick at a time in constant memory. Ticks come
 * oldest first; those of one instant are one event (the last price, all shares), since nothing
 * tells their order; those after `lastDay` are not shown.
 */
export class StreamFeed implements Feed {
  readonly lastDay: number;
  readonly #symbol: string;
  readonly #ticks: Iterator<StreamTick>;
  #ahead: BarRow | undefined;
  #next: BarRow | undefined;
  #newest: BarRow | undefined;

  constructor(symbol: string, ticks: Iterable<StreamTick>, lastDay: number) {
    this.#symbol = symbol;
    this.lastDay = lastDay;
    this.#ticks = ticks[Symbol.iterator]();
    this.#next = this.#read();
  }

  /** The next event: a tick, together with those that share its instant. */
  #read(): BarRow | undefined {
    let row = this.#ahead ?? this.#row();
    if (row === undefined) return undefined;
    for (;;) {
      const next = this.#row();
      if (next === undefined || next.at !== row.at) {
        this.#ahead = next;
        return row;
      }
      row = mergeRows(row, next);
    }
  }

  #row(): BarRow | undefined {
    const { value, done } = this.#ticks.next();
    if (done || value.day > this.lastDay) return undefined;
    const { at, day, open, high, low, close, size } = value;
    const volume = Number.isNaN(size) ? null : size;
    return { symbol: this.#symbol, at, day, open, high, low, close, volume };
  }

  completed(folded: Float64Array, until: Instant): readonly BarRow[] {
    const rows: BarRow[] = [];
    while (this.#next !== undefined && this.#next.at <= until) {
      if (this.#next.at > (folded[0] as number)) rows.push(this.#next);
      this.#newest = this.#next;
      this.#next = this.#read();
    }
    return rows;
  }

  async observe(_symbols: readonly string[], at: Instant): Promise<MarketSeen> {
    const price = this.#newest?.close ?? null;
    return { bars: [], quotes: [{ symbol: this.#symbol, price, at: this.#newest?.at ?? at }] };
  }

  mark(symbol: string): Price | undefined {
    return symbol === this.#symbol ? this.#newest?.close : undefined;
  }

  nextBar(): Instant | undefined {
    return this.#next?.at;
  }

  get exhausted(): boolean {
    return this.#next === undefined;
  }
}
