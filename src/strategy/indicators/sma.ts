import type { Indicator, Saved } from '../indicator.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

/**
 * Keeps its window and sums as plain fields, not as `Slots` and a `Pair`: it is used the most, and
 * takes half the time so.
 */
class Sma implements Indicator<number, number> {
  value = Number.NaN;
  ready = false;
  /** The window, a circle once it is full. */
  readonly #window: Float64Array;
  readonly #partial: boolean;
  /** Slot of the next input; 0 right after the window has been filled from its first slot on. */
  #next = 0;
  /** How many inputs are in the window. */
  #count = 0;
  /** What the newest input wrote over. */
  #old = 0;
  /** Of the window, now and before the newest input. */
  #sum = 0;
  #sumBefore = 0;
  /** Of the inputs since the circle last began: at its end the window's sum, free of old noise. */
  #lap = 0;
  #lapBefore = 0;

  constructor(length: number, partial: boolean) {
    this.#window = new Float64Array(length);
    this.#partial = partial;
  }

  update(input: number): number {
    needFinite(input);
    const window = this.#window;
    const at = this.#next;
    this.#old = window[at] as number;
    window[at] = input;
    this.#next = at + 1 === window.length ? 0 : at + 1;
    this.#sumBefore = this.#sum;
    this.#lapBefore = this.#lap;
    if (this.#count < window.length) this.#grow();
    return this.#settle(input);
  }

  replace(input: number): number {
    if (this.#count === 0) return this.update(input);
    needFinite(input);
    const window = this.#window;
    window[(this.#next === 0 ? window.length : this.#next) - 1] = input;
    return this.#settle(input);
  }

  #grow(): void {
    this.#count += 1;
    this.ready = this.#partial || this.#count === this.#window.length;
  }

  #settle(input: number): number {
    const lap = this.#lapBefore + input;
    const ended = this.#next === 0;
    this.#lap = ended ? 0 : lap;
    this.#sum = ended ? lap : this.#sumBefore + (input - this.#old);
    this.value = this.ready ? this.#sum / this.#count : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    const sums = [this.#sum, this.#sumBefore, this.#lap, this.#lapBefore];
    return savedOf([...sums, this.#next, this.#count, this.#old, ...this.#window]);
  }

  restore(saved: Saved): void {
    const numbers = numbersOf(saved, 7 + this.#window.length);
    this.#sum = numbers[0] as number;
    this.#sumBefore = numbers[1] as number;
    this.#lap = numbers[2] as number;
    this.#lapBefore = numbers[3] as number;
    this.#next = numbers[4] as number;
    this.#count = numbers[5] as number;
    this.#old = numbers[6] as number;
    this.#window.set(numbers.subarray(7));
    this.ready = this.#count > 0 && (this.#partial || this.#count === this.#window.length);
    this.value = this.ready ? this.#sum / this.#count : Number.NaN;
  }
}

export interface SmaOptions {
  /** The mean of what is there from the first input on, instead of NaN until `length` inputs. */
  readonly partial?: boolean;
}

/**
 * Mean of the last `length` inputs, in their unit. Exact sums for whole inputs such as a bar's
 * `closePrice` (as long as they stay below 2^53), so that equal means are equal numbers; for others
 * the sum is taken anew once per `length` inputs.
 * Throws `BadInput` unless `length` is whole, from 1.
 */
export const sma = (length: number, options: SmaOptions = {}): Indicator<number, number> =>
  new Sma(lengthOf('sma', length), options.partial ?? false);
