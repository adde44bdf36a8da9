import type { DateText } from '../base/index.ts';
import { planOrders, type Planned, planTargets, type Prices } from '../portfolio/index.ts';
import type { Decision, Facts, Strategy, Weights } from '../strategy/index.ts';
import { stopBook, trip } from './losses.ts';
import type { Setup } from './setup.ts';
import {
  alert,
  bookEquity,
  type BookState,
  emit,
  heldAndPending,
  markOf,
  type State,
} from './state.ts';
import { wishProblem } from './wish.ts';
import { advanceWork } from './work.ts';

/** Weights may add up to this much more than 1 by rounding. */
const WEIGHT_SLACK = 1e-9;

export { stopBook } from './losses.ts';

/** Asks `strategy` for its decision, records it, and begins to carry it out. */
export function answer(setup: Setup, state: State, book: BookState, strategy: Strategy): void {
  if (book.stopped !== null) return;
  let decision: Decision;
  let problem: string | null;
  try {
    decision = strategy.decide(book.view);
    const idle = decision.action === 'hold' || decision.action === 'warmup';
    if (idle && setup.record !== 'all') return;
    problem = problemOf(decision, state, book);
  } catch (error) {
    return stopUndecided(state, book, error);
  }
  if (problem === null) act(setup, state, book, strategy, decision);
  else stopBook(state, book, `its strategy answered nonsense: ${problem}`);
}

function stopUndecided(state: State, book: BookState, error: unknown): void {
  const text = error instanceof Error ? error.message : String(error);
  stopBook(state, book, `its strategy failed to decide: ${text}`);
}

function act(
  setup: Setup,
  state: State,
  book: BookState,
  strategy: Strategy,
  decision: Decision,
): void {
  if (setup.record !== 'none') record(state, book, decision, safeFacts(strategy));
  if (decision.action === 'rebalance' || decision.action === 'orders') {
    carryOut(setup, state, book, decision);
  }
}

/** Puts a decision, or why there was none, on record. */
export function record(
  state: State,
  book: BookState,
  decision: { action: string; why: string; targets?: Weights; date?: DateText },
  facts: Facts = {},
): void {
  emit(state, {
    kind: 'decision',
    record: {
      date: decision.date ?? state.date,
      at: state.at,
      book: book.setup.name,
      strategy: book.setup.strategy.name,
      action: decision.action,
      targets: decision.targets ?? {},
      why: decision.why,
      facts,
    },
  });
}

/** Figures as they can be kept: what is neither text, truth nor a finite number is null. */
function safeFacts(strategy: Strategy): Facts {
  try {
    const clean: Record<string, number | string | boolean | null> = {};
    for (const [name, value] of Object.entries(strategy.facts())) {
      const plain = typeof value === 'string' || typeof value === 'boolean';
      clean[name] = plain || Number.isFinite(value) ? value : null;
    }
    return clean;
  } catch {
    return { facts: 'not available: the strategy failed to give them' };
  }
}

/** What is wrong with an answer, or null. Whatever passes can be kept, sized and reviewed. */
function problemOf(decision: Decision, state: State, book: BookState): string | null {
  if (typeof decision.why !== 'string') return `a reason that is "${typeof decision.why}"`;
  switch (decision.action) {
    case 'warmup':
      return null;
    case 'hold':
      return holdProblem(decision.targets);
    case 'rebalance':
      return weightsProblem(decision.targets, book);
    case 'orders':
      for (const wish of decision.orders) {
        const problem = wishProblem(wish, state, book);
        if (problem !== null) return problem;
      }
      return null;
    default:
      return `action "${String((decision as { action: unknown }).action)}"`;
  }
}

/** Weights that are only told: a book may hold more than it wants. */
function holdProblem(targets: Weights): string | null {
  const wrong = Object.entries(targets).find(([, weight]) => !Number.isFinite(weight));
  return wrong ? `weight "${wrong[1]}" for "${wrong[0]}"` : null;
}

function weightsProblem(targets: Weights, book: BookState): string | null {
  let sum = 0;
  for (const [symbol, weight] of Object.entries(targets)) {
    if (!book.universe.includes(symbol)) return `"${symbol}" is not in its universe`;
    if (!Number.isFinite(weight)) return `weight "${weight}" for "${symbol}"`;
    if (weight < 0) return `weight "${weight}" for "${symbol}" is below zero`;
    sum += weight;
  }
  return sum > 1 + WEIGHT_SLACK ? `weights add up to ${sum}, above 1` : null;
}

type Trading = Extract<Decision, { action: 'rebalance' | 'orders' }>;

function carryOut(setup: Setup, state: State, book: BookState, decision: Trading): void {
  if (book.work !== null) {
    const text = `Book "${book.setup.name}": an earlier plan is worked, this one is not begun`;
    alert(state, 'WARNING', 'planOverlap', text);
    return;
  }
  trip(setup, state);
  const planned = planFor(state, book, decision);
  if (planned.legs.length > 0) {
    const { legs } = planned;
    book.work = { date: state.date, legs, next: 0, waiting: null, failed: false };
  }
  if (planned.notes.length > 0) {
    const { name } = book.setup;
    const legs = planned.legs.length;
    emit(state, { kind: 'planned', book: name, legs, notes: planned.notes });
  }
  if (decision.action === 'rebalance') book.lastTargets = planned.targets;
  advanceWork(setup, state, book);
}

const NO_TARGETS: Weights = {};
const NO_NOTES: readonly string[] = [];

function planFor(state: State, book: BookState, decision: Trading): Planned {
  if (decision.action === 'orders') {
    return { legs: planOrders(decision.orders), targets: NO_TARGETS, notes: NO_NOTES };
  }
  const prices: Record<string, number> = {};
  const held: Record<string, number> = {};
  for (const symbol of book.universe) {
    const mark = markOf(state, symbol);
    if (mark !== undefined) prices[symbol] = mark;
    const shares = heldAndPending(state, book, symbol);
    if (shares !== 0) held[symbol] = shares;
  }
  for (const symbol of book.ledger.positions.keys()) {
    held[symbol] ??= heldAndPending(state, book, symbol);
  }
  return planTargets(decision.targets, {
    method: book.setup.sizing,
    thresholdPct: book.setup.thresholdPct,
    universe: book.universe,
    lastTargets: book.lastTargets,
    equity: bookEquity(state, book),
    held,
    prices: prices as Prices,
  });
}
