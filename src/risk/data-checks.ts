import { dateOfDay, formatInstant, type Instant, MINUTE_MS, type Price } from '../base/index.ts';
import { sessionOfDay } from '../market/index.ts';

/** Why today's data must not be traded on (`stop`), or what a person should know (`warn`). */
export interface Finding {
  readonly code:
    | 'quoteMissing'
    | 'quoteStale'
    | 'quoteOfAnotherSession'
    | 'barsOutOfOrder'
    | 'barsIncomplete'
    | 'barsStale'
    | 'corporateAction'
    | 'zeroVolume';
  readonly severity: 'stop' | 'warn';
  readonly text: string;
}

/** Bounds on the data of a decision. */
export interface DataLimits {
  /** Largest change between closes, and to the quote, in percent, both directions. */
  readonly corporateActionPct: number;
  /** How many changes between closes back that is looked for. */
  readonly lookbackDays: number;
  readonly quoteAgeMsMax: number;
}

/** A quote as it reached us; null where none did. */
export interface QuoteSeen {
  readonly symbol: string;
  readonly price: Price | null;
  readonly at: Instant;
}

const AHEAD_MS_MAX = MINUTE_MS; // how far the source's clock may be before ours

/**
 * F039, F040: a price that is present, above zero, of this session, and no older than the limit.
 * `now.open` is the session's first instant.
 */
export function checkQuote(
  quote: QuoteSeen,
  now: { at: Instant; open: Instant },
  limits: DataLimits,
): Finding | null {
  const { symbol, price } = quote;
  if (price === null || !Number.isSafeInteger(price) || price <= 0) {
    return stop('quoteMissing', `${symbol}: no price above zero`);
  }
  if (!(quote.at >= now.open)) {
    const when = Number.isSafeInteger(quote.at) ? formatInstant(quote.at) : 'no known instant';
    return stop('quoteOfAnotherSession', `${symbol}: last quote is of ${when}`);
  }
  const age = now.at - quote.at;
  if (age <= limits.quoteAgeMsMax && age >= -AHEAD_MS_MAX) return null;
  return stop('quoteStale', `${symbol}: quote is ${age} ms old, limit ${limits.quoteAgeMsMax} ms`);
}

/** One series as the strategy will fold it. */
export interface HistorySeen {
  readonly symbol: string;
  /** Exchange days of the completed bars, oldest first. */
  readonly days: readonly number[];
  /** Their closes, in the unit of the quote. */
  readonly closes: readonly number[];
  /** NaN where the instrument has none. */
  readonly lastVolume: number;
  /** True for prices as traded, in which a split shows as a jump. */
  readonly raw: boolean;
  /** An index is never split, and may jump as far as it likes. */
  readonly isIndex: boolean;
  /** How many times its index a fund moves; 1 when not given. */
  readonly fundFactor?: number;
}

/**
 * F043: rising days before `today`, complete against the calendar from the first bar to the session
 * before `today`. A bar of a day without a session is let pass: an index is published on some.
 * Nothing to find without bars.
 */
export function checkHistory(history: HistorySeen, today: number): Finding | null {
  const { symbol, days } = history;
  for (let i = 0; i < days.length; i++) {
    const [day, before] = [days[i] as number, days[i - 1] ?? Number.NEGATIVE_INFINITY];
    if (!(day > before)) {
      return stop('barsOutOfOrder', `${symbol}: bar ${i + 1} of the history is not after bar ${i}`);
    }
    if (!(day < today)) {
      const text = `${symbol}: ${dateOfDay(day)} is in the history, yet not completed`;
      return stop('barsOutOfOrder', text);
    }
  }
  let at = days.length - 1;
  for (let day = today - 1; at >= 0; day--) {
    if (days[at] === day) at--;
    else if (sessionOfDay(day) !== undefined) {
      const code = at === days.length - 1 ? 'barsStale' : 'barsIncomplete';
      return stop(code, `${symbol}: no bar of session ${dateOfDay(day)}`);
    }
  }
  return null;
}

/**
 * F036, F042: a jump that may be a split, in prices as traded of the last days, and in any prices
 * from the last close to the `quote`, where it may be a bad tick too. Both directions; null for an
 * index and when no change is above the limit.
 */
export function checkCorporateAction(
  history: HistorySeen,
  quote: number | null,
  limits: DataLimits,
): Finding | null {
  if (history.isIndex) return null;
  const closes = history.closes.slice(history.raw ? -(limits.lookbackDays + 1) : -1);
  if (quote !== null) closes.push(quote);
  const most = limits.corporateActionPct * leverageOf(history);
  for (let i = 1; i < closes.length; i++) {
    const change = ((closes[i] as number) / (closes[i - 1] as number) - 1) * 100;
    if (!(Math.abs(change) <= most)) {
      const text = `${history.symbol}: price changed by ${change.toFixed(1)} %`;
      const limit = `within the last days, limit ${most} %`;
      return stop('corporateAction', `${text} ${limit}`);
    }
  }
  return null;
}

/**
 * A leveraged fund may move further in a day, TQQQ by 35 % in March 2020; twice the limit, not
 * more, so that a split of two for one is still seen.
 */
const leverageOf = ({ fundFactor = 1 }: HistorySeen): number =>
  Math.max(1, Math.min(2, Math.abs(fundFactor)));

/** A completed bar without volume is strange enough to say so. */
export function checkVolume(history: HistorySeen): Finding | null {
  if (history.lastVolume !== 0) return null;
  return {
    code: 'zeroVolume',
    severity: 'warn',
    text: `${history.symbol}: last bar has no volume`,
  };
}

const stop = (code: Finding['code'], text: string): Finding => ({ code, severity: 'stop', text });
