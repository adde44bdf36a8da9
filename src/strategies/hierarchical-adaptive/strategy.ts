import {
  type BarView,
  type BookView,
  type Decision,
  type Facts,
  hold,
  rebalance,
  type Strategy,
  type Tools,
  warmingUp,
} from '../../strategy/index.ts';
import { cellOf, deviation, mixOf, targetsOf, trendClass } from './allocation.ts';
import { Averages } from './averages.ts';
import { type Call, factsOf, type Reading, whyOf } from './explain.ts';
import type { Params } from './params.ts';
import { TrendFilter } from './trend.ts';
import { VolatilityState } from './volatility.ts';

/** Signal closes before the first decision: both averages and the whole baseline exist. */
export const firstDecision = (p: Params): number =>
  Math.max(p.sma_slow, p.vol_baseline_window + p.realized_vol_window);

export class HierarchicalAdaptive implements Strategy {
  readonly #params: Params;
  readonly #reading: Reading;
  /** Only shown; no decision reads it. */
  #facts: Facts;

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#reading = {
      signal: tools.state<Reading['signal']>({ close: null, volume: null }),
      averages: new Averages({ fast: p.sma_fast, slow: p.sma_slow }, tools),
      bonds: new Averages({ fast: p.bond_sma_fast, slow: p.bond_sma_slow }, tools),
      trend: new TrendFilter(p, tools),
      volatility: new VolatilityState(p, tools),
    };
    this.#facts = factsOf(this.#reading, null);
  }

  onBar(bar: BarView): void {
    if (bar.symbol === this.#params.signal_symbol) this.#onSignal(bar);
    else if (bar.symbol === this.#params.treasury_trend_symbol) this.#reading.bonds.take(bar);
  }

  #onSignal(bar: BarView): void {
    const { signal, averages, trend, volatility } = this.#reading;
    signal.close = bar.close;
    signal.volume = Number.isNaN(bar.volume) ? null : bar.volume;
    trend.take(bar);
    averages.take(bar);
    volatility.take(bar.close);
    if (averages.bars >= firstDecision(this.#params)) volatility.judge();
  }

  decide(view: BookView): Decision {
    const { bars } = this.#reading.averages;
    const wanted = firstDecision(this.#params);
    if (bars < wanted) {
      this.#facts = factsOf(this.#reading, null);
      return warmingUp(`Warming up: ${bars} of ${wanted} bars of ${this.#params.signal_symbol}.`);
    }
    const call = this.#call(view);
    this.#facts = factsOf(this.#reading, call);
    const why = whyOf(this.#reading, call, this.#params);
    return call.rebalance ? rebalance(call.targets, why) : hold(why, call.targets);
  }

  #call(view: BookView): Call {
    const p = this.#params;
    const { averages, bonds, trend, volatility } = this.#reading;
    const { crush, state } = volatility.day;
    const trendRaw = trendClass(trend.normalized, averages.rising, p);
    const trendState = crush && trendRaw === 'BearStrong' ? 'Sideways' : trendRaw;
    const cell = cellOf(trendState, state);
    const mix = mixOf(cell, bonds.trend, p);
    const targets = targetsOf(mix, p);
    const distance = deviation(targets, view.lastTargets);
    return {
      trendRaw,
      trendState,
      cell,
      mix,
      targets,
      deviation: distance,
      rebalance: distance > p.rebalance_threshold,
    };
  }

  facts(): Facts {
    return this.#facts;
  }
}
