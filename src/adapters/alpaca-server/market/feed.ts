import { DAY_MS, type Instant, MINUTE_MS, SECOND_MS } from '../../../base/index.ts';
import { type Channel, barFrame, frameOf, quoteFrame, type Tape, tradeFrame } from './frames.ts';
import { Encoded, type MarketClient } from './client.ts';
import { todaysRow } from './series.ts';
import type { MarketFrame, VenueEvent, VenueMarket, VenueQuote } from './source.ts';
import { lastAtOf } from './wire.ts';
import { houseSymbol, isOption, wireSymbol } from '../symbols.ts';

/** A standing quote is told again this often, as busy markets do: silence means a lost stream. */
const QUOTE_EVERY_MS = SECOND_MS;
/** A reader's first quote is told where it is no older. */
const FRESH_MS = MINUTE_MS;
/** Bars older than this are not told where the clock leapt. */
const BARS_BACK_MS = DAY_MS;
const EVERYTHING = '*';

export interface FeedOptions extends Tape {
  readonly market: VenueMarket;
  readonly leaving?: (frames: readonly MarketFrame[]) => readonly MarketFrame[];
}

/** One data stream: its readers, and what they were told last. */
export class MarketFeed {
  readonly clients = new Set<MarketClient>();
  readonly #options: FeedOptions;
  readonly #told = new Map<string, VenueQuote>();
  #barsTo: Instant;

  constructor(options: FeedOptions, now: Instant) {
    this.#options = options;
    this.#barsTo = now;
  }

  /** Takes up with a reader's new wishes: what nobody wants any more is forgotten. */
  changed(): void {
    const wanted = this.#wanted(['trades', 'quotes', 'dailyBars']);
    for (const symbol of this.#told.keys()) if (!wanted.has(symbol)) this.#told.delete(symbol);
  }

  /** House symbols that somebody wants in one of the channels. */
  #wanted(channels: readonly Channel[]): ReadonlySet<string> {
    const wanted = new Set<string>();
    for (const client of this.clients) {
      for (const channel of channels) {
        for (const name of client.wanted(channel)) {
          const all = name === EVERYTHING ? this.#options.market.symbols() : [houseSymbol(name)];
          for (const symbol of all) if (symbol !== null) wanted.add(symbol);
        }
      }
    }
    return wanted;
  }

  /** Tells what a market told by itself. */
  hear(event: VenueEvent): void {
    const symbol = event.kind === 'bar' ? event.row.symbol : event.symbol;
    const isOther = isOption(symbol) !== (this.#options.kind === 'option');
    if (this.clients.size === 0 || isOther) return;
    const told = frameOf(this.#options, event);
    if (told) this.#tell(told.channel, symbol, told.frame);
  }

  /** Tells what the market has shown since the last time, where it does not tell by itself. */
  tick(now: Instant): void {
    if (this.clients.size > 0) {
      const isSilent = this.#options.market.listen === undefined;
      if (isSilent || this.#options.kind === 'option') this.#tellQuotes(now);
      if (isSilent) this.#tellBars(now);
    }
    this.#barsTo = now;
  }

  #tellQuotes(now: Instant): void {
    for (const symbol of this.#wanted(['trades', 'quotes', 'dailyBars'])) {
      const quote = this.#options.market.quote(symbol, now);
      if (!quote) continue;
      const last = this.#told.get(symbol);
      const isNow = last === undefined ? now - quote.at <= FRESH_MS : isNews(last, quote);
      if (last === undefined || isNow) this.#told.set(symbol, quote);
      if (isNow) {
        this.#tell('quotes', symbol, quoteFrame(this.#options, symbol, quote));
      }
      if (last !== undefined && lastAtOf(last) !== lastAtOf(quote)) {
        this.#told.set(symbol, quote);
        this.#tell('trades', symbol, tradeFrame(this.#options, symbol, quote));
        this.#tellDay(symbol, now);
      }
    }
  }

  #tellDay(symbol: string, now: Instant): void {
    const row = todaysRow(this.#options.market, symbol, now);
    if (row) this.#tell('dailyBars', symbol, barFrame('d', row, '1d'));
  }

  #tellBars(now: Instant): void {
    const from = Math.max(this.#barsTo, now - BARS_BACK_MS) as Instant;
    if (from >= now) return;
    for (const symbol of this.#wanted(['bars'])) {
      for (const row of this.#options.market.bars(symbol, '1m', from, now)) {
        this.#tell('bars', symbol, barFrame('b', row, '1m'));
      }
    }
  }

  #tell(channel: Channel, symbol: string, frame: MarketFrame): void {
    const name = wireSymbol(symbol);
    const readers = [...this.clients].filter((client) => client.wants(channel, name));
    if (readers.length === 0) return;
    for (const one of this.#options.leaving?.([frame]) ?? [frame]) {
      const encoded = new Encoded(one);
      for (const client of readers) client.push(encoded);
    }
  }
}

const isNews = (last: VenueQuote, quote: VenueQuote): boolean =>
  quote.at > last.at &&
  (quote.bid !== last.bid || quote.ask !== last.ask || quote.at - last.at >= QUOTE_EVERY_MS);
