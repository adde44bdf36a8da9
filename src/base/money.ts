import { assert, BadInput } from './assert.ts';
import type { Brand } from './brand.ts';

/** Dollars as a whole count of micro-dollars (1e-6), within the safe range: 9.0 billion dollars. */
export type Money = Brand<number, 'Money'>;
/** Dollars for one share or one unit of a contract's multiplier, in micro-dollars. */
export type Price = Brand<number, 'Price'>;
/** Whole shares or contracts; signed where it is a position, unsigned in orders and fills. */
export type Quantity = Brand<number, 'Quantity'>;

export type Rounding = 'down' | 'up' | 'floor' | 'ceil' | 'half-even';

export const MICROS = 1_000_000;
export const ZERO = 0 as Money;

const SAFE = Number.MAX_SAFE_INTEGER;

function checked(value: number, what: string): number {
  if (!Number.isSafeInteger(value)) {
    throw new BadInput(`${what}: "${value}" is not a whole number within ±9007199254740991`);
  }
  return value === 0 ? 0 : value;
}

/** An amount from micro-dollars; throws unless it is a safe integer. Never holds negative zero. */
export const money = (micros: number): Money => checked(micros, 'Money in micro-dollars') as Money;
/** A price from micro-dollars; throws unless it is a safe integer. */
export const price = (micros: number): Price => checked(micros, 'Price in micro-dollars') as Price;
/** A whole quantity; throws unless it is a safe integer. */
export const quantity = (units: number): Quantity => checked(units, 'Quantity') as Quantity;

const DECIMAL = /^([+-]?)(\d{1,10})(?:\.(\d{1,12}))?$/;

/**
 * Micro-dollars of a decimal text such as "-12.345678"; exact.
 * Throws `BadInput` for anything else, for more than six decimals but zeros, and out of range.
 */
export function parseMicros(text: string): number {
  const match = DECIMAL.exec(text);
  if (!match) throw new BadInput(`Amount "${text}" is not a decimal number such as "1234.56"`);
  const decimals = (match[3] ?? '').padEnd(6, '0');
  if (/[1-9]/.test(decimals.slice(6))) {
    throw new BadInput(`Amount "${text}" is finer than one micro-dollar (six decimals)`);
  }
  const micros = Number(match[2]) * MICROS + Number(decimals.slice(0, 6));
  return checked(match[1] === '-' ? -micros : micros, `Amount "${text}"`);
}

export const parseMoney = (text: string): Money => parseMicros(text) as Money;
export const parsePrice = (text: string): Price => parseMicros(text) as Price;

/** Decimal text with at least two and at most six decimals: "12.30", "0.383862". Exact. */
export function formatMoney(amount: Money | Price): string {
  const sign = amount < 0 ? '-' : '';
  const abs = Math.abs(amount);
  const fraction = String(abs % MICROS).padStart(6, '0');
  const decimals = fraction.slice(0, 2) + fraction.slice(2).replace(/0+$/, '');
  return `${sign}${Math.floor(abs / MICROS)}.${decimals}`;
}

/** Dollars as a double, for indicators and pictures only; correctly rounded. */
export const toDollars = (amount: Money | Price): number => amount / MICROS;

/** The price nearest to a double of dollars; ties to even. Throws `BadInput` unless finite. */
export function priceFromDollars(dollars: number): Price {
  if (!Number.isFinite(dollars)) throw new BadInput(`Price "${dollars}" is not a finite number`);
  return checked(roundHalfEven(dollars * MICROS), `Price "${dollars}"`) as Price;
}

export const moneyFromDollars = (dollars: number): Money =>
  priceFromDollars(dollars) as number as Money;

export const add = (a: Money, b: Money): Money => checked(a + b, 'Sum') as Money;
export const subtract = (a: Money, b: Money): Money => checked(a - b, 'Difference') as Money;
export const negate = (a: Money): Money => (a === 0 ? ZERO : (-a as Money));

/**
 * price x quantity x multiplier, exact; the sign is that of the quantity (and the price).
 * Throws `BadInput` unless quantity and multiplier are whole and the product is in range.
 */
export function times(at: Price, units: number, multiplier = 1): Money {
  const product = at * units * multiplier;
  const whole = Number.isInteger(units) && Number.isInteger(multiplier);
  if (whole && Number.isSafeInteger(product)) return (product === 0 ? 0 : product) as Money;
  throw new BadInput(
    `Notional of ${units} x ${multiplier} at "${formatMoney(at)}" is not exact or out of range`,
  );
}

function roundHalfEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest < 0.5) return floor;
  if (rest > 0.5) return floor + 1;
  return floor % 2 === 0 ? floor : floor + 1;
}

function roundQuotient(n: bigint, d: bigint, rounding: Rounding): bigint {
  const negative = n < 0n !== d < 0n;
  const an = n < 0n ? -n : n;
  const ad = d < 0n ? -d : d;
  const q = an / ad;
  const r = an % ad;
  const away = r !== 0n && isAway(rounding, negative, r * 2n, ad, q);
  const abs = away ? q + 1n : q;
  return negative ? -abs : abs;
}

function isAway(rounding: Rounding, negative: boolean, twice: bigint, d: bigint, q: bigint) {
  switch (rounding) {
    case 'down':
      return false;
    case 'up':
      return true;
    case 'floor':
      return negative;
    case 'ceil':
      return !negative;
    case 'half-even':
      return twice > d || (twice === d && q % 2n === 1n);
  }
}

/** Factors up to this leave room to multiply exactly in two parts. */
const SPLIT_MAX = 2 ** 30;
const PART = 2 ** 15;

/**
 * value x numerator / denominator, rounded once by `rounding` to a whole number; exact before that.
 * All three are safe integers, denominator not zero; throws otherwise, or if the result is unsafe.
 */
export function ratio(
  value: number,
  numerator: number,
  denominator: number,
  rounding: Rounding,
): number {
  if (value >= 0 && numerator >= 0 && denominator > 0 && Number.isInteger(denominator)) {
    const product = value * numerator;
    if (product <= SAFE && Number.isInteger(value) && Number.isInteger(numerator)) {
      const rest = product % denominator;
      return rounded((product - rest) / denominator, rest, denominator, rounding);
    }
    if (numerator <= SPLIT_MAX && denominator <= SPLIT_MAX) {
      const result = splitRatio(value, numerator, denominator, rounding);
      if (result <= SAFE) return result;
    }
  }
  return wideRatio(value, numerator, denominator, rounding);
}

/** As `ratio`, for factors whose product is too large: by long division in two parts, all exact. */
function splitRatio(value: number, n: number, d: number, rounding: Rounding): number {
  if (!Number.isSafeInteger(value) || !Number.isInteger(n)) return Number.POSITIVE_INFINITY;
  const over = value % d;
  const whole = (value - over) / d;
  const low = n % PART;
  const high = over * ((n - low) / PART);
  const highRest = high % d;
  const tail = highRest * PART + over * low;
  const rest = tail % d;
  const quotient = whole * n + ((high - highRest) / d) * PART + (tail - rest) / d;
  return rounded(quotient, rest, d, rounding);
}

/** The quotient of what is not below zero, moved by what is left over. */
function rounded(quotient: number, rest: number, d: number, rounding: Rounding): number {
  if (rest === 0 || rounding === 'down' || rounding === 'floor') return quotient;
  if (rounding !== 'half-even') return quotient + 1;
  const twice = rest * 2;
  return twice > d || (twice === d && quotient % 2 === 1) ? quotient + 1 : quotient;
}

function wideRatio(value: number, numerator: number, denominator: number, rounding: Rounding) {
  assert(denominator !== 0, 'Division by zero');
  checked(value, 'Operand of a ratio');
  checked(numerator, 'Operand of a ratio');
  checked(denominator, 'Operand of a ratio');
  const result = roundQuotient(BigInt(value) * BigInt(numerator), BigInt(denominator), rounding);
  if (result > BigInt(SAFE) || result < -BigInt(SAFE)) {
    throw new BadInput(`Result of ${value} x ${numerator} / ${denominator} is out of range`);
  }
  return Number(result);
}

/** amount x numerator / denominator, rounded by name to a micro-dollar. */
export const scale = <T extends Money | Price>(
  amount: T,
  numerator: number,
  denominator: number,
  rounding: Rounding,
): T => ratio(amount, numerator, denominator, rounding) as T;

/** How many whole units of `each` are in `amount`; throws unless `each` is above zero. */
export function unitsIn(amount: Money, each: Price | Money, rounding: Rounding): Quantity {
  assert(each > 0, `Units of "${each}" micro-dollars: not above zero`);
  return ratio(amount, 1, each, rounding) as Quantity;
}

const NANO = 1_000_000_000;

/** amount x fraction, the fraction taken at nine decimals; rounded by name to a micro-dollar. */
export const fractionOf = (amount: Money, fraction: number, rounding: Rounding): Money =>
  ratio(amount, checked(Math.round(fraction * NANO), 'Fraction'), NANO, rounding) as Money;
