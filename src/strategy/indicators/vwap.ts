import type { Indicator, Ohlcv, Saved } from '../indicator.ts';
import { numbersOf, Pair, savedOf, needFinite, needShares } from './state.ts';

/** The mean price since its beginning or the last `reset`. */
export interface Vwap extends Indicator<Ohlcv, number> {
  /** Forgets all bars: a new session begins. */
  reset(): void;
}

class CumulativeVwap implements Vwap {
  value = Number.NaN;
  readonly #pair = new Pair(() => ({ amount: 0, volume: 0 }));

  get ready(): boolean {
    return this.#pair.now.volume > 0;
  }

  update(bar: Ohlcv): number {
    const { high, low, close, volume } = bar;
    needFinite(high + low + close);
    needShares(volume);
    this.#pair.turn();
    return this.#write((high + low + close) / 3, volume);
  }

  replace(bar: Ohlcv): number {
    const { high, low, close, volume } = bar;
    needFinite(high + low + close);
    needShares(volume);
    return this.#write((high + low + close) / 3, volume);
  }

  #write(typical: number, volume: number): number {
    const { now, before } = this.#pair;
    const known = volume > 0;
    now.amount = known ? before.amount + typical * volume : before.amount;
    now.volume = known ? before.volume + volume : before.volume;
    return this.#derive();
  }

  reset(): void {
    this.restore([0, 0, 0, 0]);
  }

  #derive(): number {
    const { amount, volume } = this.#pair.now;
    this.value = volume > 0 ? amount / volume : Number.NaN;
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
 * Volume-weighted mean of the bars' typical prices (high + low + close) / 3, in the prices' unit.
 * Bars of unknown or no volume count nothing; NaN until one has volume.
 */
export const vwap = (): Vwap => new CumulativeVwap();
