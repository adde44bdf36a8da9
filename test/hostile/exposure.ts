import { type Price, times } from '../../src/base/index.ts';
import {
  bookNamed,
  type BookState,
  markOf,
  type Setup,
  type State,
} from '../../src/engine/index.ts';
import { type Intent, isDone, type Order, signOf } from '../../src/orders/index.ts';
import { limitsFor, type Limits } from '../../src/risk/index.ts';
import type { Violations } from './violations.ts';

const ROUNDING = 1_000_000; // a dollar: percentages are rounded down in their size

/** What one book, or all of them, would have if the worst of all fills came. */
interface Worst {
  readonly books: readonly BookState[];
  readonly orders: readonly Order[];
  readonly limits: Limits;
  readonly name: string;
}

const left = ({ intent, filled }: Order): number => Math.max(0, intent.quantity - filled);

/** The lowest value that anybody could give a share: what breaks a limit at it breaks it surely. */
function priceOf(state: State, { intent }: Order): number {
  const mark = markOf(state, intent.symbol) ?? Number.POSITIVE_INFINITY;
  const { pricing } = intent;
  const own = 'limitPrice' in pricing ? pricing.limitPrice : intent.expectedPrice;
  return Math.min(mark, own, intent.expectedPrice);
}

const multiplierOf = (state: State, symbol: string): number =>
  state.plan.instruments[state.plan.index.get(symbol) ?? -1]?.multiplier ?? 1;

function heldOf(books: readonly BookState[], symbol: string): number {
  let sum = 0;
  for (const { ledger } of books) sum += ledger.positions.get(symbol)?.quantity ?? 0;
  return sum;
}

/** Shares that live orders of one side may still bring; of linked orders the largest counts. */
export function stillToCome(
  orders: readonly Order[],
  symbol: string,
  side: 'buy' | 'sell',
): number {
  let sum = 0;
  const groups = new Map<string, number>();
  for (const order of orders) {
    const { intent } = order;
    if (intent.symbol !== symbol || intent.side !== side || intent.legs !== undefined) continue;
    const { link } = intent;
    if (link === undefined) sum += left(order);
    else groups.set(link.group, Math.max(groups.get(link.group) ?? 0, left(order)));
  }
  for (const most of groups.values()) sum += most;
  return sum;
}

/** Cash and positions at the marks of `books`. */
export function equityOf(state: State, { books }: Pick<Worst, 'books'>): number {
  let sum = 0;
  for (const { ledger } of books) {
    sum += ledger.cash;
    for (const { symbol, quantity, multiplier } of ledger.positions.values()) {
      const mark = markOf(state, symbol);
      if (mark !== undefined) sum += times(mark, quantity, multiplier);
    }
  }
  return sum;
}

/** Largest unsigned notional in `symbol` that fills of live orders can lead to. */
function worstNotional(state: State, worst: Worst, symbol: string): number {
  const held = heldOf(worst.books, symbol);
  const mark = markOf(state, symbol) ?? 0;
  const buys = worst.orders.filter((o) => o.intent.symbol === symbol && o.intent.side === 'buy');
  let bought = 0;
  for (const order of buys) bought += left(order) * Math.min(priceOf(state, order), mark);
  const each = multiplierOf(state, symbol);
  const long = (held * mark + bought) * each;
  const short = (held - stillToCome(worst.orders, symbol, 'sell')) * mark * each;
  return Math.max(long, -short, Math.abs(held) * mark * each);
}

/** Invariants 13 and 14 at the moment of a send, each sum made from nothing. */
export function checkSend(
  setup: Setup,
  state: State,
  intent: Intent,
  violations: Violations,
): void {
  const book = bookNamed(state, intent.book);
  if (book === undefined || intent.legs !== undefined) return;
  const live = [...state.orders.live.values()].filter((order) => !isDone(order));
  const own = live.filter((order) => order.intent.book === intent.book);
  const { name, limits } = book.setup;
  checkOversell({ books: [book], orders: own, limits, name }, intent, violations);
  const before = heldOf([book], intent.symbol);
  if (signOf(intent.side) * before < 0) return;
  if (intent.side === 'sell') return;
  const all = [...state.books, state.external];
  checkWorst(state, { books: [book], orders: own, limits, name }, intent, violations);
  const desk = { books: all, orders: live, limits: setup.limits, name: 'the account' };
  checkWorst(state, desk, intent, violations);
}

function checkOversell(worst: Worst, intent: Intent, violations: Violations): void {
  const { symbol, side, id } = intent;
  if (side === 'buy' || limitsFor(worst.limits, symbol).shortSelling) return;
  const held = heldOf(worst.books, symbol);
  const sells = stillToCome(worst.orders, symbol, 'sell');
  violations.must(14, sells <= held, () => `"${id}": ${sells} to be sold of ${held} ${symbol}`);
}

function checkWorst(state: State, worst: Worst, intent: Intent, violations: Violations): void {
  const { symbol, id } = intent;
  const { name } = worst;
  const limits = limitsFor(worst.limits, symbol);
  const equity = equityOf(state, worst);
  const after = worstNotional(state, worst, symbol);
  const most = (equity * limits.positionPctMax) / 100 + ROUNDING;
  violations.must(13, after <= most, () => `"${id}": ${name} ${symbol} ${after} above ${most}`);
  let gross = 0;
  const symbols = new Set<string>(worst.orders.map((order) => order.intent.symbol));
  for (const { ledger } of worst.books) for (const one of ledger.positions.keys()) symbols.add(one);
  for (const one of symbols) gross += worstNotional(state, worst, one);
  const ceiling = equity * limits.leverageMax + ROUNDING;
  violations.must(13, gross <= ceiling, () => `"${id}": ${name} gross ${gross} above ${ceiling}`);
  checkCash(state, worst, intent, equity, violations);
}

function checkCash(
  state: State,
  worst: Worst,
  { id }: Intent,
  equity: number,
  violations: Violations,
): void {
  let cash = 0;
  for (const { ledger } of worst.books) cash += ledger.cash;
  for (const order of worst.orders) {
    if (order.intent.side !== 'buy') continue;
    const each = multiplierOf(state, order.intent.symbol);
    cash -= left(order) * (priceOf(state, order) as Price) * each;
  }
  const least = (equity * worst.limits.cashReservePctMin) / 100 - ROUNDING;
  violations.must(13, cash >= least, () => `"${id}": ${worst.name} cash ${cash} below ${least}`);
}
