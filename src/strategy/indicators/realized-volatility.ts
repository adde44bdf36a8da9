import { BadInput } from '../../base/index.ts';
import type { Indicator, Saved } from '../indicator.ts';
import { Moments } from './moments.ts';
import { lengthOf, needFinite, numbersOf, Pair, positiveOf, savedOf } from './state.ts';

/** The first close has no return; `count` tells it from the others. */
interface Closes {
  count: number;
  close: number;
}

class RealizedVolatility implements Indicator<number, number> {
  value = Number.NaN;
  readonly #moments: Moments;
  readonly #pair = new Pair<Closes>(() => ({ count: 0, close: 0 }));
  readonly #scale: number;

  constructor(length: number, periodsPerYear: number) {
    this.#moments = new Moments(length);
    this.#scale = Math.sqrt(periodsPerYear);
  }

  get ready(): boolean {
    return this.#moments.full;
  }

  update(input: number): number {
    needPrice(input);
    this.#pair.turn();
    if (this.#pair.before.count > 0) this.#moments.push(this.#returnTo(input));
    return this.#write(input);
  }

  replace(input: number): number {
    needPrice(input);
    if (this.#pair.before.count > 0) this.#moments.amend(this.#returnTo(input));
    return this.#write(input);
  }

  #returnTo(close: number): number {
    return Math.log(close / this.#pair.before.close);
  }

  #write(close: number): number {
    const { now, before } = this.#pair;
    now.count = before.count + 1;
    now.close = close;
    return this.#derive();
  }

  #derive(): number {
    const { full, squares, capacity } = this.#moments;
    this.value = full ? Math.sqrt(squares / (capacity - 1)) * this.#scale : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    return savedOf([...this.#pair.save(), ...this.#moments.save()]);
  }

  restore(saved: Saved): void {
    const { size } = this.#pair;
    const numbers = numbersOf(saved, size + this.#moments.size);
    this.#pair.load(numbers);
    this.#moments.load(numbers.subarray(size));
    this.#derive();
  }
}

function needPrice(close: number): void {
  needFinite(close);
  if (close <= 0) throw new BadInput(`Close "${close}" is not above zero and has no log return`);
}

/**
 * Sample deviation of the last `length` log returns of closes, a year: times the root of
 * `periodsPerYear`. A fraction (0.2 is 20 %). Ready after `length` + 1 closes. Throws `BadInput`
 * unless `length` is whole, from 2, and on a close that is not above zero.
 */
export function realizedVolatility(
  length: number,
  options: { readonly periodsPerYear: number } = { periodsPerYear: 252 },
): Indicator<number, number> {
  lengthOf('realizedVolatility', length, 2);
  const periods = positiveOf('Periods per year', options.periodsPerYear);
  return new RealizedVolatility(length, periods);
}
