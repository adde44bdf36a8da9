import { MICROS } from '../../base/index.ts';
import type { BarView, Decision, Facts, Strategy, Tools } from '../../strategy/index.ts';
import { barNumber, orNull, SignalCounter } from '../signal-counter.ts';
import { MeanCrossing } from './mean-crossing.ts';
import type { Params } from './params.ts';

function signals({ symbol, qty, fast, slow }: Params) {
  const rule = (verb: string) => `the mean of ${fast} closes ${verb} the mean of ${slow}`;
  const up = { name: 'ma_crossover_up', rule: rule('rose above') };
  const down = { name: 'ma_crossover_down', rule: rule('fell below') };
  return { symbol, qty, up, down };
}

export class MaCrossover implements Strategy {
  readonly #params: Params;
  readonly #means: MeanCrossing;
  readonly #crossed: { bar: number };
  readonly #signals: SignalCounter;

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#means = tools.use(new MeanCrossing(p.fast, p.slow));
    this.#crossed = tools.state({ bar: 0 });
    this.#signals = new SignalCounter(signals(p), tools);
  }

  onBar(bar: BarView): void {
    const crossing = this.#means.update(bar.closePrice);
    if (crossing !== 0) this.#crossed.bar = barNumber(bar, this.#params.timeframe);
  }

  decide(): Decision {
    return this.#signals.answer(this.#means.value, this.#crossed.bar);
  }

  facts(): Facts {
    const { latest, fast, slow } = this.#means;
    return {
      price: orNull(latest / MICROS),
      fast: orNull(fast / MICROS),
      slow: orNull(slow / MICROS),
      ...this.#signals.facts(),
    };
  }
}
