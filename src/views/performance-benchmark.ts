import { type DateText, dayNumber, toDollars } from '../base/index.ts';
import { found, missing, type Outcomes, unless } from './performance-figures.ts';
import { annualized, type PeriodReturn } from './performance-returns.ts';
import { DEVIATION_MIN, RETURNS_MIN, type Series, shortToAnnualize } from './performance-series.ts';
import type { RunRecord } from './record.ts';
import { mean, regress, sampleDeviation, TRADING_DAYS } from './statistics.ts';

type BenchmarkKey =
  | 'benchmarkReturn'
  | 'benchmarkCagr'
  | 'excessReturn'
  | 'alpha'
  | 'beta'
  | 'correlation'
  | 'trackingError'
  | 'informationRatio';

const KEYS: readonly BenchmarkKey[] = [
  'benchmarkReturn',
  'benchmarkCagr',
  'excessReturn',
  'alpha',
  'beta',
  'correlation',
  'trackingError',
  'informationRatio',
];

/** The days on which the benchmark has a close above zero, as indices into the run's days. */
function known(run: RunRecord): { index: number; close: number }[] {
  return (run.benchmark?.closes ?? []).flatMap((close, index) =>
    close !== null && close > 0 ? [{ index, close: toDollars(close) }] : [],
  );
}

/** Figures against the benchmark. `riskFree` is a fraction a day. */
export function benchmarkFigures(
  run: RunRecord,
  series: Series,
  riskFree: number,
): Outcomes<BenchmarkKey> {
  const closes = known(run);
  if (run.benchmark === null) return nothing('no benchmark');
  if (closes.length < 2) return nothing('fewer than 2 closes of the benchmark');
  return { ...spanFigures(series, closes), ...pairFigures(series, closes, riskFree) };
}

const nothing = (reason: string): Outcomes<BenchmarkKey> =>
  Object.fromEntries(
    KEYS.map((key) => [key, missing(reason)]),
  ) as unknown as Outcomes<BenchmarkKey>;

type SpanKey = 'benchmarkReturn' | 'benchmarkCagr' | 'excessReturn';

function spanFigures(series: Series, closes: ReturnType<typeof known>): Outcomes<SpanKey> {
  const first = closes[0] as { index: number; close: number };
  const last = closes.at(-1) as { index: number; close: number };
  const factor = last.close / first.close;
  const date = (index: number) => dayNumber(series.dates[index] as DateText);
  const days = date(last.index) - date(first.index);
  const base = series.equity[first.index] as number;
  const noBase = base > 0 ? null : 'equity was zero or below';
  return {
    benchmarkReturn: found(100 * (factor - 1)),
    benchmarkCagr: annualized(shortToAnnualize(factor, days), factor, days),
    excessReturn: unless(
      noBase,
      () => 100 * ((series.equity[last.index] as number) / base - factor),
    ),
  };
}

type PairKey = 'alpha' | 'beta' | 'correlation' | 'trackingError' | 'informationRatio';

function pairFigures(
  series: Series,
  closes: ReturnType<typeof known>,
  riskFree: number,
): Outcomes<PairKey> {
  const [ours, theirs] = pairs(series, closes);
  const annual = Math.sqrt(TRADING_DAYS);
  const few = ours.length < RETURNS_MIN ? `fewer than ${RETURNS_MIN} daily returns` : null;
  const reason = series.ruined ? `equity was zero or below on ${series.ruined}` : few;
  const still = sampleDeviation(theirs) < DEVIATION_MIN ? 'the benchmark does not vary' : null;
  const flat = sampleDeviation(ours) < DEVIATION_MIN ? 'daily returns do not vary' : null;
  const line = regress(
    theirs.map((r) => r - riskFree),
    ours.map((r) => r - riskFree),
  );
  const active = ours.map((r, i) => r - (theirs[i] as number));
  const spread = sampleDeviation(active);
  const same = spread < DEVIATION_MIN ? 'daily returns do not differ from the benchmark' : null;
  return {
    alpha: unless(reason ?? still, () => 100 * TRADING_DAYS * line.alpha),
    beta: unless(reason ?? still, () => line.beta),
    correlation: unless(reason ?? still ?? flat, () => line.correlation),
    trackingError: unless(reason, () => 100 * annual * spread),
    informationRatio: unless(reason ?? same, () => (annual * mean(active)) / spread),
  };
}

/** Daily returns of both, of days on which the benchmark has this and the previous day's close. */
function pairs(series: Series, closes: ReturnType<typeof known>): [number[], number[]] {
  const ours: number[] = [];
  const theirs: number[] = [];
  closes.forEach(({ index, close }, i) => {
    const before = closes[i - 1];
    const r = series.returns[index];
    if (!before || before.index !== index - 1 || r === undefined) return;
    ours.push(r);
    theirs.push(close / before.close - 1);
  });
  return [ours, theirs];
}

/** The benchmark's returns by calendar year, the first from its first close; empty without one. */
export function benchmarkYears(run: RunRecord, series: Series): PeriodReturn[] {
  const closes = known(run);
  const yearOf = (at: number) => series.dates[closes[at]?.index ?? -1]?.slice(0, 4);
  const years: PeriodReturn[] = [];
  let base = closes[0]?.close ?? 0;
  closes.forEach(({ close }, i) => {
    const period = yearOf(i) as string;
    if (yearOf(i + 1) === period) return;
    years.push({ period, returnPct: 100 * (close / base - 1) });
    base = close;
  });
  return years;
}
