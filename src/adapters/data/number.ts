const POWERS = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1] as const;
const MAX = Number.MAX_SAFE_INTEGER;
const ZERO_CHAR = 48;
const POINT = 46 - ZERO_CHAR;

/** Sixteen characters hold at most fifteen digits and a point: a whole number below 2^53. */
const PLAIN_LENGTH_MAX = 16;

/** What a price in a file has to be, for messages. */
export const PRICE_WANTED = 'a price above zero and at most 9007199254.740991, such as "412.35"';
/** What a volume or a size in a file has to be, for messages. */
export const VOLUME_WANTED = 'a number of shares, zero or more, or nothing where it is unknown';

/**
 * Whole micro-dollars of a plain decimal such as "412.35" in `bytes` from `start` up to `stop`;
 * exact. NaN for all else: signs, exponents, more than six decimals, blanks, text (see
 * `priceOfText`).
 */
export function priceOfBytes(bytes: Uint8Array, start: number, stop: number): number {
  if (stop - start > PLAIN_LENGTH_MAX) return Number.NaN;
  let digits = 0;
  let point = -1;
  for (let i = start; i < stop; i += 1) {
    const digit = (bytes[i] as number) - ZERO_CHAR;
    if (digit >= 0 && digit <= 9) digits = digits * 10 + digit;
    else if (digit === POINT && point < 0) point = i;
    else return Number.NaN;
  }
  const decimals = point < 0 ? 0 : stop - point - 1;
  if (decimals > 6) return Number.NaN;
  const micros = digits * (POWERS[decimals] as number);
  return micros > 0 && micros <= MAX ? micros : Number.NaN;
}

const DECIMAL = /^\+?(\d{0,40})(?:\.(\d{0,40}))?(?:[eE]([+-]?\d{1,2}))?$/;

/**
 * Whole micro-dollars of any decimal text above zero, exponents too; finer than a micro-dollar is
 * rounded half to even. NaN for text that is no number, zero or below, and out of range.
 */
export function priceOfText(text: string): number {
  const match = DECIMAL.exec(text);
  const [whole, part] = [match?.[1] ?? '', match?.[2] ?? ''];
  if (!match || whole.length + part.length === 0) return Number.NaN;
  const shift = 6 - part.length + Number(match[3] ?? 0);
  const digits = BigInt(whole + part);
  const micros = shift >= 0 ? digits * 10n ** BigInt(shift) : halfEven(digits, -shift);
  return micros > 0n && micros <= BigInt(MAX) ? Number(micros) : Number.NaN;
}

function halfEven(digits: bigint, decimals: number): bigint {
  const unit = 10n ** BigInt(decimals);
  const floor = digits / unit;
  const twice = (digits % unit) * 2n;
  return twice > unit || (twice === unit && floor % 2n === 1n) ? floor + 1n : floor;
}

/** Below this a product with a million is off by less than a thousandth. */
const QUICK_DOLLARS = 1_000_000;

/**
 * Whole micro-dollars of the shortest decimal text of a double; rounded half to even.
 * NaN for zero and below, NaN, infinities and out of range.
 */
export function priceOfNumber(dollars: number): number {
  const scaled = dollars * 1_000_000;
  const rounded = Math.round(scaled);
  const clear = Math.abs(scaled - rounded) < 0.4;
  return rounded > 0 && clear && dollars < QUICK_DOLLARS ? rounded : priceOfText(String(dollars));
}

/** Shares of plain digits; NaN for all else (see `volumeOfText`). */
export function volumeOfBytes(bytes: Uint8Array, start: number, stop: number): number {
  if (stop === start || stop - start >= PLAIN_LENGTH_MAX) return Number.NaN;
  let digits = 0;
  for (let i = start; i < stop; i += 1) {
    const digit = (bytes[i] as number) - ZERO_CHAR;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    digits = digits * 10 + digit;
  }
  return digits;
}

const UNSIGNED = /^\+?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})(?:[eE][+-]?\d{1,2})?$/;

/** Shares of a text: NaN for a blank or "null" (unknown), undefined for what is no volume. */
export function volumeOfText(text: string): number | undefined {
  if (text === '' || text === 'null') return Number.NaN;
  return UNSIGNED.test(text) ? Number(text) : undefined;
}
