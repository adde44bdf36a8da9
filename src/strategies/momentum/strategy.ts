import { MICROS } from '../../base/index.ts';
import type { BarView, Decision, Facts, Strategy, Tools } from '../../strategy/index.ts';
import { barNumber, orNull, SignalCounter } from '../signal-counter.ts';
import type { Params } from './params.ts';
import { ThresholdCrossing } from './threshold-crossing.ts';

function signals({ symbol, qty, lookback, threshold }: Params) {
  const percent = `${Number((100 * threshold).toFixed(4))} %`;
  const rule = (verb: string) => `the change over ${lookback} bars ${verb}${percent}`;
  const up = { name: 'momentum_up', rule: rule('rose above ') };
  const down = { name: 'momentum_down', rule: rule('fell below -') };
  return { symbol, qty, up, down };
}

export class Momentum implements Strategy {
  readonly #params: Params;
  readonly #change: ThresholdCrossing;
  readonly #crossed: { bar: number };
  readonly #signals: SignalCounter;

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#change = tools.use(new ThresholdCrossing(p.lookback, p.threshold));
    this.#crossed = tools.state({ bar: 0 });
    this.#signals = new SignalCounter(signals(p), tools);
  }

  onBar(bar: BarView): void {
    const crossing = this.#change.update(bar.closePrice);
    if (crossing !== 0) this.#crossed.bar = barNumber(bar, this.#params.timeframe);
  }

  decide(): Decision {
    return this.#signals.answer(this.#change.value, this.#crossed.bar);
  }

  facts(): Facts {
    const { latest, change } = this.#change;
    return {
      price: orNull(latest / MICROS),
      momentum: orNull(change),
      ...this.#signals.facts(),
    };
  }
}
