import { heldIn } from '../ledger/index.ts';
import { planOrders, type Planned, planTargets, type Prices } from '../portfolio/index.ts';
import { lossBreach } from '../risk/index.ts';
import type { Decision, Facts, Strategy, Weights } from '../strategy/index.ts';
import type { Setup } from './setup.ts';
import {
  accountEquity,
  alert,
  bookEquity,
  type BookState,
  heldAndPending,
  markOf,
  type State,
} from './state.ts';
import { advanceWork } from './work.ts';

/** Weights may add up to this much more than 1 by rounding. */
const WEIGHT_SLACK = 1e-9;

/** Asks `strategy` for its decision, records it, and begins to carry it out. */
export function answer(setup: Setup, state: State, book: BookState, strategy: Strategy): void {
  if (book.stopped !== null) return;
  let decision: Decision;
  try {
    decision = strategy.decide(book.view);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    stopBook(state, book, `its strategy failed to decide: ${text}`);
    return;
  }
  if (decision.action === 'hold' || decision.action === 'warmup') {
    if (setup.record === 'all') record(state, book, decision, safeFacts(strategy));
    return;
  }
  const problem = problemOf(decision, book);
  if (problem !== null) {
    stopBook(state, book, `its strategy answered nonsense: ${problem}`);
    return;
  }
  record(state, book, decision, safeFacts(strategy));
  carryOut(setup, state, book, decision);
}

/** The book trades no more until a person resumes it; the desk and other books go on. */
export function stopBook(state: State, book: BookState, reason: string): void {
  if (book.stopped !== null) return;
  book.stopped = reason;
  alert(state, 'CRITICAL', 'bookStopped', `Book "${book.setup.name}" stopped: ${reason}`);
}

/** Puts a decision, or why there was none, on record. */
export function record(
  state: State,
  book: BookState,
  decision: { action: string; why: string; targets?: Weights },
  facts: Facts = {},
): void {
  state.effects.push({
    kind: 'decision',
    record: {
      date: state.date,
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

function safeFacts(strategy: Strategy): Facts {
  let facts: Facts;
  try {
    facts = strategy.facts();
  } catch {
    return { facts: 'not available: the strategy failed to give them' };
  }
  const clean: Record<string, number | string | boolean | null> = {};
  for (const [name, value] of Object.entries(facts)) {
    clean[name] = typeof value === 'number' && !Number.isFinite(value) ? null : value;
  }
  return clean;
}

function problemOf(decision: Decision, book: BookState): string | null {
  if (decision.action === 'rebalance') return weightsProblem(decision.targets, book);
  if (decision.action !== 'orders') return `action "${String(decision.action)}"`;
  for (const { symbol, side, quantity } of decision.orders) {
    if (!book.universe.includes(symbol)) return `"${symbol}" is not in its universe`;
    if (side !== 'buy' && side !== 'sell') return `side "${String(side)}" for "${symbol}"`;
    if (!Number.isSafeInteger(quantity) || quantity <= 0) {
      return `quantity "${quantity}" for "${symbol}" is not whole and above zero`;
    }
  }
  return null;
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

function carryOut(setup: Setup, state: State, book: BookState, decision: Decision): void {
  if (book.work !== null) {
    const text = `Book "${book.setup.name}": an earlier plan is still worked, this one is not begun`;
    alert(state, 'WARNING', 'planOverlap', text);
    return;
  }
  trip(setup, state);
  const planned = planFor(state, book, decision);
  if (planned.legs.length > 0) {
    book.work = { date: state.date, legs: planned.legs, next: 0, waiting: null };
  }
  if (planned.notes.length > 0) {
    const { name } = book.setup;
    const legs = planned.legs.length;
    state.effects.push({ kind: 'planned', book: name, legs, notes: planned.notes });
  }
  if (decision.action === 'rebalance') book.lastTargets = planned.targets;
  advanceWork(setup, state, book);
}

function planFor(state: State, book: BookState, decision: Decision): Planned {
  if (decision.action === 'orders') {
    return { legs: planOrders(decision.orders), targets: {}, notes: [] };
  }
  const prices: Record<string, number> = {};
  const held: Record<string, number> = {};
  for (const symbol of book.universe) {
    const mark = markOf(state, symbol);
    if (mark !== undefined) prices[symbol] = mark;
    const shares = heldAndPending(state, book, symbol);
    if (shares !== 0) held[symbol] = shares;
  }
  for (const symbol of book.ledger.positions.keys()) held[symbol] = heldIn(book.ledger, symbol);
  return planTargets(decision.action === 'rebalance' ? decision.targets : {}, {
    method: book.setup.sizing,
    thresholdPct: book.setup.thresholdPct,
    universe: book.universe,
    lastTargets: book.lastTargets,
    equity: bookEquity(state, book),
    held,
    prices: prices as Prices,
  });
}

/** Loss limits, measured now: a breach turns the desk to reducing, and stays. */
export function trip(setup: Setup, state: State): void {
  const { limits } = setup;
  if (state.halt !== 'NONE') return;
  if (limits.dailyLossPctMax >= 100 && limits.drawdownPctMax >= 100) return;
  const marks = { lastClose: state.lastClose, highest: state.highest };
  const breach = lossBreach(accountEquity(state), marks, limits);
  if (breach === null) return;
  state.halt = 'NO_NEW_RISK';
  state.haltReason = breach;
  alert(state, 'CRITICAL', 'lossLimit', breach);
}
