import type { Instant } from '../../../base/index.ts';
import { parseOcc, type Quote } from '../../../market/index.ts';
import type { OptionChainAsk, OptionQuote } from '../../market-data.ts';
import { priceOf, stampOf } from '../../number.ts';
import { sidesOf } from './quotes.ts';
import { isDated, type Json, optionOf, recordOf } from './values.ts';

/** Roots under which standard contracts on an underlying are listed beside its own symbol. */
const ROOTS: Readonly<Record<string, readonly string[]>> = {
  SPX: ['SPXW'],
  NDX: ['NDXP'],
  RUT: ['RUTW'],
  VIX: ['VIXW'],
};

/** A figure of a model within bounds; null for anything else. */
const figureOf = (value: unknown, least: number, most: number): number | null =>
  typeof value === 'number' && value >= least && value <= most ? value : null;

const VOLATILITY_MAX = 100; // 10,000 percent a year

/**
 * One option as its snapshot tells it; null without a stamp. `at` is when both sides were quoted,
 * or where nobody quotes when it last traded; `last` may be much older, as options are.
 */
export function optionQuoteOf(symbol: string, value: unknown): OptionQuote | null {
  const parts: Json = recordOf(value) ?? {};
  const sides = sidesOf(parts['latestQuote']);
  const trade = recordOf(parts['latestTrade']) ?? {};
  const at = sides?.at ?? stampOf(trade['t']);
  if (at === null || !isDated(at)) return null;
  const volatility = figureOf(parts['impliedVolatility'], 0, VOLATILITY_MAX);
  return {
    symbol,
    at,
    bid: sides?.bid ?? null,
    ask: sides?.ask ?? null,
    last: stampOf(trade['t']) === null ? null : priceOf(trade['p']),
    delta: figureOf(recordOf(parts['greeks'])?.['delta'], -1, 1),
    impliedVolatility: volatility === 0 ? null : volatility,
    openInterest: null,
  };
}

/**
 * The contracts of one page that were asked for, in the page's order. Left out is what is not an
 * option of this underlying with a standard deliverable, or not of these expirations (F044).
 */
export function chainOf(snapshots: Json, ask: OptionChainAsk): OptionQuote[] {
  const own = ask.underlying.replaceAll(/[^A-Z0-9]/g, '');
  const roots = [own, ...(ROOTS[own] ?? [])];
  return Object.entries(snapshots).flatMap(([text, value]) => {
    const symbol = optionOf(text);
    if (symbol === null) return [];
    const { root, right, expiration } = parseOcc(symbol);
    const isAsked =
      roots.includes(root) &&
      expiration >= ask.expirationFrom &&
      expiration <= ask.expirationTo &&
      (ask.right === undefined || ask.right === right);
    const quote = isAsked ? optionQuoteOf(symbol, value) : null;
    return quote === null ? [] : [quote];
  });
}

/** An option's quote as of both its sides; null where it never traded or nobody quotes it. */
export function quoteOfOption(symbol: string, value: unknown, receivedAt: Instant): Quote | null {
  const option = optionQuoteOf(symbol, value);
  const isQuoted = sidesOf(recordOf(value)?.['latestQuote']) !== null;
  if (option === null || option.last === null || !isQuoted) return null;
  const { at, bid, ask, last } = option;
  return { symbol, at, receivedAt, last, bid, ask };
}
