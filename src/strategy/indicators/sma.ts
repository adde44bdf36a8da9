import type { Indicator, Saved } from '../indicator.ts';
import { Slots } from './slots.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

/** Keeps its sums as plain fields, not as a `Pair`: it is used the most, and is faster so. */
class Sma implements Indicator<number, number> {
  value = Number.NaN;
  readonly #slots: Slots;
  readonly #partial: boolean;
  /** Of the window, now and before the newest input. */
  #sum = 0;
  #sumBefore = 0;
  /** Of the inputs since the circle last began: at its end the window's sum, free of old noise. */
  #lap = 0;
  #lapBefore = 0;

  constructor(length: number, partial: boolean) {
    this.#slots = new Slots(length);
    this.#partial = partial;
  }

  get ready(): boolean {
    return this.#slots.full || (this.#partial && this.#slots.length > 0);
  }

  update(input: number): number {
    needFinite(input);
    this.#sumBefore = this.#sum;
    this.#lapBefore = this.#lap;
    return this.#add(input, this.#slots.push(input));
  }

  replace(input: number): number {
    needFinite(input);
    return this.#add(input, this.#slots.amend(input));
  }

  #add(input: number, old: number): number {
    const lap = this.#lapBefore + input;
    if (this.#slots.place === this.#slots.capacity) {
      this.#sum = lap;
      this.#lap = 0;
    } else {
      this.#sum = this.#sumBefore + (input - old);
      this.#lap = lap;
    }
    return this.#derive();
  }

  #derive(): number {
    this.value = this.ready ? this.#sum / this.#slots.length : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    const sums = [this.#sum, this.#sumBefore, this.#lap, this.#lapBefore];
    return savedOf([...sums, ...this.#slots.save()]);
  }

  restore(saved: Saved): void {
    const numbers = numbersOf(saved, 4 + this.#slots.size);
    this.#sum = numbers[0] as number;
    this.#sumBefore = numbers[1] as number;
    this.#lap = numbers[2] as number;
    this.#lapBefore = numbers[3] as number;
    this.#slots.load(numbers.subarray(4));
    this.#derive();
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
