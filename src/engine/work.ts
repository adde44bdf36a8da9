import type { Price } from '../base/index.ts';
import {
  type ClientOrderId,
  type Intent,
  type Pricing,
  type Purpose,
  signOf,
} from '../orders/index.ts';
import {
  type Leg,
  type Sized,
  sizeToShares,
  sizeToWeight,
  weightsHeld,
} from '../portfolio/index.ts';
import { roomToBuy, spendable } from '../risk/index.ts';
import type { Weights } from '../strategy/index.ts';
import { crossInside } from './crossing.ts';
import { type Draft, gateInput } from './gate.ts';
import { leftoverOf, sendRest } from './leftover.ts';
import { isReconciled } from './reconcile/reconcile.ts';
import { send } from './send.ts';
import type { Setup } from './setup.ts';
import { alert, bookEquity, type BookState, heldAndPending, markOf, type State } from './state.ts';
import { heldIntentEnded, positionCrossed, rememberLevels } from './watch/watch.ts';
import { isExiting, makesRoom, settle } from './watch/exit.ts';
import { type Guard, guardOf } from './watch/guard.ts';

export { cancelOverdue, overdueAt } from './leftover.ts';

/**
 * Works the next legs of a book's plan until one is sent; each is sized when its turn comes.
 * Nothing leaves before the account is reconciled in this life (invariant 28), and a leg that
 * shrinks a guarded position not before the end of its protection is proven (F010).
 */
export function advanceWork(setup: Setup, state: State, book: BookState): void {
  if (!isReconciled(state)) return;
  for (let { work } = book; work !== null && work.waiting === null; { work } = book) {
    const isOver = work.date !== state.date && book.setup.slot.kind === 'session';
    if (isOver && work.next < work.legs.length) {
      const plan = `its plan of ${work.date} is over`;
      const text = `Book "${book.setup.name}": ${plan}, the rest is dropped`;
      alert(state, 'HIGH', 'planOver', text);
      book.work = { ...work, legs: work.legs.slice(0, work.next), failed: true };
      continue;
    }
    const leg = work.legs[work.next];
    if (leg === undefined) {
      book.work = null;
      if (work.lifting) settleLifted(setup, state, book, work.lifting);
      if (work.failed && work.legs[0]?.kind !== 'order') book.lastTargets = weightsNow(state, book);
      return;
    }
    if (state.watch.guards.length === 0) takeLeg(setup, state, book, leg);
    else if (!takeGuarded(setup, state, book, leg)) return;
  }
}

/** The leg has its turn; true where it was sent. One that may rest for days is not waited for. */
function takeLeg(setup: Setup, state: State, book: BookState, leg: Leg): boolean {
  const { work } = book;
  if (work !== null) {
    work.next++;
    if (work.reprice) work.reprice = null;
  }
  const intent = sendLeg(setup, state, book, leg);
  const waits = intent !== null && intent.timeInForce === 'day';
  if (waits && book.work !== null) book.work.waiting = intent.clientOrderId;
  return intent !== null;
}

/** As above, where positions are under guard; false while protection still has to make room. */
function takeGuarded(setup: Setup, state: State, book: BookState, leg: Leg): boolean {
  const { work } = book;
  const guard = guardOf(state, book.setup.name, leg.symbol);
  if (guard === undefined || work === null) {
    takeLeg(setup, state, book, leg);
    return true;
  }
  if (isExiting(guard)) {
    const text = `Book "${guard.book}": an exit of ${leg.symbol} is under way, its leg is not sent`;
    alert(state, 'WARNING', 'exitUnderWay', text);
    work.next++;
    failLeg(book);
    return true;
  }
  const shrinks = signOfLeg(setup, state, book, leg) * guard.quantity < 0;
  if (shrinks) {
    work.lifting = leg.symbol;
    if (!makesRoom(setup, state, book, guard)) return false;
  }
  const isSent = takeLeg(setup, state, book, leg);
  if (book.work?.lifting) book.work.lifting = null;
  if (shrinks && !isSent) settleUnsent(setup, state, book, guard);
  return true;
}

/** The plan ended while protection made room for its next leg: it is there again. */
function settleLifted(setup: Setup, state: State, book: BookState, symbol: string): void {
  const guard = guardOf(state, book.setup.name, symbol);
  if (guard !== undefined) settle(setup, state, book, guard);
}

/** An exit for which protection made room was not sent: protection is there again (F010). */
function settleUnsent(setup: Setup, state: State, book: BookState, guard: Guard): void {
  if (guard.quantity !== 0) {
    const text = `Book "${guard.book}": the order to close ${guard.symbol} was not sent`;
    alert(state, 'CRITICAL', 'exitFailed', `${text}; its protection is sent anew`);
  }
  settle(setup, state, book, guard);
}

/** +1 for a leg that buys, -1 for one that sells, 0 for one that does neither. */
function signOfLeg(setup: Setup, state: State, book: BookState, leg: Leg): number {
  if (leg.kind === 'order') return leg.legs === undefined ? signOf(leg.side) : 0;
  const price = markOf(state, leg.symbol);
  const draft = price === undefined ? null : draftOf(setup, state, book, leg, price);
  return draft === null ? 0 : signOf(draft.side);
}

/**
 * The order of the leg under way is done, filled in full or not; its rest, or the rest of the plan,
 * goes on. Any other order may be what a leg waited for.
 */
export function legDone(
  setup: Setup,
  state: State,
  book: BookState,
  { order, filled }: { order: ClientOrderId; filled: boolean },
): void {
  if (state.watch.guards.length > 0) heldIntentEnded(setup, state, book, order);
  const { work } = book;
  if (work === null) return;
  if (work.waiting !== order) {
    if (work.lifting) advanceWork(setup, state, book);
    return;
  }
  const next = filled ? null : sendRest(setup, state, book, order);
  work.waiting = next?.clientOrderId ?? null;
  if (!filled && next === null) work.failed = true;
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

function sendLeg(setup: Setup, state: State, book: BookState, leg: Leg): Intent | null {
  const price = markOf(state, leg.symbol);
  if (price === undefined) {
    alert(state, 'HIGH', 'priceMissing', `${leg.symbol}: no price, its leg is not sent`);
    failLeg(book);
    return null;
  }
  const draft = draftOfLeg(setup, state, book, leg, price);
  if (draft === null) return null;
  const brings = leg.kind === 'order' && leg.bracket !== undefined;
  const quantity = brings ? draft.quantity : crossInside(setup, state, book, draft);
  if (quantity < draft.quantity) positionCrossed(setup, state, leg.symbol);
  if (quantity === 0) return null;
  const left = quantity === draft.quantity ? draft : { ...draft, quantity };
  const intent = send(setup, state, book, left);
  if (intent === null) failLeg(book);
  else if (brings) {
    const { stopPrice = null, targetPrice = null } = leg.bracket;
    rememberLevels(state, intent.clientOrderId, { stopPrice, targetPrice });
  }
  return intent;
}

/** The order that a leg asks for at `price`, sized as the book stands now; null for none. */
export const draftOfLeg = (
  setup: Setup,
  state: State,
  book: BookState,
  leg: Leg,
  price: Price,
): Draft | null =>
  leg.kind === 'order' ? wishedDraft(book, leg, price) : draftOf(setup, state, book, leg, price);

type WishedLeg = Extract<Leg, { kind: 'order' }>;

function wishedDraft(book: BookState, leg: WishedLeg, price: Price): Draft {
  const { symbol, side, quantity, timeInForce, legs } = leg;
  const pricing = pricingOf(leg);
  const draft: Draft = { symbol, side, quantity, price, purpose: 'signal', pricing };
  const carries = book.setup.leftover !== undefined && leftoverOf(book, pricing.type) === 'carry';
  if (legs === undefined && timeInForce === undefined && !carries) return draft;
  const lasts = timeInForce ?? (carries ? 'gtc' : 'day');
  return { ...draft, timeInForce: lasts, ...(legs && { legs }) };
}

function pricingOf({ limitPrice, stopPrice }: WishedLeg): Pricing {
  if (stopPrice === undefined) {
    return limitPrice === undefined ? MARKET : { type: 'limit', limitPrice };
  }
  return limitPrice === undefined
    ? { type: 'stop', stopPrice }
    : { type: 'stopLimit', stopPrice, limitPrice };
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
  const unit = { symbol, side: 'buy' as const, quantity: 1, price, purpose, pricing: MARKET };
  const probe = gateInput(setup, state, book, unit);
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
  if (quantity === 0) return null;
  return { symbol, side: sized.side, quantity, price, purpose, pricing: MARKET };
}

const isExit = (leg: Exclude<Leg, { kind: 'order' }>): boolean =>
  leg.kind === 'weight' ? leg.weight === 0 : leg.target === 0;

function cutToRoom(probe: ReturnType<typeof gateInput>, quantity: number): number {
  if (quantity === 0) return 0;
  const { proposal } = probe;
  const worstCost = (proposal.worstCost * quantity) as typeof proposal.worstCost;
  return roomToBuy({ ...probe, proposal: { ...proposal, quantity, worstCost } });
}
