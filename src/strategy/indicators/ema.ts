import type { Indicator, Saved } from '../indicator.ts';
import { lengthOf, needFinite, numbersOf, Pair, savedOf, smoothed } from './state.ts';

/** How an EMA begins: with the first input, or with the plain mean of its first `length` inputs. */
export type EmaSeed = 'first' | 'sma';

/** Weight of a new input in an EMA of `length`. */
export const emaWeight = (length: number): number => 2 / (length + 1);

class Ema implements Indicator<number, number> {
  value = Number.NaN;
  readonly #pair = new Pair(() => ({ seen: 0, mean: 0 }));
  readonly #warm: number;
  readonly #alpha: number;

  constructor(length: number, warm: number) {
    this.#warm = warm;
    this.#alpha = emaWeight(length);
  }

  get ready(): boolean {
    return this.#pair.now.seen >= this.#warm;
  }

  update(input: number): number {
    needFinite(input);
    this.#pair.turn();
    return this.#write(input);
  }

  replace(input: number): number {
    needFinite(input);
    return this.#write(input);
  }

  #write(input: number): number {
    const { now, before } = this.#pair;
    now.seen = before.seen + 1;
    now.mean = smoothed(before.mean, input, now.seen, this.#warm, this.#alpha);
    return this.#derive();
  }

  #derive(): number {
    this.value = this.ready ? this.#pair.now.mean : Number.NaN;
    return this.value;
  }

  snapshot(): Saved {
    return savedOf(this.#pair.save());
  }

  restore(saved: Saved): void {
    this.#pair.load(numbersOf(saved, this.#pair.size));
    this.#derive();
  }
}

/**
 * Exponential mean with weight 2 / (length + 1) for the newest input, in the inputs' unit.
 * Seed 'first': begins with the first input and is ready at once (pandas `adjust=False`); 'sma':
 * begins with the mean of the first `length` inputs (TA-Lib EMA).
 * Throws `BadInput` unless `length` is whole, from 1.
 */
export function ema(length: number, options: { seed: EmaSeed }): Indicator<number, number> {
  lengthOf('ema', length);
  return new Ema(length, options.seed === 'first' ? 1 : length);
}

class EmaAdjusted implements Indicator<number, number> {
  value = Number.NaN;
  readonly #pair = new Pair(() => ({ weights: 0, mean: 0 }));
  readonly #keep: number;

  constructor(length: number) {
    this.#keep = 1 - emaWeight(length);
  }

  get ready(): boolean {
    return this.#pair.now.weights > 0;
  }

  update(input: number): number {
    needFinite(input);
    this.#pair.turn();
    return this.#write(input);
  }

  replace(input: number): number {
    needFinite(input);
    return this.#write(input);
  }

  #write(input: number): number {
    const { now, before } = this.#pair;
    now.weights = 1 + this.#keep * before.weights;
    now.mean = before.mean + (input - before.mean) / now.weights;
    this.value = now.mean;
    return now.mean;
  }

  snapshot(): Saved {
    return savedOf(this.#pair.save());
  }

  restore(saved: Saved): void {
    this.#pair.load(numbersOf(saved, this.#pair.size));
    this.value = this.ready ? this.#pair.now.mean : Number.NaN;
  }
}

/**
 * Mean of all inputs so far with weights (1 - a)^age, a = 2 / (length + 1): pandas `adjust=True`.
 * Ready with the first input. Throws `BadInput` unless `length` is whole, from 1.
 */
export const emaAdjusted = (length: number): Indicator<number, number> =>
  new EmaAdjusted(lengthOf('emaAdjusted', length));
