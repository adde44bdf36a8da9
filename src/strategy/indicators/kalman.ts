import type { Indicator, Saved } from '../indicator.ts';
import { needFinite, needShares, numbersOf, Pair, positiveOf, savedOf } from './state.ts';

export interface KalmanInput {
  /** In dollars. */
  readonly close: number;
  /** In shares; NaN or 0 where it is unknown. */
  readonly volume: number;
}

/** In dollars. One object per indicator, rewritten by each update: copy what you keep. */
export interface KalmanValue {
  /** The filtered close. */
  readonly price: number;
  /** The filtered change per bar. */
  readonly velocity: number;
  /** The close less what was predicted for it; NaN on the first bar. */
  readonly innovation: number;
}

export interface KalmanOptions {
  /** Variance of a close around the trend, above zero. */
  readonly measurementNoise: number;
  /** Variance added to the price and to the velocity per bar, above zero. */
  readonly processNoise1: number;
  readonly processNoise2: number;
  /** Let a falling volume raise the noise as a rising one lowers it. */
  readonly symmetricVolume: boolean;
}

interface KalmanState {
  seen: number;
  volume: number;
  price: number;
  velocity: number;
  innovation: number;
  /** Covariance of price and velocity. */
  p00: number;
  p01: number;
  p10: number;
  p11: number;
}

const start = (): KalmanState => ({
  seen: 0,
  volume: Number.NaN,
  price: Number.NaN,
  velocity: Number.NaN,
  innovation: Number.NaN,
  p00: 1,
  p01: 0,
  p10: 0,
  p11: 1,
});

class KalmanTrend implements Indicator<KalmanInput, KalmanValue> {
  readonly value = { price: Number.NaN, velocity: Number.NaN, innovation: Number.NaN };
  readonly #pair = new Pair<KalmanState>(start);
  readonly #measurementNoise: number;
  readonly #processNoise1: number;
  readonly #processNoise2: number;
  readonly #symmetricVolume: boolean;

  constructor(options: KalmanOptions) {
    this.#measurementNoise = positiveOf('Measurement noise', options.measurementNoise);
    this.#processNoise1 = positiveOf('Process noise 1', options.processNoise1);
    this.#processNoise2 = positiveOf('Process noise 2', options.processNoise2);
    this.#symmetricVolume = options.symmetricVolume;
  }

  get ready(): boolean {
    return this.#pair.now.seen > 0;
  }

  update(input: KalmanInput): KalmanValue {
    const { close, volume } = input;
    needFinite(close);
    needShares(volume);
    this.#pair.turn();
    return this.#write(close, volume);
  }

  replace(input: KalmanInput): KalmanValue {
    const { close, volume } = input;
    needFinite(close);
    needShares(volume);
    return this.#write(close, volume);
  }

  #write(close: number, volume: number): KalmanValue {
    const { now, before } = this.#pair;
    now.seen = before.seen + 1;
    now.volume = volume;
    if (before.seen === 0) begin(now, close);
    else this.#correct(close, this.#measurementNoise * this.#volumeRatio(before.volume, volume));
    return this.#derive();
  }

  #volumeRatio(previous: number, volume: number): number {
    if (!(volume > 0) || Number.isNaN(previous)) return 1;
    if (this.#symmetricVolume) return previous / volume;
    return previous / (previous > volume ? previous : volume);
  }

  #correct(close: number, noise: number): void {
    const { now, before } = this.#pair;
    const p00 = before.p00 + before.p10 + before.p01 + before.p11 + this.#processNoise1;
    const p01 = before.p01 + before.p11;
    const p10 = before.p10 + before.p11;
    const p11 = before.p11 + this.#processNoise2;
    const predicted = before.price + before.velocity;
    const innovation = close - predicted;
    const gain0 = p00 / (p00 + noise);
    const gain1 = p10 / (p00 + noise);
    now.innovation = innovation;
    now.price = predicted + gain0 * innovation;
    now.velocity = before.velocity + gain1 * innovation;
    now.p00 = (1 - gain0) * p00;
    now.p01 = (1 - gain0) * p01;
    now.p10 = p10 - gain1 * p00;
    now.p11 = p11 - gain1 * p01;
  }

  #derive(): KalmanValue {
    const { price, velocity, innovation } = this.#pair.now;
    this.value.price = price;
    this.value.velocity = velocity;
    this.value.innovation = innovation;
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

function begin(now: KalmanState, close: number): void {
  now.price = close;
  now.velocity = 0;
  now.innovation = Number.NaN;
  now.p00 = 1;
  now.p01 = 0;
  now.p10 = 0;
  now.p11 = 1;
}

/**
 * Kalman filter of price and its change per bar, trusting a close the more the volume has risen:
 * the measurement noise is multiplied by previous volume / larger of both (or / volume, when
 * symmetric); by 1 where either volume is unknown or this one is 0; by 0 after a bar of volume 0.
 * The first bar sets the price, with velocity 0. Throws `BadInput` unless each noise is above zero.
 */
export const kalmanTrend = (options: KalmanOptions): Indicator<KalmanInput, KalmanValue> =>
  new KalmanTrend(options);
