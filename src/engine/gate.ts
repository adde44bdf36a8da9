import { type Money, money, type Price, times } from '../base/index.ts';
import { costOf, heldIn, type Position } from '../ledger/index.ts';
import {
  type ClientOrderId,
  type Intent,
  type Order,
  type OrderLeg,
  type OrderLink,
  type Pricing,
  type Purpose,
  remaining,
  type Side,
  type TimeInForce,
} from '../orders/index.ts';
import {
  type GateInput,
  limitsFor,
  limitsNet,
  type Proposal,
  type Standing,
} from '../risk/index.ts';
import { newlyUncovered } from './cover.ts';
import { oppositeOrder, unknownOrder } from './neighbors.ts';
import {
  instrumentAt,
  legsCost,
  type Pendings,
  pendingByBook,
  type Tally,
  unitCost,
  worstPrice,
} from './pending.ts';

import { blockReason, isReconciled } from './reconcile/reconcile.ts';
import type { Setup } from './setup.ts';
import {
  accountCash,
  accountEquity,
  accountHeld,
  bookEquity,
  type BookState,
  markOf,
  type State,
} from './state.ts';

export { pendingBuysOf } from './pending.ts';

/** An order as wished, before it has a name. */
export interface Draft {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** The market now. */
  readonly price: Price;
  readonly purpose: Purpose;
  readonly pricing: Pricing;
  /** Good for the day where left out. */
  readonly timeInForce?: TimeInForce;
  readonly legs?: readonly OrderLeg[];
  readonly link?: OrderLink;
  readonly replaces?: ClientOrderId;
}

/** What is still to come of an order, as it was wished. */
export const draftOfIntent = (intent: Intent, order?: Order): Draft => ({
  ...intent,
  price: intent.expectedPrice,
  quantity: order === undefined ? intent.quantity : remaining(order),
});

const NONE: ReadonlyMap<string, Pendings> = new Map();

/**
 * All that the last gate looks at for `draft`, read from the state at this moment; the live order
 * `except` is left out, where it is looked at once more before it is sent.
 */
export function gateInput(
  setup: Setup,
  state: State,
  book: BookState,
  draft: Draft,
  except?: ClientOrderId,
): GateInput {
  const { symbol, link, quantity } = draft;
  const instrument = instrumentAt(state, symbol);
  const busy = state.orders.live.size > 0;
  const pendings = busy ? pendingByBook(setup, state, { except, link, quantity }) : NONE;
  const bookLimits = limitsFor(book.setup.limits, symbol);
  const accountLimits = limitsFor(setup.limits, symbol);
  const fundFactor = Math.abs(instrument.fundFactor);
  const looked: Look = { symbol, fundFactor, pendings, nets: false, counts: false };
  if (limitsNet(bookLimits) || limitsNet(accountLimits)) looked.nets = true;
  if (bookLimits.positionsMax !== undefined || accountLimits.positionsMax !== undefined) {
    looked.counts = true;
  }
  const own = bookStanding(state, looked, book);
  const proposal = proposalOf(setup, state, draft, instrument.multiplier);
  return {
    proposal,
    book: own,
    account: isAlone(state) ? own : accountStanding(state, looked),
    bookLimits,
    accountLimits,
    bookName: book.setup.name,
    at: state.at,
    date: state.date,
    ordersToday: book.ordersToday,
    accountOrdersToday: ordersOfAll(state),
    again: except !== undefined,
    halt: state.halt,
    bookStopped: book.stopped,
    fenceMs: leftMs(state, draft),
    reconciled: isReconciled(state),
    symbolBlocked: blockReason(state, symbol),
    unknownOrder: busy ? unknownOrder(state, symbol, except) : null,
    oppositeOrder: busy ? oppositeOrder(state, draft, except) : null,
    uncovered: newlyUncovered(
      state,
      book,
      draft,
      pendings.get(book.setup.name),
      proposal.worstCost,
    ),
    bookMarks: book.lossMarks,
    accountMarks: state,
    risk: state.risk,
    rules: setup.rules ?? null,
    fundSign: instrument.fundFactor < 0 ? -1 : 1,
  };
}

/**
 * Time to the fence of the session that an order is bound to, negative when late; null for none.
 */
const leftMs = ({ fence, at }: State, { timeInForce }: Draft): number | null =>
  fence === null || timeInForce === 'gtc' ? null : fence - at;

/** True where the only book is all that the account has. */
const isAlone = ({ books, external: { ledger } }: State): boolean =>
  books.length === 1 && ledger.positions.size === 0 && ledger.cash === 0;

function ordersOfAll({ books, external }: State): number {
  let sum = external.ordersToday;
  for (const { ordersToday } of books) sum += ordersToday;
  return sum;
}

function proposalOf(setup: Setup, state: State, draft: Draft, multiplier: number): Proposal {
  const { symbol, side, quantity, price, purpose, pricing, legs } = draft;
  if (legs !== undefined) return legsProposal(setup, state, draft, legs);
  const worst = worstPrice(side, pricing, price, setup.costs);
  const each = side === 'buy' ? unitCost(worst, multiplier, setup.costs) : 0;
  return {
    symbol,
    side,
    quantity,
    expectedPrice: price,
    worstPrice: worst,
    worstCost: money(each * quantity),
    multiplier,
    purpose,
    pricing,
    legs: null,
  };
}

/** Several legs count as what their bought ones cost, one unit of it a dollar's worth a dollar. */
function legsProposal(
  setup: Setup,
  state: State,
  draft: Draft,
  legs: readonly OrderLeg[],
): Proposal {
  const { symbol, side, quantity, price, purpose, pricing } = draft;
  const each = legsCost(setup, state, draft);
  return {
    symbol,
    side,
    quantity,
    expectedPrice: Math.max(1, Math.abs(price)) as Price,
    worstPrice: Math.max(1, each) as Price,
    worstCost: (Math.max(1, each) * quantity) as Money,
    multiplier: 1,
    purpose,
    pricing,
    legs,
  };
}

/** What a standing is made from: the symbol looked at, and which figures its limits ask for. */
interface Look {
  readonly symbol: string;
  readonly fundFactor: number;
  readonly pendings: ReadonlyMap<string, Pendings>;
  nets: boolean;
  counts: boolean;
}

function bookStanding(state: State, look: Look, book: BookState): Standing {
  const { symbol, fundFactor, pendings } = look;
  const { ledger } = book;
  const pending = pendings.get(book.setup.name);
  const tally = pending?.bySymbol.get(symbol);
  const net = look.nets ? netOf(state, book, pending) : FLAT_NET;
  return {
    equity: bookEquity(state, book),
    cash: ledger.cash,
    reserved: (pending?.cost ?? 0) as Money,
    held: heldIn(ledger, symbol),
    pendingBuys: tally?.buys ?? 0,
    pendingSells: tally?.sells ?? 0,
    pendingPrice: tally?.price ?? 0,
    otherExposure: otherExposure(state, book, pending, symbol) as Money,
    fundFactor,
    net: net.held,
    netUp: net.up,
    netDown: net.down,
    otherPositions: look.counts ? symbolsOf([book], look).size : 0,
    brokerPower: isAlone(state) ? powerNow(state, ledger.cash, pending?.cost ?? 0) : null,
  };
}

/** All books as one, and what none of them has. */
function accountStanding(state: State, look: Look): Standing {
  const { symbol, fundFactor, pendings } = look;
  const sum = { reserved: 0, buys: 0, sells: 0, price: 0, other: 0, held: 0, up: 0, down: 0 };
  const books = [...state.books, state.external];
  for (const book of books) {
    const pending = pendings.get(book.setup.name);
    const tally = pending?.bySymbol.get(symbol);
    sum.reserved += pending?.cost ?? 0;
    sum.buys += tally?.buys ?? 0;
    sum.sells += tally?.sells ?? 0;
    sum.price = Math.max(sum.price, tally?.price ?? 0);
    sum.other += otherExposure(state, book, pending, symbol);
    if (!look.nets) continue;
    const net = netOf(state, book, pending);
    sum.held += net.held;
    sum.up += net.up;
    sum.down += net.down;
  }
  return {
    equity: accountEquity(state),
    cash: accountCash(state),
    reserved: sum.reserved as Money,
    held: accountHeld(state, symbol),
    pendingBuys: sum.buys,
    pendingSells: sum.sells,
    pendingPrice: sum.price,
    otherExposure: sum.other as Money,
    fundFactor,
    net: sum.held,
    netUp: sum.up,
    netDown: sum.down,
    otherPositions: look.counts ? symbolsOf(books, look).size : 0,
    brokerPower: powerNow(state, accountCash(state), sum.reserved),
  };
}

/** The broker's buying power, moved by what our cash and our orders did since it was read. */
function powerNow({ reconcile: { power } }: State, cash: Money, reserved: number): Money | null {
  if (power === null) return null;
  return (power.amount + (cash - power.cash) - (reserved - power.reserved)) as Money;
}

/** Unsigned notional of a position at its mark, or at its cost where it has none. */
function notionalHeld(state: State, position: Position): number {
  const mark = markOf(state, position.symbol);
  if (mark === undefined) return Math.abs(costOf(position.lots));
  return Math.abs(times(mark, position.quantity, position.multiplier));
}

const factorOf = (state: State, symbol: string): number => instrumentAt(state, symbol).fundFactor;

/**
 * Gross notional of all symbols of `book` but `symbol`, with their factors, in the worst case: of
 * each either every live buy fills and no sale, or every sale and no buy.
 */
function otherExposure(
  state: State,
  { ledger }: BookState,
  pending: Pendings | undefined,
  symbol: string,
): number {
  const { positions } = ledger;
  if (pending === undefined && positions.size === (positions.has(symbol) ? 1 : 0)) return 0;
  let sum = 0;
  for (const position of positions.values()) {
    if (position.symbol === symbol) continue;
    const held = notionalHeld(state, position);
    const tally = pending?.bySymbol.get(position.symbol);
    const worst = tally === undefined ? held : worstWith(held, position.quantity, tally);
    sum += Math.ceil(worst * Math.abs(factorOf(state, position.symbol)));
  }
  if (pending === undefined) return sum;
  for (const [name, tally] of pending.bySymbol) {
    if (name === symbol || positions.has(name)) continue;
    sum += Math.ceil(worstWith(0, 0, tally) * Math.abs(factorOf(state, name)));
  }
  return sum;
}

/** The larger of what is held with all buys, and with all sales, that go beyond what they close. */
function worstWith(notional: number, held: number, tally: Tally): number {
  const { buys, sells, buyValue, sellValue } = tally;
  const up = beyond(buys, buyValue, held < 0 ? -held : 0) + (held > 0 ? notional : 0);
  const down = beyond(sells, sellValue, held > 0 ? held : 0) + (held < 0 ? notional : 0);
  return Math.max(up, down, notional);
}

/** Value of the shares beyond those that close `cover`. */
const beyond = (shares: number, value: number, cover: number): number =>
  shares <= cover ? 0 : (value * (shares - cover)) / shares;

interface Net {
  held: number;
  up: number;
  down: number;
}

const FLAT_NET: Net = { held: 0, up: 0, down: 0 };

/** Signed notional of `book`, and how far live orders may move it either way. */
function netOf(state: State, { ledger }: BookState, pending: Pendings | undefined): Net {
  const net = { held: 0, up: 0, down: 0 };
  for (const position of ledger.positions.values()) {
    const sign = Math.sign(position.quantity);
    net.held += sign * notionalHeld(state, position) * factorOf(state, position.symbol);
  }
  for (const [symbol, { buyValue, sellValue }] of pending?.bySymbol ?? []) {
    const factor = factorOf(state, symbol);
    net.up += factor > 0 ? buyValue * factor : -sellValue * factor;
    net.down += factor > 0 ? sellValue * factor : -buyValue * factor;
  }
  return net;
}

/** Symbols but the one looked at that are held or have a live order. */
function symbolsOf(books: readonly BookState[], { symbol, pendings }: Look): Set<string> {
  const symbols = new Set<string>();
  for (const { ledger, setup } of books) {
    for (const name of ledger.positions.keys()) symbols.add(name);
    for (const name of pendings.get(setup.name)?.bySymbol.keys() ?? []) symbols.add(name);
  }
  symbols.delete(symbol);
  return symbols;
}
