import { z } from 'zod';
import { BadInput, formatMoney, type Money, parseDate, parseMicros } from '../../base/index.ts';
import { instrumentOf, parseSlot, timeframeMs, type Timeframe } from '../../market/index.ts';

/*
 * Single values of the desk file. The message of every refusal is what was wanted, as it follows
 * "wanted" in an error; a suggestion travels in the issue's `params`.
 */

type Problem = { readonly wanted: string; readonly suggestion?: string | undefined };

/** The context of a refinement, as far as it is used here. */
interface Refusing {
  addIssue(issue: { code: 'custom'; message: string; params: Record<string, unknown> }): void;
}

/** A refinement that refuses with what `problemOf` answers, and passes where that is undefined. */
const refuses =
  <T>(problemOf: (value: T) => Problem | undefined) =>
  (value: T, context: Refusing): void => {
    const problem = problemOf(value);
    if (!problem) return;
    const { wanted: message, suggestion } = problem;
    context.addIssue({ code: 'custom', message, params: { suggestion } });
  };

export interface Range {
  readonly from: number;
  readonly to: number;
  /** Zero is allowed although it is below `from`: it turns the thing off. */
  readonly zero?: boolean;
  /** Values nearer to zero than this are refused, where both signs are allowed. */
  readonly least?: number;
  /** A value like those people set. */
  readonly such: number;
}

const inRange = ({ from, to, zero, least = 0 }: Range, value: number): boolean =>
  (value >= from && value <= to && Math.abs(value) >= least) || (zero === true && value === 0);

const tidy = (value: number): number => Number(value.toPrecision(12));

/** "20 to 50, or 0". */
const rangeText = ({ from, to, zero }: Range): string =>
  `${from} to ${to}${zero && from > 0 ? ', or 0' : ''}`;

const bounds = ({ from, to, zero }: Range) => ({
  minimum: zero ? Math.min(0, from) : from,
  maximum: to,
});

/**
 * A percentage: 5 is five percent. What lies outside the plausible range is refused, with a factor
 * of 100 named where that is the likely slip. At most four decimals: exact in millionths.
 */
export function percent(range: Range) {
  const wanted = `a percentage such as ${range.such} (${rangeText(range)})`;
  const problemOf = (value: number): Problem | undefined => {
    if (!inRange(range, value)) return slip(range, value);
    return isWhole(value * 10_000)
      ? undefined
      : { wanted: 'a percentage of at most four decimals' };
  };
  return z
    .number({ error: wanted })
    .superRefine(refuses(problemOf))
    .meta({ ...bounds(range), description: wanted });
}

const isWhole = (value: number): boolean =>
  Math.abs(value - Math.round(value)) < 1e-9 * Math.max(1, Math.abs(value));

function slip(range: Range, value: number): Problem {
  const [more, less] = [tidy(value * 100), tidy(value / 100)];
  const isSmall = Math.abs(value) < 1 && inRange(range, more);
  if (isSmall) {
    const wanted = `a percentage such as ${more} (${value} % looks like a fraction)`;
    return { wanted, suggestion: String(more) };
  }
  const wanted = `a percentage such as ${range.such} (${rangeText(range)})`;
  const isLarge = value > range.to && inRange(range, less);
  return isLarge ? { wanted, suggestion: String(less) } : { wanted };
}

/** A number of `unit` within a range. */
export function figure(unit: string, range: Range) {
  const wanted = `${unit} such as ${range.such} (${rangeText(range)})`;
  return z
    .number({ error: wanted })
    .superRefine(refuses((value) => (inRange(range, value) ? undefined : { wanted })))
    .meta({ ...bounds(range), description: wanted });
}

/** A whole number of `unit` within a range. */
export function count(unit: string, range: Range) {
  const wanted = `a whole number of ${unit} such as ${range.such} (${rangeText(range)})`;
  const problemOf = (value: number) =>
    Number.isInteger(value) && inRange(range, value) ? undefined : { wanted };
  return z
    .number({ error: wanted })
    .superRefine(refuses(problemOf))
    .meta({ type: 'integer', ...bounds(range), description: wanted });
}

/** An exact amount of dollars as a number or a decimal text, at most six decimals. */
export function dollars(range: Range) {
  const wanted = `dollars such as ${range.such} (${rangeText(range)})`;
  const problemOf = (value: number | string): Problem | undefined => {
    const micros = microsOf(value);
    if (micros === undefined) {
      const plain = typeof value === 'string' ? value.replace(/[$,_ ]/g, '') : '';
      const isMeant = plain !== value && microsOf(plain) !== undefined;
      return { wanted, suggestion: isMeant ? plain : undefined };
    }
    return inRange(range, micros / 1_000_000) ? undefined : { wanted };
  };
  return z
    .union([z.number(), z.string()], { error: wanted })
    .superRefine(refuses(problemOf))
    .meta({ description: `${wanted}; a number or a decimal text, exact` });
}

/** "$1,234,567.50". */
export function dollarText(amount: Money): string {
  const [whole, cents] = formatMoney(amount).split('.') as [string, string];
  return `$${whole.replace(/\B(?=(?:\d{3})+$)/g, ',')}.${cents}`;
}

/** Micro-dollars of a number or decimal text; undefined when it is not an exact amount. */
export const microsOf = (value: number | string): number | undefined =>
  tryOr(() => parseMicros(String(value)));

/** What `make` answers, undefined where it throws `BadInput`. */
function tryOr<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof BadInput) return undefined;
    throw error;
  }
}

/** One of a few words. */
export const word = <const Words extends readonly [string, ...string[]]>(words: Words) =>
  z.enum(words, { error: `one of ${words.map((one) => `"${one}"`).join(', ')}` });

export const flag = () => z.boolean({ error: 'true or false' });

/** Text that is not empty and at most 1,000 characters. */
export const text = (wanted: string) =>
  z.string({ error: wanted }).min(1, { error: wanted }).max(1_000, { error: wanted });

const NAME = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;

/** A name of lower-case letters, digits and hyphens. */
export function name() {
  const wanted = 'a name of lower-case letters, digits and hyphens such as "my-desk"';
  const problemOf = (value: string): Problem | undefined => {
    if (value.length <= 60 && NAME.test(value)) return undefined;
    const tame = value
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[-0-9]+|-+$/g, '');
    return { wanted, suggestion: NAME.test(tame) ? tame.slice(0, 60) : undefined };
  };
  const schema = z.string({ error: wanted }).superRefine(refuses(problemOf));
  return schema.meta({ pattern: NAME.source, maxLength: 60, description: wanted });
}

function isTicker(text: string): boolean {
  const instrument = tryOr(() => instrumentOf(text));
  return instrument !== undefined && instrument.kind !== 'option';
}

/** What is wrong with a text as a symbol; undefined for a ticker. Options are none. */
export function symbolProblem(value: string): Problem | undefined {
  if (isTicker(value)) return undefined;
  const upper = value.trim().replace(/^\$/, '').toUpperCase();
  const wanted = 'a symbol in capital letters such as "QQQ" or "BRK.B"';
  return { wanted, suggestion: isTicker(upper) ? upper : undefined };
}

export const symbol = () =>
  z
    .string({ error: 'a symbol such as "QQQ"' })
    .superRefine(refuses(symbolProblem))
    .meta({ description: 'a symbol in capital letters' });

export function timeframe() {
  const wanted = 'a timeframe such as "1d", "1h" or "5m"';
  const problemOf = (value: string): Problem | undefined => {
    const ms = tryOr(() => timeframeMs(value as Timeframe));
    return ms !== undefined && ms <= 86_400_000 ? undefined : { wanted };
  };
  return z.string({ error: wanted }).superRefine(refuses(problemOf)).meta({ description: wanted });
}

/** A date of the exchange calendar, 1990 to 2035. YAML leaves dates as text. */
export function date() {
  const wanted = 'a date such as "2015-01-02", from 1990 to 2035';
  const problemOf = (value: string): Problem | undefined => {
    const isDate = tryOr(() => parseDate(value)) !== undefined;
    return isDate && value >= '1990' && value < '2036' ? undefined : { wanted };
  };
  return z.string({ error: wanted }).superRefine(refuses(problemOf)).meta({ description: wanted });
}

const LOOPBACK = /^http:\/\/(?:127\.0\.0\.1|localhost):([1-9]\d{0,4})\/?$/;
const PORT_MAX = 65_535;

const isOurs = (value: string): boolean =>
  Number(LOOPBACK.exec(value)?.[1] ?? PORT_MAX + 1) <= PORT_MAX;

/** The address of a process of this machine: a port of it, and nothing else. */
export function loopback() {
  const wanted = 'an address of this machine such as "http://127.0.0.1:7777"';
  const problemOf = (value: string): Problem | undefined => {
    if (isOurs(value)) return undefined;
    const [, port = ''] =
      /^(?:https?:\/\/)?(?:127\.0\.0\.1|localhost|\[::1\])?:?(\d+)\/?$/i.exec(value.trim()) ?? [];
    const meant = `http://127.0.0.1:${port}`;
    return { wanted, suggestion: isOurs(meant) ? meant : undefined };
  };
  return z.string({ error: wanted }).superRefine(refuses(problemOf)).meta({ description: wanted });
}

const SLOT_WANTED = '"close - 5m", "open + 15m", "close", "open" or "every bar"';

/** What is wrong with a text as a slot of the session; undefined where `parseSlot` takes it. */
export function slotProblem(value: string): Problem | undefined {
  try {
    parseSlot(value);
    return undefined;
  } catch (error) {
    if (!(error instanceof BadInput)) throw error;
    return { wanted: SLOT_WANTED, suggestion: /did you mean "([^"]+)"/.exec(error.message)?.[1] };
  }
}

export const slot = () =>
  z
    .string({ error: SLOT_WANTED })
    .superRefine(refuses(slotProblem))
    .meta({ description: SLOT_WANTED });
