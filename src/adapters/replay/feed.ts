import type { Instant, Price } from '../../base/index.ts';
import type { Feed, MarketSeen } from '../../engine/index.ts';
import { type BarRow, type Bars, exchangeDay, rowAt } from '../../market/index.ts';

/** Recorded series as a feed; `series` is in the order of the setup. */
export class ReplayFeed implements Feed {
  readonly lastDay: number;
  readonly #series: readonly Bars[];
  readonly #bySymbol: ReadonlyMap<string, Bars>;

  constructor(series: readonly Bars[], lastDay = Number.POSITIVE_INFINITY) {
    this.#series = series;
    this.#bySymbol = new Map(series.map((bars) => [bars.symbol, bars] as const));
    const newest = series.map((bars) => (bars.day.at(-1) as number | undefined) ?? 0);
    this.lastDay = Math.min(lastDay, Math.max(0, ...newest));
  }

  completed(folded: Float64Array, until: Instant): readonly BarRow[] {
    const rows: BarRow[] = [];
    this.#series.forEach((bars, s) => {
      const last = indexAfter(bars.end, until);
      for (let i = indexAfter(bars.end, folded[s] as number); i < last; i++)
        rows.push(rowAt(bars, i));
    });
    return rows.sort((a, b) => a.at - b.at);
  }

  async observe(symbols: readonly string[], at: Instant): Promise<MarketSeen> {
    const bars: BarRow[] = [];
    const quotes: MarketSeen['quotes'][number][] = [];
    const today = exchangeDay(at);
    for (const symbol of symbols) {
      const row = this.#rowOf(symbol, today, at);
      if (!row) continue;
      if (row.at > at) bars.push({ ...row, at });
      quotes.push({ symbol, price: row.close, at: row.at > at ? at : row.at });
    }
    return { bars, quotes };
  }

  /** Today's own daily bar, or the newest bar complete by `at`. */
  #rowOf(symbol: string, today: number, at: Instant): BarRow | undefined {
    const bars = this.#bySymbol.get(symbol);
    if (!bars) return undefined;
    const next = indexAfter(bars.end, at);
    const isToday = bars.timeframe.endsWith('d') && bars.day[next] === today;
    if (isToday) return rowAt(bars, next);
    return next === 0 ? undefined : rowAt(bars, next - 1);
  }

  mark(symbol: string, at: Instant): Price | undefined {
    return this.#rowOf(symbol, exchangeDay(at), at)?.close;
  }

  nextBar(at: Instant): Instant | undefined {
    let next: number = Number.POSITIVE_INFINITY;
    for (const bars of this.#series) {
      const i = indexAfter(bars.end, at);
      if (i < bars.length && (bars.day[i] as number) <= this.lastDay) {
        next = Math.min(next, bars.end[i] as number);
      }
    }
    return next === Number.POSITIVE_INFINITY ? undefined : (next as Instant);
  }
}

/** Index of the first value above `at` in a rising column. */
function indexAfter(column: Float64Array, at: number): number {
  let low = 0;
  let high = column.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((column[middle] as number) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
