import type { Instant } from '../../../base/index.ts';
import { actionsAnswer } from './actions.ts';
import { chainAnswer, optionSnapshots } from './chain.ts';
import {
  checkAdjustment,
  feedIn,
  latestAt,
  MarketRefused,
  spanIn,
  symbolIn,
  symbolsIn,
  type Window,
  windowIn,
} from './query.ts';
import { barItems, daysUpTo, type Item, pageOf, shownBetween } from './series.ts';
import type { MarketAnswer, MarketAsk, MarketContext, MarketRoutes } from './source.ts';
import {
  barFields,
  exchangeOf,
  lastAtOf,
  quoteFields,
  stampText,
  startOf,
  STOCK_QUOTE,
  STOCK_TRADE,
  tradeFields,
} from './wire.ts';
import { auctionItems } from './auctions.ts';
import { metaAnswer } from './meta.ts';
import { wireSymbol } from '../symbols.ts';

const MINE = /^\/(?:v2\/stocks|v1beta1\/options|v1\/corporate-actions)(?:\/|$)/;
const WEEK_MS = 7 * 86_400_000;
const CHAIN = /^\/v1beta1\/options\/snapshots\/([^/]+)$/;

/** One request, with the market, the time, and whose symbols its path and query are. */
interface Call extends MarketContext {
  readonly query: URLSearchParams;
  readonly kind: 'stock' | 'option';
}

/** Alpaca's market data REST: stocks, options and corporate actions, from one market. */
export function marketRoutes(context: MarketContext): MarketRoutes {
  return (ask) => {
    if (!MINE.test(ask.path)) return undefined;
    try {
      return answer(context, ask);
    } catch (error) {
      if (!(error instanceof MarketRefused)) throw error;
      return { status: error.status, body: { message: error.message } };
    }
  };
}

function answer(context: MarketContext, { method, path, query, headers }: MarketAsk): MarketAnswer {
  if (!context.keysOk(headers)) throw new MarketRefused(401, 'Unauthorized');
  if (method !== 'GET') throw new MarketRefused(405, 'method not allowed');
  const body = bodyOf(context, pathText(path), query);
  if (body === undefined) throw new MarketRefused(404, 'endpoint not found');
  return { status: 200, body };
}

function pathText(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw new MarketRefused(400, 'invalid path');
  }
}

function bodyOf(context: MarketContext, path: string, query: URLSearchParams): object | undefined {
  if (path === '/v1/corporate-actions') return actionsAnswer(context, query);
  const [, version = '', family = '', ...rest] = path.split('/');
  const kind = `${version}/${family}` === 'v2/stocks' ? 'stock' : 'option';
  const now = context.now();
  const call: Call = { ...context, now: () => now, query, kind };
  if (rest[0] === 'meta') return metaAnswer(kind, rest.slice(1), query);
  const chain = CHAIN.exec(path)?.[1];
  if (chain !== undefined) return chainAnswer(call, symbolIn(chain, 'stock'), query);
  if (kind === 'option' && path.endsWith('/options/snapshots')) {
    feedIn(query, 'option');
    return optionSnapshots(call, symbolsIn(query, 'option'), query);
  }
  const many = rest.join('/');
  if (Object.hasOwn(SERIES, many)) return seriesBody(call, many as Series);
  if (Object.hasOwn(LATEST, many)) return latestBody(call, many as Latest);
  const [symbol = '', ...what] = rest;
  return kind === 'stock' ? bodyOfOne(call, symbol, what.join('/')) : undefined;
}

/** Paths with the symbol in them: the only one of what several would be answered with. */
function bodyOfOne(call: Call, text: string, what: string): object | undefined {
  const query = new URLSearchParams(call.query);
  query.set('symbols', text);
  const one = { ...call, query };
  const plural = what === 'snapshot' ? 'snapshots' : what;
  const isSeries = Object.hasOwn(SERIES, plural);
  if (!isSeries && !Object.hasOwn(LATEST, plural)) return undefined;
  const symbol = symbolIn(text, 'stock');
  if (isSeries) {
    const { next_page_token, ...bodies } = seriesBody(one, plural as Series);
    const [name, items] = Object.entries(bodies)[0] as [string, Record<string, object[]>];
    return { symbol, [name]: items[symbol] ?? [], next_page_token };
  }
  const latest = latestBody(one, plural as Latest);
  const found = Object.values(LATEST[plural as Latest].name === '' ? { latest } : latest)[0];
  const value = (found as Record<string, object>)[symbol];
  const name = what === 'snapshot' ? 'snapshot' : (what.split('/')[0] as string).slice(0, -1);
  if (value === undefined) throw new MarketRefused(404, `no ${name} found for ${symbol}`);
  return what === 'snapshot' ? { symbol, ...value } : { symbol, [name]: value };
}

type ItemsOf = (call: Call, symbol: string, window: Window, feed: string) => readonly Item[];

const SERIES = {
  bars: (call, symbol, { start, end }) =>
    barItems(call.market, symbol, spanIn(call.query), { start, end, now: call.now() }),
  quotes: (call, symbol, { start, end }, feed) =>
    shownBetween(call.market, symbol, { start, end, now: call.now() }).map((quote) => ({
      at: quote.at,
      json: quoteJson(call, quote, feed),
    })),
  trades: (call, symbol, { start, end }, feed) =>
    shownBetween(call.market, symbol, { start, end, now: call.now() }).map((quote) => ({
      at: lastAtOf(quote),
      json: tradeJson(call, quote, feed),
    })),
  auctions: (call, symbol, { start, end }) =>
    auctionItems(call.market, symbol, { start, end, now: call.now() }),
} satisfies Record<string, ItemsOf>;

type Series = keyof typeof SERIES;

function seriesBody(call: Call, name: Series): Record<string, unknown> {
  const { query, kind } = call;
  const symbols = symbolsIn(query, kind);
  const feed = kind === 'stock' ? feedIn(query, 'history') : '';
  const window = windowIn({ query }, call.now());
  if (name === 'bars') {
    spanIn(query);
    checkAdjustment(query);
  }
  const itemsOf: ItemsOf = SERIES[name];
  const page = pageOf(symbols, window, (symbol) => itemsOf(call, symbol, window, feed));
  return { [name]: Object.fromEntries(page.bySymbol), next_page_token: page.next };
}

type OneOf = (call: Call, symbol: string, at: Instant, feed: string) => object | undefined;

const LATEST = {
  'quotes/latest': { name: 'quotes', of: quoteOf },
  'trades/latest': { name: 'trades', of: tradeOf },
  'bars/latest': { name: 'bars', of: minuteOf },
  snapshots: { name: '', of: snapshotOf },
} satisfies Record<string, { readonly name: string; readonly of: OneOf }>;

type Latest = keyof typeof LATEST;

/** By symbol; what has none is left out. */
function latestBody(call: Call, name: Latest): Record<string, unknown> {
  const { query, kind } = call;
  const feed = feedIn(query, kind === 'stock' ? 'latest' : 'option');
  const at = latestAt(feed, call.now());
  const { name: key, of } = LATEST[name];
  const found = symbolsIn(query, kind).flatMap((symbol) => {
    const one = of(call, symbol, at, feed);
    return one === undefined ? [] : [[wireSymbol(symbol), one] as const];
  });
  const bySymbol = Object.fromEntries(found);
  return key === '' ? bySymbol : { [key]: bySymbol };
}

type Shown = NonNullable<ReturnType<MarketContext['market']['quote']>>;

function quoteJson({ kind }: Pick<Call, 'kind'>, quote: Shown, feed: string): object {
  const fields = quoteFields(quote, exchangeOf(feed));
  const tail = kind === 'stock' ? STOCK_QUOTE : { c: ' ' };
  return { t: stampText(quote.at), ...fields, ...tail };
}

function tradeJson({ kind }: Pick<Call, 'kind'>, quote: Shown, feed: string): object {
  const { i, ...fields } = tradeFields(quote, exchangeOf(feed));
  const tail = kind === 'stock' ? { i, ...STOCK_TRADE } : { c: ' ' };
  return { t: stampText(lastAtOf(quote)), ...fields, ...tail };
}

function quoteOf(call: Call, symbol: string, at: Instant, feed: string): object | undefined {
  const quote = call.market.quote(symbol, at);
  return quote && quoteJson(call, quote, feed);
}

function tradeOf(call: Call, symbol: string, at: Instant, feed: string): object | undefined {
  const quote = call.market.quote(symbol, at);
  return quote && tradeJson(call, quote, feed);
}

/** The newest whole minute; undefined where only longer bars are known. */
function minuteOf({ market }: Call, symbol: string, at: Instant): object | undefined {
  const row = market.bars(symbol, '1m', (at - WEEK_MS) as Instant, at).at(-1);
  return row && { t: stampText(startOf(row, '1m')), ...barFields(row) };
}

function snapshotOf(call: Call, symbol: string, at: Instant, feed: string): object | undefined {
  const { market } = call;
  const quote = market.quote(symbol, at);
  if (!quote) return undefined;
  const days = daysUpTo(market, symbol, { from: (at - 2 * WEEK_MS) as Instant, to: at });
  const dayJson = (i: number) => {
    const row = days.at(i);
    return row && { t: stampText(startOf(row, '1d')), ...barFields(row) };
  };
  const parts = {
    latestTrade: tradeJson(call, quote, feed),
    latestQuote: quoteJson(call, quote, feed),
    minuteBar: minuteOf(call, symbol, at),
    dailyBar: dayJson(-1),
    prevDailyBar: dayJson(-2),
  };
  return Object.fromEntries(Object.entries(parts).filter(([, part]) => part !== undefined));
}
