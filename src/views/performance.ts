import type { DateText } from '../base/index.ts';
import { activityFigures } from './performance-activity.ts';
import { benchmarkFigures, benchmarkYears } from './performance-benchmark.ts';
import {
  type Drawdown,
  drawdownFigures,
  drawdownSeries,
  drawdownsOf,
} from './performance-drawdown.ts';
import { type FigureKey, FIGURES, type Figures, type Outcomes } from './performance-figures.ts';
import {
  type PeriodReturn,
  periodReturns,
  returnFigures,
  riskFigures,
} from './performance-returns.ts';
import { seriesOf } from './performance-series.ts';
import { type ClosedTrade, explainedTrades, tradeFigures } from './performance-trades.ts';
import type { RunRecord } from './record.ts';
import { TRADING_DAYS } from './statistics.ts';

/** What a run came to, as plain JSON. `FIGURES` says what each figure is. */
export interface Performance {
  /** First and last date, null of an empty run. */
  readonly from: DateText | null;
  readonly to: DateText | null;
  /** Trading days: points of equity. */
  readonly days: number;
  /** Percent a year that Sharpe, Sortino and alpha were taken against. */
  readonly riskFreePct: number;
  readonly figures: Figures;
  /** Why a figure is null, or why to be careful with it. */
  readonly notes: Readonly<Partial<Record<FigureKey, string>>>;
  /** The day, month, year or span a figure belongs to. */
  readonly when: Readonly<Partial<Record<FigureKey, string>>>;
  /** Oldest first; together they compound to the total return. */
  readonly months: readonly PeriodReturn[];
  readonly years: readonly PeriodReturn[];
  readonly benchmarkYears: readonly PeriodReturn[];
  /** Fraction 0 to 1 at the end of each day of the run. */
  readonly drawdown: readonly number[];
  /** Deepest first. */
  readonly drawdowns: readonly Drawdown[];
  /** By closing time. */
  readonly trades: readonly ClosedTrade[];
}

/**
 * All figures of a run. Money is exact, ratios are doubles; a figure that the sample cannot carry
 * is null with its reason in `notes`. A run has no deposits: every change of equity is a return.
 * `riskFreePct` is percent a year, 0 unless given.
 * Throws `BrokenPromise` if dates do not rise or the benchmark is not as long as the equity.
 */
export function performanceOf(run: RunRecord, options: { riskFreePct?: number } = {}): Performance {
  const riskFreePct = options.riskFreePct ?? 0;
  const riskFree = riskFreePct / 100 / TRADING_DAYS;
  const series = seriesOf(run);
  const months = periodReturns(series, 7);
  const years = periodReturns(series, 4);
  const drawdown = drawdownSeries(series);
  const drawdowns = drawdownsOf(series, drawdown);
  const { trades, leftOut } = explainedTrades(run);
  const returns = returnFigures(run, series, months, years);
  const outcomes: Outcomes = {
    ...returns,
    ...riskFigures(series, riskFree),
    ...drawdownFigures(drawdowns, drawdown, returns.cagr),
    ...activityFigures(run, series),
    ...tradeFigures(trades, leftOut),
    ...benchmarkFigures(run, series, riskFree),
  };
  return {
    from: series.dates[0] ?? null,
    to: series.dates.at(-1) ?? null,
    days: series.dates.length,
    riskFreePct,
    ...laidOut(outcomes),
    months,
    years,
    benchmarkYears: benchmarkYears(run, series),
    drawdown,
    drawdowns,
    trades,
  };
}

function laidOut(outcomes: Outcomes): Pick<Performance, 'figures' | 'notes' | 'when'> {
  const figures: Partial<Record<FigureKey, number | null>> = {};
  const notes: Partial<Record<FigureKey, string>> = {};
  const when: Partial<Record<FigureKey, string>> = {};
  for (const { key } of FIGURES) {
    const outcome = outcomes[key];
    figures[key] = outcome.value;
    if (outcome.note !== undefined) notes[key] = outcome.note;
    if (outcome.when !== undefined) when[key] = outcome.when;
  }
  return { figures: figures as Figures, notes, when };
}
