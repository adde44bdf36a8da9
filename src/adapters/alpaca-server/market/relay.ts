import type { Instant, Price } from '../../../base/index.ts';
import { type BarRow, type Timeframe, timeframeMs } from '../../../market/index.ts';
import type { MarketListener } from '../../market-data.ts';
import { isDaily, longerRows, rowAfter } from './rows.ts';
import type { VenueEvent, VenueMarket, VenueQuote } from './source.ts';

/** Bars kept of one symbol and timeframe: five weeks of minutes. */
const ROWS_MAX = 10_000;
const SYMBOLS_MAX = 20_000;

interface Shown {
  quote?: VenueQuote;
  lastAt?: Instant;
  readonly rows: Map<Timeframe, BarRow[]>;
}

/**
 * What another source tells, told on: quotes, trades and bars are pushed in as they come. Only the
 * newest quote of a symbol is kept, so that an instant before it has none.
 */
export class RelayMarket implements VenueMarket {
  readonly #shown = new Map<string, Shown>();
  readonly #listeners = new Set<(event: VenueEvent) => void>();
  /** Takes in what a stream of market data tells. */
  readonly listener: MarketListener = {
    quote: ({ symbol, at, bid, ask, last }) => {
      const quote = { bid: bid ?? last, ask: ask ?? last, last, at };
      this.push({ kind: 'quote', symbol, quote });
    },
    trade: ({ symbol, at, price, size, suspect }) => {
      if (!suspect) this.push({ kind: 'trade', symbol, at, price, size });
    },
    bar: (row, timeframe) => this.push({ kind: 'bar', row, timeframe }),
    halted: (symbol, isHalted, reason) => {
      const at = this.#shown.get(symbol)?.quote?.at ?? (0 as Instant);
      this.push({ kind: 'halt', symbol, at, isHalted, reason });
    },
  };

  symbols(): readonly string[] {
    return [...this.#shown.keys()];
  }

  listen(listener: (event: VenueEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Takes one event in, and tells it to all that listen. */
  push(event: VenueEvent): void {
    if (event.kind === 'quote') this.#quoted(event.symbol, event.quote);
    if (event.kind === 'trade') this.#traded(event.symbol, event.at, event.price);
    if (event.kind === 'bar') this.#keep(event.row, event.timeframe);
    for (const listener of this.#listeners) listener(event);
  }

  #of(symbol: string): Shown {
    const known = this.#shown.get(symbol);
    if (known) return known;
    const oldest = this.#shown.size >= SYMBOLS_MAX ? this.#shown.keys().next().value : undefined;
    if (oldest !== undefined) this.#shown.delete(oldest);
    const made: Shown = { rows: new Map() };
    this.#shown.set(symbol, made);
    return made;
  }

  #quoted(symbol: string, quote: VenueQuote): void {
    const shown = this.#of(symbol);
    if (shown.quote && quote.at < shown.quote.at) return;
    shown.quote = quote;
    shown.lastAt = quote.lastAt ?? shown.lastAt ?? quote.at;
  }

  #traded(symbol: string, at: Instant, last: Price): void {
    const shown = this.#of(symbol);
    if (shown.lastAt !== undefined && at < shown.lastAt) return;
    shown.lastAt = at;
    shown.quote = shown.quote ? { ...shown.quote, last } : { bid: last, ask: last, last, at };
  }

  #keep(row: BarRow, timeframe: Timeframe): void {
    const { rows } = this.#of(row.symbol);
    const kept = rows.get(timeframe) ?? [];
    rows.set(timeframe, kept);
    const after = rowAfter(kept, row.at);
    const isKnown = kept[after - 1]?.at === row.at;
    kept.splice(isKnown ? after - 1 : after, isKnown ? 1 : 0, row);
    if (kept.length > ROWS_MAX) kept.splice(0, kept.length - ROWS_MAX);
  }

  quote(symbol: string, at: Instant): VenueQuote | undefined {
    const shown = this.#shown.get(symbol);
    if (!shown?.quote || shown.quote.at > at) return undefined;
    return { ...shown.quote, lastAt: shown.lastAt ?? shown.quote.at };
  }

  bars(symbol: string, timeframe: Timeframe, from: Instant, to: Instant): readonly BarRow[] {
    const all = this.#shown.get(symbol)?.rows;
    const rows = all?.get(timeframe) ?? longerOf(all, timeframe);
    return rows.slice(rowAfter(rows, from), rowAfter(rows, to));
  }
}

/** Longer bars of minutes, where only those were told. */
function longerOf(
  all: ReadonlyMap<Timeframe, BarRow[]> | undefined,
  timeframe: Timeframe,
): readonly BarRow[] {
  const minutes = all?.get('1m');
  const minuteMs = timeframeMs('1m');
  if (!minutes || (!isDaily(timeframe) && timeframeMs(timeframe) % minuteMs !== 0)) return [];
  return longerRows(minutes, minuteMs, timeframe);
}
