import {
  BadInput,
  type DateText,
  dateOfDay,
  dayNumber,
  type Instant,
  type Price,
} from '../base/index.ts';
import {
  capitalOf,
  type Effect,
  type EquityPoint,
  type DecisionRecord,
  type FillRecord,
  type Input,
  markOf,
  newState,
  type Setup,
  type State,
  step,
} from '../engine/index.ts';
import { BarCursor, type Bars } from '../market/index.ts';
import type { Signal } from '../portfolio/index.ts';
import { SimBroker, type SimBrokerSettings } from '../sim/index.ts';

export interface BacktestOptions {
  /** First and last trading date; bars before are warm-up. Unset: all bars. */
  readonly from?: DateText;
  readonly to?: DateText;
  readonly broker: SimBrokerSettings;
  /** Where orders fill: at the close that was decided on, or at the next bar's open. */
  readonly fill: 'close' | 'next-open';
  readonly signals?: readonly { readonly book: number; readonly signal: Signal }[];
  readonly onProgress?: (share: number) => void;
}

export interface BacktestResult {
  readonly state: State;
  readonly decisions: DecisionRecord[];
  readonly fills: FillRecord[];
  readonly equity: EquityPoint[];
  readonly alerts: Extract<Effect, { kind: 'alert' }>[];
  readonly refusals: Extract<Effect, { kind: 'refused' }>[];
  readonly plans: Extract<Effect, { kind: 'planned' }>[];
  readonly bars: number;
}

const PROGRESS_EVERY = 65_536;
const PROGRESS_MASK = PROGRESS_EVERY - 1;

/**
 * Plays `series` (in the order of `setup.series`) through the engine and the built-in broker,
 * without a journal. Bars of one instant go in together; books they trigger answer on them.
 */
export function runBacktest(
  setup: Setup,
  series: readonly Bars[],
  options: BacktestOptions,
): BacktestResult {
  return new Backtest(setup, series, options).run();
}

class Backtest {
  readonly #setup: Setup;
  readonly #series: readonly Bars[];
  readonly #options: BacktestOptions;
  readonly #state: State;
  readonly #broker: SimBroker;
  readonly #result: BacktestResult;
  readonly #market = (symbol: string): Price | undefined => markOf(this.#state, symbol);
  readonly #firstDay: number;
  readonly #lastDay: number;
  #nextSignal = 0;

  constructor(setup: Setup, series: readonly Bars[], options: BacktestOptions) {
    this.#setup = setup;
    this.#series = series;
    this.#options = options;
    this.#state = newState(setup);
    this.#broker = new SimBroker(options.broker, capitalOf(setup));
    this.#firstDay = options.from === undefined ? -Infinity : dayNumber(options.from);
    this.#lastDay = options.to === undefined ? Infinity : dayNumber(options.to);
    const bars = series.reduce((sum, one) => sum + one.length, 0);
    const lists = { decisions: [], fills: [], equity: [], alerts: [], refusals: [], plans: [] };
    this.#result = { state: this.#state, ...lists, bars };
  }

  run(): BacktestResult {
    if (this.#series.some((bars) => bars.length === 0)) {
      const empty = this.#series.find((bars) => bars.length === 0);
      throw new BadInput(`Series "${empty?.symbol}" has no bars`);
    }
    if (this.#series.length === 1) this.#playOne(this.#series[0] as Bars);
    else this.#playMerged();
    this.#options.onProgress?.(1);
    return this.#result;
  }

  #playOne(bars: Bars): void {
    const cursor = new BarCursor(bars);
    const input = {
      kind: 'bars' as const,
      at: 0 as Instant,
      bars: [cursor],
      series: [0],
      decide: 'none' as 'none' | 'all',
    };
    const { end, day } = bars;
    const setup = this.#setup;
    const state = this.#state;
    const firstDay = this.#firstDay;
    const last = this.#endIndex(bars);
    const simple = this.#options.signals === undefined;
    let waits = false;
    for (let i = 0; i < last; i++) {
      cursor.index = i;
      const today = day[i] as number;
      input.at = end[i] as Instant;
      input.decide = today >= firstDay ? 'all' : 'none';
      if (waits || !simple) this.#beforeBars(input.at, [cursor]);
      const effects = step(setup, state, input);
      if (effects.length > 0) this.#perform(effects);
      if (waits || effects.length > 0) waits = this.#broker.working.size > 0;
      if (i + 1 === last || day[i + 1] !== today) this.#closeDay(input.at, today);
      if ((i & PROGRESS_MASK) === 0) this.#options.onProgress?.(i / last);
    }
  }

  #endIndex(bars: Bars): number {
    let last = bars.length;
    while (last > 0 && (bars.day[last - 1] as number) > this.#lastDay) last--;
    return last;
  }

  #playMerged(): void {
    const cursors = this.#series.map((bars) => new BarCursor(bars));
    const next = this.#series.map(() => 0);
    const ends = this.#series.map((bars) => this.#endIndex(bars));
    const total = ends.reduce((sum, end) => sum + end, 0);
    const input = {
      kind: 'bars' as const,
      at: 0 as Instant,
      bars: [] as BarCursor[],
      series: [] as number[],
      decide: 'none' as 'none' | 'all',
    };
    let openDay = Number.NaN;
    for (let played = 0; played < total;) {
      const at = this.#nextInstant(next, ends);
      const day = this.#gather(at, next, ends, cursors, input);
      if (!Number.isNaN(openDay) && day !== openDay) this.#closeDay(this.#state.at, openDay);
      openDay = day;
      input.at = at;
      input.decide = day >= this.#firstDay ? 'all' : 'none';
      this.#beforeBars(at, input.bars);
      const effects = step(this.#setup, this.#state, input);
      if (effects.length > 0) this.#perform(effects);
      if (
        Math.floor(played / PROGRESS_EVERY) !==
        Math.floor((played + input.bars.length) / PROGRESS_EVERY)
      ) {
        this.#options.onProgress?.(played / total);
      }
      played += input.bars.length;
    }
    if (!Number.isNaN(openDay)) this.#closeDay(this.#state.at, openDay);
  }

  #nextInstant(next: readonly number[], ends: readonly number[]): Instant {
    let at = Infinity;
    for (let s = 0; s < next.length; s++) {
      const i = next[s] as number;
      if (i >= (ends[s] as number)) continue;
      const end = (this.#series[s] as Bars).end[i] as number;
      if (end < at) at = end;
    }
    return at as Instant;
  }

  /** Collects all bars that end at `at` into `input`; the exchange day of the newest. */
  #gather(
    at: Instant,
    next: number[],
    ends: readonly number[],
    cursors: readonly BarCursor[],
    input: { bars: BarCursor[]; series: number[] },
  ): number {
    input.bars.length = 0;
    input.series.length = 0;
    let day = 0;
    for (let s = 0; s < next.length; s++) {
      const i = next[s] as number;
      if (i >= (ends[s] as number) || (this.#series[s] as Bars).end[i] !== at) continue;
      const cursor = cursors[s] as BarCursor;
      cursor.index = i;
      next[s] = i + 1;
      input.bars.push(cursor);
      input.series.push(s);
      day = cursor.day;
    }
    return day;
  }

  /** Orders left for the open fill before anyone sees the bar; signals due are handed over. */
  #beforeBars(at: Instant, bars: readonly BarCursor[]): void {
    if (this.#broker.working.size > 0) {
      const opens = new Map(bars.map((bar) => [bar.symbol, bar.bars.open[bar.index] as Price]));
      const market = (symbol: string) => opens.get(symbol);
      // What a fill lets go, as the buys that a sale pays for, fills at the same open.
      for (let reports = this.#broker.advance(at, market); reports.length > 0;) {
        this.#report(reports);
        reports = this.#broker.advance(at, market);
      }
    }
    const signals = this.#options.signals ?? [];
    while (this.#nextSignal < signals.length) {
      const next = signals[this.#nextSignal];
      if (next === undefined || next.signal.at > at) return;
      this.#nextSignal++;
      const input: Input = { kind: 'signal', at, book: next.book, signal: next.signal };
      this.#perform(step(this.#setup, this.#state, input));
    }
  }

  #closeDay(at: Instant, day: number): void {
    if (day < this.#firstDay) return;
    // An order decided on at the close waits for the next open, where that is when orders fill.
    const before = this.#options.fill === 'next-open' ? at : Infinity;
    if (this.#broker.working.size > 0) this.#report(this.#broker.closeDay(at, before));
    const date = day === this.#state.day ? this.#state.date : dateOfDay(day);
    this.#perform(step(this.#setup, this.#state, { kind: 'close', at, date }));
  }

  #report(reports: ReturnType<SimBroker['advance']>): void {
    for (const report of reports) {
      this.#perform(step(this.#setup, this.#state, { kind: 'report', at: report.at, report }));
    }
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'submit') this.#submit(effect);
      else if (effect.kind === 'fill') this.#result.fills.push(effect.record);
      else if (effect.kind === 'decision') this.#result.decisions.push(effect.record);
      else if (effect.kind === 'equity') this.#result.equity.push(effect.point);
      else if (effect.kind === 'alert') this.#result.alerts.push(effect);
      else if (effect.kind === 'refused') this.#result.refusals.push(effect);
      else if (effect.kind === 'planned') this.#result.plans.push(effect);
      else if (effect.kind === 'cancel') {
        this.#report(this.#broker.cancel(effect.order, this.#state.at, effect.reason));
      }
    }
  }

  #submit(effect: Extract<Effect, { kind: 'submit' }>): void {
    const { at } = this.#state;
    const atOpen = this.#options.fill === 'next-open';
    const { intent } = effect;
    if (!atOpen) return this.#report(this.#broker.submit(intent, at, this.#market));
    return this.#report(this.#broker.hold(intent, at, this.#market));
  }
}
