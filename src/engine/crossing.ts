import { type Money, subtract, ZERO } from '../base/index.ts';
import { heldIn, postFill, postTransfer, shareOut } from '../ledger/index.ts';
import { type Side, signOf } from '../orders/index.ts';
import { review } from '../risk/index.ts';
import { type Draft, gateInput, pendingBuysOf } from './gate.ts';
import { multiplierOf } from './reconcile/difference.ts';
import { moveBookMarks } from './reconcile/flow.ts';
import type { Setup } from './setup.ts';
import { bookEquity, type BookState, emit, markOf, type State, type Work } from './state.ts';
import { draftOfLeg } from './work.ts';

/**
 * Meets what `book` is about to send with the opposite wishes that other books still have in their
 * plans: the smaller quantity changes hands inside, at the mark and without a fee, where the last
 * gate would let both sides pass. Returns what is left to send.
 */
export function crossInside(setup: Setup, state: State, book: BookState, draft: Draft): number {
  if (setup.crossing !== 'inside' || !canCross(draft)) return draft.quantity;
  const price = markOf(state, draft.symbol);
  if (price === undefined) return draft.quantity;
  let left = draft.quantity;
  for (const other of state.books) {
    if (other === book || left === 0) continue;
    left -= crossWith(setup, state, [book, other], { ...draft, quantity: left, price });
  }
  return left;
}

/** Only plain wishes meet: one with its own price, a bracket or a position to guard is sent. */
const canCross = ({ pricing, purpose, legs }: Draft): boolean =>
  pricing.type === 'market' &&
  legs === undefined &&
  (purpose === 'rebalance' || purpose === 'signal' || purpose === 'exit');

function crossWith(
  setup: Setup,
  state: State,
  [book, other]: readonly [BookState, BookState],
  draft: Draft,
): number {
  const { work } = other;
  if (work === null) return 0;
  for (let i = work.next; i < work.legs.length; i++) {
    const leg = work.legs[i] as Work['legs'][number];
    const brings = leg.kind === 'order' && leg.bracket !== undefined;
    if (leg.symbol !== draft.symbol || brings) continue;
    const wish = draftOfLeg(setup, state, other, leg, draft.price);
    if (wish === null || wish.side === draft.side || !canCross(wish)) continue;
    const quantity = Math.min(draft.quantity, wish.quantity);
    const sides = [
      { ...draft, quantity },
      { ...wish, quantity, price: draft.price },
    ] as const;
    if (review(gateInput(setup, state, book, sides[0])) !== null) return 0;
    if (review(gateInput(setup, state, other, sides[1])) !== null) return 0;
    if (leg.kind === 'order') other.work = shortened(work, i, quantity);
    change(state, book, other, sides[0]);
    return quantity;
  }
  return 0;
}

/**
 * A wish of a fixed count wants less by what it got; the others are sized when their turn comes.
 */
function shortened(work: Work, at: number, quantity: number): Work {
  const legs = work.legs.flatMap((leg, i) => {
    if (i !== at || leg.kind !== 'order') return [leg];
    const left = leg.quantity - quantity;
    return left > 0 ? [{ ...leg, quantity: left }] : [];
  });
  return { ...work, legs };
}

function change(state: State, book: BookState, other: BookState, draft: Draft): void {
  const { symbol, quantity, price, side } = draft;
  const [to, from] = side === 'buy' ? [book, other] : [other, book];
  const names = { from: from.setup.name, to: to.setup.name };
  emit(state, { kind: 'crossed', symbol, quantity, price, ...names });
  bookSide(state, from, draft, 'sell');
  bookSide(state, to, draft, 'buy');
}

function bookSide(state: State, book: BookState, draft: Draft, side: Side): void {
  const { symbol, price } = draft;
  const quantity = signOf(side) * draft.quantity;
  const multiplier = multiplierOf(state, symbol);
  const closes = heldIn(book.ledger, symbol) * quantity < 0;
  const posting = postFill(book.ledger, { symbol, multiplier, quantity, price, fee: ZERO });
  book.lastFillAt.set(symbol, state.at);
  emit(state, {
    kind: 'fill',
    record: {
      date: state.date,
      at: state.at,
      book: book.setup.name,
      symbol,
      side,
      quantity: draft.quantity,
      price,
      fee: ZERO,
      expectedPrice: price,
      order: `crossed-${state.inputs}`,
      realizedPnl: closes ? posting.realized : ZERO,
    },
  });
}

const PPM_PER_PCT = 10_000;

/**
 * Moves cash between books towards the shares of the capital rule, at a day's close: only cash that
 * is free of orders under way, so that the amounts add up to zero and no book is left owing. No
 * profit, no loss: the books' loss marks move along. Nothing under a fixed rule.
 */
export function rebalanceCapital(setup: Setup, state: State): void {
  const rule = setup.capitalRule ?? 'fixed';
  if (rule === 'fixed') return;
  const books = state.books.filter((book) => (rule.pctByBook[book.setup.name] ?? 0) > 0);
  const equities = books.map((book) => bookEquity(state, book));
  const total = equities.reduce((sum: number, one) => sum + one, 0);
  if (books.length < 2 || total <= 0) return;
  const shares = books.map(({ setup: { name } }) =>
    Math.round((rule.pctByBook[name] as number) * PPM_PER_PCT),
  );
  const gaps = shareOut(total, shares).map((target, i) => target - (equities[i] as number));
  const gives = books.map((book, i) =>
    Math.min(Math.max(0, -(gaps[i] as number)), freeCash(setup, state, book)),
  );
  const given = gives.reduce((sum, one) => sum + one, 0);
  if (given === 0) return;
  const gets = shareOut(
    given,
    gaps.map((gap) => Math.max(0, gap)),
  );
  const moves = books.flatMap((book, i) => {
    const amount = subtract(gets[i] as Money, gives[i] as Money);
    if (amount === 0) return [];
    postTransfer(book.ledger, amount);
    moveBookMarks(book, amount);
    return [{ book: book.setup.name, amount }];
  });
  emit(state, { kind: 'capitalMoved', date: state.date, moves });
}

/** Cash of a book that no order under way may take. */
function freeCash(setup: Setup, state: State, { ledger, setup: { name } }: BookState): number {
  return Math.max(0, ledger.cash - pendingBuysOf(setup, state, '', name).cost);
}
