import { type Instant, MINUTE_MS, type Price } from '../../../base/index.ts';
import type { BarRow, Quote } from '../../../market/index.ts';
import type { TradeTick } from '../../market-data.ts';
import { priceOf, stampOf } from '../../number.ts';
import { rowOfBar } from './bars.ts';
import { isSuspect } from './conditions.ts';
import { isDated, type Json, recordOf, sizeOf } from './values.ts';

/** Both sides of a market at an instant; a side without an offer is null. */
export interface Sides {
  readonly at: Instant;
  readonly bid: Price | null;
  readonly ask: Price | null;
}

/** Bid and ask of a quote as Alpaca writes it, 0 for none; null without a readable stamp. */
export function sidesOf(value: unknown): Sides | null {
  const quote = recordOf(value);
  const at = stampOf(quote?.['t']);
  if (quote === null || at === null || !isDated(at)) return null;
  return { at, bid: priceOf(quote['bp']), ask: priceOf(quote['ap']) };
}

/** A print; null where price, size or stamp is none, or where it was taken back since. */
export function tradeOf(symbol: string, value: unknown, receivedAt: Instant): TradeTick | null {
  const trade = recordOf(value);
  const at = stampOf(trade?.['t']);
  const price = priceOf(trade?.['p']);
  const size = sizeOf(trade?.['s']);
  if (trade === null || at === null || !isDated(at) || price === null || size === null) return null;
  const update = trade['u'] ?? 'corrected';
  if (update !== 'corrected') return null;
  return { symbol, at, receivedAt, price, size, suspect: isSuspect(trade['c'], trade['z']) };
}

/** All that one snapshot tells of a symbol; a part is null where it is missing or unreadable. */
export interface Snapshot {
  readonly symbol: string;
  readonly sides: Sides | null;
  readonly trade: TradeTick | null;
  /** Newest minute in which there were trades, complete or not. */
  readonly minute: BarRow | null;
  /** The session under way or the last one, complete or not. */
  readonly today: BarRow | null;
  readonly previous: BarRow | null;
  /** Last price with both sides; null without a last price that counts. */
  readonly quote: Quote | null;
}

const ANY_TIME = Number.POSITIVE_INFINITY as Instant;

/** The parts of a stock's snapshot; all of them null where there is none. */
export function snapshotOf(symbol: string, value: unknown, receivedAt: Instant): Snapshot {
  const parts: Json = recordOf(value) ?? {};
  const terms = { symbol, completeBy: ANY_TIME, isExtended: true };
  const sides = sidesOf(parts['latestQuote']);
  const trade = tradeOf(symbol, parts['latestTrade'], receivedAt);
  const minute = rowOfBar(parts['minuteBar'], { ...terms, timeframe: '1m' });
  const last = lastOf(trade, minute, receivedAt);
  return {
    symbol,
    sides,
    trade,
    minute,
    today: rowOfBar(parts['dailyBar'], { ...terms, timeframe: '1d' }),
    previous: rowOfBar(parts['prevDailyBar'], { ...terms, timeframe: '1d' }),
    quote: last === null ? null : quoteFrom(symbol, sides, last, receivedAt),
  };
}

/** A last price and when it was. */
export interface Last {
  readonly price: Price;
  readonly at: Instant;
}

/**
 * The newest price that counts: the last print, or where that one is suspect the close of the
 * newest minute, which is made of prints that count (F042). Never of a time yet to come.
 */
function lastOf(trade: TradeTick | null, minute: BarRow | null, now: Instant): Last | null {
  if (trade !== null && !trade.suspect) return trade;
  if (minute === null) return null;
  // Of a minute it is known only that its last print was not before it began.
  const at = Math.min(minute.at - MINUTE_MS, now) as Instant;
  return { price: minute.close, at };
}

/**
 * A quote that is nowhere fresher than it says: `at` is the older one of both sides and last price
 * (F039), both by the exchange's stamp.
 */
export function quoteFrom(
  symbol: string,
  sides: Sides | null,
  last: Last,
  receivedAt: Instant,
): Quote {
  const at = sides === null || last.at < sides.at ? last.at : sides.at;
  const { bid, ask } = sides ?? { bid: null, ask: null };
  const quote = { symbol, at, receivedAt, last: last.price, bid, ask };
  return sides !== null && sides.at > at ? { ...quote, sidesAt: sides.at } : quote;
}
