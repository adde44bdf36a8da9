import { dayNumber, type Instant, type Price } from '../../base/index.ts';
import type { Feed, FeedNews, LiveTraits, MarketSeen } from '../../engine/index.ts';
import {
  type BarRow,
  exchangeDate,
  nextSession,
  type Quote,
  type Session,
  sessionOn,
} from '../../market/index.ts';
import type { MarketData, MarketStream, TradeTick } from '../market-data.ts';
import { judge, type Judged } from './quality.ts';
import { lastCloseBefore, type LiveSeries, SeriesDesk } from './series.ts';

export interface LiveFeedParts {
  readonly data: MarketData;
  readonly series: readonly LiveSeries[];
  readonly now: () => Instant;
  readonly traits: LiveTraits;
  /** Quotes that are wider, in percent of their middle, are no price. */
  readonly spreadPctMax: number;
  /** Whether anything answers on every bar: then the stream is followed. */
  readonly streams: boolean;
}

const ASK_AGAIN_MS = 3_000; // between two askings for the same day's bars

/**
 * A market that lives, as a feed. Asking is the truth: history for complete bars, quotes for now.
 * The stream brings the same sooner; of what it tells faster than it is taken, the newest counts
 * and nothing piles up. A symbol that is halted or quoted badly has no price.
 */
export class LiveFeed implements Feed {
  readonly lastDay = Number.POSITIVE_INFINITY;
  readonly lives: LiveTraits;
  readonly #parts: LiveFeedParts;
  readonly #desks: readonly SeriesDesk[];
  readonly #bySymbol: ReadonlyMap<string, SeriesDesk>;
  readonly #newest = new Map<string, Judged>();
  readonly #halted = new Map<string, string>();
  /** Newest answers, by symbol. */
  readonly #told = new Map<string, { readonly at: Instant; readonly rows: readonly BarRow[] }>();
  #session: Session;
  #stream: MarketStream | null = null;
  #news: FeedNews | null = null;

  constructor(parts: LiveFeedParts) {
    this.#parts = parts;
    this.lives = parts.traits;
    const date = exchangeDate(parts.now());
    this.#session = sessionOn(date) ?? nextSession(date);
    this.#desks = parts.series.map((one) => new SeriesDesk(one, parts.now()));
    this.#bySymbol = new Map(this.#desks.map((desk) => [desk.series.symbol, desk] as const));
  }

  follow(news: FeedNews): void {
    this.#news = news;
    const { data, streams, series } = this.#parts;
    if (!streams || data.stream === undefined) return;
    this.#stream = data.stream(
      series.map(({ symbol }) => symbol),
      {
        quote: (quote) => this.#quoted(quote),
        trade: (trade) => this.#traded(trade),
        bar: (row, timeframe) => {
          const desk = this.#bySymbol.get(row.symbol);
          if (desk?.series.timeframe === timeframe && desk.push(row)) news.wake();
        },
        halted: (symbol, isHalted, reason) => this.#halt(symbol, isHalted ? reason : null),
        up: () => news.notice({ severity: 'INFO', code: 'dataUp', text: 'The data stream stands' }),
        down: (reason) => {
          const text = `The data stream is lost: ${reason}; prices are asked for until it is back`;
          news.notice({ severity: 'WARNING', code: 'dataDown', text });
        },
      },
    );
  }

  #quoted(quote: Quote): void {
    this.#newest.set(quote.symbol, judge(quote, this.#parts.spreadPctMax));
  }

  #traded(trade: TradeTick): void {
    const { symbol, at, price, size, suspect } = trade;
    const desk = this.#bySymbol.get(symbol);
    if (desk === undefined || !desk.isTick || suspect || this.#halted.has(symbol)) return;
    if (!this.#isInSession(at)) return;
    const ends = { open: price, high: price, low: price, close: price };
    const row = { symbol, at, day: this.#session.day, ...ends, volume: size };
    if (desk.push(row)) this.#news?.wake();
  }

  /** Whether an instant lies in regular hours; what trades outside of them is no tick of ours. */
  #isInSession(at: Instant): boolean {
    if (at > this.#session.close) {
      const date = exchangeDate(at);
      this.#session = sessionOn(date) ?? nextSession(date);
    }
    return at > this.#session.open && at <= this.#session.close;
  }

  #halt(symbol: string, reason: string | null): void {
    if (reason === null) this.#halted.delete(symbol);
    else this.#halted.set(symbol, reason);
    const text = reason === null ? `${symbol} trades again` : `${symbol} is halted: ${reason}`;
    this.#news?.notice({ severity: 'WARNING', code: 'tradingHalt', text });
  }

  /** At once where nothing is to be asked for: a tick waits for no turn of the process. */
  completed(folded: Float64Array, until: Instant): readonly BarRow[] | Promise<readonly BarRow[]> {
    const waiting = this.#desks.map((desk, s) => desk.take(folded[s] as number, until));
    const asks = this.#desks.some((desk, s) => desk.askFrom(folded[s] as number, until) !== null);
    return asks ? this.#allAsked(folded, until, waiting) : inOrder(waiting);
  }

  async #allAsked(
    folded: Float64Array,
    until: Instant,
    waiting: readonly (readonly BarRow[])[],
  ): Promise<readonly BarRow[]> {
    const calls = this.#desks.map(async (desk, s) => {
      const asked = await this.#asked(desk, folded[s] as number, until);
      const known = new Set(asked.map((row) => row.at));
      return [...asked, ...(waiting[s] ?? []).filter((row) => !known.has(row.at))];
    });
    return inOrder(await Promise.all(calls));
  }

  /** Complete bars of one series after `folded`, where there may be new ones. */
  async #asked(desk: SeriesDesk, folded: number, until: Instant): Promise<readonly BarRow[]> {
    const { data, now } = this.#parts;
    const from = desk.askFrom(folded, until);
    if (from === null) return [];
    const { symbol, timeframe, adjustment } = desk.series;
    // Rows that were told and not folded, because the look they came with failed, are told again.
    const isNew = (row: BarRow) => row.at > folded && row.at <= until;
    const told = this.#told.get(symbol);
    if (desk.isDaily && folded > 0 && told !== undefined && now() - told.at < ASK_AGAIN_MS) {
      return told.rows.filter(isNew);
    }
    const to = exchangeDate(desk.isDaily ? lastCloseBefore(until) : until);
    if (to < from) {
      // Folded beyond `until`, as after a start whose clock was set later: the next bar is another.
      desk.asked(now(), Number.NEGATIVE_INFINITY);
      return [];
    }
    const { rows } = await data.history({ symbol, timeframe, from, to, adjustment });
    desk.asked(now(), rows.at(-1)?.at ?? Number.NEGATIVE_INFINITY);
    const found = rows.filter(isNew);
    this.#told.set(symbol, { at: now(), rows: found });
    return found;
  }

  async observe(symbols: readonly string[], at: Instant): Promise<MarketSeen> {
    for (const quote of await this.#parts.data.quotes(symbols)) this.#quoted(quote);
    const quotes: MarketSeen['quotes'][number][] = [];
    const bars: BarRow[] = [];
    for (const symbol of symbols) {
      const found = this.#newest.get(symbol);
      if (found === undefined) continue;
      const price = this.#halted.has(symbol) ? null : found.price;
      quotes.push({ symbol, price, at: found.at });
      if (price === null || this.#bySymbol.get(symbol)?.isDaily !== true) continue;
      const ends = { open: price, high: price, low: price, close: price };
      bars.push({ symbol, at, day: dayNumber(exchangeDate(at)), ...ends, volume: 0 });
    }
    return { bars, quotes };
  }

  /** The newest price, where it is young enough to trade on. */
  mark(symbol: string, at: Instant): Price | undefined {
    const found = this.#newest.get(symbol);
    if (found === undefined || found.price === null || this.#halted.has(symbol)) return undefined;
    return at - found.at <= this.lives.ageMsMax ? found.price : undefined;
  }

  nextBar(): Instant | undefined {
    let next = Number.POSITIVE_INFINITY;
    for (const desk of this.#desks) next = Math.min(next, desk.nextBar() ?? next);
    return Number.isFinite(next) ? (next as Instant) : undefined;
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    await this.#parts.data.close();
  }
}

const inOrder = (rows: readonly (readonly BarRow[])[]): readonly BarRow[] =>
  rows.flat().sort((a, b) => a.at - b.at);
