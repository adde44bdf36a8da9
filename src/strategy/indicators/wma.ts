import type { Indicator, Saved } from '../indicator.ts';
import { Slots } from './slots.ts';
import { lengthOf, needFinite, numbersOf, Pair, savedOf } from './state.ts';

/** Sums of the window and of the inputs since the circle began, which replace them at its end. */
interface Sums {
  sum: number;
  weighted: number;
  lapSum: number;
  lapWeighted: number;
}

class Wma implements Indicator<number, number> {
  value = Number.NaN;
  readonly #slots: Slots;
  readonly #pair = new Pair<Sums>(() => ({ sum: 0, weighted: 0, lapSum: 0, lapWeighted: 0 }));
  readonly #weights: number;

  constructor(length: number) {
    this.#slots = new Slots(length);
    this.#weights = (length * (length + 1)) / 2;
  }

  get ready(): boolean {
    return this.#slots.full;
  }

  update(input: number): number {
    needFinite(input);
    this.#pair.turn();
    return this.#write(input, this.#slots.push(input));
  }

  replace(input: number): number {
    needFinite(input);
    return this.#write(input, this.#slots.amend(input));
  }

  #write(input: number, old: number): number {
    const { now, before } = this.#pair;
    const place = this.#slots.place;
    now.lapSum = before.lapSum + input;
    now.lapWeighted = before.lapWeighted + place * input;
    now.sum = before.sum + (input - old);
    now.weighted = before.weighted + (this.#slots.capacity * input - before.sum);
    if (place === this.#slots.capacity) {
      now.sum = now.lapSum;
      now.weighted = now.lapWeighted;
      now.lapSum = 0;
      now.lapWeighted = 0;
    }
    return this.#derive();
  }

  #derive(): number {
    this.value = this.ready ? this.#pair.now.weighted / this.#weights : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    return savedOf([...this.#pair.save(), ...this.#slots.save()]);
  }

  restore(saved: Saved): void {
    const { size } = this.#pair;
    const numbers = numbersOf(saved, size + this.#slots.size);
    this.#pair.load(numbers);
    this.#slots.load(numbers.subarray(size));
    this.#derive();
  }
}

/**
 * Mean of the last `length` inputs with weights 1 (oldest) to `length` (newest), in their unit.
 * Exact for whole inputs; for others the sums are taken anew once per `length` inputs.
 * Throws `BadInput` unless `length` is whole, from 1. Source: TA-Lib WMA.
 */
export const wma = (length: number): Indicator<number, number> => new Wma(lengthOf('wma', length));
