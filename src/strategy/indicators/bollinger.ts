import type { Indicator, Saved } from '../indicator.ts';
import { Moments } from './moments.ts';
import { lengthOf, needFinite, numbersOf, positiveOf, savedOf } from './state.ts';

/** In the inputs' unit. One object per indicator, rewritten by each update: copy what you keep. */
export interface BollingerValue {
  readonly middle: number;
  readonly upper: number;
  readonly lower: number;
}

export interface BollingerOptions {
  /** Deviation of the sample (n - 1) instead of the population (n). */
  readonly sample?: boolean;
}

class Bollinger implements Indicator<number, BollingerValue> {
  readonly value = { middle: Number.NaN, upper: Number.NaN, lower: Number.NaN };
  readonly #moments: Moments;
  readonly #width: number;
  readonly #divisor: number;

  constructor(length: number, width: number, divisor: number) {
    this.#moments = new Moments(length);
    this.#width = width;
    this.#divisor = divisor;
  }

  get ready(): boolean {
    return this.#moments.full;
  }

  update(input: number): BollingerValue {
    needFinite(input);
    this.#moments.push(input);
    return this.#derive();
  }

  replace(input: number): BollingerValue {
    needFinite(input);
    this.#moments.amend(input);
    return this.#derive();
  }

  #derive(): BollingerValue {
    const { full, mean, squares } = this.#moments;
    const half = this.#width * Math.sqrt(squares / this.#divisor);
    this.value.middle = full ? mean : Number.NaN;
    this.value.upper = full ? mean + half : Number.NaN;
    this.value.lower = full ? mean - half : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    return savedOf(this.#moments.save());
  }

  restore(saved: Saved): void {
    this.#moments.load(numbersOf(saved, this.#moments.size));
    this.#derive();
  }
}

/**
 * Mean of the last `length` inputs, and `width` standard deviations above and below it; deviations
 * of the population unless `sample`. Source: TA-Lib BBANDS.
 * Throws `BadInput` unless `length` is whole, from 2, and `width` above zero.
 */
export function bollinger(
  length: number,
  width: number,
  options: BollingerOptions = {},
): Indicator<number, BollingerValue> {
  lengthOf('bollinger', length, 2);
  positiveOf('Width of bollinger', width);
  return new Bollinger(length, width, options.sample === true ? length - 1 : length);
}
