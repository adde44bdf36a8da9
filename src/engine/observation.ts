import { dayNumber, type Price } from '../base/index.ts';
import type { BarView } from '../market/index.ts';
import {
  checkCorporateAction,
  checkHistory,
  checkQuote,
  checkVolume,
  type Finding,
  type HistorySeen,
} from '../risk/index.ts';
import { decideFresh, messageOf } from './bars.ts';
import { answer, record, stopBook } from './decide.ts';
import type { ObservationInput, QuotesInput, SlotInput } from './input.ts';
import type { Setup } from './setup.ts';
import { alert, type BookState, enterDay, type State } from './state.ts';
import { marksMoved } from './watch/watch.ts';
import { keptBars } from './window.ts';

/** A book's time came: the slot is claimed, once, and the world is asked how it looks (F052). */
export function takeSlot(_setup: Setup, state: State, input: SlotInput): void {
  const book = state.books[input.book] as BookState;
  enterDay(state, dayNumber(input.date));
  if (book.slotDate !== null && book.slotDate >= input.date) {
    const text = `Book "${book.setup.name}": slot of ${input.date} was claimed before`;
    alert(state, 'WARNING', 'slotClaimedTwice', text);
    return;
  }
  book.slotDate = input.date;
  book.slotAnswered = false;
  state.effects.push({ kind: 'observe', book: input.book, date: input.date });
}

/** The world as it is at the slot: checked, folded provisionally, decided on, and taken back. */
export function takeObservation(setup: Setup, state: State, input: ObservationInput): void {
  const book = state.books[input.book] as BookState;
  if (book.slotDate !== input.date || book.slotAnswered) {
    const text = `Book "${book.setup.name}": an observation of ${input.date} without its slot`;
    alert(state, 'WARNING', 'observationUnasked', text);
    return;
  }
  book.slotAnswered = true;
  state.fence = input.fence;
  if (input.at > input.fence) return tellLate(state, book, input);
  const findings = findingsOf(setup, state, book, input);
  for (const { severity, code, text } of findings) {
    alert(state, severity === 'stop' ? 'CRITICAL' : 'WARNING', code, text);
  }
  const stops = findings.filter((finding) => finding.severity === 'stop');
  if (stops.length > 0) {
    record(state, book, { action: 'skipped', why: stops.map((stop) => stop.text).join('; ') });
    return;
  }
  for (const { symbol, price } of input.quotes) {
    if (price !== null) mark(setup, state, symbol, price);
  }
  if (book.setup.restart !== null) decideFresh(setup, state, book, input.bars);
  else decideProvisionally(setup, state, book, input.bars);
}

/** The market between decisions: marks follow it, and what guards positions looks at them. */
export function takeQuotes(setup: Setup, state: State, { quotes }: QuotesInput): void {
  for (const { symbol, price } of quotes) mark(setup, state, symbol, price);
}

function mark(setup: Setup, state: State, symbol: string, price: Price): void {
  const index = state.plan.index.get(symbol);
  if (index === undefined) return;
  state.marks[index] = price;
  if (state.watch.guards.length > 0) marksMoved(setup, state, index);
}

/** The answer came when no order may leave any more: no trade today, and it says so (F053). */
function tellLate(state: State, book: BookState, input: ObservationInput): void {
  const why = `The market was seen ${input.at - input.fence} ms after the last moment to trade`;
  record(state, book, { action: 'missed', why });
  const text = `Book "${book.setup.name}": slot of ${input.date} missed: ${why}`;
  alert(state, 'HIGH', 'slotMissed', text);
}

function decideProvisionally(
  setup: Setup,
  state: State,
  book: BookState,
  bars: readonly BarView[],
): void {
  const saved = book.tools.saveSeries();
  const followed = new Set(
    book.setup.strategy.subscriptions(book.setup.params).map((one) => one.symbol),
  );
  try {
    for (const bar of bars) if (followed.has(bar.symbol)) book.strategy.onBar(bar);
    answer(setup, state, book, book.strategy);
  } catch (error) {
    stopBook(state, book, `its strategy failed on today's bar: ${messageOf(error)}`);
  } finally {
    book.tools.restoreSeries(saved);
  }
}

function findingsOf(
  setup: Setup,
  state: State,
  book: BookState,
  input: ObservationInput,
): Finding[] {
  const now = { at: input.at, open: input.open };
  const findings: (Finding | null)[] = [];
  const quoted = new Map(input.quotes.map((quote) => [quote.symbol, quote.price] as const));
  for (const quote of input.quotes) findings.push(checkQuote(quote, now, setup.dataLimits));
  for (const symbol of book.universe) {
    if (!quoted.has(symbol)) {
      const none = { symbol, price: null, at: input.at };
      findings.push(checkQuote(none, now, setup.dataLimits));
    }
  }
  const today = dayNumber(input.date);
  for (const subscription of book.setup.strategy.subscriptions(book.setup.params)) {
    if (!subscription.timeframe.endsWith('d')) continue;
    const history = historyOf(setup, state, subscription.symbol, book.setup.restart);
    if (history === null) continue;
    const quote = quoted.get(subscription.symbol) ?? null;
    findings.push(
      checkHistory(history, today),
      checkCorporateAction(history, quote, setup.dataLimits),
      checkVolume(history),
    );
  }
  return findings.filter((finding) => finding !== null);
}

function historyOf(
  setup: Setup,
  state: State,
  symbol: string,
  restart: number | null,
): HistorySeen | null {
  const index = state.plan.index.get(symbol);
  const window = index === undefined ? undefined : state.windows[index];
  if (index === undefined || window === undefined) return null;
  const bars = keptBars(window, Math.max(restart ?? 0, window.capacity));
  const isIndex = state.plan.instruments[index]?.kind === 'index';
  return {
    symbol,
    days: bars.map((bar) => bar.day),
    closes: bars.map((bar) => bar.close),
    lastVolume: isIndex ? Number.NaN : (bars.at(-1)?.volume ?? Number.NaN),
    raw: setup.series[index]?.adjustment === 'raw',
    isIndex,
    fundFactor: state.plan.instruments[index]?.fundFactor ?? 1,
  };
}
