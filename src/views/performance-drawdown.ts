import { type DateText, dayNumber } from '../base/index.ts';
import { found, missing, type Outcome, type Outcomes } from './performance-figures.ts';
import type { Series } from './performance-series.ts';
import { rootMeanSquare } from './statistics.ts';

/** One fall of equity from a peak until it is reached again. */
export interface Drawdown {
  /** Fraction 0 to 1 at the trough. */
  readonly depth: number;
  /** Last date at the peak; the first date where the peak was the start equity. */
  readonly peak: DateText;
  readonly trough: DateText;
  /** First date at or above the peak, null while it lasts. */
  readonly recovery: DateText | null;
  /** Calendar days from the peak to the recovery, or to the last date. */
  readonly days: number;
}

/**
 * Drawdown at each day's end, a fraction 0 to 1 of the highest equity so far (the start equity
 * counts); a loss of more than everything stays at 1.
 */
export function drawdownSeries(series: Series): number[] {
  let peak = series.start;
  return series.equity.map((equity) => {
    peak = Math.max(peak, equity);
    return peak > 0 ? Math.min(1, (peak - equity) / peak) : 1;
  });
}

/** All drawdowns, deepest first; of equally deep ones the older first. */
export function drawdownsOf(series: Series, depths: readonly number[]): Drawdown[] {
  const { dates } = series;
  const all: Drawdown[] = [];
  let from = 0;
  while (from < depths.length) {
    if (depths[from] === 0) {
      from++;
      continue;
    }
    let to = from;
    let deepest = from;
    for (; to < depths.length && (depths[to] as number) > 0; to++) {
      if ((depths[to] as number) > (depths[deepest] as number)) deepest = to;
    }
    all.push(drawdownOf(dates, { peak: Math.max(0, from - 1), deepest, to }, depths));
    from = to;
  }
  return all.sort((a, b) => b.depth - a.depth);
}

function drawdownOf(
  dates: readonly DateText[],
  at: { peak: number; deepest: number; to: number },
  depths: readonly number[],
): Drawdown {
  const peak = dates[at.peak] as DateText;
  const recovery = dates[at.to] ?? null;
  const end = recovery ?? (dates.at(-1) as DateText);
  return {
    depth: depths[at.deepest] as number,
    peak,
    trough: dates[at.deepest] as DateText,
    recovery,
    days: dayNumber(end) - dayNumber(peak),
  };
}

type DrawdownKey = 'maxDrawdown' | 'maxDrawdownDays' | 'longestDrawdownDays' | 'ulcer' | 'calmar';

export function drawdownFigures(
  drawdowns: readonly Drawdown[],
  depths: readonly number[],
  cagr: Outcome,
): Outcomes<DrawdownKey> {
  if (depths.length === 0) {
    const none = missing('no equity yet');
    return {
      maxDrawdown: none,
      maxDrawdownDays: none,
      longestDrawdownDays: none,
      ulcer: none,
      calmar: none,
    };
  }
  const worst = drawdowns[0];
  const depthPct = 100 * (worst?.depth ?? 0);
  const longest = Math.max(0, ...drawdowns.map((drawdown) => drawdown.days));
  return {
    maxDrawdown: found(depthPct, worst && spanText(worst)),
    maxDrawdownDays: found(worst?.days ?? 0),
    longestDrawdownDays: found(longest),
    ulcer: found(100 * rootMeanSquare(depths)),
    calmar: calmarOf(cagr, depthPct),
  };
}

function spanText({ peak, trough, recovery }: Drawdown): string {
  const end = recovery === null ? 'not recovered' : `recovered ${recovery}`;
  return `${peak} to ${trough}, ${end}`;
}

function calmarOf(cagr: Outcome, depthPct: number): Outcome {
  if (cagr.value === null) return missing(cagr.note ?? 'no CAGR');
  if (depthPct === 0) return missing('no drawdown');
  const value = cagr.value / depthPct;
  return cagr.note === undefined ? { value } : { value, note: cagr.note };
}
