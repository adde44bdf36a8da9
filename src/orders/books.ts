import { add, type Money, type Price, ratio, times, ZERO } from '../base/index.ts';
import { type Evidence, NO_EVIDENCE, type Outcome, type Revision, type Told } from './evidence.ts';
import { isOfLeg, legOfFill, unitsFilled } from './legs.ts';
import type { FillPosting, Order } from './order.ts';
import type { ExecutionId, Fill } from './report.ts';
import { type Intent, signOf } from './request.ts';

/** An order's fills while they are being changed: nothing of it is the order's before `close`. */
export interface Books {
  executions: readonly Fill[];
  evidence: Evidence;
  postings: FillPosting[];
}

export const openBooks = ({ executions, evidence }: Order): Books => ({
  executions,
  evidence: evidence ?? NO_EVIDENCE,
  postings: [],
});

/** A fill counts from now on. */
export function book(books: Books, fill: Fill): void {
  books.executions = [...books.executions, fill];
  books.postings.push({ fill, sign: 1 });
}

/** A fill counts no longer. */
export function takeBack(books: Books, fill: Fill): void {
  books.executions = books.executions.filter((one) => one !== fill);
  books.postings.push({ fill, sign: -1 });
}

/** Puts `now` in the place of a revision, or adds it where `old` is null. */
export function revise(books: Books, old: Revision | null, now: Revision): void {
  const { revised } = books.evidence;
  const next = old === null ? [...revised, now] : revised.map((one) => (one === old ? now : one));
  books.evidence = { ...books.evidence, revised: next };
}

export const toldOf = (books: Books, symbol: string): Told | undefined =>
  books.evidence.told.find((one) => one.symbol === symbol);

/** Remembers the highest cumulative quantity of a symbol. */
export function remember(books: Books, told: Told): void {
  const others = books.evidence.told.filter((one) => one.symbol !== told.symbol);
  books.evidence = { ...books.evidence, told: [...others, told] };
}

/**
 * Infers what a cumulative quantity tells beyond all that is known of `symbol`: a fill whose price
 * makes the whole notional that of the average, to the nearest micro-dollar a share.
 */
export function infer({ intent }: Order, books: Books, told: Told): void {
  const { symbol, filled, averagePrice } = told;
  const known = knownIn(books, symbol);
  const quantity = filled - known.quantity;
  if (quantity <= 0) return;
  const notional = times(averagePrice, filled) - known.notional;
  const each = ratio(notional, 1, quantity, 'half-even') as Price;
  const name = intent.legs === undefined ? '' : `${symbol}-`;
  book(books, {
    executionId: `inferred-${intent.clientOrderId}-${name}${filled}` as ExecutionId,
    quantity,
    price: each > 0 ? each : orElse(averagePrice, intent.expectedPrice),
    fee: ZERO,
    ...(intent.legs !== undefined && { symbol }),
    inferred: true,
  });
}

const orElse = (average: Price, expected: Price): Price =>
  average > 0 ? average : (Math.max(1, expected) as Price);

/** Executions know better: what was inferred is taken back before they are booked. */
export function takeBackInferred(books: Books, symbol: string): void {
  for (const fill of books.executions) {
    if (fill.inferred && isOfLeg(fill, symbol)) takeBack(books, fill);
  }
}

/** Infers anew what the highest cumulative quantity tells beyond the executions. */
export function inferRest(order: Order, books: Books, symbol: string): void {
  const told = toldOf(books, symbol);
  if (told !== undefined) infer(order, books, told);
}

/**
 * All that was ever executed in `symbol`, with what was busted or corrected away since: a broker's
 * cumulative quantity that lags behind a bust must not bring it back.
 */
function knownIn({ executions, evidence }: Books, symbol: string) {
  let quantity = 0;
  let notional = 0;
  for (const fill of executions) {
    if (!isOfLeg(fill, symbol)) continue;
    quantity += fill.quantity;
    notional += times(fill.price, fill.quantity);
  }
  for (const { was, now } of evidence.revised) {
    if (was === null || !isOfLeg(was, symbol)) continue;
    const gone = Math.max(0, was.quantity - (now?.quantity ?? 0));
    quantity += gone;
    notional += times(was.price, gone);
  }
  return { quantity, notional };
}

/** Makes the books the order's, and tells what the ledger must book. */
export function closeBooks(order: Order, books: Books, outcome: Outcome): void {
  const { executions, evidence, postings } = books;
  const sums = sumsOf(order.intent, executions);
  Object.assign(order, sums, { executions, evidence });
  outcome.fresh = true;
  if (!isNothing(postings)) outcome.postings = postings;
}

/** Whether postings come to nothing: a real execution that only confirms what was inferred. */
function isNothing(postings: readonly FillPosting[]): boolean {
  let [quantity, notional, fees] = [0, 0, 0];
  for (const { fill, sign } of postings) {
    quantity += sign * fill.quantity;
    notional += sign * times(fill.price, fill.quantity);
    fees += sign * fill.fee;
  }
  return quantity === 0 && notional === 0 && fees === 0;
}

function sumsOf(intent: Intent, executions: readonly Fill[]) {
  let [notional, fees]: [Money, Money] = [ZERO, ZERO];
  for (const fill of executions) {
    notional = add(notional, notionalOf(intent, fill));
    fees = add(fees, fill.fee);
  }
  return { notional, fees, filled: unitsFilled(intent, executions) };
}

/** Price x quantity; in an order of several legs above zero where paid, below where received. */
export function notionalOf(intent: Intent, fill: Fill): Money {
  const notional = times(fill.price, fill.quantity);
  if (intent.legs === undefined) return notional;
  return (signOf(legOfFill(intent, fill).side) * notional || 0) as Money;
}
