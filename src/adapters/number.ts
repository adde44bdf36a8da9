import { Decimal } from 'decimal.js';
import { type Instant, MICROS, type Money, type Price } from '../base/index.ts';

const PLAIN = /^-?\d{1,15}(?:\.\d{1,18})?$/;

/**
 * Micro-dollars of an amount as a broker writes it, text or number, rounded half to even where it
 * is finer; null for anything else: empty, NaN, infinite, text, beyond the safe range (F040).
 */
export function microsOf(value: unknown): number | null {
  const isText = typeof value === 'string' && PLAIN.test(value);
  if (!isText && !(typeof value === 'number' && Number.isFinite(value))) return null;
  const micros = new Decimal(value).times(MICROS).toDecimalPlaces(0, Decimal.ROUND_HALF_EVEN);
  const whole = micros.toNumber();
  if (!Number.isSafeInteger(whole)) return null;
  return whole === 0 ? 0 : whole;
}

export const moneyOf = (value: unknown): Money | null => microsOf(value) as Money | null;

/** A price above zero; null for anything else, zero included: nothing is quoted at 0. */
export function priceOf(value: unknown): Price | null {
  const micros = microsOf(value);
  return micros !== null && micros > 0 ? (micros as Price) : null;
}

/** A net price of several legs: it may be zero or below. */
export const netPriceOf = (value: unknown): Price | null => microsOf(value) as Price | null;

/** A signed quantity in whole units and what is left of it, as exact text; null for no number. */
export function quantityOf(value: unknown): { whole: number; fraction: string | null } | null {
  const isText = typeof value === 'string' && PLAIN.test(value);
  if (!isText && !(typeof value === 'number' && Number.isFinite(value))) return null;
  const exact = new Decimal(value);
  const whole = exact.trunc();
  const left = exact.minus(whole);
  const units = whole.toNumber();
  if (!Number.isSafeInteger(units)) return null;
  return { whole: units === 0 ? 0 : units, fraction: left.isZero() ? null : left.toFixed() };
}

/** A whole quantity; null for a fractional one and for anything that is none. */
export function wholeOf(value: unknown): number | null {
  const found = quantityOf(value);
  return found === null || found.fraction !== null ? null : found.whole;
}

/** Micro-dollars as the shortest exact text: "0.5", "123.45". */
export const dollarText = (amount: Money | Price): string =>
  new Decimal(amount).div(MICROS).toFixed();

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)$/;

/** An instant as text with any offset and up to nanoseconds, cut to milliseconds; null for none. */
export function stampOf(value: unknown): Instant | null {
  if (typeof value !== 'string' || !STAMP.test(value)) return null;
  const at = Date.parse(value.replace(/(\.\d{3})\d+/, '$1').replace(/([+-]\d\d)(\d\d)$/, '$1:$2'));
  return Number.isFinite(at) ? (at as Instant) : null;
}
