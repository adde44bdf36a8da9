import type { Money } from '../base/index.ts';

/** Bounds a person set. Percent is of equity unless the name says otherwise. */
export interface Limits {
  /** One symbol's notional. */
  readonly positionPctMax: number;
  /** Cash that buys must leave. */
  readonly cashReservePctMin: number;
  /** Gross exposure over equity, a leveraged fund counted with its factor. */
  readonly leverageMax: number;
  /** Notional of one buy in percent of the cash that is there. */
  readonly buyingPowerPctMax: number;
  readonly orderNotionalMax: Money;
  readonly ordersPerDayMax: number;
  /** Fall of equity since the last session's close; 100 is off. */
  readonly dailyLossPctMax: number;
  /** Fall of equity from its highest; 100 is off. */
  readonly drawdownPctMax: number;
  readonly shortSelling: boolean;
}

/** Levels of a halt, each including those before it. */
export const HALT_LEVELS = ['NONE', 'NO_NEW_RISK', 'CANCEL_ONLY', 'STOP'] as const;
export type HaltLevel = (typeof HALT_LEVELS)[number];

/** Whether `level` is at least `other`; a level that is not known counts as the highest. */
export function isAtLeast(level: HaltLevel, other: HaltLevel): boolean {
  const found = HALT_LEVELS.indexOf(level);
  return (found < 0 ? HALT_LEVELS.length - 1 : found) >= HALT_LEVELS.indexOf(other);
}
