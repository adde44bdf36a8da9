import type { Money } from '../base/index.ts';

/** Bounds a person set. Percent is of equity unless the name says otherwise. */
export interface Limits {
  /** One symbol's notional. */
  readonly positionPctMax: number;
  /** Cash that buys must leave. */
  readonly cashReservePctMin: number;
  /** Gross exposure over equity, a leveraged fund counted with its factor. */
  readonly leverageMax: number;
  /** Cost of one buy in percent of the cash that is there. */
  readonly buyingPowerPctMax: number;
  readonly orderNotionalMax: Money;
  readonly ordersPerDayMax: number;
  /** Fall of equity since the last session's close that stops new risk; 100 is off. */
  readonly dailyLossPctMax: number;
  /** Fall of equity from its highest that stops new risk; 100 is off. */
  readonly drawdownPctMax: number;
  readonly shortSelling: boolean;
}

const MILLION = 1_000_000;

/**
 * `pct` percent of `amount`, the percentage taken at four decimals, rounded down in size; exact for
 * up to 100 percent. Not finite where either is not: any comparison with it fails.
 */
export function percentOf(amount: Money, pct: number): Money {
  const ppm = Math.round(pct * 10_000);
  const whole = Math.trunc(amount / MILLION);
  const rest = amount - whole * MILLION;
  return (whole * ppm + Math.trunc((rest * ppm) / MILLION) + 0) as Money; // never negative zero
}

/** Levels of a halt, each including those before it. */
export const HALT_LEVELS = ['NONE', 'NO_NEW_RISK', 'CANCEL_ONLY', 'STOP'] as const;
export type HaltLevel = (typeof HALT_LEVELS)[number];

/** Whether `level` is at least `other`; a level that is not known counts as the highest. */
export const isAtLeast = (level: HaltLevel, other: HaltLevel): boolean =>
  rankOf(level) >= rankOf(other);

function rankOf(level: HaltLevel): number {
  const rank = HALT_LEVELS.indexOf(level);
  return rank < 0 ? HALT_LEVELS.length - 1 : rank;
}
