/** Trading days in a year, for every annualized figure of daily returns. */
export const TRADING_DAYS = 252;

/** Arithmetic mean; NaN of an empty list. */
export function mean(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Mean of the n-th power of the distance from the mean, divisor n. */
function centralMoment(values: readonly number[], power: number): number {
  const center = mean(values);
  let sum = 0;
  for (const value of values) sum += (value - center) ** power;
  return sum / values.length;
}

/** Sample standard deviation, divisor n - 1, in two passes; NaN below two values. */
export function sampleDeviation(values: readonly number[]): number {
  if (values.length < 2) return Number.NaN;
  return Math.sqrt((centralMoment(values, 2) * values.length) / (values.length - 1));
}

/** Root of the mean square of the values below zero, divisor n of all values (target 0). */
export function downsideDeviation(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) if (value < 0) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** Root of the mean square. */
export function rootMeanSquare(values: readonly number[]): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum / values.length);
}

/** Skewness g1 = m3 / m2^1.5, moments with divisor n; 0 for a symmetric sample. */
export const skewness = (values: readonly number[]): number =>
  centralMoment(values, 3) / centralMoment(values, 2) ** 1.5;

/** Excess kurtosis g2 = m4 / m2^2 - 3, moments with divisor n; 0 for the normal distribution. */
export const excessKurtosis = (values: readonly number[]): number =>
  centralMoment(values, 4) / centralMoment(values, 2) ** 2 - 3;

/**
 * Quantile at `share` (0 to 1) with linear interpolation between neighbors; NaN of an empty list.
 * Source: Hyndman and Fan, Sample Quantiles in Statistical Packages (1996), type 7.
 */
export function quantile(values: readonly number[], share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (place - below);
}

export interface Regression {
  /** Slope: change of y for a change of 1 in x. */
  readonly beta: number;
  /** Intercept: mean of y where x is 0. */
  readonly alpha: number;
  /** Pearson's, -1 to 1. */
  readonly correlation: number;
}

/** Ordinary least squares of `y` on `x`, paired by index; NaN where a deviation is 0. */
export function regress(x: readonly number[], y: readonly number[]): Regression {
  const [mx, my] = [mean(x), mean(y)];
  let [sxy, sxx, syy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [(x[i] as number) - mx, (y[i] as number) - my];
    sxy += dx * dy;
    sxx += dx * dx;
    syy += dy * dy;
  }
  const beta = sxy / sxx;
  const correlation = Math.max(-1, Math.min(1, sxy / Math.sqrt(sxx * syy)));
  return { beta, alpha: my - beta * mx, correlation };
}
