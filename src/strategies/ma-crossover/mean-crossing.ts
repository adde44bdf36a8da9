import { assert } from '../../base/index.ts';
import type { Indicator, Saved } from '../../strategy/index.ts';
import type { Crossing } from '../signal-counter.ts';

/** Numbers of a snapshot before the circle's. */
const SCALARS = 7;

/**
 * Crossing of the mean of the last `fastLength` inputs over the mean of the last `slowLength`, each
 * of what is there until so many are. Inputs are whole (micro-dollars) and the sums exact, so equal
 * means are no crossing. One circle serves both sums, at a few nanoseconds a bar.
 */
export class MeanCrossing implements Indicator<number, Crossing> {
  value: Crossing = 0;
  readonly #fastLength: number;
  readonly #slowLength: number;
  readonly #slots: Float64Array;
  #count = 0;
  #head = 0;
  #fastSum = 0;
  #slowSum = 0;
  /** Where the fast mean stands: 1 above the slow one, -1 below, 0 upon it. */
  #side: Crossing = 0;
  // What the latest input changed, so that it can be taken back.
  #sideBefore: Crossing = 0;
  #overwritten = 0;

  constructor(fastLength: number, slowLength: number) {
    assert(
      fastLength >= 1 && fastLength < slowLength,
      `"${fastLength}" is not below "${slowLength}"`,
    );
    this.#fastLength = fastLength;
    this.#slowLength = slowLength;
    this.#slots = new Float64Array(slowLength);
  }

  get ready(): boolean {
    return this.#count > 0;
  }

  /** The latest input; NaN before the first. */
  get latest(): number {
    return this.ready ? (this.#slots[this.#before(this.#head, 1)] as number) : Number.NaN;
  }

  /** The means in the inputs' unit; NaN before the first input. */
  get fast(): number {
    return this.#fastSum / Math.min(this.#count, this.#fastLength);
  }

  get slow(): number {
    return this.#slowSum / Math.min(this.#count, this.#slowLength);
  }

  update(input: number): Crossing {
    const slots = this.#slots;
    const head = this.#head;
    const old = slots[head] as number;
    this.#fastSum += input - (slots[this.#before(head, this.#fastLength)] as number);
    this.#slowSum += input - old;
    slots[head] = input;
    this.#overwritten = old;
    this.#head = head + 1 === this.#slowLength ? 0 : head + 1;
    this.#count += 1;
    this.#sideBefore = this.#side;
    this.#side = this.#compare();
    return this.#derive();
  }

  /** The slot `ago` (1 to slowLength) before `head`; it holds 0 until the circle has come round. */
  #before(head: number, ago: number): number {
    const slot = head - ago;
    return slot < 0 ? slot + this.#slowLength : slot;
  }

  #compare(): Crossing {
    const count = this.#count;
    const fast = this.#fastSum * (count < this.#slowLength ? count : this.#slowLength);
    const slow = this.#slowSum * (count < this.#fastLength ? count : this.#fastLength);
    if (fast > slow) return 1;
    return fast < slow ? -1 : 0;
  }

  #derive(): Crossing {
    this.value = this.#side === this.#sideBefore ? 0 : this.#side;
    return this.value;
  }

  replace(input: number): Crossing {
    if (this.#count > 0) this.#takeBack();
    return this.update(input);
  }

  #takeBack(): void {
    const slots = this.#slots;
    const head = this.#before(this.#head, 1);
    const latest = slots[head] as number;
    this.#fastSum -= latest - (slots[this.#before(head, this.#fastLength)] as number);
    this.#slowSum -= latest - this.#overwritten;
    slots[head] = this.#overwritten;
    this.#head = head;
    this.#count -= 1;
    this.#side = this.#sideBefore;
  }

  snapshot(): Saved {
    const sums = [this.#count, this.#head, this.#fastSum, this.#slowSum];
    return [...sums, this.#side, this.#sideBefore, this.#overwritten, ...this.#slots];
  }

  restore(saved: Saved): void {
    assert(saved.length === SCALARS + this.#slowLength, 'Saved crossing is of other lengths');
    const numbers = saved as readonly number[];
    this.#count = numbers[0] as number;
    this.#head = numbers[1] as number;
    this.#fastSum = numbers[2] as number;
    this.#slowSum = numbers[3] as number;
    this.#side = numbers[4] as Crossing;
    this.#sideBefore = numbers[5] as Crossing;
    this.#overwritten = numbers[6] as number;
    this.#slots.set(numbers.slice(SCALARS));
    this.#derive();
  }
}
