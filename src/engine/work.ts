import type { Price } from '../base/index.ts';
import {
  addIntent,
  clientOrderId,
  type Intent,
  intentId,
  type Order,
  type Pricing,
  type Purpose,
  type Side,
} from '../orders/index.ts';
import {
  type Leg,
  type Sized,
  sizeToShares,
  sizeToWeight,
  weightsHeld,
} from '../portfolio/index.ts';
import { review, roomToBuy, spendable } from '../risk/index.ts';
import type { Weights } from '../strategy/index.ts';
import { type Draft, gateInput } from './gate.ts';
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

/** Works the next legs of a book's plan until one is sent; each is sized when its turn comes. */
export function advanceWork(setup: Setup, state: State, book: BookState): void {
  for (let { work } = book; work !== null && work.waiting === null; { work } = book) {
    const leg = work.legs[work.next];
    if (leg === undefined) {
      book.work = null;
      if (work.failed && work.legs[0]?.kind !== 'order') book.lastTargets = weightsNow(state, book);
      return;
    }
    work.next++;
    work.waiting = sendLeg(setup, state, book, leg)?.intent.clientOrderId ?? null;
  }
}

/** The order of the leg under way is done; the rest of the plan goes on. */
export function legDone(setup: Setup, state: State, book: BookState, order: Order): void {
  const { work } = book;
  if (work === null || work.waiting !== order.intent.clientOrderId) return;
  work.waiting = null;
  if (order.status !== 'filled') work.failed = true;
  advanceWork(setup, state, book);
}

const failLeg = (book: BookState): void => {
  if (book.work !== null) book.work.failed = true;
};

/**
 * What the book holds at the marks. After a plan that was not carried out in full this stands for
 * its targets: the next decision sees every gap, of an exit that failed and of what it should have
 * paid.
 */
function weightsNow(state: State, book: BookState): Weights {
  const held: Record<string, number> = {};
  const prices: Record<string, Price> = {};
  for (const { symbol, quantity } of book.ledger.positions.values()) {
    const mark = markOf(state, symbol);
    held[symbol] = quantity;
    if (mark !== undefined) prices[symbol] = mark;
  }
  return weightsHeld(held, prices, bookEquity(state, book));
}

const MARKET: Pricing = { type: 'market' };

function sendLeg(setup: Setup, state: State, book: BookState, leg: Leg): Order | null {
  const price = markOf(state, leg.symbol);
  if (price === undefined) {
    alert(state, 'HIGH', 'priceMissing', `${leg.symbol}: no price, its leg is not sent`);
    failLeg(book);
    return null;
  }
  if (leg.kind === 'order') {
    const { symbol, side, quantity, limitPrice } = leg;
    const pricing: Pricing = limitPrice === undefined ? MARKET : { type: 'limit', limitPrice };
    return send(setup, state, book, { symbol, side, quantity, price, purpose: 'signal' }, pricing);
  }
  const draft = draftOf(setup, state, book, leg, price);
  return draft === null ? null : send(setup, state, book, draft, MARKET);
}

function draftOf(
  setup: Setup,
  state: State,
  book: BookState,
  leg: Exclude<Leg, { kind: 'order' }>,
  price: Price,
): Draft | null {
  const { symbol } = leg;
  const purpose: Purpose = isExit(leg) ? 'exit' : 'rebalance';
  const probe = gateInput(setup, state, book, { symbol, side: 'buy', quantity: 1, price, purpose });
  const moment = {
    equity: bookEquity(state, book),
    spendable: spendable(probe.book, book.setup.limits),
    held: heldAndPending(state, book, symbol),
    price,
    costs: setup.costs,
  };
  const sized: Sized =
    leg.kind === 'weight' ? sizeToWeight(leg.weight, moment) : sizeToShares(leg.target, moment);
  const quantity = sized.side === 'buy' ? cutToRoom(probe, sized.quantity) : sized.quantity;
  return quantity === 0 ? null : { symbol, side: sized.side, quantity, price, purpose };
}

const isExit = (leg: Exclude<Leg, { kind: 'order' }>): boolean =>
  leg.kind === 'weight' ? leg.weight === 0 : leg.target === 0;

function cutToRoom(probe: ReturnType<typeof gateInput>, quantity: number): number {
  if (quantity === 0) return 0;
  const { proposal } = probe;
  const worstCost = (proposal.worstCost * quantity) as typeof proposal.worstCost;
  return roomToBuy({ ...probe, proposal: { ...proposal, quantity, worstCost } });
}

/** Every order of every origin leaves here: reviewed by the last gate, then named and asked for. */
export function send(
  setup: Setup,
  state: State,
  book: BookState,
  draft: Draft,
  pricing: Pricing,
): Order | null {
  const refusal = review(gateInput(setup, state, book, draft));
  const id = intentId(book.setup.name, state.date, book.ordersToday + 1);
  if (refusal !== null) {
    const { symbol } = draft;
    emit(state, { kind: 'refused', book: book.setup.name, intent: id, symbol, refusal });
    const text = `${book.setup.name}: ${draft.side} ${draft.quantity} ${symbol} refused`;
    const { code, found, limit } = refusal;
    alert(state, 'WARNING', code, `${text} (${code}): found ${found}, limit ${limit}`);
    failLeg(book);
    return null;
  }
  book.ordersToday++;
  const intent: Intent = {
    id,
    clientOrderId: clientOrderId(setup.account, state.epoch, id),
    book: book.setup.name,
    symbol: draft.symbol,
    side: draft.side as Side,
    quantity: draft.quantity,
    pricing,
    timeInForce: 'day',
    purpose: draft.purpose,
    expectedPrice: draft.price,
    at: state.at,
    date: state.date,
  };
  const order = addIntent(state.orders, intent);
  emit(state, { kind: 'submit', intent });
  return order;
}

/** Orders that work longer than allowed are canceled, once. */
export function cancelOverdue(setup: Setup, state: State): void {
  for (const order of state.orders.live.values()) {
    if (order.status !== 'working') continue;
    if (state.at - order.intent.at < setup.orderTimeoutMs) continue;
    order.status = 'canceling';
    const reason = 'worked longer than the order timeout';
    state.effects.push({ kind: 'cancel', order: order.intent.clientOrderId, reason });
  }
}
