import { type DateText, dateOfDay, type Instant, MICROS } from '../../../base/index.ts';
import { type BarRow, instantOn, type Timeframe, timeframeMs } from '../../../market/index.ts';
import { isDaily } from './rows.ts';
import { SIZE_SHOWN, type VenueQuote } from './source.ts';

/** RFC 3339 without needless zeros, as the data API writes it. */
export const stampText = (at: Instant): string =>
  new Date(at).toISOString().replace(/\.?0*Z$/, 'Z');

/** Exchange codes: that of the IEX tape, and one for all else. */
export const exchangeOf = (feed: string): string => (feed === 'iex' ? 'V' : 'Q');

/** When a bar began: a day's bar at New York's midnight. */
export const startOf = (row: BarRow, timeframe: Timeframe): Instant =>
  isDaily(timeframe)
    ? midnightOf(dateOfDay(row.day))
    : ((row.at - timeframeMs(timeframe)) as Instant);

export const midnightOf = (date: DateText): Instant => instantOn(date, '00:00');

/**
 * Figures of a bar. Nobody counted its trades: `n` is 1 where anything was traded, and `vw` is the
 * mean of high, low and close.
 */
export function barFields({ open, high, low, close, volume }: BarRow) {
  return {
    o: open / MICROS,
    h: high / MICROS,
    l: low / MICROS,
    c: close / MICROS,
    v: volume ?? 0,
    n: (volume ?? 0) > 0 ? 1 : 0,
    vw: Math.round((high + low + close) / 3) / MICROS,
  };
}

export function quoteFields(quote: VenueQuote, x: string) {
  const { bid, ask, bidSize = SIZE_SHOWN, askSize = SIZE_SHOWN } = quote;
  return { ax: x, ap: ask / MICROS, as: askSize, bx: x, bp: bid / MICROS, bs: bidSize };
}

/** What the tape says of the newest print. Its id is its time: one print an instant. */
export const tradeFields = (quote: VenueQuote, x: string) => ({
  x,
  p: quote.last / MICROS,
  s: SIZE_SHOWN,
  i: lastAtOf(quote) as number,
});

export const lastAtOf = (quote: VenueQuote): Instant => quote.lastAt ?? quote.at;

export const STOCK_QUOTE = { c: ['R'], z: 'C' };
export const STOCK_TRADE = { c: ['@'], z: 'C' };
