import { assert, type DateText, dayNumber, toDollars } from '../base/index.ts';
import type { RunRecord } from './record.ts';

/** Below this an annualized figure from daily returns is noise: six weeks of trading. */
export const RETURNS_MIN = 30;
/** Below this a return is not annualized. */
export const CALENDAR_DAYS_MIN = 30;
export const DAYS_PER_YEAR = 365.25;
/** A deviation of daily returns below this is the rounding of micro-dollars, not risk. */
export const DEVIATION_MIN = 1e-8;

/** A run as doubles, once, for all figures. Lists are by day, aligned with `run.equity`. */
export interface Series {
  readonly dates: readonly DateText[];
  readonly start: number;
  /** Dollars at day's end. */
  readonly equity: readonly number[];
  /** Fractions, the first against the start equity; empty when ruined. */
  readonly returns: readonly number[];
  /** Calendar days from the first date to the last. */
  readonly calendarDays: number;
  /** Date at which equity (or the start equity) was zero or below, null if never. */
  readonly ruined: DateText | null;
}

/** Throws `BrokenPromise` unless dates rise and the benchmark is as long as the equity. */
export function seriesOf(run: RunRecord): Series {
  const dates = run.equity.map((point) => point.date);
  dates.forEach((date, i) => {
    assert(i === 0 || (dates[i - 1] as string) < date, `Equity dates do not rise at "${date}"`);
  });
  const closes = run.benchmark?.closes.length ?? dates.length;
  assert(closes === dates.length, `Benchmark has "${closes}" closes for "${dates.length}" days`);
  const start = toDollars(run.startEquity);
  const equity = run.equity.map((point) => toDollars(point.equity));
  const ruin = start <= 0 ? 0 : equity.findIndex((value) => value <= 0);
  const ruined = ruin < 0 ? null : (dates[ruin] ?? null);
  const returns = ruined === null ? changes([start, ...equity]) : [];
  const [first, last] = [dates[0], dates.at(-1)];
  const calendarDays = first && last ? dayNumber(last) - dayNumber(first) : 0;
  return { dates, start, equity, returns, calendarDays, ruined };
}

/** value / previous value - 1, one fewer than the values. */
export function changes(values: readonly number[]): number[] {
  return values.slice(1).map((value, i) => value / (values[i] as number) - 1);
}

/** Why a figure from `wanted` daily returns cannot be, or null. */
export function shortOf(series: Series, wanted: number): string | null {
  if (series.dates.length === 0) return 'no equity yet';
  if (series.ruined !== null) return `equity was zero or below on ${series.ruined}`;
  if (series.returns.length >= wanted) return null;
  return `fewer than ${wanted} daily returns`;
}

/** Why growth over `calendarDays` by `factor` cannot be annualized, or null. */
export function shortToAnnualize(factor: number, calendarDays: number): string | null {
  if (calendarDays < CALENDAR_DAYS_MIN) return `fewer than ${CALENDAR_DAYS_MIN} calendar days`;
  return factor > 0 ? null : 'nothing is left to grow from';
}

/** Yearly growth in percent of a growth by `factor` in `calendarDays`. */
export const annualizedPct = (factor: number, calendarDays: number): number =>
  100 * (factor ** (DAYS_PER_YEAR / calendarDays) - 1);
