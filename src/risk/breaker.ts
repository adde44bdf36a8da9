import { formatMoney, type Money } from '../base/index.ts';
import { type Limits, percentOf } from './limits.ts';

/** Marks that loss limits are measured from; both move with deposits, never with prices alone. */
export interface LossMarks {
  /** Equity at the last session's close. */
  readonly lastClose: Money;
  readonly highest: Money;
}

/**
 * The sentence that trips a breaker, or null. A fall that reaches its limit trips (invariant 20),
 * and so does one that cannot be measured. A limit of 100 % is off.
 */
export function lossBreach(equity: Money, marks: LossMarks, limits: Limits): string | null {
  return (
    fallBreach('Daily loss', equity, marks.lastClose, limits.dailyLossPctMax) ??
    fallBreach('Drawdown', equity, marks.highest, limits.drawdownPctMax)
  );
}

function fallBreach(name: string, equity: Money, from: Money, pctMax: number): string | null {
  if (pctMax >= 100) return null;
  const fall = (from - equity) as Money;
  if (!Number.isFinite(fall) || !Number.isFinite(pctMax)) return `${name} cannot be measured`;
  if (fall <= 0 || fall < percentOf(from, pctMax)) return null;
  return `${name} of ${formatMoney(fall)} has reached ${pctMax} % of ${formatMoney(from)}`;
}
