import { type Money, money, type Price, times } from '../base/index.ts';
import { heldIn, type Ledger } from '../ledger/index.ts';
import { type Order, pendingSells, remaining, type Side } from '../orders/index.ts';
import { buyCostPerShare, slippedPrice } from '../portfolio/index.ts';
import type { GateInput, Proposal, Standing } from '../risk/index.ts';
import type { Purpose } from '../orders/index.ts';
import type { Setup } from './setup.ts';
import {
  accountCash,
  accountEquity,
  bookEquity,
  type BookState,
  markOf,
  type State,
} from './state.ts';

export interface Draft {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: Price;
  readonly purpose: Purpose;
}

/** All that the last gate looks at for `draft`, read from the state at this moment. */
export function gateInput(setup: Setup, state: State, book: BookState, draft: Draft): GateInput {
  const bookStanding = standingOf(setup, state, draft.symbol, [book]);
  return {
    proposal: proposalOf(setup, state, draft),
    book: bookStanding,
    account:
      state.books.length === 1 ? bookStanding : standingOf(setup, state, draft.symbol, state.books),
    bookLimits: book.setup.limits,
    accountLimits: setup.limits,
    ordersToday: book.ordersToday,
    halt: state.halt,
    bookStopped: book.stopped,
    fenceMs: state.fence === null ? null : state.fence - state.at,
  };
}

function proposalOf(setup: Setup, state: State, draft: Draft): Proposal {
  const index = state.plan.index.get(draft.symbol) ?? -1;
  const multiplier = state.plan.instruments[index]?.multiplier ?? 1;
  const buys = draft.side === 'buy';
  const each = buys ? buyCostPerShare(draft.price, setup.costs) : (0 as Money);
  return {
    symbol: draft.symbol,
    side: draft.side,
    quantity: draft.quantity,
    expectedPrice: draft.price,
    worstPrice: slippedPrice(draft.price, draft.side, setup.costs),
    worstCost: money(each * draft.quantity * multiplier),
    multiplier,
    purpose: draft.purpose,
  };
}

function standingOf(
  setup: Setup,
  state: State,
  symbol: string,
  books: readonly BookState[],
): Standing {
  const one = books.length === 1 ? (books[0] as BookState) : null;
  const name = one?.setup.name;
  let held = 0;
  let exposure = 0;
  for (const book of books) {
    held += heldIn(book.ledger, symbol);
    exposure += exposureOf(state, book.ledger, symbol);
  }
  const buys = pendingBuysOf(setup, state, symbol, name);
  return {
    equity: one ? bookEquity(state, one) : accountEquity(state),
    cash: one ? one.ledger.cash : accountCash(state),
    reserved: buys.cost,
    held,
    pendingBuys: buys.shares,
    pendingSells: state.orders.live.size === 0 ? 0 : pendingSells(state.orders, symbol, name),
    otherExposure: money(exposure + buys.otherNotional),
    fundFactor: factorOf(state, symbol),
  };
}

const factorOf = (state: State, symbol: string): number =>
  Math.abs(state.plan.instruments[state.plan.index.get(symbol) ?? -1]?.fundFactor ?? 1);

/** Gross notional of all symbols but `symbol`, with their factors. */
function exposureOf(state: State, ledger: Ledger, symbol: string): number {
  let sum = 0;
  for (const position of ledger.positions.values()) {
    if (position.symbol === symbol) continue;
    const at = markOf(state, position.symbol);
    if (at === undefined) continue;
    const notional = Math.abs(times(at, position.quantity, position.multiplier));
    sum += Math.ceil(notional * factorOf(state, position.symbol));
  }
  return sum;
}

/** What live buys may still take and bring, of `book` or of all. */
export function pendingBuysOf(setup: Setup, state: State, symbol: string, book?: string) {
  const sum = { cost: 0 as Money, shares: 0, otherNotional: 0 };
  if (state.orders.live.size === 0) return sum;
  for (const order of state.orders.live.values()) {
    const { intent } = order;
    if (intent.side !== 'buy' || (book !== undefined && intent.book !== book)) continue;
    addPending(setup, state, order, symbol, sum);
  }
  return sum;
}

function addPending(
  setup: Setup,
  state: State,
  order: Order,
  symbol: string,
  sum: { cost: Money; shares: number; otherNotional: number },
): void {
  const left = remaining(order);
  const { intent } = order;
  const multiplier = state.plan.instruments[state.plan.index.get(intent.symbol) ?? -1]?.multiplier;
  const cost = buyCostPerShare(intent.expectedPrice, setup.costs) * left * (multiplier ?? 1);
  sum.cost = money(sum.cost + cost);
  if (intent.symbol === symbol) sum.shares += left;
  else sum.otherNotional += Math.ceil(cost * factorOf(state, intent.symbol));
}
