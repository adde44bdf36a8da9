import { assert } from '../base/index.ts';
import type { Indicator, Saved } from './indicator.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonRecord = { [key: string]: Json };

/** How a strategy keeps anything from one bar to the next: what is made here can be saved. */
export interface Tools {
  /** An indicator of this strategy. It follows bars: a provisional bar is taken back from it. */
  use<T extends Indicator<never, unknown>>(indicator: T): T;
  /** Plain data that follows bars, written in `onBar` only. Change it in place. */
  state<T extends object>(initial: T): T;
  /**
   * Plain data that follows decisions, written in `decide` only; a bar that is taken back does not
   * touch it.
   */
  memory<T extends object>(initial: T): T;
}

export interface SavedSeries {
  readonly indicators: readonly Saved[];
  readonly states: readonly JsonRecord[];
}

/** A strategy's keepsakes: saved and restored as one, in the order in which they were made. */
export class ToolBox implements Tools {
  readonly #indicators: Indicator<never, unknown>[] = [];
  readonly #states: JsonRecord[] = [];
  readonly #memories: JsonRecord[] = [];

  use<T extends Indicator<never, unknown>>(indicator: T): T {
    this.#indicators.push(indicator);
    return indicator;
  }

  state<T extends object>(initial: T): T {
    this.#states.push(initial as unknown as JsonRecord);
    return initial;
  }

  memory<T extends object>(initial: T): T {
    this.#memories.push(initial as unknown as JsonRecord);
    return initial;
  }

  /** What follows bars. */
  saveSeries(): SavedSeries {
    return {
      indicators: this.#indicators.map((indicator) => indicator.snapshot()),
      states: this.#states.map((state) => structuredClone(state)),
    };
  }

  restoreSeries(saved: SavedSeries): void {
    assert(saved.indicators.length === this.#indicators.length, 'Saved indicators do not fit');
    assert(saved.states.length === this.#states.length, 'Saved states do not fit');
    this.#indicators.forEach((indicator, i) => indicator.restore(saved.indicators[i] as Saved));
    this.#states.forEach((state, i) => assignFresh(state, saved.states[i] as JsonRecord));
  }

  /** What follows decisions. */
  saveMemory(): readonly JsonRecord[] {
    return this.#memories.map((memory) => structuredClone(memory));
  }

  restoreMemory(saved: readonly JsonRecord[]): void {
    assert(saved.length === this.#memories.length, 'Saved memory does not fit');
    this.#memories.forEach((memory, i) => assignFresh(memory, saved[i] as JsonRecord));
  }
}

function assignFresh(target: JsonRecord, from: JsonRecord): void {
  for (const key of Object.keys(target)) if (!(key in from)) delete target[key];
  Object.assign(target, structuredClone(from));
}
