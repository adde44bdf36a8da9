import { type DateText, dateOfDay, dayNumber, parseDate } from '../../../base/index.ts';
import { instrumentOf, parseOcc } from '../../../market/index.ts';
import type { OptionChainAsk, OptionQuote } from '../../market-data.ts';
import { priceOf, wholeOf } from '../../number.ts';
import { millisOf } from './quotes.ts';
import { optionSymbol, schwabSymbol } from './symbol.ts';
import type { Query } from '../http.ts';
import { type Fields, listOf, recordOf } from '../http-json.ts';

/** A chain may also be asked for by strikes around the market, or whole. */
export type SchwabChainAsk = Partial<OptionChainAsk> & {
  readonly underlying: string;
  /** How many strikes around the market. */
  readonly strikeCount?: number;
};

const RIGHTS = { call: 'CALL', put: 'PUT' } as const;

export function chainQuery(ask: SchwabChainAsk): Query {
  return {
    symbol: schwabSymbol(ask.underlying),
    contractType: ask.right === undefined ? 'ALL' : RIGHTS[ask.right],
    strikeCount: ask.strikeCount,
    fromDate: ask.expirationFrom,
    toDate: ask.expirationTo,
  };
}

/** Both halves of the expirations that are asked for; null where there is nothing to divide. */
export function halvesOf(ask: SchwabChainAsk): [SchwabChainAsk, SchwabChainAsk] | null {
  const { expirationFrom: from, expirationTo: to } = ask;
  if (from === undefined || to === undefined || from >= to) return null;
  const middle = Math.floor((dayNumber(from) + dayNumber(to)) / 2);
  return [
    { ...ask, expirationTo: dateOfDay(middle) },
    { ...ask, expirationFrom: dateOfDay(middle + 1) },
  ];
}

/**
 * The options of a reply to `ask`. Left out is each whose symbol is not that of the expiration,
 * strike and side under which it is listed, or does not survive being written again, whose
 * deliverable is not the standard one (F044), or which has no stamp. Throws where the reply is of
 * another underlying.
 */
export function chainOf(json: unknown, ask: SchwabChainAsk): OptionQuote[] {
  const body = recordOf(json);
  const theirs = schwabSymbol(ask.underlying);
  if (body === null || body['symbol'] !== theirs) {
    throw new Error(`Schwab's reply to a request for options on "${theirs}" is not of that symbol`);
  }
  const maps = { call: recordOf(body['callExpDateMap']), put: recordOf(body['putExpDateMap']) };
  const isEmpty = [maps.call, maps.put].every((map) => Object.keys(map ?? {}).length === 0);
  if (body['status'] !== 'SUCCESS' && !(body['status'] === 'FAILED' && isEmpty)) {
    throw new Error(`Schwab's reply to a request for options on "${theirs}" is no success`);
  }
  return (['call', 'put'] as const).flatMap((right) =>
    Object.entries(maps[right] ?? {}).flatMap(([expiration, strikes]) =>
      Object.entries(recordOf(strikes) ?? {}).flatMap(([strike, contracts]) =>
        listOf(contracts).flatMap((contract) => {
          const fields = recordOf(contract);
          const quote = fields && optionOf(fields, { right, expiration, strike });
          return quote !== null && isAsked(quote.symbol, ask) ? [quote] : [];
        }),
      ),
    ),
  );
}

function isAsked(symbol: string, ask: SchwabChainAsk): boolean {
  const { expiration, right } = parseOcc(symbol);
  return (
    (ask.expirationFrom === undefined || expiration >= ask.expirationFrom) &&
    (ask.expirationTo === undefined || expiration <= ask.expirationTo) &&
    (ask.right === undefined || ask.right === right)
  );
}

/** Where in the maps a contract stands. */
interface Place {
  readonly right: 'call' | 'put';
  /** "2025-01-16:1": the date, and the days until then. */
  readonly expiration: string;
  /** "105.0". */
  readonly strike: string;
}

function optionOf(contract: Fields, place: Place): OptionQuote | null {
  const symbol = optionSymbol(contract['symbol']);
  if (symbol === null || !isAt(symbol, place) || !isStandard(symbol, contract)) return null;
  const at = millisOf(contract['quoteTimeInLong']);
  if (at === null) return null;
  const { delta, impliedVolatility } = modelOf(contract);
  const interest = wholeOf(contract['openInterest']);
  return {
    symbol,
    at,
    bid: priceOf(contract['bid'] ?? contract['bidPrice']),
    ask: priceOf(contract['ask'] ?? contract['askPrice']),
    last: priceOf(contract['last'] ?? contract['lastPrice']),
    delta,
    impliedVolatility,
    openInterest: interest !== null && interest >= 0 ? interest : null,
  };
}

/** True where the symbol says what the maps say of it. */
function isAt(symbol: string, { right, expiration, strike }: Place): boolean {
  const found = parseOcc(symbol);
  return (
    found.right === right &&
    found.expiration === expiration.split(':', 1)[0] &&
    priceOf(strike) === found.strikeMills * 1_000
  );
}

function isStandard(symbol: string, contract: Fields): boolean {
  const { multiplier, isNonStandard, nonStandard, isMini, mini } = contract;
  const isOdd = [isNonStandard, nonStandard, isMini, mini].includes(true);
  return instrumentOf(symbol).tradable && !isOdd && (multiplier ?? 100) === 100;
}

/** What stands where a figure could not be computed. */
const NOT_COMPUTED = -999;
const VOLATILITY_MAX_PCT = 10_000;

const figureOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value !== NOT_COMPUTED ? value : null;

/** Delta and volatility of Schwab's model, which writes percent; null where it did not work. */
function modelOf(contract: Fields): Pick<OptionQuote, 'delta' | 'impliedVolatility'> {
  const greeks = ['delta', 'gamma', 'theta', 'vega', 'rho'].filter((name) => name in contract);
  const worked = greeks.every((name) => figureOf(contract[name]) !== null);
  const delta = worked ? figureOf(contract['delta']) : null;
  const percent = figureOf(contract['volatility']);
  const isVolatility = percent !== null && percent > 0 && percent <= VOLATILITY_MAX_PCT;
  return {
    delta: delta !== null && Math.abs(delta) <= 1 ? delta : null,
    impliedVolatility: isVolatility ? percent / 100 : null,
  };
}

/** One expiration of an underlying's options. */
export interface Expiration {
  readonly date: DateText;
  /** Settled at the close ("pm"), at the open ("am"), or untold. */
  readonly settlement: 'am' | 'pm' | null;
  /** Roots under which its contracts are listed. */
  readonly roots: readonly string[];
  /** False where what is delivered is not 100 shares; untold counts as false. */
  readonly isStandard: boolean;
}

/** The expirations of a reply, in its order. Throws where it is none. */
export function expirationsOf(json: unknown): Expiration[] {
  const list = recordOf(json)?.['expirationList'];
  if (!Array.isArray(list)) throw new Error('Schwab’s reply has no list of expirations');
  return list.flatMap((one: unknown) => {
    const { expirationDate, settlementType, optionRoots, standard } = recordOf(one) ?? {};
    const date = dateIn(expirationDate);
    if (date === null) return [];
    const settlement = settlementType === 'P' ? 'pm' : settlementType === 'A' ? 'am' : null;
    const roots = typeof optionRoots === 'string' ? optionRoots.split(',') : [];
    return [{ date, settlement, roots, isStandard: standard === true }];
  });
}

/** The date as text, or null. */
export function dateIn(value: unknown): DateText | null {
  try {
    return typeof value === 'string' ? parseDate(value.slice(0, 10)) : null;
  } catch {
    return null;
  }
}
