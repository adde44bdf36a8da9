import type { Indicator, Saved } from '../indicator.ts';
import { Slots } from './slots.ts';
import { lengthOf, needFinite, numbersOf, savedOf } from './state.ts';

/** The last inputs themselves; `value` is the newest, `ready` when it is full. */
export interface Ring extends Indicator<number, number> {
  /** How many inputs are there, at most `capacity`. */
  readonly length: number;
  readonly capacity: number;
  /** The input `ago` updates before the newest (0); NaN where there is none. */
  at(ago: number): number;
  /** The `i`-th input from the oldest kept (0); NaN where there is none. */
  oldest(i: number): number;
  /** Sum of what is there, added oldest first; 0 when empty. Walks the ring. */
  sum(): number;
  /** A copy, oldest first. */
  toArray(): number[];
}

class SlotRing implements Ring {
  readonly #slots: Slots;

  constructor(capacity: number) {
    this.#slots = new Slots(capacity);
  }

  get value(): number {
    return this.#slots.at(0);
  }
  get ready(): boolean {
    return this.#slots.full;
  }
  get length(): number {
    return this.#slots.length;
  }
  get capacity(): number {
    return this.#slots.capacity;
  }

  update(input: number): number {
    needFinite(input);
    this.#slots.push(input);
    return input;
  }

  replace(input: number): number {
    needFinite(input);
    this.#slots.amend(input);
    return input;
  }

  at(ago: number): number {
    return this.#slots.at(ago);
  }

  oldest(i: number): number {
    return this.#slots.at(this.#slots.length - 1 - i);
  }

  sum(): number {
    let sum = 0;
    for (let ago = this.#slots.length - 1; ago >= 0; ago -= 1) sum += this.#slots.at(ago);
    return sum;
  }

  toArray(): number[] {
    return Array.from({ length: this.#slots.length }, (_, i) => this.oldest(i));
  }

  snapshot(): Saved {
    return savedOf(this.#slots.save());
  }

  restore(saved: Saved): void {
    this.#slots.load(numbersOf(saved, this.#slots.size));
  }
}

/** The last `capacity` inputs. Throws `BadInput` unless `capacity` is whole, from 1. */
export const ring = (capacity: number): Ring => new SlotRing(lengthOf('ring', capacity));
