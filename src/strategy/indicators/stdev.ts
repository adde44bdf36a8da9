import type { Indicator, Saved } from '../indicator.ts';
import { Moments } from './moments.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

export interface StdevOptions {
  /** Divide by n instead of n - 1. */
  readonly population?: boolean;
}

class Stdev implements Indicator<number, number> {
  value = Number.NaN;
  readonly #moments: Moments;
  readonly #divisor: number;

  constructor(length: number, divisor: number) {
    this.#moments = new Moments(length);
    this.#divisor = divisor;
  }

  get ready(): boolean {
    return this.#moments.full;
  }

  update(input: number): number {
    needFinite(input);
    this.#moments.push(input);
    return this.#derive();
  }

  replace(input: number): number {
    needFinite(input);
    this.#moments.amend(input);
    return this.#derive();
  }

  #derive(): number {
    this.value = this.ready ? Math.sqrt(this.#moments.squares / this.#divisor) : Number.NaN;
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
 * Standard deviation of the last `length` inputs, in their unit; of the sample (n - 1) unless
 * `population`. Exactly 0 when all are equal. Throws `BadInput` unless `length` is whole, from 2.
 */
export function stdev(length: number, options: StdevOptions = {}): Indicator<number, number> {
  lengthOf('stdev', length, 2);
  return new Stdev(length, options.population === true ? length : length - 1);
}

class Zscore implements Indicator<number, number> {
  value = Number.NaN;
  readonly #moments: Moments;

  constructor(length: number) {
    this.#moments = new Moments(length);
  }

  get ready(): boolean {
    return this.#moments.full;
  }

  update(input: number): number {
    needFinite(input);
    this.#moments.push(input);
    return this.#derive();
  }

  replace(input: number): number {
    needFinite(input);
    this.#moments.amend(input);
    return this.#derive();
  }

  #derive(): number {
    const { full, squares, deviation, capacity } = this.#moments;
    if (!full) this.value = Number.NaN;
    else this.value = squares === 0 ? 0 : deviation / Math.sqrt(squares / (capacity - 1));
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
 * How many sample deviations the newest input is above the mean of the last `length` inputs, itself
 * included; 0 when all are equal. Throws `BadInput` unless `length` is whole, from 2.
 */
export const zscore = (length: number): Indicator<number, number> =>
  new Zscore(lengthOf('zscore', length, 2));
