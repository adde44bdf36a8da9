import { assert } from '../../base/index.ts';
import type { Indicator, Saved } from '../../strategy/index.ts';
import type { Crossing } from '../signal-counter.ts';
import { MILLION } from './params.ts';

/** Where the change stands: above the threshold, below its negative, or between. */
type Zone = 1 | 0 | -1;

/** Numbers of a snapshot before the circle's. */
const SCALARS = 6;

/**
 * Crossing of the change over `lookback` inputs upward through a threshold, or downward through its
 * negative; the threshold is a fraction, taken in whole millionths. Inputs are whole (in
 * micro-dollars), changes compared as products: one that equals the threshold has not crossed it.
 */
export class ThresholdCrossing implements Indicator<number, Crossing> {
  value: Crossing = 0;
  readonly #rise: number;
  readonly #fall: number;
  /** The last `lookback` inputs; where the next one goes lies the one to compare it with. */
  readonly #slots: Float64Array;
  #count = 0;
  #head = 0;
  #latest = 0;
  #zone: Zone = 0;
  // What the latest input changed, so that it can be taken back.
  #past = 0;
  #zoneBefore: Zone = 0;

  constructor(lookback: number, threshold: number) {
    const millionths = Math.round(threshold * MILLION);
    this.#rise = MILLION + millionths;
    this.#fall = MILLION - millionths;
    this.#slots = new Float64Array(lookback);
  }

  /** Two changes are known. */
  get ready(): boolean {
    return this.#count > this.#slots.length + 1;
  }

  /** The latest input; NaN before the first. */
  get latest(): number {
    return this.#count > 0 ? this.#latest : Number.NaN;
  }

  /** The latest change, a fraction; NaN until one is known. */
  get change(): number {
    return this.#count > this.#slots.length ? this.#latest / this.#past - 1 : Number.NaN;
  }

  update(input: number): Crossing {
    const head = this.#head;
    this.#past = this.#slots[head] as number;
    this.#slots[head] = input;
    this.#head = head + 1 === this.#slots.length ? 0 : head + 1;
    this.#count += 1;
    this.#latest = input;
    this.#zoneBefore = this.#zone;
    this.#zone = this.#count > this.#slots.length ? this.#zoneOf(input) : 0;
    return this.#derive();
  }

  #zoneOf(input: number): Zone {
    const scaled = input * MILLION;
    if (scaled > this.#past * this.#rise) return 1;
    return scaled < this.#past * this.#fall ? -1 : 0;
  }

  #derive(): Crossing {
    this.value = this.ready && this.#zone !== this.#zoneBefore ? this.#zone : 0;
    return this.value;
  }

  replace(input: number): Crossing {
    if (this.#count > 0) this.#takeBack();
    return this.update(input);
  }

  #takeBack(): void {
    this.#head = this.#head === 0 ? this.#slots.length - 1 : this.#head - 1;
    this.#slots[this.#head] = this.#past;
    this.#count -= 1;
    this.#zone = this.#zoneBefore;
  }

  snapshot(): Saved {
    const scalars = [
      this.#count,
      this.#head,
      this.#latest,
      this.#zone,
      this.#past,
      this.#zoneBefore,
    ];
    return [...scalars, ...this.#slots];
  }

  restore(saved: Saved): void {
    assert(saved.length === SCALARS + this.#slots.length, 'Saved crossing is of another lookback');
    const numbers = saved as readonly number[];
    this.#count = numbers[0] as number;
    this.#head = numbers[1] as number;
    this.#latest = numbers[2] as number;
    this.#zone = numbers[3] as Zone;
    this.#past = numbers[4] as number;
    this.#zoneBefore = numbers[5] as Zone;
    this.#slots.set(numbers.slice(SCALARS));
    this.#derive();
  }
}
