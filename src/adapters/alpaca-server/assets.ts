import {
  addDays,
  BadInput,
  type DateText,
  dateOfDay,
  dayNumber,
  type Instant,
  type Price,
  parseDate,
  weekday,
} from '../../base/index.ts';
import {
  exchangeDate,
  instrumentOf,
  nextSession,
  type Session,
  sessionsBetween,
} from '../../market/index.ts';
import { dollarText, microsOf } from '../number.ts';
import type { Account } from './account.ts';
import { assetIdOf, isListed } from './check-order.ts';
import { isRegular, sessionAhead } from './hours.ts';
import { exchangeText } from './ids.ts';
import { notFound, unprocessable } from './refused.ts';
import { contractOf, houseSymbol, isOption, strikeOf, wireSymbol } from './symbols.ts';

const CONTRACTS_PAGE = 100;
const CONTRACTS_MAX = 10_000;
const [CALENDAR_FIRST, CALENDAR_LAST] = ['1990-01-02', '2035-12-31'];

/** An equity as Alpaca writes it. */
function assetJson({ assets, multiplier }: Account, symbol: string) {
  const terms = assets[symbol] ?? {};
  const isTradable = terms.tradable ?? instrumentOf(symbol).tradable;
  const isEasy = terms.easyToBorrow !== false;
  return {
    id: assetIdOf(symbol),
    class: 'us_equity',
    exchange: terms.exchange ?? 'NASDAQ',
    symbol,
    name: `${symbol} Common Stock`,
    status: 'active',
    tradable: isTradable,
    marginable: multiplier > 1,
    shortable: isTradable && terms.shortable !== false,
    easy_to_borrow: isEasy,
    borrow_status: isEasy ? 'easy_to_borrow' : 'hard_to_borrow',
    fractionable: false,
    margin_requirement_long: '30',
    margin_requirement_short: '30',
    maintenance_margin_requirement: 30,
    attributes: [],
  };
}

export function assetsJson(account: Account, query: URLSearchParams) {
  const wanted = query.get('asset_class');
  if (wanted !== null && wanted !== 'us_equity') return [];
  if (query.get('status') === 'inactive') return [];
  const exchange = query.get('exchange');
  return account.market
    .symbols()
    .map((symbol) => assetJson(account, symbol))
    .filter((asset) => exchange === null || asset.exchange === exchange);
}

/** The house's symbol of a path's symbol or asset id, among those that could be meant. */
export function symbolOfId(text: string, known: Iterable<string>): string | null {
  const symbol = houseSymbol(text);
  if (symbol !== null) return symbol;
  for (const each of known) if (assetIdOf(each) === text) return each;
  return null;
}

export function assetOf(account: Account, text: string) {
  const symbol = symbolOfId(text, account.market.symbols());
  if (symbol !== null && account.market.symbols().includes(symbol))
    return assetJson(account, symbol);
  throw notFound(`asset not found for ${text.slice(0, 64)}`);
}

const pageOf = <T>(
  all: readonly T[],
  query: URLSearchParams,
): { page: T[]; next: string | null } => {
  const limit = Number(query.get('limit') ?? CONTRACTS_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > CONTRACTS_MAX) {
    throw unprocessable(`limit must be between 1 and ${CONTRACTS_MAX}`);
  }
  const token = query.get('page_token');
  const start = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(start) || start < 0) throw unprocessable('invalid page_token');
  const end = start + limit;
  const next = end < all.length ? Buffer.from(String(end)).toString('base64url') : null;
  return { page: all.slice(start, end), next };
};

/** Option contracts as a query asks for them; without dates those up to the next weekend. */
export function contractsJson(account: Account, query: URLSearchParams, at: Instant) {
  const underlyings = (query.get('underlying_symbols') ?? query.get('root_symbol') ?? '').split(
    ',',
  );
  const roots = underlyings.filter((root) => root !== '');
  const listed = (roots.length > 0 ? roots : account.market.symbols()).flatMap(
    (root) => account.market.options?.(root, at) ?? [],
  );
  const passes = contractFilter(query, at);
  const { page, next } = pageOf(listed.filter(passes), query);
  const option_contracts = page.map((symbol) => contractJson(account, symbol, at));
  return { option_contracts, next_page_token: next };
}

function contractFilter(query: URLSearchParams, at: Instant): (symbol: string) => boolean {
  const today = exchangeDate(at);
  const weekend = addDays(today, (7 - weekday(today)) % 7 || 7);
  const exact = query.get('expiration_date');
  const from = query.get('expiration_date_gte') ?? today;
  const isOpen = exact !== null || query.has('expiration_date_gte');
  const to = query.get('expiration_date_lte') ?? (isOpen ? '9999-12-31' : weekend);
  const type = query.get('type');
  const low = microsOf(query.get('strike_price_gte') ?? '0') ?? 0;
  const high = microsOf(query.get('strike_price_lte') ?? '9000000') ?? Infinity;
  return (symbol) => {
    const contract = contractOf(symbol);
    const strike = strikeOf(contract);
    if (exact !== null && contract.expiration !== exact) return false;
    if (type !== null && contract.right !== type) return false;
    const isWithin = contract.expiration >= from && contract.expiration <= to;
    return isWithin && strike >= low && strike <= high;
  };
}

const WORDS = { call: 'Call', put: 'Put' } as const;

function contractJson({ market }: Account, symbol: string, at: Instant) {
  const contract = contractOf(symbol);
  const { root, expiration, right } = contract;
  const quote = market.quote(symbol, at);
  const strike = dollarText(strikeOf(contract) as Price);
  const name = new Date(`${expiration}T00:00:00Z`).toUTCString().slice(5, 16);
  return {
    id: assetIdOf(symbol),
    symbol: wireSymbol(symbol),
    name: `${root} ${name} ${strike} ${WORDS[right]}`,
    status: 'active',
    tradable: instrumentOf(symbol).tradable,
    expiration_date: expiration,
    root_symbol: root,
    underlying_symbol: root,
    underlying_asset_id: assetIdOf(root),
    type: right,
    style: 'american',
    strike_price: strike,
    multiplier: '100',
    size: '100',
    ...(quote === undefined
      ? {}
      : { close_price: dollarText(quote.last), close_price_date: exchangeDate(quote.at) }),
  };
}

export function contractOfId(account: Account, text: string, at: Instant) {
  const all = account.market.symbols().flatMap((root) => account.market.options?.(root, at) ?? []);
  const symbol = symbolOfId(text, all);
  if (symbol !== null && isOption(symbol) && isListed(account, symbol, at)) {
    return contractJson(account, symbol, at);
  }
  throw notFound(`option contract ${text.slice(0, 64)} not found`);
}

export function clockJson(at: Instant) {
  const closing = sessionAhead(at, ({ close }) => close);
  const opening = sessionAhead(at, ({ open }) => open);
  return {
    timestamp: exchangeText(at),
    is_open: isRegular(at),
    next_open: exchangeText(opening.open),
    next_close: exchangeText(closing.close),
  };
}

/** The sessions between two dates of a query, all of the calendar without them. */
export function calendarJson(query: URLSearchParams) {
  const start = dateOf(query, 'start', CALENDAR_FIRST as DateText);
  const end = dateOf(query, 'end', CALENDAR_LAST as DateText);
  return sessionsBetween(start, end).map(sessionJson);
}

function dateOf(query: URLSearchParams, name: string, fallback: DateText): DateText {
  const value = (query.get(name) ?? '').slice(0, 10);
  if (value === '') return fallback;
  try {
    const day = dayNumber(parseDate(value));
    const clamped = Math.min(
      Math.max(day, dayNumber(CALENDAR_FIRST as DateText)),
      dayNumber(CALENDAR_LAST as DateText),
    );
    return dateOfDay(clamped);
  } catch (error) {
    if (error instanceof BadInput) throw unprocessable(`invalid ${name}: ${value}`);
    throw error;
  }
}

const SETTLEMENT_LAST = '2035-12-01'; // the calendar of this program ends soon after

const clockOf = (at: Instant): string => exchangeText(at).slice(11, 16);

function sessionJson({ date, open, close }: Session) {
  return {
    date,
    open: clockOf(open),
    close: clockOf(close),
    session_open: '0400',
    session_close: close - open < 6 * 3_600_000 ? '1700' : '2000',
    settlement_date: date < SETTLEMENT_LAST ? nextSession(date).date : date,
  };
}
