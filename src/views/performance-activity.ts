import { add, type Price, toDollars, times, ZERO } from '../base/index.ts';
import { found, missing, type Outcomes, unless } from './performance-figures.ts';
import { CALENDAR_DAYS_MIN, DAYS_PER_YEAR, type Series } from './performance-series.ts';
import { multiplierOf } from './performance-trades.ts';
import type { EquityPoint, RunRecord } from './record.ts';
import { mean } from './statistics.ts';

type ActivityKey =
  | 'grossExposure'
  | 'netExposure'
  | 'timeInMarket'
  | 'turnover'
  | 'fills'
  | 'feesPaid'
  | 'slippage'
  | 'slippageBps';

/** Exposure, turnover and costs. */
export function activityFigures(run: RunRecord, series: Series): Outcomes<ActivityKey> {
  const fees = run.fills.reduce((total, fill) => add(total, fill.fee), ZERO);
  const counts = { fills: found(run.fills.length), feesPaid: found(fees), ...slippageOf(run) };
  if (run.equity.length === 0) {
    const none = missing('no equity yet');
    return {
      ...counts,
      grossExposure: none,
      netExposure: none,
      timeInMarket: none,
      turnover: none,
    };
  }
  const ruined = series.ruined && `equity was zero or below on ${series.ruined}`;
  const short =
    series.calendarDays < CALENDAR_DAYS_MIN
      ? `fewer than ${CALENDAR_DAYS_MIN} calendar days`
      : null;
  const exposures = run.equity.map(exposureOf);
  const inMarket = run.equity.filter((point) =>
    Object.values(point.positions).some((q) => q !== 0),
  );
  return {
    ...counts,
    grossExposure: unless(ruined, () => 100 * mean(exposures.map((e) => e.gross))),
    netExposure: unless(ruined, () => 100 * mean(exposures.map((e) => e.net))),
    timeInMarket: found((100 * inMarket.length) / run.equity.length),
    turnover: unless(ruined ?? short, () => turnoverPct(run, series)),
  };
}

/** Slippage over the fills whose price at decision is known. */
function slippageOf(run: RunRecord): Outcomes<'slippage' | 'slippageBps'> {
  const judged = run.fills.filter((fill) => fill.expectedPrice > 0);
  if (judged.length === 0) {
    const none = missing('no fill with a known price at decision');
    return { slippage: none, slippageBps: none };
  }
  let [paid, notional] = [ZERO, 0];
  for (const { symbol, side, quantity, price, expectedPrice } of judged) {
    const worse = (side === 'buy' ? price - expectedPrice : expectedPrice - price) as Price;
    paid = add(paid, times(worse, quantity, multiplierOf(symbol)));
    notional += toDollars(times(expectedPrice, quantity, multiplierOf(symbol)));
  }
  return { slippage: found(paid), slippageBps: found((10_000 * toDollars(paid)) / notional) };
}

/** Fractions of equity at one day's end. */
function exposureOf(point: EquityPoint): { gross: number; net: number } {
  let [gross, net] = [0, 0];
  for (const exposure of Object.values(point.exposure)) {
    gross += Math.abs(exposure);
    net += exposure;
  }
  return { gross: gross / point.equity, net: net / point.equity };
}

function turnoverPct(run: RunRecord, series: Series): number {
  const notionals = run.fills.map((fill) =>
    toDollars(times(fill.price, fill.quantity, multiplierOf(fill.symbol))),
  );
  const traded = notionals.reduce((total, notional) => total + Math.abs(notional), 0);
  return (100 * traded) / mean(series.equity) / (series.calendarDays / DAYS_PER_YEAR);
}
