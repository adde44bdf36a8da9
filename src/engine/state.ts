import {
  type DateText,
  dateOfDay,
  type Instant,
  type Money,
  type Price,
  ZERO,
} from '../base/index.ts';
import { equityOf, heldIn, type Ledger, newLedger } from '../ledger/index.ts';
import {
  type ClientOrderId,
  newOrders,
  type Orders,
  pending,
  remaining,
  signOf,
} from '../orders/index.ts';
import type { Leg, Signal } from '../portfolio/index.ts';
import {
  type ApprovalState,
  type HaltLevel,
  type LossMarks,
  newApprovalState,
  newRiskState,
  type RiskState,
} from '../risk/index.ts';
import {
  defineStrategy,
  hold,
  type Strategy,
  type StrategyDefinition,
  ToolBox,
  type Weights,
  z,
} from '../strategy/index.ts';
import { LiveBookView } from './book-view.ts';
import type { Effect, Severity } from './effect.ts';
import type { FlattenState } from './flatten/flatten.ts';
import { newReconcileState, type ReconcileState } from './reconcile/reconcile.ts';
import { newWatchState, type WatchState } from './watch/watch.ts';
import { newWireState, type WireState } from './wire.ts';
import { newWindow, type Window } from './window.ts';
import { type BookSetup, capitalOf, type Plan, planOf, type Setup } from './setup.ts';

/** A decision being carried out, leg by leg. */
export interface Work {
  readonly date: DateText;
  readonly legs: readonly Leg[];
  next: number;
  /** The order of the leg under way. */
  waiting: ClientOrderId | null;
  /** True once a leg was not carried out: the plan's targets are not what the book then holds. */
  failed: boolean;
  /** The symbol whose protection must be proven done before the next leg may go. */
  lifting?: string | null;
  /** The order whose rest is to be priced anew once its end is proven, and the how manieth time. */
  reprice?: { readonly order: ClientOrderId; readonly count: number } | null;
}

export interface BookState {
  readonly setup: BookSetup;
  readonly ledger: Ledger;
  readonly tools: ToolBox;
  readonly strategy: Strategy;
  /** True where every bar of its trigger asks its living strategy, which is the usual case. */
  readonly answersBars: boolean;
  readonly view: LiveBookView;
  /** Newest price of a symbol, or undefined. */
  readonly mark: (symbol: string) => Price | undefined;
  lastTargets: Weights;
  work: Work | null;
  /** Why it trades no more, or null. A person resumes it. */
  stopped: string | null;
  /** Date of the newest slot claimed, and whether it was answered. */
  slotDate: DateText | null;
  slotAnswered: boolean;
  /** Symbols it may hold, in the order in which legs are worked. */
  readonly universe: readonly string[];
  readonly signals: Signal[];
  /** How many signals it was ever given: where a restarted process goes on. */
  signalsTaken: number;
  ordersToday: number;
  /** What its own loss limits are measured from. */
  lossMarks: LossMarks;
  lastFillAt: Map<string, Instant>;
}

/** The books a series concerns, looked up once. */
export interface Followers {
  /** Those whose living strategy folds it. */
  readonly folding: readonly BookState[];
  /** Those that answer on it. */
  readonly triggered: readonly BookState[];
}

/** The fold of all inputs so far. Changed in place, by `step` alone. */
export interface State {
  at: Instant;
  /** Trading date of the newest input that has one, and the same as days since 1970-01-01. */
  date: DateText;
  day: number;
  epoch: number;
  readonly plan: Plan;
  readonly books: BookState[];
  readonly orders: Orders;
  /** Newest price by series index; NaN before the first. */
  readonly marks: Float64Array;
  /** By series index: what a bar of it concerns. */
  readonly followers: readonly Followers[];
  /** Completed bars kept by series index. */
  readonly windows: readonly Window[];
  /** Newest completed bar's end by series index; 0 before the first. */
  readonly folded: Float64Array;
  halt: HaltLevel;
  haltReason: string | null;
  /** Equity at the last close and the highest so far, for loss limits. */
  lastClose: Money;
  highest: Money;
  closedDate: DateText | null;
  fence: Instant | null;
  readonly activities: Set<string>;
  /** Holdings and cash at the broker that no book has: seen, counted, never managed unasked. */
  readonly external: BookState;
  wire: WireState;
  risk: RiskState;
  approvals: ApprovalState;
  reconcile: ReconcileState;
  watch: WatchState;
  /** The emergency exit under way, or the last one. */
  flatten: FlattenState | null;
  effects: Effect[];
  /** How many inputs were taken. */
  inputs: number;
}

/** The state before any input. */
export function newState(setup: Setup): State {
  const plan = planOf(setup);
  const capital = capitalOf(setup);
  const state: State = {
    at: 0 as Instant,
    date: '' as DateText,
    day: Number.NaN,
    epoch: 0,
    plan,
    books: [],
    orders: newOrders(),
    marks: new Float64Array(setup.series.length).fill(Number.NaN),
    followers: [],
    windows: plan.kept.map((capacity) => newWindow(capacity)),
    folded: new Float64Array(setup.series.length),
    halt: 'NONE',
    haltReason: null,
    lastClose: capital,
    highest: capital,
    closedDate: null,
    fence: null,
    activities: new Set(),
    external: undefined as never,
    wire: newWireState(),
    risk: newRiskState(),
    approvals: newApprovalState(),
    reconcile: newReconcileState(),
    watch: newWatchState(),
    flatten: null,
    effects: [],
    inputs: 0,
  };
  for (const book of setup.books) state.books.push(newBook(book, state));
  (state as { external: BookState }).external = newBook(externalSetup(setup), state);
  const booksOf = (indices: readonly number[] = []) =>
    indices.map((b) => state.books[b] as BookState);
  const followers = setup.series.map((_, s) => ({
    folding: booksOf(plan.folding[s]),
    triggered: booksOf(plan.triggered[s]),
  }));
  (state.followers as Followers[]).push(...followers);
  return state;
}

/** The name of the book that stands for what no book of the desk has. */
export const EXTERNAL = '(external)';

const idle = defineStrategy({
  name: EXTERNAL,
  version: '1.0',
  params: z.strictObject({}),
  universe: () => [],
  subscriptions: () => [],
  create: () => ({ onBar: () => {}, decide: () => hold('never asked'), facts: () => ({}) }),
}) as unknown as StrategyDefinition;

const externalSetup = ({ limits }: Setup): BookSetup => ({
  name: EXTERNAL,
  strategy: idle,
  params: {},
  capital: ZERO,
  slot: { kind: 'every-bar' },
  restart: null,
  sizing: 'changed-targets',
  thresholdPct: 0,
  limits,
  signals: null,
});

function newBook(setup: BookSetup, state: State): BookState {
  const tools = new ToolBox();
  const strategy = setup.strategy.create(setup.params as never, tools);
  const ledger = newLedger(setup.name, setup.capital);
  const book: BookState = {
    setup,
    ledger,
    tools,
    strategy,
    answersBars:
      setup.slot.kind === 'every-bar' && setup.signals === null && setup.restart === null,
    view: undefined as never,
    mark: (symbol) => markOf(state, symbol),
    lastTargets: {},
    work: null,
    stopped: null,
    slotDate: null,
    slotAnswered: true,
    universe: setup.strategy.universe(setup.params as never),
    signals: [],
    signalsTaken: 0,
    ordersToday: 0,
    lossMarks: { lastClose: setup.capital, highest: setup.capital },
    lastFillAt: new Map(),
  };
  (book as { view: LiveBookView }).view = new LiveBookView(state, book);
  return book;
}

/** Newest price of `symbol`, or undefined. */
export function markOf(state: State, symbol: string): Price | undefined {
  const index = state.plan.index.get(symbol);
  const at = index === undefined ? Number.NaN : (state.marks[index] as number);
  return Number.isNaN(at) ? undefined : (at as Price);
}

/** Equity of one book at the marks. */
export const bookEquity = (_state: State, book: BookState): Money =>
  book.ledger.positions.size === 0 ? book.ledger.cash : equityOf(book.ledger, book.mark);

/** The book of that name, the external one too. */
export function bookNamed(state: State, name: string): BookState | undefined {
  for (const book of state.books) if (book.setup.name === name) return book;
  return name === EXTERNAL ? state.external : undefined;
}

/** Cash of all books, and what none of them has. */
export function accountCash({ books, external }: State): Money {
  let sum: number = external.ledger.cash;
  for (const book of books) sum += book.ledger.cash;
  return sum as Money;
}

/** Equity of all books, and of what none of them has. */
export function accountEquity(state: State): Money {
  let sum: number = bookEquity(state, state.external);
  for (const book of state.books) sum += bookEquity(state, book);
  return sum as Money;
}

/** Signed shares of `symbol` in all books and outside of them. */
export function accountHeld({ books, external }: State, symbol: string): number {
  let sum = heldIn(external.ledger, symbol);
  for (const book of books) sum += heldIn(book.ledger, symbol);
  return sum;
}

/** Signed shares by symbol over all books, flat ones left out, in order of symbols. */
export function accountPositions(state: State): Record<string, number> {
  const symbols = [...state.external.ledger.positions.keys()];
  for (const book of state.books) {
    for (const symbol of book.ledger.positions.keys()) {
      if (!symbols.includes(symbol)) symbols.push(symbol);
    }
  }
  const positions: Record<string, number> = {};
  for (const symbol of symbols.length > 1 ? symbols.sort() : symbols) {
    const held = accountHeld(state, symbol);
    if (held !== 0) positions[symbol] = held;
  }
  return positions;
}

/**
 * Held plus pending of one book. What rests only to protect is not counted: it is no wish to
 * change the position, and makes room before one is carried out.
 */
export function heldAndPending(state: State, book: BookState, symbol: string): number {
  const { name } = book.setup;
  const sum = heldIn(book.ledger, symbol) + pending(state.orders, symbol, name);
  if (state.watch.guards.length === 0) return sum;
  let resting = 0;
  for (const order of state.orders.live.values()) {
    const { intent } = order;
    if (intent.purpose !== 'protect' || intent.symbol !== symbol || intent.book !== name) continue;
    resting += signOf(intent.side) * remaining(order);
  }
  return sum - resting;
}

/** Moves the trading date, forward only; a new one starts the day's counts. */
export function enterDay(state: State, day: number): void {
  if (day <= state.day) return;
  state.day = day;
  state.date = dateOfDay(day);
  for (const book of state.books) book.ordersToday = 0;
  state.external.ordersToday = 0;
  state.fence = null;
}

/** Asks or tells the world. Most steps have one effect, and a list that fits it is a small one. */
export function emit(state: State, effect: Effect): void {
  if (state.effects.length === 0) state.effects = [effect];
  else state.effects.push(effect);
}

/** Tells a person. */
export function alert(state: State, severity: Severity, code: string, text: string): void {
  emit(state, { kind: 'alert', severity, code, text, at: state.at });
}
