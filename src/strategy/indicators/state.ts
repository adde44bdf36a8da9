import { assert, BadInput } from '../../base/index.ts';
import type { Saved } from '../indicator.ts';

/** What an indicator remembers besides its window: numbers only, all set from the start. */
type Numbers<S> = { [Field in keyof S]: number };

/**
 * An indicator's state before and after its latest input, so that the input can be taken back.
 * An update is `turn()` and then a write of every field of `now` from `before` and the input;
 * a replacement is the same write without the turn.
 */
export class Pair<S extends Numbers<S>> {
  now: S;
  before: S;

  /** `start` makes the state before any input; called twice, as a copy would be slower to use. */
  constructor(start: () => S) {
    this.now = start();
    this.before = start();
  }

  turn(): void {
    const old = this.before;
    this.before = this.now;
    this.now = old;
  }

  /** Numbers of a snapshot that this takes. */
  get size(): number {
    return 2 * Object.keys(this.now).length;
  }

  save(): number[] {
    return [...Object.values<number>(this.now), ...Object.values<number>(this.before)];
  }

  load(numbers: Float64Array): void {
    const fields = Object.keys(this.now) as (keyof S)[];
    fields.forEach((field, i) => {
      this.now[field] = numbers[i] as S[keyof S];
      this.before[field] = numbers[fields.length + i] as S[keyof S];
    });
  }
}

/** Numbers as a snapshot holds them: NaN is null. */
export const savedOf = (numbers: readonly number[]): Saved =>
  numbers.map((x) => (Number.isNaN(x) ? null : x));

/** A snapshot's numbers; throws unless there are exactly `length` of them. */
export function numbersOf(saved: Saved, length: number): Float64Array {
  assert(saved.length === length, `Saved indicator has "${saved.length}" numbers, not "${length}"`);
  return Float64Array.from(saved, (x) => x ?? Number.NaN);
}

/** Longest window an indicator may have: ten years of one-minute bars. */
const LENGTH_MAX = 1_000_000;

/** `length`, which must be whole and at least `min`; throws `BadInput` with the name. */
export function lengthOf(name: string, length: number, min = 1): number {
  if (Number.isInteger(length) && length >= min && length <= LENGTH_MAX) return length;
  throw new BadInput(`Length of ${name} "${length}" is not whole, ${min} to ${LENGTH_MAX}`);
}

/** `value`, which must be finite and above zero; throws `BadInput` with its name. */
export function positiveOf(name: string, value: number): number {
  if (value > 0 && value < Number.POSITIVE_INFINITY) return value;
  throw new BadInput(`${name} "${value}" is not a number above zero`);
}

/** Throws unless `input` is finite: one NaN would stay in a running sum for good. */
export function needFinite(input: number): void {
  if (input - input !== 0) throwNotFinite(input);
}

/** Throws unless `volume` is unknown (NaN), or finite and not below zero. */
export function needShares(volume: number): void {
  if (volume < 0 || volume === Number.POSITIVE_INFINITY) throwNotShares(volume);
}

function throwNotFinite(input: number): never {
  assert(false, `Indicator input "${input}" is not finite: feed a value only once it is ready`);
}

function throwNotShares(volume: number): never {
  assert(false, `Volume "${volume}" is not possible`);
}

/**
 * The `k`-th step (from 1) of an exponential mean that starts as the plain mean of its first `warm`
 * inputs. Until step `warm` the result is their running sum, from then on the mean; `alpha` is the
 * weight of a new input. With k below 1 it is 0: nothing has been taken in.
 */
export function smoothed(last: number, input: number, k: number, warm: number, alpha: number) {
  if (k > warm) return last + alpha * (input - last);
  if (k === warm) return (last + input) / warm;
  return k < 1 ? 0 : last + input;
}
