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

export interface DataLimits {
  /** Largest change between closes, and to the quote, in percent, both directions. */
  readonly corporateActionPct: number;
  /** How many closes back that is looked for. */
  readonly lookbackDays: number;
  readonly quoteAgeMsMax: number;
}

export interface QuoteSeen {
  readonly symbol: string;
  readonly price: Price | null;
  readonly at: Instant;
}

/** F039, F040: a price that is present, above zero, of this session, and young enough. */
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
    return stop('quoteOfAnotherSession', `${symbol}: last quote is of ${formatInstant(quote.at)}`);
  }
  const age = now.at - quote.at;
  if (age <= limits.quoteAgeMsMax && age >= -MINUTE_MS) return null;
  return stop('quoteStale', `${symbol}: quote is ${age} ms old, limit ${limits.quoteAgeMsMax} ms`);
}

export interface HistorySeen {
  readonly symbol: string;
  /** Exchange days of the completed bars, oldest first. */
  readonly days: readonly number[];
  /** Their closes. */
  readonly closes: readonly number[];
  readonly lastVolume: number;
  /** True for prices as traded, in which a split shows as a jump. */
  readonly raw: boolean;
}

/** F043: rising days, complete against the calendar, up to the session before `today`. */
export function checkHistory(history: HistorySeen, today: number): Finding | null {
  const { symbol, days } = history;
  for (let i = 1; i < days.length; i++) {
    if ((days[i] as number) <= (days[i - 1] as number)) {
      return stop(
        'barsOutOfOrder',
        `${symbol}: bar ${i + 1} of the history is not after the one before`,
      );
    }
  }
  if (days.length === 0) return null;
  let at = days.length - 1;
  for (let day = today - 1; at >= 0 && day >= (days[0] as number); day--) {
    const isSession = sessionOfDay(day) !== undefined;
    if (days[at] === day) at--;
    else if (isSession) {
      const code = at === days.length - 1 ? 'barsStale' : 'barsIncomplete';
      return stop(code, `${symbol}: no bar of session ${dateOfDay(day)}`);
    }
  }
  return null;
}

/** F036: a jump in prices as traded, or to the quote, that may be a split; both directions. */
export function checkCorporateAction(
  history: HistorySeen,
  quote: number | null,
  limits: DataLimits,
): Finding | null {
  if (!history.raw) return null;
  const closes = history.closes.slice(-(limits.lookbackDays + 1));
  if (quote !== null) closes.push(quote);
  for (let i = 1; i < closes.length; i++) {
    const change = ((closes[i] as number) / (closes[i - 1] as number) - 1) * 100;
    if (!(Math.abs(change) <= limits.corporateActionPct)) {
      const text = `${history.symbol}: price changed by ${change.toFixed(1)} % within the last days`;
      return stop('corporateAction', `${text}, limit ${limits.corporateActionPct} %`);
    }
  }
  return null;
}

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
