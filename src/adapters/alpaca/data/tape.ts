import type { Instant } from '../../../base/index.ts';
import { MINUTE_MS } from '../../../base/index.ts';
import type { Quote } from '../../../market/index.ts';
import type { MarketListener } from '../../market-data.ts';
import { priceOf } from '../../number.ts';
import { rowOfBar } from './bars.ts';
import { haltOf } from './conditions.ts';
import { type Last, quoteFrom, type Sides, sidesOf, tradeOf } from './quotes.ts';
import { type Json, wordsOf } from './values.ts';

/** What is known of one symbol of a stream. */
interface Line {
  readonly symbol: string;
  last: Last | null;
  lastId: unknown;
  /** Both sides that wait for a last price to go with them. */
  held: Sides | null;
  sidesAt: number;
  /** Newest stamp of the exchange, and when we heard it by the monotonic clock. */
  newestAt: number;
  heardAt: number;
  /** What asking told when this connection began: nothing newer may be missing in it. */
  baseAt: number | null;
  /** When asking last proved that nothing is missing. */
  provenAt: number;
}

/** How much newer an answer may be than the stream, as both are under way at once. */
const AHEAD_MS = 5_000;
/** A stamp later than this is none: taken for true, it would make all that follows look late. */
const FUTURE_MS = MINUTE_MS;

/**
 * Turns messages of the stock stream into what a listener hears, and remembers for each symbol the
 * last price and how old its data is. As many lines as symbols, and nothing else, so its size is
 * bounded. It reads no clock.
 */
export class Tape {
  readonly #lines = new Map<string, Line>();
  readonly #listener: MarketListener;
  /** Messages with data that counted, and those that could not be read or were of others. */
  taken = 0;
  unread = 0;

  constructor(symbols: readonly string[], listener: MarketListener) {
    this.#listener = listener;
    for (const symbol of symbols) {
      this.#lines.set(symbol, {
        symbol,
        last: null,
        lastId: null,
        held: null,
        sidesAt: 0,
        newestAt: 0,
        heardAt: 0,
        baseAt: null,
        provenAt: 0,
      });
    }
  }

  /** A new connection: last prices from before it are not known to be the last any more. */
  begin(heardAt: number): void {
    for (const line of this.#lines.values()) {
      Object.assign(line, { last: null, lastId: null, held: null, baseAt: null });
      Object.assign(line, { heardAt, provenAt: heardAt });
    }
  }

  /** One message with data, heard at `heardAt` (monotonic). False where it could not be read. */
  take(message: Json, receivedAt: Instant, heardAt: number): boolean {
    const line = this.#lines.get(message['S'] as string);
    const at = line === undefined ? null : this.#dispatch(line, message, receivedAt);
    if (line === undefined || at === null) {
      this.unread += 1;
      return false;
    }
    this.taken += 1;
    if (at > 0) line.heardAt = heardAt;
    if (at > line.newestAt) line.newestAt = at;
    return true;
  }

  /**
   * Symbols without fresh data: not heard of since `heardBefore` or not stamped since `before`,
   * and not proven since then either.
   */
  quiet(before: number, heardBefore: number): string[] {
    const lines = [...this.#lines.values()];
    const isQuiet = (line: Line) =>
      (line.heardAt < heardBefore || line.newestAt < before) && line.provenAt < heardBefore;
    return lines.filter(isQuiet).map(({ symbol }) => symbol);
  }

  /** Whether some symbol's silence is not proven to be the market's own since `heardBefore`. */
  isMute(heardBefore: number): boolean {
    const lines = [...this.#lines.values()];
    const isHeard = lines.some(({ heardAt }) => heardAt >= heardBefore);
    return !isHeard && lines.some(({ provenAt }) => provenAt < heardBefore);
  }

  /**
   * What asking told of these symbols at `askedAt` (monotonic). Gives the first symbol of which the
   * answer knows more than the stream ever said: its messages are being lost.
   */
  prove(symbols: readonly string[], quotes: readonly Quote[], askedAt: number): string | null {
    const bySymbol = new Map(quotes.map((quote) => [quote.symbol, quote]));
    let lost: string | null = null;
    for (const symbol of symbols) {
      const line = this.#lines.get(symbol);
      const quote = bySymbol.get(symbol);
      if (line === undefined) continue;
      if (quote !== undefined) {
        line.baseAt ??= Math.min(quote.at, quote.receivedAt);
        const known = Math.max(line.newestAt, line.baseAt);
        const isFuture = quote.at > quote.receivedAt + FUTURE_MS;
        if (quote.at > known + AHEAD_MS && !isFuture) lost ??= symbol;
        this.#learn(line, { price: quote.last, at: quote.at }, null, quote.receivedAt);
      }
      line.provenAt = askedAt;
    }
    return lost;
  }

  /** The exchange's stamp of the message, 0 where it says nothing of the price; null if unread. */
  #dispatch(line: Line, message: Json, receivedAt: Instant): number | null {
    switch (message['T']) {
      case 'q':
        return this.#quote(line, message, receivedAt);
      case 't':
        return this.#trade(line, message, receivedAt);
      case 'b':
      case 'u':
        return this.#bar(line, message, receivedAt);
      case 's':
        return this.#status(line, message);
      case 'c':
        return this.#correction(line, message, receivedAt);
      case 'x':
        if (message['i'] === line.lastId) line.last = null;
        return 0;
      case 'd': // Today's bar so far, once a minute: not complete.
      case 'l': // Price bands: an order outside of them is the broker's to refuse.
        return 0;
      default:
        return null;
    }
  }

  #quote(line: Line, message: Json, receivedAt: Instant): number | null {
    const sides = sidesOf(message);
    if (sides === null || sides.at > receivedAt + FUTURE_MS) return null;
    if (sides.at < line.sidesAt) return sides.at; // an older one that came late
    line.sidesAt = sides.at;
    if (line.last === null) line.held = sides;
    else this.#listener.quote?.(quoteFrom(line.symbol, sides, line.last, receivedAt));
    return sides.at;
  }

  #trade(line: Line, message: Json, receivedAt: Instant): number | null {
    const found = tradeOf(line.symbol, message, receivedAt);
    if (found === null || found.at > receivedAt + FUTURE_MS) return null;
    const isLate = line.last !== null && found.at < line.last.at;
    const tick = isLate ? { ...found, suspect: true } : found;
    this.#listener.trade?.(tick);
    if (!tick.suspect) this.#learn(line, tick, message['i'], receivedAt);
    return tick.at;
  }

  #bar(line: Line, message: Json, receivedAt: Instant): number | null {
    const completeBy = (receivedAt + FUTURE_MS) as Instant; // clocks differ: it is complete
    const terms = { symbol: line.symbol, timeframe: '1m', completeBy } as const;
    const row = rowOfBar(message, { ...terms, isExtended: true });
    if (row === null) return null;
    if (rowOfBar(message, { ...terms, isExtended: false })) this.#listener.bar?.(row, '1m');
    return row.at - MINUTE_MS;
  }

  #status(line: Line, message: Json): number {
    const isHalted = haltOf(message['sc']);
    const said = [message['sm'], message['rm']].map(wordsOf).filter((text) => text !== '');
    const reason = said.join(': ') || `trading status "${wordsOf(message['sc'])}"`;
    if (isHalted !== null) this.#listener.halted?.(line.symbol, isHalted, reason);
    return 0;
  }

  /** A print told again, right this time: suspect, as it is late; the last price follows it. */
  #correction(line: Line, message: Json, receivedAt: Instant): number | null {
    const { cp, cs, cc, oi, ci, t, z } = message;
    const isLast = oi === line.lastId;
    const right = tradeOf(line.symbol, { p: cp, s: cs, c: cc, t, z }, receivedAt);
    if (isLast) line.last = null;
    if (right === null || priceOf(cp) === null) return null;
    this.#listener.trade?.({ ...right, suspect: true });
    if (isLast && !right.suspect) this.#learn(line, right, ci, receivedAt);
    return 0;
  }

  /** Takes over a newer last price and tells the sides that waited for one. */
  #learn(line: Line, last: Last, id: unknown, receivedAt: Instant): void {
    if (last.at > receivedAt + FUTURE_MS) return;
    if (line.last !== null && last.at < line.last.at) return;
    line.last = { price: last.price, at: last.at };
    line.lastId = id;
    if (line.held !== null) {
      this.#listener.quote?.(quoteFrom(line.symbol, line.held, line.last, receivedAt));
    }
    line.held = null;
  }
}
