import type { Instant, Price } from '../../base/index.ts';
import { averageCost, heldIn, type Ledger } from '../../ledger/index.ts';
import { type OptionContract, parseOcc } from '../../market/index.ts';
import type { Order } from '../../orders/index.ts';
import { exitIsOver } from '../flatten/flatten.ts';
import { isReconciled } from '../reconcile/reconcile.ts';
import { send } from '../send.ts';
import type { Setup } from '../setup.ts';
import { alert, bookNamed, type BookState, markOf, type State } from '../state.ts';
import { policyOf } from './guard.ts';
import type { CoverPolicy } from './policy.ts';
import { retryAfter } from './protect.ts';
import { askCancel } from '../wire.ts';

/** Short contracts of one kind that nothing covers, and what was done about them. */
export interface CoverGap {
  readonly book: string;
  readonly symbol: string;
  /** Contracts without cover, above zero. */
  quantity: number;
  readonly since: Instant;
  /** How often they were to be bought back. */
  repairs: number;
  /** When the next step is due; null: a person must. */
  lookAt: Instant | null;
}

const TICKER_MAX = 12; // "ABCDEFGH.ABC"; an OCC symbol has 16 characters or more

export const isOption = (symbol: string): boolean => symbol.length > TICKER_MAX;

const SHARES_A_CONTRACT = 100;

interface Held extends OptionContract {
  readonly symbol: string;
  /** Contracts not matched yet, unsigned. */
  left: number;
}

/**
 * Short option contracts by symbol that no long contract of the same right and no earlier end, no
 * shares (calls) and no cash (puts, where the policy says so) covers. Each cover counts once;
 * contracts that end last are covered first, since the fewest others can cover them.
 */
export function uncoveredIn(ledger: Ledger, policy: CoverPolicy): ReadonlyMap<string, number> {
  const longs: Held[] = [];
  const shorts: Held[] = [];
  for (const { symbol, quantity } of ledger.positions.values()) {
    if (!isOption(symbol)) continue;
    const held = { symbol, left: Math.abs(quantity), ...parseOcc(symbol) };
    (quantity > 0 ? longs : shorts).push(held);
  }
  if (shorts.length === 0) return NONE;
  shorts.sort((a, b) => order(b.expiration, a.expiration) || order(a.symbol, b.symbol));
  for (const short of shorts) for (const long of longs) match(short, long);
  const free = { shares: new Map<string, number>(), cash: ledger.cash as number };
  // Cash covers the most contracts when the lowest strikes come first.
  const byStrike = [...shorts].sort((a, b) => a.strikeMills - b.strikeMills);
  for (const short of byStrike) coverOtherwise(short, ledger, policy, free);
  const open = shorts.filter(({ left }) => left > 0);
  return new Map(open.map(({ symbol, left }) => [symbol, left]));
}

const NONE: ReadonlyMap<string, number> = new Map();

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

function match(short: Held, long: Held): void {
  if (long.root !== short.root || long.right !== short.right) return;
  if (long.expiration < short.expiration) return;
  const matched = Math.min(short.left, long.left);
  short.left -= matched;
  long.left -= matched;
}

function coverOtherwise(
  short: Held,
  ledger: Ledger,
  policy: CoverPolicy,
  free: { readonly shares: Map<string, number>; cash: number },
): void {
  const { root, right, strikeMills } = short;
  if (right === 'call') {
    const shares = free.shares.get(root) ?? Math.max(0, heldIn(ledger, root));
    const covered = Math.min(short.left, Math.floor(shares / SHARES_A_CONTRACT));
    short.left -= covered;
    free.shares.set(root, shares - covered * SHARES_A_CONTRACT);
  } else if (policy.cash) {
    const each = strikeMills * MICROS_A_MILL * SHARES_A_CONTRACT;
    const covered = Math.max(0, Math.min(short.left, Math.floor(free.cash / each)));
    short.left -= covered;
    free.cash -= covered * each;
  }
}

const MICROS_A_MILL = 1_000;

/** Contracts of a book moved: what lost its cover is on record, and has a deadline (F011). */
export function coverMoved(setup: Setup, state: State, book: BookState): void {
  const policy = policyOf(book).cover;
  if (policy === null) return;
  const { uncovered } = state.watch;
  const { name } = book.setup;
  const open = uncoveredIn(book.ledger, policy);
  for (let i = uncovered.length - 1; i >= 0; i--) {
    const gap = uncovered[i] as CoverGap;
    if (gap.book === name && !open.has(gap.symbol)) uncovered.splice(i, 1);
  }
  for (const [symbol, quantity] of open) {
    const known = uncovered.find((gap) => gap.book === name && gap.symbol === symbol);
    if (known !== undefined) known.quantity = quantity;
    else openGap(state, name, symbol, quantity, policy);
  }
  tendCover(setup, state);
}

function openGap(
  state: State,
  book: string,
  symbol: string,
  quantity: number,
  { deadlineMs }: CoverPolicy,
): void {
  const lookAt = (state.at + deadlineMs) as Instant;
  state.watch.uncovered.push({ book, symbol, quantity, since: state.at, repairs: 0, lookAt });
  const text = `Book "${book}": ${quantity} short ${symbol} without cover`;
  alert(state, 'HIGH', 'coverMissing', `${text}, to be bought back in ${deadlineMs} ms`);
}

/** Time passed: contracts that are without cover beyond their deadline are bought back. */
export function tendCover(setup: Setup, state: State): void {
  for (const gap of state.watch.uncovered) {
    if (gap.lookAt === null || state.at < gap.lookAt) continue;
    const book = bookNamed(state, gap.book);
    const policy = book === undefined ? null : policyOf(book).cover;
    if (book !== undefined && policy !== null) repair(setup, state, book, gap, policy);
  }
}

/**
 * One try to buy back what is without cover. Orders that could sell more of it are asked to end;
 * the repair does not wait for them, and is not repeated while one is under way.
 */
function repair(
  setup: Setup,
  state: State,
  book: BookState,
  gap: CoverGap,
  { repairsMax }: CoverPolicy,
): void {
  const what = `Book "${gap.book}": ${gap.quantity} short ${gap.symbol} without cover`;
  if (gap.repairs >= repairsMax) {
    gap.lookAt = null;
    alert(state, 'CRITICAL', 'coverNotRepaired', `${what} after ${gap.repairs} tries`);
    if (state.halt === 'NONE') {
      state.halt = 'NO_NEW_RISK';
      state.haltReason = what;
    }
    return;
  }
  gap.lookAt = retryAfter(state.at, gap.repairs + 1);
  if (!isReconciled(state) || !exitIsOver(state) || endSellers(state, gap)) return;
  gap.repairs++;
  alert(state, 'CRITICAL', 'coverRepair', `${what} for ${state.at - gap.since} ms: bought back`);
  const { symbol, quantity } = gap;
  const held = -heldIn(book.ledger, symbol);
  const price = markOf(state, symbol) ?? (averageCost(book.ledger, symbol) as Price);
  send(setup, state, book, {
    symbol,
    side: 'buy',
    quantity: Math.min(quantity, held),
    price,
    purpose: 'repair',
    pricing: { type: 'market' },
  });
}

/** True while a repair is under way; live orders that could sell more are asked to end. */
function endSellers(state: State, gap: CoverGap): boolean {
  let isRepairing = false;
  for (const live of state.orders.live.values()) {
    const { intent, status } = live;
    if (intent.book !== gap.book) continue;
    if (intent.symbol === gap.symbol && intent.side === 'buy') isRepairing = true;
    else if (sells(live, gap.symbol) && status !== 'canceling') {
      askCancel(state, live, `${gap.symbol} is without cover`);
    }
  }
  return isRepairing;
}

const sells = ({ intent }: Order, symbol: string): boolean =>
  intent.legs === undefined
    ? intent.symbol === symbol && intent.side === 'sell'
    : intent.legs.some((leg) => leg.symbol === symbol);

/** When the next contracts are to be bought back, or null. */
export function coverWakeAt(_setup: Setup, state: State): Instant | null {
  let next = Number.POSITIVE_INFINITY;
  for (const { lookAt } of state.watch.uncovered) {
    if (lookAt !== null) next = Math.min(next, lookAt);
  }
  return Number.isFinite(next) ? (next as Instant) : null;
}
