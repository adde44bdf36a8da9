import { type DateText, type Money, toDollars } from '../base/index.ts';
import { found, missing, type Outcome, type Outcomes, unless } from './performance-figures.ts';
import {
  annualizedPct,
  DEVIATION_MIN,
  RETURNS_MIN,
  type Series,
  shortOf,
  shortToAnnualize,
} from './performance-series.ts';
import type { RunRecord } from './record.ts';
import {
  downsideDeviation,
  excessKurtosis,
  mean,
  quantile,
  sampleDeviation,
  skewness,
  TRADING_DAYS,
} from './statistics.ts';

/** Return of a calendar month or year, in percent; null where equity before it was not above 0. */
export interface PeriodReturn {
  /** "2024-01" or "2024". */
  readonly period: string;
  readonly returnPct: number | null;
}

/**
 * Returns by calendar period, oldest first; `letters` 7 for months, 4 for years. The first counts
 * from the start equity, each other from the last equity before it, so they compound to the total.
 */
export function periodReturns(series: Series, letters: 4 | 7): PeriodReturn[] {
  const { dates, equity, start } = series;
  const periods: PeriodReturn[] = [];
  let base = start;
  dates.forEach((date, i) => {
    const period = date.slice(0, letters);
    if (dates[i + 1]?.startsWith(period)) return;
    const end = equity[i] as number;
    periods.push({ period, returnPct: base > 0 ? 100 * (end / base - 1) : null });
    base = end;
  });
  return periods;
}

type ReturnKey =
  | 'endEquity'
  | 'totalReturn'
  | 'cagr'
  | 'bestDay'
  | 'worstDay'
  | 'bestMonth'
  | 'worstMonth'
  | 'bestYear'
  | 'worstYear';

export function returnFigures(
  run: RunRecord,
  series: Series,
  months: readonly PeriodReturn[],
  years: readonly PeriodReturn[],
): Outcomes<ReturnKey> {
  const last = run.equity.at(-1)?.equity;
  const days = series.returns.map((r, i) => ({
    period: series.dates[i] as DateText,
    returnPct: 100 * r,
  }));
  const noDay = shortOf(series, 1) ?? 'no daily return';
  return {
    endEquity: last === undefined ? missing('no equity yet') : found<Money>(last),
    ...growth(series, last),
    bestDay: extreme(days, 1, noDay),
    worstDay: extreme(days, -1, noDay),
    bestMonth: extreme(months, 1, 'no month yet'),
    worstMonth: extreme(months, -1, 'no month yet'),
    bestYear: extreme(years, 1, 'no year yet'),
    worstYear: extreme(years, -1, 'no year yet'),
  };
}

function growth(series: Series, last: Money | undefined): Outcomes<'totalReturn' | 'cagr'> {
  if (last === undefined)
    return { totalReturn: missing('no equity yet'), cagr: missing('no equity yet') };
  if (series.start <= 0) {
    const none = missing('the start equity is zero or below');
    return { totalReturn: none, cagr: none };
  }
  const factor = toDollars(last) / series.start;
  const reason = shortToAnnualize(factor, series.calendarDays);
  return {
    totalReturn: found(100 * (factor - 1)),
    cagr: annualized(reason, factor, series.calendarDays),
  };
}

/** An annualized return, with a caution where the span is less than a year. */
export function annualized(reason: string | null, factor: number, days: number): Outcome {
  if (reason !== null) return missing(reason);
  const value = annualizedPct(factor, days);
  return days >= 365 ? { value } : { value, note: `annualized from ${days} calendar days only` };
}

function extreme(periods: readonly PeriodReturn[], sign: 1 | -1, none: string): Outcome {
  let best: { value: number; when: string } | undefined;
  for (const { period, returnPct } of periods) {
    if (returnPct === null) continue;
    if (!best || sign * returnPct > sign * best.value) best = { value: returnPct, when: period };
  }
  return best ?? missing(none);
}

type RiskKey = 'volatility' | 'sharpe' | 'sortino' | 'skew' | 'kurtosis' | 'var95' | 'cvar95';

/** Figures of the daily returns alone. `riskFree` is a fraction a day. */
export function riskFigures(series: Series, riskFree: number): Outcomes<RiskKey> {
  const { returns } = series;
  const annual = Math.sqrt(TRADING_DAYS);
  const excess = returns.map((r) => r - riskFree);
  const few = shortOf(series, RETURNS_MIN);
  const still = sampleDeviation(returns) < DEVIATION_MIN ? 'daily returns do not vary' : null;
  const downside = downsideDeviation(excess);
  const noLoss = downside < DEVIATION_MIN ? 'no daily return is below the risk-free rate' : null;
  const tail = quantile(returns, 0.05);
  return {
    volatility: unless(shortOf(series, 2), () => 100 * annual * sampleDeviation(returns)),
    sharpe: unless(few ?? still, () => (annual * mean(excess)) / sampleDeviation(excess)),
    sortino: unless(few ?? noLoss, () => (annual * mean(excess)) / downside),
    skew: unless(few ?? still, () => skewness(returns)),
    kurtosis: unless(few ?? still, () => excessKurtosis(returns)),
    var95: unless(few, () => 100 * tail),
    cvar95: unless(few, () => 100 * mean(returns.filter((r) => r <= tail))),
  };
}
