import type { Indicator, Saved } from '../indicator.ts';
import { Slots } from './slots.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

class Roc implements Indicator<number, number> {
  readonly #slots: Slots;

  constructor(length: number) {
    this.#slots = new Slots(length + 1);
  }

  get value(): number {
    return this.#slots.at(0) / this.#slots.at(this.#slots.capacity - 1) - 1;
  }

  get ready(): boolean {
    return this.#slots.full;
  }

  update(input: number): number {
    needFinite(input);
    this.#slots.push(input);
    return this.value;
  }

  replace(input: number): number {
    needFinite(input);
    this.#slots.amend(input);
    return this.value;
  }

  snapshot(): Saved {
    return savedOf(this.#slots.save());
  }

  restore(saved: Saved): void {
    this.#slots.load(numbersOf(saved, this.#slots.size));
  }
}

/**
 * Rate of change: the newest input over the one `length` inputs before, less 1; a fraction.
 * Not finite where that one was 0.
 * Ready after `length` + 1 inputs. Throws `BadInput` unless `length` is whole, from 1.
 * Source: TA-Lib ROCP.
 */
export const roc = (length: number): Indicator<number, number> => new Roc(lengthOf('roc', length));
