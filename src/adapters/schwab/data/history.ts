import { BadInput, type DateText, DAY_MS, dateOfDay, dayNumber } from '../../../base/index.ts';
import { HOUR_MS, type Instant, MINUTE_MS, type Price } from '../../../base/index.ts';
import { type BarRow, exchangeDay, sessionOfDay, timeframeMs } from '../../../market/index.ts';
import type { HistoryAsk } from '../../market-data.ts';
import { priceOf } from '../../number.ts';
import { millisOf } from './quotes.ts';
import { schwabSymbol } from './symbol.ts';
import type { Query } from '../http.ts';
import { type Fields, listOf, recordOf } from '../http-json.ts';

const MINUTES = new Set(['1m', '5m', '10m', '15m', '30m']);

/**
 * The request for bars of `ask`. The vendor's own clients send a period beside both dates; it does
 * not bound them. Throws `BadInput` for what Schwab does not have: its prices are adjusted for
 * splits, and only so.
 */
export function historyQuery({ symbol, timeframe, from, to, adjustment }: HistoryAsk): Query {
  if (adjustment !== 'splits') {
    throw new BadInput(`Schwab's bars are adjusted for splits only; asked for was "${adjustment}"`);
  }
  const dates = { startDate: dayNumber(from) * DAY_MS, endDate: (dayNumber(to) + 1) * DAY_MS };
  const theirs = schwabSymbol(symbol);
  if (timeframe === '1d') {
    const daily = { periodType: 'year', period: 20, frequencyType: 'daily', frequency: 1 };
    return { symbol: theirs, ...daily, ...dates };
  }
  if (!MINUTES.has(timeframe)) {
    throw new BadInput(`Schwab has no bars of "${timeframe}": 1m, 5m, 10m, 15m, 30m, 1d`);
  }
  const frequency = timeframeMs(timeframe) / MINUTE_MS;
  const minutely = { periodType: 'day', period: 1, frequencyType: 'minute', frequency };
  return { symbol: theirs, ...minutely, ...dates, needExtendedHoursData: false };
}

/** A day's bar is final so long after the close: the closing auction's prints come late (F046). */
const FINAL_AFTER_MS = 15 * MINUTE_MS;

/**
 * The completed bars of a reply to `ask`, oldest first, each once. Left out are bars that cannot be
 * read, that are not complete at `now`, or that lie in no session: the caller holds what is left
 * against the calendar. Throws where the reply is of another symbol, or contradicts itself.
 */
export function historyRowsOf(json: unknown, ask: HistoryAsk, now: Instant): BarRow[] {
  const body = recordOf(json);
  const theirs = schwabSymbol(ask.symbol);
  if (body === null || body['symbol'] !== theirs) {
    throw new Error(`Schwab's reply to a request for bars of "${theirs}" is not of that symbol`);
  }
  if (body['empty'] === true) return [];
  if (!Array.isArray(body['candles'])) {
    throw new Error(`Schwab's reply to a request for bars of "${theirs}" has no bars`);
  }
  const read = ask.timeframe === '1d' ? dailyRow : minuteRow;
  const rows = listOf(body['candles']).flatMap((candle) => {
    const fields = recordOf(candle);
    const row = fields === null ? null : read(fields, ask, now);
    return row === null ? [] : [row];
  });
  return onceEach(rows.sort((a, b) => a.at - b.at));
}

function onceEach(rows: readonly BarRow[]): BarRow[] {
  const once: BarRow[] = [];
  for (const row of rows) {
    const last = once.at(-1);
    if (last?.at !== row.at) once.push(row);
    else if (JSON.stringify(last) !== JSON.stringify(row)) {
      throw new Error(`Schwab tells two different bars of "${row.symbol}" for one time`);
    }
  }
  return once;
}

export interface Prices {
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: number | null;
}

/** Prices and volume of a bar; null where one is none or they contradict each other. */
export function pricesOf(candle: Fields): Prices | null {
  const open = priceOf(candle['open']);
  const high = priceOf(candle['high']);
  const low = priceOf(candle['low']);
  const close = priceOf(candle['close']);
  if (open === null || high === null || low === null || close === null) return null;
  if (low > Math.min(open, close) || high < Math.max(open, close)) return null;
  const { volume } = candle;
  const isVolume = typeof volume === 'number' && Number.isFinite(volume) && volume >= 0;
  return { open, high, low, close, volume: isVolume ? volume : null };
}

/** Midnight in Chicago, in summer and in winter, in UTC. */
const MIDNIGHTS = new Set([5 * HOUR_MS, 6 * HOUR_MS]);

/** The exchange day of a daily candle. Throws where its stamp is not Chicago's midnight. */
function dayOfStamp(stamp: Instant): number {
  if (!MIDNIGHTS.has(stamp % DAY_MS)) {
    throw new Error(`Schwab stamps a daily bar "${stamp}", which is no midnight in Chicago`);
  }
  return Math.floor(stamp / DAY_MS);
}

const isWithin = (day: number, from: DateText, to: DateText): boolean =>
  dateOfDay(day) >= from && dateOfDay(day) <= to;

function dailyRow(candle: Fields, { symbol, from, to }: HistoryAsk, now: Instant): BarRow | null {
  const stamp = millisOf(candle['datetime']);
  const prices = pricesOf(candle);
  if (stamp === null || prices === null) return null;
  const day = dayOfStamp(stamp);
  const session = isWithin(day, from, to) ? sessionOfDay(day) : undefined;
  if (session === undefined || session.close + FINAL_AFTER_MS > now) return null;
  return { symbol, at: session.close, day, ...prices };
}

function minuteRow(candle: Fields, ask: HistoryAsk, now: Instant): BarRow | null {
  const start = millisOf(candle['datetime']);
  const prices = pricesOf(candle);
  if (start === null || prices === null) return null;
  const row = sessionRow({
    symbol: ask.symbol,
    start,
    lengthMs: timeframeMs(ask.timeframe),
    prices,
  });
  return row !== null && row.at <= now && isWithin(row.day, ask.from, ask.to) ? row : null;
}

/** A bar of a part of a session, stamped with its end; null where it lies in none. */
export function sessionRow(bar: {
  readonly symbol: string;
  readonly start: Instant;
  readonly lengthMs: number;
  readonly prices: Prices;
}): BarRow | null {
  const day = exchangeDay(bar.start);
  const session = sessionOfDay(day);
  const at = (bar.start + bar.lengthMs) as Instant;
  const isInside = session !== undefined && bar.start >= session.open && at <= session.close;
  return isInside ? { symbol: bar.symbol, at, day, ...bar.prices } : null;
}
