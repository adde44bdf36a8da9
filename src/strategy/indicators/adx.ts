import type { Indicator, Ohlcv, Saved } from '../indicator.ts';
import { trueRangeOf } from './atr.ts';
import { lengthOf, numbersOf, Pair, savedOf, smoothed, needFinite } from './state.ts';

/** Each 0 to 100. One object per indicator, rewritten by each update: copy what you keep. */
export interface AdxValue {
  readonly adx: number;
  readonly plusDi: number;
  readonly minusDi: number;
}

interface AdxState {
  seen: number;
  high: number;
  low: number;
  close: number;
  /** Wilder's running sums. */
  plus: number;
  minus: number;
  range: number;
  adx: number;
}

class Adx implements Indicator<Ohlcv, AdxValue> {
  readonly value = { adx: Number.NaN, plusDi: Number.NaN, minusDi: Number.NaN };
  readonly #length: number;
  readonly #pair = new Pair<AdxState>(() => ({
    seen: 0,
    high: 0,
    low: 0,
    close: 0,
    plus: 0,
    minus: 0,
    range: 0,
    adx: 0,
  }));

  constructor(length: number) {
    this.#length = length;
  }

  get ready(): boolean {
    return this.#pair.now.seen >= 2 * this.#length;
  }

  update(bar: Ohlcv): AdxValue {
    const { high, low, close } = bar;
    needFinite(high + low + close);
    this.#pair.turn();
    return this.#write(high, low, close);
  }

  replace(bar: Ohlcv): AdxValue {
    const { high, low, close } = bar;
    needFinite(high + low + close);
    return this.#write(high, low, close);
  }

  #write(high: number, low: number, close: number): AdxValue {
    const { now, before } = this.#pair;
    const first = before.seen === 0;
    const up = first ? 0 : high - before.high;
    const down = first ? 0 : before.low - low;
    now.seen = before.seen + 1;
    now.high = high;
    now.low = low;
    now.close = close;
    now.plus = this.#running(before.plus, up > 0 && up > down ? up : 0);
    now.minus = this.#running(before.minus, down > 0 && down > up ? down : 0);
    now.range = this.#running(before.range, first ? 0 : trueRangeOf(high, low, before.close));
    now.adx = this.#smoothedDx();
    return this.#derive();
  }

  /** A plain sum of the first length - 1 changes, from then on a sum that fades by 1/length. */
  #running(sum: number, change: number): number {
    return this.#pair.now.seen <= this.#length ? sum + change : sum - sum / this.#length + change;
  }

  #smoothedDx(): number {
    const { now, before } = this.#pair;
    const length = this.#length;
    const k = now.seen - length;
    const sum = now.plus + now.minus;
    const dx = sum === 0 ? 0 : 100 * (Math.abs(now.plus - now.minus) / sum);
    return smoothed(before.adx, dx, k, length, 1 / length);
  }

  #derive(): AdxValue {
    const { plus, minus, range, adx } = this.#pair.now;
    const { ready, value } = this;
    value.adx = ready ? adx : Number.NaN;
    value.plusDi = ready ? shareOf(plus, range) : Number.NaN;
    value.minusDi = ready ? shareOf(minus, range) : Number.NaN;
    return value;
  }

  snapshot(): Saved {
    return savedOf(this.#pair.save());
  }

  restore(saved: Saved): void {
    this.#pair.load(numbersOf(saved, this.#pair.size));
    this.#derive();
  }
}

const shareOf = (move: number, range: number): number => (range === 0 ? 0 : (100 * move) / range);

/**
 * Average directional index by Wilder with both directional indicators; ready after 2 x `length`
 * bars; 0 while nothing has moved. Throws `BadInput` unless `length` is whole, from 2.
 * Source: TA-Lib ADX, PLUS_DI, MINUS_DI.
 */
export const adx = (length: number): Indicator<Ohlcv, AdxValue> =>
  new Adx(lengthOf('adx', length, 2));
