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
  accountHeld,
  bookEquity,
  type BookState,
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
  const index = state.plan.index.get(draft.symbol) ?? -1;
  const factor = factorAt(state, index);
  const own = standingOf(setup, state, draft.symbol, factor, book);
  return {
    proposal: proposalOf(setup, draft, state.plan.instruments[index]?.multiplier ?? 1),
    book: own,
    account: state.books.length === 1 ? own : standingOf(setup, state, draft.symbol, factor, null),
    bookLimits: book.setup.limits,
    accountLimits: setup.limits,
    ordersToday: book.ordersToday,
    halt: state.halt,
    bookStopped: book.stopped,
    fenceMs: state.fence === null ? null : state.fence - state.at,
  };
}

function proposalOf({ costs }: Setup, draft: Draft, multiplier: number): Proposal {
  const { symbol, side, quantity, price, purpose } = draft;
  const each = side === 'buy' ? buyCostPerShare(price, costs) : (0 as Money);
  return {
    symbol,
    side,
    quantity,
    expectedPrice: price,
    worstPrice: slippedPrice(price, side, costs),
    worstCost: money(each * quantity * multiplier),
    multiplier,
    purpose,
  };
}

/** `book` as the checks see it, or with null the account: all books as one. */
function standingOf(
  setup: Setup,
  state: State,
  symbol: string,
  fundFactor: number,
  book: BookState | null,
): Standing {
  const name = book?.setup.name;
  const buys = pendingBuysOf(setup, state, symbol, name);
  const held = book ? heldIn(book.ledger, symbol) : accountHeld(state, symbol);
  let exposure = 0;
  if (book) exposure = exposureOf(state, book.ledger, symbol, held);
  else {
    for (const { ledger } of state.books) {
      exposure += exposureOf(state, ledger, symbol, heldIn(ledger, symbol));
    }
  }
  return {
    equity: book ? bookEquity(state, book) : accountEquity(state),
    cash: book ? book.ledger.cash : accountCash(state),
    reserved: buys.cost,
    held,
    pendingBuys: buys.shares,
    pendingSells: pendingSells(state.orders, symbol, name),
    otherExposure: money(exposure + buys.otherNotional),
    fundFactor,
  };
}

const factorAt = (state: State, index: number): number =>
  Math.abs(state.plan.instruments[index]?.fundFactor ?? 1);

/** Gross notional of all symbols but `symbol`, of which `held` are there, with their factors. */
function exposureOf(state: State, ledger: Ledger, symbol: string, held: number): number {
  if (ledger.positions.size === (held === 0 ? 0 : 1)) return 0;
  let sum = 0;
  for (const position of ledger.positions.values()) {
    if (position.symbol === symbol) continue;
    const index = state.plan.index.get(position.symbol) ?? -1;
    const at = state.marks[index];
    if (at === undefined || Number.isNaN(at)) continue;
    const notional = Math.abs(times(at as Price, position.quantity, position.multiplier));
    sum += Math.ceil(notional * factorAt(state, index));
  }
  return sum;
}

interface PendingBuys {
  readonly cost: Money;
  readonly shares: number;
  readonly otherNotional: number;
}

const NO_BUYS: PendingBuys = { cost: 0 as Money, shares: 0, otherNotional: 0 };

/** What live buys may still take and bring, of `book` or of all. */
export function pendingBuysOf(
  setup: Setup,
  state: State,
  symbol: string,
  book?: string,
): PendingBuys {
  if (state.orders.live.size === 0) return NO_BUYS;
  const sum = { cost: 0 as Money, shares: 0, otherNotional: 0 };
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
  const index = state.plan.index.get(intent.symbol) ?? -1;
  const multiplier = state.plan.instruments[index]?.multiplier;
  const cost = buyCostPerShare(intent.expectedPrice, setup.costs) * left * (multiplier ?? 1);
  sum.cost = money(sum.cost + cost);
  if (intent.symbol === symbol) sum.shares += left;
  else sum.otherNotional += Math.ceil(cost * factorAt(state, index));
}
