import { Decimal } from 'decimal.js';
import { type Instant, MINUTE_MS } from '../../../base/index.ts';
import { type BarRow, instrumentOf, type Quote } from '../../../market/index.ts';
import { pricesOf, sessionRow } from '../data/history.ts';
import { isHaltedBy, millisOf, quoteOf } from '../data/quotes.ts';
import { type Fields, recordOf } from '../http-json.ts';

export type Service = 'LEVELONE_EQUITIES' | 'LEVELONE_OPTIONS' | 'CHART_EQUITY' | 'ACCT_ACTIVITY';

const WORD = /^\d{1,20}$/;
const LOW_BITS = 2n ** 64n;
const SCALE_MAX = 28;

/**
 * A number of account activity, `{ lo, hi, signScale }`, as exact text: lo / 10^(signScale >> 1),
 * below zero where the lowest bit of signScale is set. A missing part is zero; an object without
 * any part, and anything else, is null.
 */
export function schwabNumber(value: unknown): string | null {
  const parts = recordOf(value);
  if (parts === null || !('lo' in parts || 'signScale' in parts)) return null;
  const { lo = 0, hi = 0, signScale = 0 } = parts;
  const [low, high] = [lo, hi].map((part) => wordOf(part));
  const isScale = Number.isInteger(signScale) && (signScale as number) >= 0;
  if (low === null || low === undefined || high === null || high === undefined) return null;
  if (!isScale || (signScale as number) >> 1 > SCALE_MAX || low >= LOW_BITS) return null;
  const exact = new Decimal((high * LOW_BITS + low).toString());
  const text = exact.div(new Decimal(10).pow((signScale as number) >> 1)).toFixed();
  return ((signScale as number) & 1) === 1 && text !== '0' ? `-${text}` : text;
}

function wordOf(part: unknown): bigint | null {
  if (typeof part === 'number')
    return Number.isSafeInteger(part) && part >= 0 ? BigInt(part) : null;
  return typeof part === 'string' && WORD.test(part) ? BigInt(part) : null;
}

/** Numbers of the fields that a quote is made of. Source: Streamer API, field definitions. */
const LEVEL_ONE = {
  LEVELONE_EQUITIES: { bid: '1', ask: '2', last: '3', status: '32', quoteTime: '34', tradeTime: '35' },
  LEVELONE_OPTIONS: { bid: '2', ask: '3', last: '4', status: '33', quoteTime: '38', tradeTime: '39' },
} as const; // prettier-ignore

/** As they were really seen; the vendor's list begins with the open, and has the sequence sixth. */
const CHART = { open: '2', high: '3', low: '4', close: '5', volume: '6', time: '7' } as const;

/** The numbers to ask for, of each service. */
export const FIELDS: Readonly<Record<Service, readonly string[]>> = {
  LEVELONE_EQUITIES: ['0', ...Object.values(LEVEL_ONE.LEVELONE_EQUITIES)],
  LEVELONE_OPTIONS: ['0', ...Object.values(LEVEL_ONE.LEVELONE_OPTIONS)],
  CHART_EQUITY: ['0', '1', ...Object.values(CHART), '8'],
  ACCT_ACTIVITY: ['0', '1', '2', '3'],
};

export type LevelOne = keyof typeof LEVEL_ONE;

export const isLevelOne = (service: string): service is LevelOne =>
  Object.hasOwn(LEVEL_ONE, service);

/** The service that quotes a symbol. */
export const levelOneOf = (symbol: string): LevelOne =>
  instrumentOf(symbol).kind === 'option' ? 'LEVELONE_OPTIONS' : 'LEVELONE_EQUITIES';

/** What is known of a symbol: of each field the last value that was sent. */
export type Known = Record<string, unknown>;

/** Takes an update into what is known: a field that was not sent keeps its value. */
export function mergeUpdate(known: Known, service: LevelOne, update: Fields): void {
  for (const field of Object.values(LEVEL_ONE[service])) {
    if (field in update) known[field] = update[field];
  }
}

/** The quote that is known of a symbol; null where there is none that counts. */
export function knownQuote(
  symbol: string,
  service: LevelOne,
  known: Known,
  receivedAt: Instant,
): Quote | null {
  const at = LEVEL_ONE[service];
  const raw = {
    bidPrice: known[at.bid],
    askPrice: known[at.ask],
    lastPrice: known[at.last],
    quoteTime: known[at.quoteTime],
    tradeTime: known[at.tradeTime],
  };
  return quoteOf(symbol, raw, receivedAt);
}

/** Whether trading is halted, and in which words; null where it was not told yet. */
export function knownHalt(
  service: LevelOne,
  known: Known,
): { readonly isHalted: boolean; readonly status: string } | null {
  const status = known[LEVEL_ONE[service].status];
  return typeof status === 'string' ? { isHalted: isHaltedBy(status), status } : null;
}

/** How far our clock may be behind when a minute is told to be complete. */
const BEHIND_MS = 2_000;

/** The minute that a chart's update tells; null where it is none, or not complete. */
export function chartRow(symbol: string, update: Fields, receivedAt: Instant): BarRow | null {
  const fields = Object.entries(CHART).map(([name, number]) => [name, update[number]] as const);
  const named = Object.fromEntries(fields);
  const start = millisOf(named['time']);
  const prices = pricesOf(named);
  if (start === null || prices === null || start % MINUTE_MS !== 0) return null;
  const row = sessionRow({ symbol, start, lengthMs: MINUTE_MS, prices });
  return row !== null && row.at <= receivedAt + BEHIND_MS ? row : null;
}
