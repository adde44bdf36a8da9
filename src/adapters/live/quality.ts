import type { Instant, Price } from '../../base/index.ts';
import type { Quote } from '../../market/index.ts';

/** The price of a quote that may be traded on, or why there is none. */
export type Judged =
  | { readonly price: Price; readonly at: Instant }
  | { readonly price: null; readonly at: Instant; readonly why: string };

/**
 * The last trade where it lies within the quote, else the middle: both sides vouch for it, and it
 * is as old as they are. Nothing where the quote is crossed, or wider than `spreadPctMax` percent
 * of its middle (F041).
 */
export function judge(quote: Quote, spreadPctMax: number): Judged {
  const { bid, ask, last } = quote;
  if (bid === null || ask === null) return { price: last, at: quote.at };
  const at = quote.sidesAt ?? quote.at;
  const middle = (bid + ask) / 2;
  if (bid > ask) return { price: null, at, why: 'bid and ask are crossed' };
  const widthPct = ((ask - bid) / middle) * 100;
  if (widthPct > spreadPctMax) {
    return { price: null, at, why: `the spread is ${widthPct.toFixed(2)} %` };
  }
  const isWithin = last >= bid && last <= ask;
  return { price: isWithin ? last : (Math.round(middle) as Price), at };
}
