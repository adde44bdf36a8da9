import { MICROS } from '../../base/index.ts';
import { type BarView, sma, type Tools } from '../../strategy/index.ts';

/** A fast and a slow mean of closes, compared exactly: both are means of whole micro-dollars. */
export class Averages {
  readonly #fast;
  readonly #slow;
  readonly #seen: { bars: number };

  constructor(lengths: { readonly fast: number; readonly slow: number }, tools: Tools) {
    this.#fast = tools.use(sma(lengths.fast));
    this.#slow = tools.use(sma(lengths.slow));
    this.#seen = tools.state({ bars: 0 });
  }

  take(bar: BarView): void {
    this.#fast.update(bar.closePrice);
    this.#slow.update(bar.closePrice);
    this.#seen.bars += 1;
  }

  /** Bars taken in so far. */
  get bars(): number {
    return this.#seen.bars;
  }

  get ready(): boolean {
    return this.#slow.ready;
  }

  /** The fast mean is strictly above the slow one; false while they are not ready. */
  get rising(): boolean {
    return this.#fast.value > this.#slow.value;
  }

  /** By `rising`; null while the means are not ready. */
  get trend(): 'Bull' | 'Bear' | null {
    if (!this.ready) return null;
    return this.rising ? 'Bull' : 'Bear';
  }

  /** Dollars; NaN until both means are ready, like `slow`. */
  get fast(): number {
    return this.ready ? this.#fast.value / MICROS : Number.NaN;
  }

  get slow(): number {
    return this.#slow.value / MICROS;
  }
}
