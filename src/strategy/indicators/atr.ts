import type { Indicator, Ohlcv, Saved } from '../indicator.ts';
import { emaWeight } from './ema.ts';
import { lengthOf, numbersOf, Pair, savedOf, smoothed, needFinite } from './state.ts';

/**
 * The largest of high - low, |high - previous close| and |low - previous close|.
 * Source: Wilder, New Concepts in Technical Trading Systems (1978).
 */
export function trueRangeOf(high: number, low: number, previousClose: number): number {
  const top = high > previousClose ? high : previousClose;
  const bottom = low < previousClose ? low : previousClose;
  return top - bottom;
}

interface AtrState {
  /** Bars, and true ranges among them. */
  seen: number;
  ranges: number;
  close: number;
  mean: number;
}

class Atr implements Indicator<Ohlcv, number> {
  value = Number.NaN;
  readonly #pair = new Pair<AtrState>(() => ({ seen: 0, ranges: 0, close: 0, mean: 0 }));
  readonly #warm: number;
  readonly #alpha: number;
  readonly #skipFirst: boolean;

  constructor(warm: number, alpha: number, skipFirst: boolean) {
    this.#warm = warm;
    this.#alpha = alpha;
    this.#skipFirst = skipFirst;
  }

  get ready(): boolean {
    return this.#pair.now.ranges >= this.#warm;
  }

  update(bar: Ohlcv): number {
    const { high, low, close } = bar;
    needFinite(high + low + close);
    this.#pair.turn();
    return this.#write(high, low, close);
  }

  replace(bar: Ohlcv): number {
    const { high, low, close } = bar;
    needFinite(high + low + close);
    return this.#write(high, low, close);
  }

  #write(high: number, low: number, close: number): number {
    const { now, before } = this.#pair;
    const first = before.seen === 0;
    const range = first ? high - low : trueRangeOf(high, low, before.close);
    now.seen = before.seen + 1;
    now.ranges = now.seen - (this.#skipFirst ? 1 : 0);
    now.close = close;
    now.mean = smoothed(before.mean, range, now.ranges, this.#warm, this.#alpha);
    return this.#derive();
  }

  #derive(): number {
    this.value = this.ready ? this.#pair.now.mean : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    return savedOf(this.#pair.save());
  }

  restore(saved: Saved): void {
    this.#pair.load(numbersOf(saved, this.#pair.size));
    this.#derive();
  }
}

export interface AtrOptions {
  /** 'wilder' begins with the mean of `length` ranges and weighs 1/length; 'ema' with the first. */
  readonly smoothing: 'wilder' | 'ema';
  /** The first bar has no previous close: leave it out, or take its high - low. */
  readonly firstTrueRange: 'skip' | 'high-low';
}

/**
 * Average true range, in the prices' unit. 'wilder' with 'skip' is TA-Lib's ATR, ready after
 * `length` + 1 bars; 'ema' with 'high-low' is there from the first bar on.
 * Throws `BadInput` unless `length` is whole, from 1.
 */
export function atr(length: number, options: AtrOptions): Indicator<Ohlcv, number> {
  lengthOf('atr', length);
  const skipFirst = options.firstTrueRange === 'skip';
  if (options.smoothing === 'ema') return new Atr(1, emaWeight(length), skipFirst);
  return new Atr(length, 1 / length, skipFirst);
}

/** True range of the newest bar, in the prices' unit; from the second bar on. TA-Lib's TRANGE. */
export const trueRange = (): Indicator<Ohlcv, number> => new Atr(1, 1, true);
