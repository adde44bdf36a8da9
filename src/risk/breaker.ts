import { formatMoney, type Money } from '../base/index.ts';
import { type HaltLevel, type Limits, percentOf } from './limits.ts';

/** Marks that loss limits are measured from; both move with deposits, never with prices alone. */
export interface LossMarks {
  /** Equity at the last session's close. */
  readonly lastClose: Money;
  readonly highest: Money;
}

/** What may trip a breaker. */
export type BreakerCause = 'loss' | 'streak' | 'rate' | 'rejects';

/** How far each cause halts where it is not new risk alone. */
export type BreakerLevels = Readonly<Partial<Record<BreakerCause, HaltLevel>>>;

/** The level that a cause halts to: new risk alone where nobody set more; never none. */
export function levelOf(cause: BreakerCause, levels?: BreakerLevels): HaltLevel {
  const level = levels?.[cause];
  return level === undefined || level === 'NONE' ? 'NO_NEW_RISK' : level;
}

/** True where no fall of equity trips. */
export const lossesOff = (limits: Limits): boolean =>
  limits.dailyLossPctMax >= 100 &&
  limits.drawdownPctMax >= 100 &&
  limits.dailyLossMax === undefined &&
  limits.drawdownMax === undefined;

/**
 * The sentence that trips a breaker, or null. A fall that reaches its limit trips (invariant 20),
 * and so does one that cannot be measured. A limit of 100 % is off.
 */
export function lossBreach(equity: Money, marks: LossMarks, limits: Limits): string | null {
  if (lossesOff(limits)) return null;
  return (
    fallBreach(
      'Daily loss',
      equity,
      marks.lastClose,
      limits.dailyLossPctMax,
      limits.dailyLossMax,
    ) ?? fallBreach('Drawdown', equity, marks.highest, limits.drawdownPctMax, limits.drawdownMax)
  );
}

function fallBreach(
  name: string,
  equity: Money,
  from: Money,
  pctMax: number,
  most: Money | undefined,
): string | null {
  if (pctMax >= 100 && most === undefined) return null;
  const fall = (from - equity) as Money;
  const known = Number.isFinite(fall) && Number.isFinite(pctMax);
  if (!known || (most !== undefined && !Number.isFinite(most))) return `${name} cannot be measured`;
  if (fall <= 0) return null;
  const found = `${name} of ${formatMoney(fall)} has reached`;
  if (pctMax < 100 && fall >= percentOf(from, pctMax)) {
    return `${found} ${pctMax} % of ${formatMoney(from)}`;
  }
  return most !== undefined && fall >= most ? `${found} ${formatMoney(most)}` : null;
}

/** The sentence that a row of losing closes trips with, or null. A limit that is no count trips. */
export function streakBreach(losses: number, limits: Limits): string | null {
  const most = limits.lossStreakMax;
  if (most === undefined || losses === 0 || losses < most) return null;
  return `${losses} closing orders in a row lost, limit ${most}`;
}
