import {
  type BarView,
  type Decision,
  type Facts,
  hold,
  type Timeframe,
  type Tools,
  trade,
} from '../strategy/index.ts';

/** 1 where a series crossed upward with its latest bar, -1 downward, 0 where it did neither. */
export type Crossing = 1 | 0 | -1;

// Bars without a signal are nearly all bars: their answers are made once.
const NO_SIGNAL: Decision = hold('No signal with this bar.');
const ALREADY: Decision = hold('A signal to a side that is counted already.');

interface Counter {
  /** Shares bought less shares sold by signals since the start. */
  p: number;
  /** The bar of the latest signal, so that none is answered twice; null before the first. */
  bar: number | null;
}

/** What a crossing is called, and the rule behind it in words. */
export interface Signal {
  readonly name: string;
  readonly rule: string;
}

interface Options {
  readonly symbol: string;
  readonly qty: number;
  readonly up: Signal;
  readonly down: Signal;
}

/**
 * Answers crossings with orders of `qty` shares: an upward one buys unless the counter is above
 * zero, a downward one sells unless it is below. The counter follows decisions, not fills.
 */
export class SignalCounter {
  readonly #options: Options;
  readonly #buy: Decision;
  readonly #sell: Decision;
  readonly #counter: Counter;
  /** Only shown: the name of the signal just sent. */
  #sent: string | null = null;

  constructor(options: Options, tools: Tools) {
    const { symbol, qty, up, down } = options;
    const order = (side: 'buy' | 'sell', { name, rule }: Signal) =>
      trade([{ symbol, side, quantity: qty }], `${name}: ${rule}; ${side} ${qty} ${symbol}.`);
    this.#options = options;
    this.#buy = order('buy', up);
    this.#sell = order('sell', down);
    this.#counter = tools.memory<Counter>({ p: 0, bar: null });
  }

  /** The answer to `crossing`, which came with the bar of number `bar`. */
  answer(crossing: Crossing, bar: number): Decision {
    this.#sent = null;
    if (crossing === 0) return NO_SIGNAL;
    const counter = this.#counter;
    if (counter.bar === bar || counter.p * crossing > 0) return ALREADY;
    counter.bar = bar;
    counter.p += crossing * this.#options.qty;
    this.#sent = crossing > 0 ? this.#options.up.name : this.#options.down.name;
    return crossing > 0 ? this.#buy : this.#sell;
  }

  facts(): Facts {
    return { signal: this.#sent, p: this.#counter.p, qty: this.#options.qty };
  }
}

/** A bar of a `timeframe` by a number that it shares with the provisional bar it replaces. */
export const barNumber = (bar: BarView, timeframe: Timeframe): number =>
  timeframe === '1d' ? bar.day : bar.at;

/** `x`, or null where it is not defined. */
export const orNull = (x: number): number | null => (Number.isNaN(x) ? null : x);
