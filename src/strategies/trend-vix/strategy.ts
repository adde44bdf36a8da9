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
  type Weights,
} from '../../strategy/index.ts';
import { type Day, type Position, positionOf } from './day.ts';
import { factsOf, whyOf } from './explain.ts';
import { Fund } from './fund.ts';
import type { Params } from './params.ts';
import { enter, type Entry, markChecked, noEntry, stopReached } from './stop.ts';
import { type TrendState, trendState, TrendWindow } from './trend.ts';

interface Memory {
  /** The state last acted on, "Cash" for all that hold no fund; null before the first decision. */
  stance: TrendState | 'Cash' | null;
  /** The state in which the stop was reached: cash until it changes. */
  stoppedIn: TrendState | null;
}

export class TrendVix implements Strategy {
  readonly #params: Params;
  readonly #trend: TrendWindow;
  readonly #funds: { readonly bull: Fund; readonly bear: Fund };
  readonly #index: { vix: number | null };
  readonly #memory: Memory;
  readonly #entry: Entry;
  /** Only shown; no decision reads it. */
  #facts: Facts = factsOf(null, { stop: null, stopped: false });

  constructor(p: Params, tools: Tools) {
    this.#params = p;
    this.#trend = new TrendWindow(p, tools);
    this.#funds = {
      bull: new Fund(p.bull_symbol, p, tools),
      bear: new Fund(p.bear_symbol, p, tools),
    };
    this.#index = tools.state<{ vix: number | null }>({ vix: null });
    this.#memory = tools.memory<Memory>({ stance: null, stoppedIn: null });
    this.#entry = tools.memory(noEntry());
  }

  onBar(bar: BarView): void {
    const { bull, bear } = this.#funds;
    if (bar.symbol === this.#params.signal_symbol) this.#trend.take(bar.close);
    else if (bar.symbol === this.#params.vix_symbol) this.#index.vix = bar.close;
    else if (bar.symbol === bull.symbol) bull.take(bar);
    else if (bar.symbol === bear.symbol) bear.take(bar);
  }

  decide(view: BookView): Decision {
    const day = this.#today(view);
    if (day === null) {
      this.#facts = factsOf(null, { stop: null, stopped: false });
      return warmingUp(`Warming up: ${this.#trend.bars} of ${this.#params.window} signal bars.`);
    }
    const stopped = this.#stopped(day, view);
    const position = stopped ? null : day.position;
    const stance = position === null ? 'Cash' : day.state;
    const same = stance === this.#memory.stance && this.#carriedOut(position, view);
    this.#memory.stance = stance;
    this.#follow(position, view);
    this.#facts = factsOf(day, { stop: this.#stop(), stopped });
    const why = whyOf(day, { same, stopped }, this.#params);
    return same ? hold(why, view.lastTargets) : rebalance(this.#targets(position), why);
  }

  /** Null during the warm-up. */
  #today(view: BookView): Day | null {
    const p = this.#params;
    const { vix } = this.#index;
    const { bull, bear } = this.#funds;
    const figures = this.#trend.figures();
    if (!figures || vix === null || !bull.ready || !bear.ready) return null;
    const state = trendState(figures, vix, p);
    return { figures, vix, state, position: positionOf(state, this.#funds, view, p) };
  }

  #stopped({ state, position }: Day, view: BookView): boolean {
    const memory = this.#memory;
    if (memory.stoppedIn === state) return true;
    memory.stoppedIn = null;
    const held = position !== null && position.fund.symbol === this.#entry.fund;
    if (held && stopReached(this.#entry, position.fund, view)) memory.stoppedIn = state;
    return memory.stoppedIn !== null;
  }

  /** False when the book still lacks what was decided before, or has the other fund. */
  #carriedOut(position: Position | null, view: BookView): boolean {
    const { bull, bear } = this.#funds;
    return [bull, bear].every((fund) => {
      const last = view.lastTargets[fund.symbol] ?? 0;
      return fund === position?.fund ? last > 0 || position.weight === 0 : last === 0;
    });
  }

  /** Keeps the entry and its stop in step with the fund wanted now; resizing is no entry. */
  #follow(position: Position | null, view: BookView): void {
    const entry = this.#entry;
    if (position === null) {
      Object.assign(entry, noEntry());
      return;
    }
    const { fund, atr } = position;
    if (fund.symbol !== entry.fund) enter(entry, fund, (this.#params.stop_atr * atr) / fund.close);
    markChecked(entry, fund, view);
  }

  /** Dollars; null while no fund is wanted. */
  #stop(): number | null {
    return this.#entry.fund === null ? null : this.#entry.stop;
  }

  #targets(position: Position | null): Weights {
    const { bull, bear } = this.#funds;
    const weight = (fund: Fund) => (fund === position?.fund ? position.weight : 0);
    return { [bull.symbol]: weight(bull), [bear.symbol]: weight(bear) };
  }

  facts(): Facts {
    return this.#facts;
  }
}
