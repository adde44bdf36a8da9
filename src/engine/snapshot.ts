import {
  canonical,
  type DateText,
  dayNumber,
  sha256,
  type Instant,
  type Money,
} from '../base/index.ts';
import type { Ledger, Position } from '../ledger/index.ts';
import type { ClientOrderId, Order } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';
import type { HaltLevel, LossMarks } from '../risk/index.ts';
import type { SavedSeries, Weights } from '../strategy/index.ts';
import type { Setup } from './setup.ts';
import { type BookState, newState, type State, type Work } from './state.ts';
import type { Window } from './window.ts';

const nullable = (column: Float64Array): (number | null)[] =>
  Array.from(column, (value) => (Number.isNaN(value) ? null : value));

/** Rises whenever what a state holds changes: an older snapshot is then left unread (F029). */
const SNAPSHOT_VERSION = 3;

/** `snapshot` where this program can restore it, or undefined: the whole journal is folded then. */
export function usable<T extends { readonly state: string }>(
  snapshot: T | undefined,
): T | undefined {
  if (snapshot === undefined) return undefined;
  const { version } = JSON.parse(snapshot.state) as { version?: number };
  return version === SNAPSHOT_VERSION ? snapshot : undefined;
}

/** The whole state as canonical JSON: equal states have equal texts (invariant 27). */
export function saveState(state: State): string {
  return canonical({
    version: SNAPSHOT_VERSION,
    at: state.at,
    date: state.date,
    epoch: state.epoch,
    books: state.books.map(saveBook),
    live: [...state.orders.live.values()],
    done: [...state.orders.done.values()],
    marks: nullable(state.marks),
    windows: state.windows.map((window) => ({
      length: window.length,
      next: window.next,
      columns: nullable(window.columns),
    })),
    folded: nullable(state.folded),
    halt: state.halt,
    haltReason: state.haltReason,
    lastClose: state.lastClose,
    highest: state.highest,
    closedDate: state.closedDate,
    fence: state.fence,
    activities: [...state.activities],
    external: saveBook(state.external),
    wire: state.wire,
    risk: state.risk,
    approvals: state.approvals,
    reconcile: state.reconcile,
    watch: state.watch,
    flatten: state.flatten,
    inputs: state.inputs,
  });
}

const saveLedger = (ledger: Ledger): SavedLedger => ({
  ...ledger,
  positions: [...ledger.positions.values()],
});

type SavedLedger = Omit<Ledger, 'positions'> & { positions: Position[] };

function saveBook(book: BookState) {
  return {
    name: book.setup.name,
    ledger: saveLedger(book.ledger),
    series: book.tools.saveSeries(),
    memory: book.tools.saveMemory(),
    lastTargets: book.lastTargets,
    work: book.work,
    stopped: book.stopped,
    slotDate: book.slotDate,
    slotAnswered: book.slotAnswered,
    signals: book.signals,
    signalsTaken: book.signalsTaken,
    ordersToday: book.ordersToday,
    lossMarks: book.lossMarks,
    lastFillAt: Object.fromEntries(book.lastFillAt),
  };
}

interface SavedBook {
  ledger: SavedLedger;
  series: SavedSeries;
  memory: never;
  lastTargets: Weights;
  work: Work | null;
  stopped: string | null;
  slotDate: DateText | null;
  slotAnswered: boolean;
  signals: Signal[];
  signalsTaken: number;
  ordersToday: number;
  lossMarks: LossMarks;
  lastFillAt: Record<string, Instant>;
}

interface SavedState {
  at: Instant;
  date: DateText;
  epoch: number;
  books: SavedBook[];
  live: Order[];
  done: Order[];
  marks: (number | null)[];
  windows: { length: number; next: number; columns: (number | null)[] }[];
  folded: number[];
  halt: HaltLevel;
  haltReason: string | null;
  lastClose: Money;
  highest: Money;
  closedDate: DateText | null;
  fence: Instant | null;
  activities: string[];
  external: SavedBook;
  wire: State['wire'];
  risk: State['risk'];
  approvals: State['approvals'];
  reconcile: State['reconcile'];
  watch: State['watch'];
  flatten: State['flatten'];
  inputs: number;
}

/** The state that `saveState` wrote, for the same setup. */
export function restoreState(setup: Setup, text: string): State {
  const saved = JSON.parse(text) as SavedState;
  const state = newState(setup);
  state.at = saved.at;
  state.date = saved.date;
  state.day = saved.date.length === 0 ? Number.NaN : dayNumber(saved.date);
  state.epoch = saved.epoch;
  state.halt = saved.halt;
  state.haltReason = saved.haltReason;
  state.lastClose = saved.lastClose;
  state.highest = saved.highest;
  state.closedDate = saved.closedDate;
  state.fence = saved.fence;
  state.inputs = saved.inputs;
  state.wire = saved.wire;
  state.risk = saved.risk;
  state.approvals = saved.approvals;
  state.reconcile = saved.reconcile;
  state.watch = saved.watch;
  state.flatten = saved.flatten;
  restoreBook(state.external, saved.external);
  for (const id of saved.activities) state.activities.add(id);
  fill(state.marks, saved.marks);
  fill(state.folded, saved.folded);
  saved.windows.forEach((window, i) => restoreWindow(state.windows[i] as Window, window));
  for (const order of saved.live) state.orders.live.set(idOf(order), order);
  for (const order of saved.done) state.orders.done.set(idOf(order), order);
  saved.books.forEach((book, b) => restoreBook(state.books[b] as BookState, book));
  return state;
}

const idOf = (order: Order): ClientOrderId => order.intent.clientOrderId;

function fill(column: Float64Array, values: readonly (number | null)[]): void {
  values.forEach((value, i) => {
    column[i] = value ?? Number.NaN;
  });
}

function restoreWindow(window: Window, saved: SavedState['windows'][number]): void {
  window.length = saved.length;
  window.next = saved.next;
  fill(window.columns, saved.columns);
}

function restoreLedger(ledger: Ledger, { positions, ...accounts }: SavedLedger): void {
  Object.assign(ledger, accounts);
  for (const position of positions) ledger.positions.set(position.symbol, position);
}

function restoreBook(book: BookState, saved: SavedBook): void {
  restoreLedger(book.ledger, saved.ledger);
  book.tools.restoreSeries(saved.series);
  book.tools.restoreMemory(saved.memory);
  book.lastTargets = saved.lastTargets;
  book.work = saved.work;
  book.stopped = saved.stopped;
  book.slotDate = saved.slotDate;
  book.slotAnswered = saved.slotAnswered;
  book.signals.push(...saved.signals);
  book.signalsTaken = saved.signalsTaken;
  book.ordersToday = saved.ordersToday;
  book.lossMarks = saved.lossMarks;
  book.lastFillAt = new Map(Object.entries(saved.lastFillAt));
}

/** SHA-256 of the whole state. */
export const stateDigest = (state: State): string => sha256(saveState(state));
