/** The last `capacity` numbers in a circle of slots, with room to take back the newest. */
export class Slots {
  readonly capacity: number;
  readonly #slots: Float64Array;
  #head = 0;
  #seen = 0;
  #overwritten = 0;

  constructor(capacity: number) {
    this.capacity = capacity;
    this.#slots = new Float64Array(capacity);
  }

  /** How many numbers are there, at most `capacity`. */
  get length(): number {
    return this.#seen;
  }

  get full(): boolean {
    return this.#seen === this.capacity;
  }

  /** The newest number's slot, from 1; at `capacity` the circle is one window, oldest first. */
  get place(): number {
    return this.#head === 0 ? this.capacity : this.#head;
  }

  /** Takes `x` in and gives the number that falls out, 0 while there is room. */
  push(x: number): number {
    const head = this.#head;
    const old = this.#slots[head] as number;
    this.#slots[head] = x;
    this.#overwritten = old;
    this.#head = head + 1 === this.capacity ? 0 : head + 1;
    if (this.#seen < this.capacity) this.#seen += 1;
    return old;
  }

  /** Puts `x` in place of the newest and gives what `push` gave; a push when nothing is there. */
  amend(x: number): number {
    if (this.#seen === 0) return this.push(x);
    this.#slots[this.place - 1] = x;
    return this.#overwritten;
  }

  /** The number `ago` pushes before the newest; NaN where there is none. */
  at(ago: number): number {
    if (!(ago >= 0 && ago < this.#seen)) return Number.NaN;
    const slot = this.#head - 1 - ago;
    return this.#slots[slot < 0 ? slot + this.capacity : slot] as number;
  }

  get size(): number {
    return this.capacity + 3;
  }

  save(): number[] {
    return [this.#head, this.#seen, this.#overwritten, ...this.#slots];
  }

  load(numbers: Float64Array): void {
    this.#head = numbers[0] as number;
    this.#seen = numbers[1] as number;
    this.#overwritten = numbers[2] as number;
    this.#slots.set(numbers.subarray(3));
  }
}
