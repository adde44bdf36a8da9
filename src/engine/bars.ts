import { type BarView, RowView } from '../market/index.ts';
import type { Strategy } from '../strategy/index.ts';
import { ToolBox } from '../strategy/index.ts';
import { answer, stopBook } from './decide.ts';
import type { BarsInput } from './input.ts';
import type { Setup } from './setup.ts';
import { workSignals } from './signals.ts';
import { alert, type BookState, enterDay, type Followers, type State } from './state.ts';
import { marksMoved } from './watch/watch.ts';
import { keepBar, keptBars, type Window } from './window.ts';

/** Completed bars: marks move, strategies fold them, and those they trigger answer. */
export function takeBars(setup: Setup, state: State, input: BarsInput): void {
  const { bars, series } = input;
  if (bars.length !== 1) return takeMany(setup, state, input);
  // One bar is the rule, a million of them in a backtest: short enough to be compiled as one piece.
  const bar = bars[0] as BarView;
  const s = series[0] as number;
  if (!(bar.at > (state.folded[s] as number))) return takeMany(setup, state, input);
  takeBar(state, bar, s);
  if (input.decide !== 'none') {
    if (state.watch.guards.length > 0) marksMoved(setup, state, s);
    askFollowers(setup, state, s, input);
  }
  if (state.plan.keeps) keepBars(state, input);
}

/** As above, for bars of several series that end at one instant, and for repeated ones. */
function takeMany(setup: Setup, state: State, input: BarsInput): void {
  const { bars, series } = input;
  if (hasRepeat(state, input)) return takeMany(setup, state, withoutRepeats(state, input));
  for (let i = 0; i < bars.length; i++) takeBar(state, bars[i] as BarView, series[i] as number);
  if (input.decide !== 'none') {
    if (state.watch.guards.length > 0) for (const s of series) marksMoved(setup, state, s);
    for (let i = 0; i < bars.length; i++) askFollowers(setup, state, series[i] as number, input);
  }
  if (state.plan.keeps) keepBars(state, input);
}

function takeBar(state: State, bar: BarView, s: number): void {
  const { day } = bar;
  if (day !== state.day) enterDay(state, day);
  state.marks[s] = bar.closePrice;
  state.folded[s] = bar.at;
  const { folding } = state.followers[s] as Followers;
  for (let k = 0; k < folding.length; k++) foldBar(state, folding[k] as BookState, bar);
}

function askFollowers(setup: Setup, state: State, s: number, input: BarsInput): void {
  const { triggered } = state.followers[s] as Followers;
  for (let k = 0; k < triggered.length; k++) {
    const book = triggered[k] as BookState;
    if (book.answersBars) answer(setup, state, book, book.strategy);
    else decideTriggered(setup, state, book, input);
  }
}

function keepBars(state: State, { bars, series }: BarsInput): void {
  for (let i = 0; i < bars.length; i++) {
    const window = state.windows[series[i] as number] as Window;
    if (window.capacity > 0) keepBar(window, bars[i] as BarView);
  }
}

/** Whether a bar is one that its series already has, or an older one: each counts once (F043). */
function hasRepeat(state: State, { bars, series }: BarsInput): boolean {
  for (let i = 0; i < bars.length; i++) {
    const newest = state.folded[series[i] as number] as number;
    if (!((bars[i] as BarView).at > newest)) return true;
  }
  return false;
}

function withoutRepeats(state: State, input: BarsInput): BarsInput {
  const isFresh = input.bars.map(
    (bar, i) => bar.at > (state.folded[input.series[i] as number] ?? 0),
  );
  const repeated = input.bars
    .filter((_, i) => !isFresh[i])
    .map((bar) => `${bar.symbol} ${bar.date}`);
  const text = `Bars not after the newest of their series are left out: ${repeated.join()}`;
  alert(state, 'WARNING', 'barsRepeated', text);
  const bars = input.bars.filter((_, i) => isFresh[i]);
  return { ...input, bars, series: input.series.filter((_, i) => isFresh[i]) };
}

function foldBar(state: State, book: BookState, bar: BarView): void {
  try {
    book.strategy.onBar(bar);
  } catch (error) {
    stopOnBar(state, book, bar, error);
  }
}

function stopOnBar(state: State, book: BookState, bar: BarView, error: unknown): void {
  stopBook(state, book, `its strategy failed on a bar of ${bar.symbol}: ${messageOf(error)}`);
}

function decideTriggered(setup: Setup, state: State, book: BookState, input: BarsInput): void {
  const { slot, signals, restart } = book.setup;
  if (input.decide === 'every-bar' && slot.kind !== 'every-bar') return;
  if (signals !== null) workSignals(setup, state, book);
  else if (restart === null) answer(setup, state, book, book.strategy);
  else decideFresh(setup, state, book, input.bars);
}

/**
 * The compatible way of working: a new strategy over the last completed bars and one bar made of
 * the price now, without volume. `today` are bars whose close is that price.
 */
export function decideFresh(
  setup: Setup,
  state: State,
  book: BookState,
  today: readonly BarView[],
): void {
  const tools = new ToolBox();
  const strategy = book.setup.strategy.create(book.setup.params as never, tools);
  tools.restoreMemory(book.tools.saveMemory());
  try {
    for (const row of restartRows(state, book)) strategy.onBar(row);
    for (const bar of today) if (follows(book, bar.symbol)) strategy.onBar(quoteBar(bar));
  } catch (error) {
    stopBook(state, book, `its strategy failed on its history: ${messageOf(error)}`);
    return;
  }
  answer(setup, state, book, strategy as Strategy);
  book.tools.restoreMemory(tools.saveMemory());
}

const follows = (book: BookState, symbol: string): boolean =>
  book.setup.strategy.subscriptions(book.setup.params).some((one) => one.symbol === symbol);

function restartRows(state: State, book: BookState): RowView[] {
  const rows: RowView[] = [];
  for (const { symbol } of book.setup.strategy.subscriptions(book.setup.params)) {
    const window = state.windows[state.plan.index.get(symbol) ?? -1];
    if (!window) continue;
    const kept = keptBars(window, book.setup.restart ?? 0);
    for (const bar of kept) rows.push(new RowView({ symbol, ...bar }));
  }
  return rows.sort((a, b) => a.at - b.at);
}

/** A bar made of one price, as the market stands now. */
export function quoteBar(bar: BarView): RowView {
  const price = bar.closePrice;
  const { symbol, at, day } = bar;
  return new RowView(
    { symbol, at, day, open: price, high: price, low: price, close: price, volume: 0 },
    true,
  );
}

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
