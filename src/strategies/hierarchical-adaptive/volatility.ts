import { realizedVolatility, ring, sma, stdev, type Tools, zscore } from '../../strategy/index.ts';
import type { VolState } from './allocation.ts';
import type { Params } from './params.ts';

/** Spread of a baseline, relative to its mean, that is rounding and not movement. */
const NOISE = 1e-12;

/** What one day's volatility says; null while it says nothing yet. */
export interface VolatilityDay {
  /** Deviations of today's volatility above its baseline; 0 when the baseline does not move. */
  z: number | null;
  /** The state before the day, after hysteresis, and after a crush. */
  previous: VolState | null;
  hysteresis: VolState | null;
  state: VolState;
  /** Relative change over the crush lookback, below zero a fall; null after a volatility of 0. */
  change: number | null;
  crush: boolean;
}

/** Realized volatility of the signal closes against its baseline, with a memory: Low or High. */
export class VolatilityState {
  readonly #params: Params;
  readonly #realized;
  readonly #mean;
  readonly #deviation;
  readonly #score;
  readonly #past;
  readonly day: Readonly<VolatilityDay>;
  readonly #day: VolatilityDay;

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#realized = tools.use(realizedVolatility(p.realized_vol_window));
    this.#mean = tools.use(sma(p.vol_baseline_window));
    this.#deviation = tools.use(stdev(p.vol_baseline_window));
    this.#score = tools.use(zscore(p.vol_baseline_window));
    this.#past = tools.use(ring(p.vol_crush_lookback + 1));
    this.#day = tools.state<VolatilityDay>({
      z: null,
      previous: null,
      hysteresis: null,
      state: 'Low',
      change: null,
      crush: false,
    });
    this.day = this.#day;
  }

  /** Takes in a close, dollars; the baseline grows, the state stays. */
  take(close: number): void {
    const sigma = this.#realized.update(close);
    if (!this.#realized.ready) return;
    this.#mean.update(sigma);
    this.#deviation.update(sigma);
    this.#score.update(sigma);
    this.#past.update(sigma);
  }

  /** Moves the state on by the close just taken in; only once the baseline is full. */
  judge(): void {
    const { upper_thresh_z, lower_thresh_z, vol_crush_threshold } = this.#params;
    const day = this.#day;
    day.z = this.#z();
    day.previous = day.state;
    if (day.z > upper_thresh_z) day.state = 'High';
    else if (day.z < lower_thresh_z) day.state = 'Low';
    day.hysteresis = day.state;
    day.change = this.#change();
    day.crush = day.change !== null && day.change < vol_crush_threshold;
    if (day.crush) day.state = 'Low';
  }

  #z(): number {
    const still = this.deviation <= NOISE * Math.abs(this.mean);
    return still ? 0 : this.#score.value;
  }

  #change(): number | null {
    const before = this.#past.at(this.#params.vol_crush_lookback);
    return before > 0 ? (this.sigma - before) / before : null;
  }

  /** A year's volatility as a fraction; NaN until defined, like the two below. */
  get sigma(): number {
    return this.#realized.value;
  }

  /** Mean of the baseline. */
  get mean(): number {
    return this.#mean.value;
  }

  /** Sample deviation of the baseline. */
  get deviation(): number {
    return this.#deviation.value;
  }
}
