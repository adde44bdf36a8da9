import { BadInput, type Instant } from '../../../base/index.ts';
import { formatOcc, instrumentOf, parseOcc } from '../../../market/index.ts';
import { quantityOf } from '../../number.ts';
import { alpacaSymbol } from '../symbol.ts';
import { plainText } from '../../text.ts';

/** A JSON object of which nothing is known yet. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as a JSON object; null for anything else, arrays included. */
export const recordOf = (value: unknown): Json | null =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;

/** What a key of an object holds by its own; nothing that every object inherits. */
export const ownOf = (value: Json, key: string): unknown =>
  Object.hasOwn(value, key) ? value[key] : undefined;

/** A size on the tape, zero or above, parts of shares included; null for anything else. */
export function sizeOf(value: unknown): number | null {
  const found = quantityOf(value);
  const size = found === null ? -1 : found.whole + Number(found.fraction ?? 0);
  return size >= 0 ? size : null;
}

const CALENDAR_FROM = Date.UTC(1990, 0, 2);
const CALENDAR_TO = Date.UTC(2035, 11, 31);

/** Whether the exchange calendar knows an instant, whatever the zone. */
export const isDated = (at: Instant): boolean => at >= CALENDAR_FROM && at < CALENDAR_TO;

/** How Alpaca writes a symbol of ours. Throws `BadInput` for an index, of which it has no data. */
export function wireSymbol(symbol: string): string {
  if (!isIndex(symbol)) return alpacaSymbol(symbol);
  throw new BadInput(`Symbol "${symbol}" is an index, of which Alpaca has no data`);
}

export const isIndex = (symbol: string): boolean => instrumentOf(symbol).kind === 'index';

/** Our 21 characters for an option as Alpaca writes it; null for any other text. */
export function optionOf(text: string): string | null {
  try {
    return formatOcc(parseOcc(text));
  } catch {
    return null;
  }
}

const WORDS_MAX = 300;

/** Words of theirs, fit to be shown; empty for what is no text. */
export const wordsOf = (value: unknown): string =>
  plainText(typeof value === 'string' ? value : '').slice(0, WORDS_MAX);
