import { BadInput, type DateText, type Instant, MICROS, parseDate } from '../../../base/index.ts';
import { type OptionContract } from '../../../market/index.ts';
import { microsOf, stampOf } from '../../number.ts';
import { feedIn, limitIn, MarketRefused } from './query.ts';
import type { MarketContext } from './source.ts';
import { exchangeOf, lastAtOf, quoteFields, stampText, tradeFields } from './wire.ts';
import { contractOf, wireSymbol } from '../symbols.ts';

type Ask = Pick<MarketContext, 'market' | 'now'>;

/** `/v1beta1/options/snapshots/{underlying}`: what is listed on a stock, and how it stands. */
export function chainAnswer(ask: Ask, underlying: string, query: URLSearchParams): object {
  feedIn(query, 'option');
  const passes = filterOf(query);
  const listed = ask.market.options?.(underlying, ask.now()) ?? [];
  return optionSnapshots(
    ask,
    listed.filter((symbol) => passes(contractOf(symbol))),
    query,
  );
}

/** Snapshots of options, a page of them, by symbol. */
export function optionSnapshots(
  { market, now }: Ask,
  symbols: readonly string[],
  query: URLSearchParams,
): object {
  const limit = limitIn(query, { standard: 100, max: 1_000 });
  const after = tokenIn(query);
  const since = sinceIn(query);
  const at = now();
  const snapshots: Record<string, object> = {};
  let last = '';
  let count = 0;
  for (const symbol of symbols.toSorted()) {
    const name = wireSymbol(symbol);
    if (name <= after) continue;
    const one = snapshotOf(market, symbol, { at, since });
    if (one === undefined) continue;
    if (count === limit) return { snapshots, next_page_token: tokenOf(last) };
    snapshots[name] = one;
    last = name;
    count++;
  }
  return { snapshots, next_page_token: null };
}

function snapshotOf(
  market: Ask['market'],
  symbol: string,
  { at, since }: { readonly at: Instant; readonly since: number },
): object | undefined {
  const quote = market.quote(symbol, at);
  if (!quote || quote.at < since) return undefined;
  const { i: _, ...trade } = tradeFields(quote, exchangeOf('opra'));
  const parts = {
    latestQuote: { t: stampText(quote.at), ...quoteFields(quote, trade.x), c: ' ' },
    latestTrade: { t: stampText(lastAtOf(quote)), ...trade, c: ' ' },
  };
  const value = market.value?.(symbol, at);
  if (!value) return parts;
  const { delta, gamma, theta, vega, rho, volatility } = value;
  const greeks = { delta, gamma, theta, vega, rho };
  return { greeks, impliedVolatility: volatility, ...parts };
}

const tokenOf = (symbol: string): string => Buffer.from(symbol).toString('base64');

function tokenIn(query: URLSearchParams): string {
  const token = query.get('page_token') ?? '';
  const symbol = Buffer.from(token, 'base64').toString('utf8');
  if (token !== '' && !/^[A-Z0-9]{16,21}$/.test(symbol)) {
    throw new MarketRefused(400, 'invalid page_token');
  }
  return symbol;
}

function sinceIn(query: URLSearchParams): number {
  const text = query.get('updated_since');
  if (text === null || text === '') return Number.NEGATIVE_INFINITY;
  const at = stampOf(text);
  if (at === null) throw new MarketRefused(400, 'updated_since: invalid time format');
  return at;
}

/** Which contracts the query wants. */
function filterOf(query: URLSearchParams): (contract: OptionContract) => boolean {
  const right = query.get('type');
  if (right !== null && right !== 'call' && right !== 'put') {
    throw new MarketRefused(400, `invalid type: ${right.slice(0, 20)}`);
  }
  const [from, to] = [dateIn(query, 'expiration_date_gte'), dateIn(query, 'expiration_date_lte')];
  const [exact, root] = [dateIn(query, 'expiration_date'), query.get('root_symbol')];
  const [low, high] = [millsIn(query, 'strike_price_gte'), millsIn(query, 'strike_price_lte')];
  return (one) =>
    (right === null || one.right === right) &&
    (exact === null || one.expiration === exact) &&
    (from === null || one.expiration >= from) &&
    (to === null || one.expiration <= to) &&
    (low === null || one.strikeMills >= low) &&
    (high === null || one.strikeMills <= high) &&
    (root === null || one.root === root);
}

function dateIn(query: URLSearchParams, name: string): DateText | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  try {
    return parseDate(text);
  } catch (error) {
    if (error instanceof BadInput) throw new MarketRefused(400, `${name}: invalid date format`);
    throw error;
  }
}

/** Thousandths of a dollar. */
function millsIn(query: URLSearchParams, name: string): number | null {
  const text = query.get(name);
  if (text === null || text === '') return null;
  const micros = microsOf(text);
  if (micros === null) throw new MarketRefused(400, `${name}: invalid number`);
  return (micros / MICROS) * 1_000;
}
