import type { Indicator, Saved } from '../indicator.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

/**
 * The extreme of a window as the extreme of two parts: the end of the last full circle, whose
 * suffixes are taken once per circle, and the beginning of this one. Amortized constant work.
 * Source: van Herk (1992), Gil and Werman (1993).
 */
class Extreme implements Indicator<number, number> {
  value = Number.NaN;
  readonly #high: boolean;
  readonly #slots: Float64Array;
  readonly #tails: Float64Array;
  #tailed = false;
  #place = 0;
  #best = Number.NaN;
  #bestBefore = Number.NaN;

  constructor(length: number, high: boolean) {
    this.#high = high;
    this.#slots = new Float64Array(length);
    this.#tails = new Float64Array(length);
  }

  get ready(): boolean {
    return this.#tailed || this.#place === this.#slots.length;
  }

  update(input: number): number {
    needFinite(input);
    if (this.#place === this.#slots.length) this.#turnCircle();
    this.#bestBefore = this.#best;
    this.#place += 1;
    return this.#take(input);
  }

  replace(input: number): number {
    if (this.#place === 0) return this.update(input);
    needFinite(input);
    return this.#take(input);
  }

  #take(input: number): number {
    this.#slots[this.#place - 1] = input;
    this.#best = this.#place === 1 ? input : this.#pick(input, this.#bestBefore);
    return this.#derive();
  }

  #derive(): number {
    if (!this.ready) this.value = Number.NaN;
    else if (this.#place === this.#slots.length) this.value = this.#best;
    else this.value = this.#pick(this.#best, this.#tails[this.#place] as number);
    return this.value;
  }

  #pick(a: number, b: number): number {
    return a > b === this.#high ? a : b;
  }

  #turnCircle(): void {
    this.#tailed = true;
    this.#pickTails(1);
    this.#place = 0;
    this.#best = Number.NaN;
  }

  /** Fills the tails from slot `from` on; slots before it may already belong to this circle. */
  #pickTails(from: number): void {
    const last = this.#slots.length - 1;
    let best = this.#slots[last] as number;
    for (let i = last; i >= from; i -= 1) {
      best = this.#pick(best, this.#slots[i] as number);
      this.#tails[i] = best;
    }
  }

  snapshot(): Saved {
    const scalars = [this.#tailed ? 1 : 0, this.#place, this.#best, this.#bestBefore];
    return savedOf([...scalars, ...this.#slots]);
  }

  restore(saved: Saved): void {
    const numbers = numbersOf(saved, this.#slots.length + 4);
    this.#tailed = numbers[0] === 1;
    this.#place = numbers[1] as number;
    this.#best = numbers[2] as number;
    this.#bestBefore = numbers[3] as number;
    this.#slots.set(numbers.subarray(4));
    if (this.#tailed) this.#pickTails(this.#place);
    this.#derive();
  }
}

/** Largest of the last `length` inputs. Throws `BadInput` unless `length` is whole, from 1. */
export const highest = (length: number): Indicator<number, number> =>
  new Extreme(lengthOf('highest', length), true);

/** Smallest of the last `length` inputs. Throws `BadInput` unless `length` is whole, from 1. */
export const lowest = (length: number): Indicator<number, number> =>
  new Extreme(lengthOf('lowest', length), false);
