import { BadInput, type Instant, MINUTE_MS, parseDate } from '../../../base/index.ts';
import { exchangeDate, type Timeframe } from '../../../market/index.ts';
import { stampOf } from '../../number.ts';
import type { MarketAsk } from './source.ts';
import { midnightOf } from './wire.ts';
import { houseSymbol, isOption } from '../symbols.ts';

/** A request that the data API refuses, with the status and the message it gives. */
export class MarketRefused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const wrong = (message: string): MarketRefused => new MarketRefused(400, message);

const SYMBOLS_MAX = 1_000;
const LIMIT_MAX = 10_000;
const DELAYED_MS = 15 * MINUTE_MS;
const FEEDS = {
  history: ['iex', 'otc', 'sip', 'boats'],
  latest: ['delayed_sip', 'iex', 'otc', 'sip', 'boats', 'overnight'],
  option: ['opra', 'indicative'],
} as const;

/** Symbols of the query, each once, in the order of the alphabet; by the house's names. */
export function symbolsIn(query: URLSearchParams, kind: 'stock' | 'option'): readonly string[] {
  const given = [...new Set((query.get('symbols') ?? '').split(',').map((one) => one.trim()))];
  const named = given.filter((one) => one !== '');
  if (named.length === 0) throw wrong('symbols is required');
  if (named.length > SYMBOLS_MAX) throw wrong(`too many symbols: at most ${SYMBOLS_MAX}`);
  return named.map((one) => symbolIn(one, kind)).sort();
}

export function symbolIn(text: string, kind: 'stock' | 'option'): string {
  const symbol = houseSymbol(text);
  if (symbol === null || isOption(symbol) !== (kind === 'option'))
    throw wrong(`invalid symbol: ${text.slice(0, 40)}`);
  return symbol;
}

/** The tape asked for. Throws `MarketRefused` for one that there is not. */
export function feedIn(query: URLSearchParams, kind: keyof typeof FEEDS): string {
  const feed = query.get('feed') ?? FEEDS[kind].at(kind === 'option' ? 0 : 2) ?? '';
  if (!(FEEDS[kind] as readonly string[]).includes(feed)) throw wrong(`invalid feed: ${feed}`);
  const currency = query.get('currency') ?? 'USD';
  if (currency !== 'USD') throw wrong(`currency conversion is not available: ${currency}`);
  return feed;
}

/** The instant that a latest quote, trade or bar is asked for. */
export const latestAt = (feed: string, now: Instant): Instant =>
  (feed === 'delayed_sip' ? now - DELAYED_MS : now) as Instant;

function timeIn(query: URLSearchParams, name: 'start' | 'end'): Instant | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const stamp = stampOf(text);
  if (stamp !== null) return stamp;
  try {
    return midnightOf(parseDate(text));
  } catch (error) {
    if (error instanceof BadInput) throw wrong(`${name}: invalid time format: ${text}`);
    throw error;
  }
}

export interface Window {
  readonly start: Instant;
  /** Included. */
  readonly end: Instant;
  readonly limit: number;
  readonly isDescending: boolean;
  /** The last item of the page before. */
  readonly after: { readonly symbol: string; readonly at: Instant } | null;
}

/** What of a series is asked for. A date means New York's midnight. */
export function windowIn({ query }: Pick<MarketAsk, 'query'>, now: Instant): Window {
  const start = timeIn(query, 'start') ?? midnightOf(exchangeDate(now));
  const end = timeIn(query, 'end') ?? now;
  if (end < start && query.get('end') !== null) throw wrong('end should not be before start');
  const sort = query.get('sort') ?? 'asc';
  if (sort !== 'asc' && sort !== 'desc') throw wrong(`invalid sort: ${sort}`);
  const token = query.get('page_token');
  return {
    start,
    end,
    limit: limitIn(query, { standard: 1_000, max: LIMIT_MAX }),
    isDescending: sort === 'desc',
    after: token === null || token === '' ? null : tokenOf(token),
  };
}

export function limitIn(
  query: URLSearchParams,
  { standard, max }: { standard: number; max: number },
): number {
  const text = query.get('limit');
  if (text === null || text === '') return standard;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > max) throw wrong(`limit should be between 1 and ${max}`);
  return limit;
}

/** Where a page ended, as its client gives it back. */
export const tokenText = (symbol: string, at: Instant): string =>
  Buffer.from(`${symbol}|${new Date(at).toISOString()}`).toString('base64');

function tokenOf(token: string): NonNullable<Window['after']> {
  const [symbol = '', stamp] = Buffer.from(token, 'base64').toString('utf8').split('|');
  const at = stampOf(stamp);
  if (at === null) throw wrong('invalid page_token');
  return { symbol, at };
}

/** Bars of the house's own lengths, or of weeks or months. */
export type Span =
  | { readonly timeframe: Timeframe }
  | { readonly weeks: 1 }
  | { readonly months: number };

const SPAN = /^(\d{1,2})(Min|T|Hour|H|Day|D|Week|W|Month|M)$/;
const MONTHS: readonly number[] = [1, 2, 3, 4, 6, 12];

/** The timeframe of the query: 1-59Min, 1-23Hour, 1Day, 1Week, 1, 2, 3, 4, 6 or 12Month. */
export function spanIn(query: URLSearchParams): Span {
  const text = query.get('timeframe');
  if (text === null || text === '') throw wrong('timeframe is required');
  const [, digits, unit = ''] = SPAN.exec(text) ?? [];
  const count = Number(digits);
  if ((unit === 'Min' || unit === 'T') && count >= 1 && count <= 59) {
    return { timeframe: `${count}m` };
  }
  if ((unit === 'Hour' || unit === 'H') && count >= 1 && count <= 23) {
    return { timeframe: `${count}h` };
  }
  if ((unit === 'Day' || unit === 'D') && count === 1) return { timeframe: '1d' };
  if ((unit === 'Week' || unit === 'W') && count === 1) return { weeks: 1 };
  if ((unit === 'Month' || unit === 'M') && MONTHS.includes(count)) return { months: count };
  throw wrong(`invalid timeframe: ${text.slice(0, 20)}`);
}

const ADJUSTMENTS: readonly string[] = ['raw', 'split', 'dividend', 'spin-off', 'all'];

/** Throws `MarketRefused` for an adjustment that there is not. All bars are as they are. */
export function checkAdjustment(query: URLSearchParams): void {
  for (const one of (query.get('adjustment') ?? 'raw').split(',')) {
    if (!ADJUSTMENTS.includes(one)) throw wrong(`invalid adjustment: ${one.slice(0, 20)}`);
  }
}
