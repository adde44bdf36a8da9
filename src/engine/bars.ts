import { type BarView, RowView } from '../market/index.ts';
import type { Strategy } from '../strategy/index.ts';
import { ToolBox } from '../strategy/index.ts';
import { answer, stopBook } from './decide.ts';
import type { BarsInput } from './input.ts';
import type { Setup } from './setup.ts';
import { workSignals } from './signals.ts';
import { type BookState, enterDay, type State } from './state.ts';
import { keepBar, keptBars } from './window.ts';

/** Completed bars: marks move, strategies fold them, and those they trigger answer. */
export function takeBars(setup: Setup, state: State, input: BarsInput): void {
  const { bars, series } = input;
  for (let i = 0; i < bars.length; i++) {
    const bar = bars[i] as BarView;
    const s = series[i] as number;
    if (bar.day !== state.day) enterDay(state, bar.day);
    state.marks[s] = bar.closePrice;
    state.folded[s] = bar.at;
    foldBar(state, s, bar);
  }
  if (input.decide !== 'none') decideTriggered(setup, state, input);
  for (let i = 0; i < bars.length; i++) {
    const window = state.windows[series[i] as number];
    if (window !== undefined && window.capacity > 0) keepBar(window, bars[i] as BarView);
  }
}

function foldBar(state: State, series: number, bar: BarView): void {
  const folding = state.plan.folding[series] as readonly number[];
  for (let k = 0; k < folding.length; k++) {
    const book = state.books[folding[k] as number] as BookState;
    if (book.setup.restart !== null) continue;
    try {
      book.strategy.onBar(bar);
    } catch (error) {
      stopBook(state, book, `its strategy failed on a bar of ${bar.symbol}: ${messageOf(error)}`);
    }
  }
}

function decideTriggered(setup: Setup, state: State, input: BarsInput): void {
  for (let i = 0; i < input.series.length; i++) {
    const triggered = state.plan.triggered[input.series[i] as number] as readonly number[];
    for (let k = 0; k < triggered.length; k++) {
      const book = state.books[triggered[k] as number] as BookState;
      if (input.decide === 'every-bar' && book.setup.slot.kind !== 'every-bar') continue;
      if (book.setup.signals !== null) workSignals(setup, state, book);
      else if (book.setup.restart === null) answer(setup, state, book, book.strategy);
      else decideFresh(setup, state, book, input.bars);
    }
  }
}

/**
 * The compatible way of working: a new strategy over the last completed bars and one bar made of the
 * price now, without volume. `today` are bars whose close is that price.
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
