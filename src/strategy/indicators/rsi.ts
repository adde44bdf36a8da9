import type { Indicator, Saved } from '../indicator.ts';
import { lengthOf, needFinite, numbersOf, Pair, savedOf, smoothed } from './state.ts';

interface RsiState {
  seen: number;
  input: number;
  gain: number;
  loss: number;
}

class Rsi implements Indicator<number, number> {
  value = Number.NaN;
  readonly #pair = new Pair<RsiState>(() => ({ seen: 0, input: 0, gain: 0, loss: 0 }));
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  get ready(): boolean {
    return this.#pair.now.seen > this.#length;
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
    const length = this.#length;
    const change = before.seen === 0 ? 0 : input - before.input;
    now.gain = smoothed(before.gain, change > 0 ? change : 0, before.seen, length, 1 / length);
    now.loss = smoothed(before.loss, change < 0 ? -change : 0, before.seen, length, 1 / length);
    now.seen = before.seen + 1;
    now.input = input;
    return this.#derive();
  }

  #derive(): number {
    const { gain, loss } = this.#pair.now;
    const sum = gain + loss;
    if (!this.ready) this.value = Number.NaN;
    else this.value = sum === 0 ? 0 : 100 * (gain / sum);
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
 * Relative strength index by Wilder, 0 to 100; 0 when nothing has moved, as TA-Lib has it.
 * Ready after `length` + 1 inputs. Throws `BadInput` unless `length` is whole, from 2.
 * Source: TA-Lib RSI.
 */
export const rsi = (length: number): Indicator<number, number> =>
  new Rsi(lengthOf('rsi', length, 2));
