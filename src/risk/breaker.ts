import { formatMoney, fractionOf, type Money, subtract } from '../base/index.ts';
import type { Limits } from './limits.ts';

/** Marks that loss limits are measured from; both move with deposits, never with prices alone. */
export interface LossMarks {
  /** Equity at the last session's close. */
  readonly lastClose: Money;
  readonly highest: Money;
}

/** The sentence that trips a breaker, or null. A limit of 100 % is off. */
export function lossBreach(equity: Money, marks: LossMarks, limits: Limits): string | null {
  return (
    fallBreach('Daily loss', equity, marks.lastClose, limits.dailyLossPctMax) ??
    fallBreach('Drawdown', equity, marks.highest, limits.drawdownPctMax)
  );
}

function fallBreach(name: string, equity: Money, from: Money, pctMax: number): string | null {
  if (pctMax >= 100) return null;
  const fall = subtract(from, equity);
  const most = fractionOf(from, pctMax / 100, 'down');
  if (fall <= most) return null;
  return `${name} of ${formatMoney(fall)} is above ${pctMax} % of ${formatMoney(from)}`;
}
