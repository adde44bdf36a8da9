import { ema, macd, type Ring, ring, type Tools } from '../../strategy/index.ts';
import type { Params } from './params.ts';

export type TrendState =
  | 'Risk_Off'
  | 'Bullish_Strong'
  | 'Bullish_Weak'
  | 'Bearish_Strong'
  | 'Bearish_Weak'
  | 'Neutral';

/** One day's figures of the signal symbol, dollars. */
export interface TrendFigures {
  readonly close: number;
  readonly ema: number;
  readonly macd: number;
  readonly macdSignal: number;
}

/** The last closes of the signal symbol; all means begin with the oldest of them. */
export class TrendWindow {
  readonly #closes: Ring;
  readonly #period: number;

  constructor(p: Params, tools: Tools) {
    this.#closes = tools.use(ring(p.window));
    this.#period = p.trend_ema_period;
  }

  take(close: number): void {
    this.#closes.update(close);
  }

  get bars(): number {
    return this.#closes.length;
  }

  /** Undefined until the window is full. */
  figures(): TrendFigures | undefined {
    if (!this.#closes.ready) return undefined;
    const mean = ema(this.#period, { seed: 'first' });
    const lines = macd(12, 26, 9, { seed: 'first' });
    for (const close of this.#closes.toArray()) {
      mean.update(close);
      lines.update(close);
    }
    const { macd: line, signal } = lines.value;
    return { close: this.#closes.value, ema: mean.value, macd: line, macdSignal: signal };
  }
}

/** The first rule that matches, from the kill switch down. */
export function trendState(figures: TrendFigures, vix: number, p: Params): TrendState {
  const { close, ema: mean, macd: line, macdSignal } = figures;
  if (vix > p.vix_kill_switch) return 'Risk_Off';
  if (close > mean) return line > macdSignal ? 'Bullish_Strong' : 'Bullish_Weak';
  if (close < mean) return line < macdSignal ? 'Bearish_Strong' : 'Bearish_Weak';
  return 'Neutral';
}
