import type { Instant } from '../../../base/index.ts';
import { instrumentOf, parseOcc, type Quote } from '../../../market/index.ts';
import { priceOf } from '../../number.ts';
import { schwabSymbol } from './symbol.ts';
import { type Fields, recordOf } from '../http-json.ts';

/** What a reply tells of one symbol. */
export interface QuoteSeen {
  readonly symbol: string;
  /** Null where there is no price that counts, and while trading is halted. */
  readonly quote: Quote | null;
  readonly isHalted: boolean;
  /** False for delayed data; null where it is not told. */
  readonly isRealtime: boolean | null;
  /** "NBBO", "NFL"; null where it is not told. */
  readonly quoteType: string | null;
}

/** Schwab's kinds for each of ours. */
const KINDS = { stock: 'EQUITY', etf: 'EQUITY', index: 'INDEX', option: 'OPTION' } as const;

const INSTANT_LEAST = Date.UTC(1990, 0, 2);
const INSTANT_MOST = Date.UTC(2036, 0, 1);

/** Milliseconds since 1970 as an instant within the calendar; null for anything else. */
export const millisOf = (value: unknown): Instant | null =>
  Number.isSafeInteger(value) &&
  (value as number) >= INSTANT_LEAST &&
  (value as number) < INSTANT_MOST
    ? (value as Instant)
    : null;

/** States in which a symbol trades, as far as it is told; an index has none of its own. */
const TRADES = new Set<unknown>(['Normal', 'Unknown', '', undefined, null]);

/** True where `status` (securityStatus) says that trading does not go on. */
export const isHaltedBy = (status: unknown): boolean => !TRADES.has(status);

/**
 * What `body`, the reply to a request for quotes, tells of `symbol`; null where it tells nothing,
 * or where it names another symbol, kind or contract than was asked for (F044).
 */
export function quoteSeenOf(symbol: string, body: Fields, receivedAt: Instant): QuoteSeen | null {
  const theirs = schwabSymbol(symbol);
  const found = Object.hasOwn(body, theirs) ? recordOf(body[theirs]) : null;
  const prices = recordOf(found?.['quote']);
  if (found === null || prices === null || !isOf(symbol, theirs, found)) return null;
  const { realtime, quoteType } = found;
  const isHalted = isHaltedBy(prices['securityStatus']);
  return {
    symbol,
    quote: isHalted ? null : quoteOf(symbol, prices, receivedAt),
    isHalted,
    isRealtime: typeof realtime === 'boolean' ? realtime : null,
    quoteType: typeof quoteType === 'string' ? quoteType : null,
  };
}

function isOf(symbol: string, theirs: string, found: Fields): boolean {
  const { kind } = instrumentOf(symbol);
  if (found['symbol'] !== theirs || found['assetMainType'] !== KINDS[kind]) return false;
  const terms = recordOf(found['reference']);
  if (kind !== 'option' || terms === null) return true;
  const { right, strikeMills } = parseOcc(symbol);
  const { contractType, strikePrice, multiplier } = terms;
  return (
    (contractType === undefined || contractType === (right === 'call' ? 'C' : 'P')) &&
    (strikePrice === undefined || priceOf(strikePrice) === strikeMills * 1_000) &&
    (multiplier === undefined || multiplier === 100)
  );
}

/** Prices and stamps of a symbol, wherever they come from. */
export interface RawQuote {
  readonly bidPrice?: unknown;
  readonly askPrice?: unknown;
  readonly lastPrice?: unknown;
  readonly quoteTime?: unknown;
  readonly tradeTime?: unknown;
}

/**
 * A quote that is nowhere fresher than it says (F039): `at` is the older one of both sides and last
 * price, by the exchange's stamps, and `sidesAt` that of both sides where they are newer; for an
 * option `at` is that of both sides, since its last trade may be hours old. Null without a last
 * price above zero, or without a stamp.
 */
export function quoteOf(symbol: string, raw: RawQuote, receivedAt: Instant): Quote | null {
  const last = priceOf(raw.lastPrice);
  if (last === null) return null;
  const [bid, ask] = [priceOf(raw.bidPrice), priceOf(raw.askPrice)];
  const [quotedAt, tradedAt] = [millisOf(raw.quoteTime), millisOf(raw.tradeTime)];
  const isQuoted = bid !== null || ask !== null;
  if (!isQuoted) return tradedAt && { symbol, at: tradedAt, receivedAt, last, bid, ask };
  if (quotedAt === null) return null;
  if (instrumentOf(symbol).kind === 'option') {
    return { symbol, at: quotedAt, receivedAt, last, bid, ask };
  }
  if (tradedAt === null) return null;
  const at = Math.min(quotedAt, tradedAt) as Instant;
  const quote = { symbol, at, receivedAt, last, bid, ask };
  return quotedAt > at ? { ...quote, sidesAt: quotedAt } : quote;
}
