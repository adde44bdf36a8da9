import { atr, type BarView, type Ring, ring, type Tools } from '../../strategy/index.ts';
import type { Params } from './params.ts';

/** The last bars of one fund, as many as one average true range needs. Dollars. */
export class Fund {
  readonly symbol: string;
  readonly #lookback: number;
  readonly #days: Ring;
  readonly #high: Ring;
  readonly #low: Ring;
  readonly #close: Ring;

  constructor(symbol: string, p: Params, tools: Tools) {
    this.symbol = symbol;
    this.#lookback = p.volatility_lookback;
    const bars = p.volatility_lookback + 1;
    this.#days = tools.use(ring(bars));
    this.#high = tools.use(ring(bars));
    this.#low = tools.use(ring(bars));
    this.#close = tools.use(ring(bars));
  }

  take(bar: BarView): void {
    this.#days.update(bar.day);
    this.#high.update(bar.high);
    this.#low.update(bar.low);
    this.#close.update(bar.close);
  }

  get ready(): boolean {
    return this.#close.ready;
  }

  get close(): number {
    return this.#close.value;
  }

  /** Exchange date of the bar `ago` bars before the newest, in days; NaN where there is none. */
  day(ago: number): number {
    return this.#days.at(ago);
  }

  low(ago: number): number {
    return this.#low.at(ago);
  }

  /** Exponential mean of the window's true ranges, begun with high - low of its oldest bar. */
  atr(): number {
    const mean = atr(this.#lookback, { smoothing: 'ema', firstTrueRange: 'high-low' });
    for (let i = 0; i < this.#close.length; i += 1) {
      const close = this.#close.oldest(i);
      const high = this.#high.oldest(i);
      mean.update({ open: close, high, low: this.#low.oldest(i), close, volume: 0 });
    }
    return mean.value;
  }
}
