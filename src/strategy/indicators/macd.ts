import { BadInput } from '../../base/index.ts';
import type { Indicator, Saved } from '../indicator.ts';
import { type EmaSeed, emaWeight } from './ema.ts';
import { lengthOf, needFinite, numbersOf, Pair, savedOf, smoothed } from './state.ts';

/** In the inputs' unit. One object per indicator, rewritten by each update: copy what you keep. */
export interface MacdValue {
  /** Fast mean less slow mean. */
  readonly macd: number;
  /** Exponential mean of `macd`. */
  readonly signal: number;
  /** `macd` less `signal`. */
  readonly histogram: number;
}

interface MacdState {
  seen: number;
  fast: number;
  slow: number;
  signal: number;
}

interface Lengths {
  readonly fast: number;
  readonly slow: number;
  readonly signal: number;
}

class Macd implements Indicator<number, MacdValue> {
  readonly value = { macd: Number.NaN, signal: Number.NaN, histogram: Number.NaN };
  readonly #pair = new Pair<MacdState>(() => ({ seen: 0, fast: 0, slow: 0, signal: 0 }));
  readonly #warm: Lengths;
  readonly #alpha: Lengths;

  constructor(lengths: Lengths, seed: EmaSeed) {
    const { fast, slow, signal } = lengths;
    this.#warm = seed === 'first' ? { fast: 1, slow: 1, signal: 1 } : lengths;
    this.#alpha = { fast: emaWeight(fast), slow: emaWeight(slow), signal: emaWeight(signal) };
  }

  get ready(): boolean {
    return this.#pair.now.seen >= this.#warm.slow + this.#warm.signal - 1;
  }

  update(input: number): MacdValue {
    needFinite(input);
    this.#pair.turn();
    return this.#write(input);
  }

  replace(input: number): MacdValue {
    needFinite(input);
    return this.#write(input);
  }

  #write(input: number): MacdValue {
    const warm = this.#warm;
    const alpha = this.#alpha;
    const { now, before } = this.#pair;
    const k = before.seen + 1;
    // The fast mean skips the first inputs so that both means begin with the same input.
    const kFast = k - (warm.slow - warm.fast);
    now.seen = k;
    now.fast = smoothed(before.fast, input, kFast, warm.fast, alpha.fast);
    now.slow = smoothed(before.slow, input, k, warm.slow, alpha.slow);
    const kSignal = k - warm.slow + 1;
    now.signal = smoothed(before.signal, now.fast - now.slow, kSignal, warm.signal, alpha.signal);
    return this.#derive();
  }

  #derive(): MacdValue {
    const { now } = this.#pair;
    const { ready, value } = this;
    value.macd = ready ? now.fast - now.slow : Number.NaN;
    value.signal = ready ? now.signal : Number.NaN;
    value.histogram = value.macd - value.signal;
    return value;
  }

  snapshot(): Saved {
    return savedOf(this.#pair.save());
  }

  restore(saved: Saved): void {
    this.#pair.load(numbersOf(saved, this.#pair.size));
    this.#derive();
  }
}

/**
 * Moving average convergence and divergence. Seed 'sma' (the default) is TA-Lib's MACD: ready after
 * `slow` + `signal` - 1 inputs; with 'first' all three means begin with the first input, at once.
 * Throws `BadInput` unless the lengths are whole, from 1, and `fast` is below `slow`.
 */
export function macd(
  fast = 12,
  slow = 26,
  signal = 9,
  options: { readonly seed: EmaSeed } = { seed: 'sma' },
): Indicator<number, MacdValue> {
  lengthOf('macd, fast', fast);
  lengthOf('macd, slow', slow);
  lengthOf('macd, signal', signal);
  if (fast >= slow) throw new BadInput(`macd: fast "${fast}" is not below slow "${slow}"`);
  return new Macd({ fast, slow, signal }, options.seed);
}
