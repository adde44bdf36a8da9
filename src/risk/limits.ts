import type { Money } from '../base/index.ts';
import type { BreakerLevels } from './breaker.ts';

/**
 * Bounds a person set. Percent is of equity unless the name says otherwise; a bound that may be
 * left out is not set where it is. Where one is set in percent and in dollars, both hold.
 */
export interface Limits extends SymbolBounds, RateLimits {
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

  readonly cashReserveMin?: Money;
  /** Gross exposure in dollars, a leveraged fund counted with its factor. */
  readonly grossExposureMax?: Money;
  /** |long less short|, a fund counted with its factor and sign. */
  readonly netExposurePctMax?: number;
  readonly netExposureMax?: Money;
  /** Symbols held at once, those with a live order that opens them counted. */
  readonly positionsMax?: number;
  /** Positions opened on one trading date. */
  readonly newPositionsPerDayMax?: number;
  readonly dailyLossMax?: Money;
  readonly drawdownMax?: Money;
  /** Closing orders in a row that lost, the one that stops new risk counted. */
  readonly lossStreakMax?: number;
  /** Every entry gets a stop, at the default distance where its strategy gave none. */
  readonly stopRequired?: boolean;
  /** Distance of that stop in percent of the fill price. */
  readonly defaultStopPct?: number;
  /** How far a breaker of each cause halts; new risk alone where left out. Of the desk only. */
  readonly breakers?: BreakerLevels;
  /** Bounds of single symbols, in the place of those above. */
  readonly symbols?: Readonly<Record<string, SymbolLimits>>;
}

/** Bounds on one symbol or one order that a limit may leave out. */
export interface SymbolBounds {
  readonly positionMax?: Money;
  /** One order's notional. */
  readonly orderPctMax?: number;
  /** Shares or contracts of one order. */
  readonly orderQuantityMax?: number;
  /** Distance of a limit price from the market, either way. */
  readonly collarPct?: number;
}

/** What a runaway loop is stopped by; a breach halts. Of the whole account, a book has none. */
export interface RateLimits {
  readonly ordersPerSecondMax?: number;
  readonly ordersPerMinuteMax?: number;
  /** Orders of one side, symbol and quantity within a minute. */
  readonly identicalOrdersPerMinuteMax?: number;
  /** Notional sent on one trading date. */
  readonly dayNotionalMax?: Money;
  /** Orders rejected one after the other, the one that halts counted. */
  readonly rejectsInARowMax?: number;
}

/** Bounds of one symbol; counts are of its own orders, on top of those of the account. */
export type SymbolLimits = Partial<
  Pick<Limits, 'positionPctMax' | 'orderNotionalMax' | 'shortSelling'>
> &
  SymbolBounds &
  Pick<RateLimits, 'ordersPerSecondMax' | 'ordersPerMinuteMax' | 'dayNotionalMax'>;

/** Limits by symbol, made once for each object of limits. */
const merged = new WeakMap<Limits, Map<string, Limits>>();

/** `limits` with the bounds of one symbol in their place; counts stay those of the account. */
export function limitsFor(limits: Limits, symbol: string): Limits {
  const own = limits.symbols?.[symbol];
  if (own === undefined) return limits;
  let known = merged.get(limits);
  if (known === undefined) merged.set(limits, (known = new Map()));
  let found = known.get(symbol);
  if (found === undefined) known.set(symbol, (found = mergedLimits(limits, own)));
  return found;
}

function mergedLimits(limits: Limits, own: SymbolLimits): Limits {
  const { ordersPerSecondMax: _s, ordersPerMinuteMax: _m, dayNotionalMax: _n, ...bounds } = own;
  return { ...limits, ...bounds };
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
