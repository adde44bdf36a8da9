import type { Instant } from '../../../base/index.ts';
import { dateOfDay, MICROS } from '../../../base/index.ts';
import { sessionOfDay } from '../../../market/index.ts';
import { daysUpTo, type Item } from './series.ts';
import type { VenueMarket } from './source.ts';
import { exchangeOf, midnightOf, stampText } from './wire.ts';

const [OPENING, CLOSING] = ['Q', 'M'];

/** Opening and closing prices of days, as the official prints of their auctions. */
export function auctionItems(
  market: VenueMarket,
  symbol: string,
  { start, end, now }: { readonly start: Instant; readonly end: Instant; readonly now: Instant },
): readonly Item[] {
  return daysUpTo(market, symbol, { from: start, to: now }).flatMap((row): Item[] => {
    const session = sessionOfDay(row.day);
    const date = dateOfDay(row.day);
    const at = midnightOf(date);
    if (!session || at > end || session.open < start) return [];
    const print = (t: Instant, p: number, c: string) =>
      t < start || t > end || t > now
        ? []
        : [{ t: stampText(t), x: exchangeOf('sip'), p: p / MICROS, c }];
    const opening = print(session.open, row.open, OPENING as string);
    const closing = print(session.close, row.close, CLOSING as string);
    return [{ at, json: { d: date, o: opening, c: closing } }];
  });
}
