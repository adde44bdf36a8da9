import { type Instant, MICROS, type Price } from '../../base/index.ts';
import { averageCost, heldIn } from '../../ledger/index.ts';
import { remaining, type Side } from '../../orders/index.ts';
import type { FlattenState } from './state.ts';
import type { AccountSeen } from '../input.ts';
import { moveInKind } from '../reconcile/flow.ts';
import type { Setup } from '../setup.ts';
import { accountHeld, accountPositions, type BookState, markOf, type State } from '../state.ts';

const LAG_MS = 120_000; // how long a broker's positions may lag a fill
const CONFIRM_MS = 5_000; // least time between two readings that confirm each other

/** One order of an exit. */
export interface Closing {
  readonly book: BookState;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: Price;
}

/** Keeps when the ledgers last moved, by symbol; the first call takes what moved before. */
export function noteMoves(state: State, flatten: FlattenState): void {
  const now = accountPositions(state);
  for (const symbol of new Set([...Object.keys(now), ...Object.keys(flatten.held)])) {
    if ((now[symbol] ?? 0) !== (flatten.held[symbol] ?? 0)) flatten.movedAt[symbol] = state.at;
  }
  flatten.held = now;
}

/** Symbols in which an order of ours may have filled of late: the broker's list may not show it. */
export function movedBefore(state: State): Record<string, Instant> {
  const moved: Record<string, Instant> = {};
  for (const { intent } of state.orders.live.values()) moved[intent.symbol] = state.at;
  for (const { intent, filled } of state.orders.done.values()) {
    const recent = intent.date === state.date || intent.timeInForce === 'gtc';
    if (filled > 0 && recent) moved[intent.symbol] = state.at;
  }
  return moved;
}

/** Keeps since when readings agree on each symbol. */
export function noteSeen(state: State, flatten: FlattenState, account: AccountSeen): void {
  const seen: FlattenState['seen'] = {};
  const symbols = [...Object.keys(account.positions), ...Object.keys(accountPositions(state))];
  for (const symbol of symbols) {
    const quantity = account.positions[symbol] ?? 0;
    const before = flatten.seen[symbol];
    const same = before !== undefined && before.quantity === quantity;
    seen[symbol] = same ? before : { quantity, since: state.at };
    const differs = quantity !== accountHeld(state, symbol);
    if (differs && !flatten.unlike.includes(symbol)) {
      flatten.unlike = [...flatten.unlike, symbol].sort();
    }
  }
  flatten.seen = seen;
}

/** When a difference in `symbol` counts as proven, if it is still there. */
export function provenAt(setup: Setup, flatten: FlattenState, symbol: string): number {
  const since = (flatten.seen[symbol]?.since ?? Number.POSITIVE_INFINITY) + CONFIRM_MS;
  const moved = flatten.movedAt[symbol];
  return moved === undefined ? since : Math.max(since, moved + lagMs(setup));
}

const lagMs = (setup: Setup): number => setup.reconcile?.lagMs ?? LAG_MS;

/**
 * What may be closed now of `reported`, the broker's signed whole quantity: all of it where the
 * ledgers agree or the difference is proven. What both have where they differ and no fill of ours
 * can be missing from the reading; after a fill that is waited for. Never what an order without an
 * outcome may still close.
 */
export function closable(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  symbol: string,
  reported: number,
): number {
  const ours = accountHeld(state, symbol);
  const lags = state.at < (flatten.movedAt[symbol] ?? Number.NEGATIVE_INFINITY) + lagMs(setup);
  const agrees = reported === ours && !(lags && flatten.unlike.includes(symbol));
  const proven = agrees || state.at >= provenAt(setup, flatten, symbol);
  const both = reported * ours > 0 && !lags ? Math.min(Math.abs(reported), Math.abs(ours)) : 0;
  const size = proven ? Math.abs(reported) : both;
  return Math.max(0, size - mayStillFill(state, symbol, sideToClose(reported)));
}

export const sideToClose = (held: number): Side => (held > 0 ? 'sell' : 'buy');

/** Unsigned quantity that orders on `side` may still fill, each leg of several counted. */
function mayStillFill(state: State, symbol: string, side: Side, book?: string): number {
  let sum = 0;
  for (const order of state.orders.live.values()) {
    const { intent } = order;
    if (book !== undefined && intent.book !== book) continue;
    const left = remaining(order);
    if (intent.legs === undefined) {
      if (intent.symbol === symbol && intent.side === side) sum += left;
      continue;
    }
    for (const leg of intent.legs) {
      if (leg.symbol === symbol && leg.side === side) sum += left * leg.ratio;
    }
  }
  return sum;
}

/**
 * What the broker has beyond the ledgers, proven, is taken into the book of what no book has: only
 * from there can it be closed. In kind: no cash moves.
 */
export function bookSurplus(state: State, symbol: string, reported: number): void {
  const quantity = reported - accountHeld(state, symbol);
  if (quantity * reported <= 0) return;
  moveInKind(state, state.external, { symbol, quantity });
}

/** The newest price, else what it cost; a market order needs none, the gate some. */
function priceOf(state: State, book: BookState, symbol: string): Price {
  const mark = markOf(state, symbol) ?? averageCost(book.ledger, symbol);
  return mark !== undefined && mark > 0 ? mark : (MICROS as Price);
}

/**
 * The orders that close `quantity` (unsigned) of a position of the sign of `reported`: each book
 * its own part, in their order, then what no book has.
 */
export function closingsOf(
  state: State,
  symbol: string,
  reported: number,
  quantity: number,
): Closing[] {
  const side = sideToClose(reported);
  const closings: Closing[] = [];
  let left = quantity;
  for (const book of [...state.books, state.external]) {
    const held = heldIn(book.ledger, symbol) * Math.sign(reported);
    const name = book.setup.name;
    const free = held - mayStillFill(state, symbol, side, name);
    const part = Math.min(left, free);
    if (part <= 0) continue;
    left -= part;
    const price = priceOf(state, book, symbol);
    closings.push({ book, symbol, side, quantity: part, price });
  }
  return closings;
}
