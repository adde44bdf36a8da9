import {
  BadInput,
  type DateText,
  DAY_MS,
  dayNumber,
  formatInstant,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
} from '../../../base/index.ts';
import {
  type BarRow,
  exchangeDay,
  exchangeOffsetMs,
  sessionOfDay,
  type Timeframe,
  timeframeMs,
} from '../../../market/index.ts';
import { priceOf, stampOf, wholeOf } from '../../number.ts';
import { isDated, recordOf } from './values.ts';

/**
 * How Alpaca writes a timeframe. Throws `BadInput` for what it has no bars of: seconds, more than
 * 59 minutes that are no whole hours, more than 23 hours, and more than one day.
 */
export function wireTimeframe(timeframe: Timeframe): string {
  const ms = timeframeMs(timeframe);
  if (ms === DAY_MS) return '1Day';
  if (ms < DAY_MS && ms % HOUR_MS === 0) return `${ms / HOUR_MS}Hour`;
  if (ms < HOUR_MS && ms % MINUTE_MS === 0) return `${ms / MINUTE_MS}Min`;
  throw new BadInput(`Alpaca has no bars of "${timeframe}"; it has 1m to 59m, 1h to 23h, and 1d`);
}

/** Which bars of an answer count. */
export interface BarTerms {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  /** A bar that ends later than this is not complete. */
  readonly completeBy: Instant;
  /** Bars outside of regular hours too. */
  readonly isExtended: boolean;
}

/**
 * One bar in exact prices, stamped with its end; null where it is not complete, not of the regular
 * session as a whole, or any of its figures is none or contradicts another (F040). A bar that
 * begins before the open or ends after the close mixes in trades from outside, and is not of it.
 */
export function rowOfBar(value: unknown, terms: BarTerms): BarRow | null {
  const bar = recordOf(value);
  const start = stampOf(bar?.['t']);
  if (bar === null || start === null || !isDated(start)) return null;
  const ended = timeframeMs(terms.timeframe) === DAY_MS ? endOfDay(start) : endOf(start, terms);
  if (ended === null || ended.at > terms.completeBy) return null;
  const [open, high, low, close] = [bar['o'], bar['h'], bar['l'], bar['c']].map(priceOf);
  if (!open || !high || !low || !close) return null;
  if (high < Math.max(open, close) || low > Math.min(open, close)) return null;
  const shares = wholeOf(bar['v']);
  const volume = shares !== null && shares >= 0 ? shares : null;
  return { symbol: terms.symbol, ...ended, open, high, low, close, volume };
}

type Ended = Pick<BarRow, 'at' | 'day'>;

/** A day's bar begins at midnight in New York and is complete at that session's close. */
function endOfDay(start: Instant): Ended | null {
  if ((start + exchangeOffsetMs(start)) % DAY_MS !== 0) return null;
  const day = exchangeDay(start);
  const session = sessionOfDay(day);
  return session === undefined ? null : { at: session.close, day };
}

function endOf(start: Instant, { timeframe, isExtended }: BarTerms): Ended | null {
  const at = (start + timeframeMs(timeframe)) as Instant;
  const day = exchangeDay(start);
  const session = sessionOfDay(day);
  if (session === undefined) return null;
  const isRegular = start >= session.open && at <= session.close;
  return isRegular || isExtended ? { at, day } : null;
}

/**
 * The rows in order, each once, from one date to another. Throws where two of one end differ:
 * nobody could tell which of them is true (F043).
 */
export function seriesOf(rows: readonly BarRow[], from: DateText, to: DateText): BarRow[] {
  const [first, last] = [dayNumber(from), dayNumber(to)];
  const wanted = rows.filter(({ day }) => day >= first && day <= last);
  wanted.sort((a, b) => a.at - b.at);
  return wanted.filter((row, i) => {
    const before = wanted[i - 1];
    if (before === undefined || before.at !== row.at) return true;
    if (isSame(before, row)) return false;
    throw new Error(
      `Two different bars of "${row.symbol}" end at ${formatInstant(row.at)}: ` +
        `${figures(before)} and ${figures(row)}`,
    );
  });
}

const figures = ({ open, high, low, close, volume }: BarRow): string =>
  `${[open, high, low, close].map((price) => price / 1e6).join('/')} volume ${volume ?? 'unknown'}`;

const isSame = (a: BarRow, b: BarRow): boolean =>
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume;
