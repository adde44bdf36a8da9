import { DAY_MS, type Instant, MINUTE_MS } from '../../../base/index.ts';
import {
  type BarRow,
  exchangeDay,
  sessionOfDay,
  type Timeframe,
  timeframeMs,
} from '../../../market/index.ts';
import { type Span, tokenText, type Window } from './query.ts';
import { calendarRows, isDaily, mergeRows } from './rows.ts';
import type { VenueMarket, VenueQuote } from './source.ts';
import { barFields, lastAtOf, midnightOf, stampText, startOf } from './wire.ts';
import { wireSymbol } from '../symbols.ts';

/** One thing of a series, as it is answered. */
export interface Item {
  readonly at: Instant;
  readonly json: object;
}

export interface Page {
  readonly bySymbol: ReadonlyMap<string, readonly object[]>;
  readonly next: string | null;
}

/** One page over several symbols: all of the first, then of the next, `limit` in total. */
export function pageOf(
  symbols: readonly string[],
  { after, limit, isDescending }: Window,
  itemsOf: (symbol: string) => readonly Item[],
): Page {
  const bySymbol = new Map<string, object[]>();
  let left = limit;
  let newest: { symbol: string; at: Instant } | null = null;
  for (const symbol of symbols) {
    if (after !== null && symbol < after.symbol) continue;
    const sorted = isDescending ? itemsOf(symbol).toReversed() : itemsOf(symbol);
    const isRest = after?.symbol === symbol;
    const rest = isRest ? sorted.filter((item) => isPast(item, after.at, isDescending)) : sorted;
    if (rest.length > 0 && left === 0 && newest !== null) {
      return { bySymbol, next: tokenText(newest.symbol, newest.at) };
    }
    const taken = rest.slice(0, left);
    const last = taken.at(-1);
    if (last === undefined) continue;
    bySymbol.set(
      wireSymbol(symbol),
      taken.map((item) => item.json),
    );
    newest = { symbol, at: last.at };
    left -= taken.length;
    if (rest.length > taken.length) return { bySymbol, next: tokenText(symbol, last.at) };
  }
  return { bySymbol, next: null };
}

const isPast = (item: Item, at: Instant, isDescending: boolean): boolean =>
  isDescending ? item.at < at : item.at > at;

/**
 * Today's bar as far as the session has come; undefined before the open, after the close, and where
 * nothing was traded yet. Its volume is 0 where only a day's bar is known.
 */
export function todaysRow(market: VenueMarket, symbol: string, now: Instant): BarRow | undefined {
  const day = exchangeDay(now);
  const session = sessionOfDay(day);
  if (!session || now < session.open || now >= session.close) return undefined;
  const minutes = market.bars(symbol, '1m', session.open, now);
  if (minutes.length > 0) return mergeRows(minutes, now, day);
  const prints = [market.quote(symbol, session.open), market.quote(symbol, now)].filter(
    (quote): quote is VenueQuote => quote !== undefined && lastAtOf(quote) >= session.open,
  );
  const rows = prints.map(({ last }) => ({
    symbol,
    at: now,
    day,
    open: last,
    high: last,
    low: last,
    close: last,
    volume: 0,
  }));
  return rows.length === 0 ? undefined : mergeRows(rows, now, day);
}

/** Days' bars that end after `from` and began by `to`, today's as far as it has come. */
export function daysUpTo(
  market: VenueMarket,
  symbol: string,
  { from, to }: { from: Instant; to: Instant },
): readonly BarRow[] {
  const rows = market.bars(symbol, '1d', from, to);
  const today = todaysRow(market, symbol, to);
  return today && rows.at(-1)?.day !== today.day ? [...rows, today] : rows;
}

/** Bars that begin from `start` to `end`, by what the market has shown by `now`. */
export function barItems(
  market: VenueMarket,
  symbol: string,
  span: Span,
  window: Pick<Window, 'start' | 'end'> & { readonly now: Instant },
): readonly Item[] {
  const { start, end, now } = window;
  const within = ({ at }: Item) => at >= start && at <= end;
  if ('timeframe' in span && !isDaily(span.timeframe)) {
    return shortItems(market, symbol, span.timeframe, window);
  }
  // A month that began by the end has days after it.
  const to = Math.min(now, end + ('months' in span ? span.months * 31 : 7) * DAY_MS) as Instant;
  const days = daysUpTo(market, symbol, { from: start, to });
  const items =
    'timeframe' in span
      ? days.map((row) => itemOf(startOf(row, '1d'), row))
      : calendarRows(days, span).map(({ start: date, row }) => itemOf(midnightOf(date), row));
  return items.filter(within);
}

const itemOf = (at: Instant, row: BarRow): Item => ({
  at,
  json: { t: stampText(at), ...barFields(row) },
});

function shortItems(
  market: VenueMarket,
  symbol: string,
  timeframe: Timeframe,
  { start, end, now }: { start: Instant; end: Instant; now: Instant },
): readonly Item[] {
  const stepMs = timeframeMs(timeframe);
  const from = (start + stepMs - 1) as Instant;
  const rows = market.bars(symbol, timeframe, from, Math.min(now, end + stepMs) as Instant);
  return rows.map((row) => itemOf(startOf(row, timeframe), row));
}

/** What the market showed whenever it changed from `start` to `end`, at most by `now`. */
export function shownBetween(
  market: VenueMarket,
  symbol: string,
  { start, end, now }: { start: Instant; end: Instant; now: Instant },
): readonly VenueQuote[] {
  const until = Math.min(end, now) as Instant;
  const minutes = market.bars(symbol, '1m', start, (until + MINUTE_MS) as Instant);
  const moments =
    minutes.length > 0
      ? minutes.map((row) => (row.at - MINUTE_MS) as Instant)
      : daysUpTo(market, symbol, { from: start, to: now }).flatMap((row) => {
          const session = sessionOfDay(row.day);
          return session ? [session.open, (session.close - 5 * MINUTE_MS) as Instant] : [];
        });
  const newest = market.quote(symbol, until);
  const shown = moments.flatMap((at) => {
    const isWithin = at >= start && at <= until;
    return isWithin ? (market.quote(symbol, at) ?? []) : [];
  });
  const isKnown = newest === undefined || shown.some((one) => lastAtOf(one) === lastAtOf(newest));
  return isKnown || lastAtOf(newest) < start ? shown : [...shown, newest];
}
