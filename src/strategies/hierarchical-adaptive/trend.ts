import { type BarView, highest, kalmanTrend, type Tools, wma } from '../../strategy/index.ts';
import type { Params } from './params.ts';

/** Innovations on which the oscillator's scale looks back. */
const INNOVATIONS_MAX = 500;
/** Oscillator values kept, by today's rules and by those of December 2025. */
const OSCILLATOR_MAX = { none: 20, 'seed-era': 10 } as const;
/** First strengths kept for the second smoothing. */
const STRENGTHS_MAX = 20;
/** Bars past sma_slow, of all symbols together, before the code of December 2025 ran at all. */
const SEED_ERA_MARGIN = 20;

interface Seen {
  bars: number;
  /** How many innovations, and the largest size among them. */
  innovations: number;
  peak: number;
}

/** Adaptive Kalman filter of the signal closes, and the strength read from its innovations. */
export class TrendFilter {
  readonly #params: Params;
  readonly #start: number;
  readonly #kalman;
  readonly #largest;
  readonly #first;
  readonly #second;
  readonly #seen: Seen;

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#start = filterStart(p);
    this.#kalman = tools.use(
      kalmanTrend({
        measurementNoise: p.measurement_noise,
        processNoise1: p.process_noise_1,
        processNoise2: p.process_noise_2,
        symmetricVolume: p.symmetric_volume_adjustment,
      }),
    );
    this.#largest = tools.use(highest(INNOVATIONS_MAX));
    this.#first = tools.use(wma(Math.min(p.osc_smoothness, OSCILLATOR_MAX[p.compat])));
    const twice = p.double_smoothing && p.strength_smoothness <= STRENGTHS_MAX;
    this.#second = twice ? tools.use(wma(p.strength_smoothness)) : null;
    this.#seen = tools.state<Seen>({ bars: 0, innovations: 0, peak: 0 });
  }

  take(bar: BarView): void {
    this.#seen.bars += 1;
    if (this.#seen.bars < this.#start) return;
    const { innovation } = this.#kalman.update(bar);
    if (!Number.isNaN(innovation)) this.#oscillate(innovation);
  }

  #oscillate(innovation: number): void {
    const p = this.#params;
    const seen = this.#seen;
    const size = Math.abs(innovation);
    seen.innovations += 1;
    seen.peak = Math.max(seen.peak, size);
    this.#largest.update(size);
    if (seen.innovations < Math.min(p.strength_smoothness, INNOVATIONS_MAX)) return;
    const scale = this.#largest.ready ? this.#largest.value : seen.peak;
    this.#first.update(scale === 0 ? 0 : (100 * innovation) / scale);
    if (this.#first.ready) this.#second?.update(this.#first.value);
  }

  /** The filtered close, dollars; NaN before the filter starts. */
  get price(): number {
    return this.#kalman.value.price;
  }

  /** The filtered change, dollars a bar; NaN before the filter starts. */
  get velocity(): number {
    return this.#kalman.value.velocity;
  }

  /** -100 to 100: what is left of the innovations after smoothing, in percent of the largest. */
  get strength(): number {
    if (!this.#kalman.ready) return Number.NaN;
    if (!this.#first.ready) return 0;
    return this.#second?.ready ? this.#second.value : this.#first.value;
  }

  /** Strength over T_max, held within -1 to 1. */
  get normalized(): number {
    return Math.max(-1, Math.min(1, this.strength / this.#params.T_max));
  }
}

/**
 * The signal bar, from 1, with which the filter starts. By the rules of December 2025 it waited for
 * sma_slow + 20 bars of signal and treasury together: half as many days when both are complete.
 */
function filterStart(p: Params): number {
  if (p.compat === 'none') return 1;
  const bars = p.sma_slow + SEED_ERA_MARGIN;
  return p.allow_treasury ? Math.ceil(bars / 2) : bars;
}
