import { formatMoney, type Money, type Price, subtract, ZERO } from '../base/index.ts';
import { heldIn, postFill } from '../ledger/index.ts';
import {
  applyReport,
  type Fill,
  type FillPosting,
  type Intent,
  isDone,
  isOfFills,
  legOfFill,
  type Order,
  type Report,
  signOf,
} from '../orders/index.ts';
import { slippageOf } from '../risk/index.ts';
import { multiplierOf } from './reconcile/difference.ts';
import { noteFill, noteReport } from './notes.ts';
import type { Setup } from './setup.ts';
import { workSignals } from './signals.ts';
import { alert, bookNamed, type BookState, emit, markOf, type State } from './state.ts';
import { positionMoved } from './watch/watch.ts';
import { ask, cancelWasRefused, isTooEarly, sendsAgain, wireMoved } from './wire.ts';
import { legDone } from './work.ts';

/**
 * A message of the broker on an order: the order moves by its table, and what became of its fills
 * is booked once. A fill of an order whose book is gone is nobody's, and counts outside of all.
 */
export function takeReport(setup: Setup, state: State, report: Report): void {
  if (isTooEarly(setup, state, report) || sendsAgain(setup, state, report)) return;
  const applied = applyReport(state.orders, report);
  if (!applied.known) {
    const text = `The broker reports "${report.kind}" on "${report.order}", an order not ours`;
    alert(state, 'CRITICAL', 'externalOrder', text);
    return;
  }
  const { order, fresh, alarm, postings } = applied;
  const book = bookNamed(state, order.intent.book) ?? state.external;
  if (alarm !== null) raise(state, 'orderAlarm', alarm);
  if (!fresh) return;
  tellReport(state, order, report);
  for (const posting of postings) bookFill(setup, state, book, order, posting);
  noteReport(setup, state, book, order);
  if (order.status === 'unknown' && !isOfFills(report)) ask(state, order.intent.clientOrderId);
  wireMoved(setup, state, order);
  if (report.kind === 'cancelRefused') cancelWasRefused(state, report.order);
  const guards = order.intent.purpose === 'protect';
  if (postings.length > 0 || guards || isDone(order)) positionMoved(setup, state, book, order);
  if (!isDone(order)) return;
  const { clientOrderId } = order.intent;
  legDone(setup, state, book, { order: clientOrderId, filled: order.status === 'filled' });
  if (book.setup.signals !== null) workSignals(setup, state, book);
}

/** What a person should know of a report that changed something. */
function tellReport(state: State, order: Order, report: Report): void {
  const { intent, status, reason } = order;
  const what = `Order "${intent.id}" for "${intent.symbol}"`;
  switch (report.kind) {
    case 'fill':
      return;
    case 'cumulative':
      return alert(state, 'INFO', 'fillInferred', `${what}: filled "${report.filled}" in all`);
    case 'bust':
    case 'correction': {
      const [code, verb] =
        report.kind === 'bust' ? ['fillBusted', 'busted'] : ['fillCorrected', 'corrected'];
      const text = `${what}: execution "${report.executionId}" is ${verb} by the venue`;
      return alert(state, 'HIGH', code as string, text);
    }
    case 'cancelRefused':
      return alert(state, 'WARNING', 'cancelRefused', `${what} is still live: ${report.reason}`);
    default:
      if (isDone(order)) return tellEnd(state, order);
      if (status !== 'unknown') return;
      alert(
        state,
        'HIGH',
        'orderUnknown',
        `${what}: outcome unknown (${reason ?? 'no reason given'}); it is asked for`,
      );
  }
}

/** An order that ended before all of it was filled. */
function tellEnd(state: State, order: Order): void {
  const { intent, status, filled, reason } = order;
  const rejected = status === 'rejected';
  const text =
    `Order "${intent.id}" for "${intent.symbol}" ${status} with ${filled} of ${intent.quantity} ` +
    `filled${reason === null ? '' : `: ${reason}`}`;
  alert(state, rejected ? 'HIGH' : 'WARNING', rejected ? 'orderRejected' : 'orderEnded', text);
}

/** A person must look, and until then nothing that adds risk leaves. */
function raise(state: State, code: string, text: string): void {
  alert(state, 'CRITICAL', code, text);
  if (state.halt !== 'NONE') return;
  state.halt = 'NO_NEW_RISK';
  state.haltReason = text;
}

/** Books one fill, or with sign -1 its reverse: the other side, with the fee given back. */
function bookFill(
  setup: Setup,
  state: State,
  book: BookState,
  order: Order,
  { fill, sign }: FillPosting,
): void {
  const { intent } = order;
  const leg = intent.legs === undefined ? intent : legOfFill(intent, fill);
  const signed = signOf(leg.side) * sign * fill.quantity;
  const fee = (sign * fill.fee || 0) as Money;
  const { symbol } = leg;
  const closes = heldIn(book.ledger, symbol) * signed < 0;
  const { price } = fill;
  const index = state.plan.index.get(symbol) ?? -1;
  const multiplier = state.plan.instruments[index]?.multiplier ?? multiplierOf(state, symbol);
  const posting = postFill(book.ledger, { symbol, multiplier, quantity: signed, price, fee });
  book.lastFillAt.set(symbol, intent.at);
  state.reconcile.filledAt = state.at;
  emit(state, {
    kind: 'fill',
    record: {
      date: intent.date,
      at: state.at,
      book: intent.book,
      symbol,
      side: signed > 0 ? 'buy' : 'sell',
      quantity: fill.quantity,
      price,
      fee,
      expectedPrice: intent.legs === undefined ? intent.expectedPrice : price,
      order: intent.id,
      realizedPnl: closes ? subtract(posting.realized, fee) : ZERO,
    },
  });
  if (sign === -1) return;
  const pnl = closes ? subtract(posting.realized, fee) : ZERO;
  noteFill(setup, state, book, order, { fill, closes, pnl });
  suspectPrice(state, intent, symbol, price);
  if (intent.legs === undefined) watchSlippage(setup, state, book, order, fill);
}

const SUSPECT_FACTOR = 3;

/** A price that cannot be is booked as reported, and a person confirms or corrects it (F020). */
function suspectPrice(state: State, intent: Intent, symbol: string, price: Price): void {
  const mark = markOf(state, symbol);
  const isNear =
    mark === undefined || (price <= mark * SUSPECT_FACTOR && price * SUSPECT_FACTOR >= mark);
  if (price > 0 && isNear) return;
  const found = `filled at "${formatMoney(price)}"`;
  const against = mark === undefined ? 'without a mark' : `the mark is "${formatMoney(mark)}"`;
  raise(state, 'fillSuspect', `Order "${intent.id}" for "${symbol}": ${found}, ${against}`);
}

function watchSlippage(
  setup: Setup,
  state: State,
  book: BookState,
  order: Order,
  fill: Fill,
): void {
  const { intent } = order;
  const { pct, tier } = slippageOf(expectedOf(intent), fill.price, setup.slippage);
  if (tier === 'OK') return;
  const moved = `filled ${pct.toFixed(3)} % from its quote`;
  const text = `Order "${intent.id}" for "${intent.symbol}" ${moved}`;
  const severity = tier === 'WARNING' ? 'WARNING' : tier === 'EXCEEDED' ? 'HIGH' : 'CRITICAL';
  alert(state, severity, `slippage${tier[0]}${tier.slice(1).toLowerCase()}`, text);
  if (tier !== 'ABORT' || book.work === null) return;
  const { legs, next } = book.work;
  book.work = { ...book.work, legs: legs.slice(0, next), failed: true };
  alert(state, 'CRITICAL', 'planAborted', `Book "${intent.book}": the rest of its plan is dropped`);
}

/** What a fill is compared with: what rests to protect is to fill at its own price. */
function expectedOf({ purpose, pricing, expectedPrice }: Intent): Price {
  if (purpose !== 'protect' || pricing.type === 'market') return expectedPrice;
  return pricing.type === 'limit' ? pricing.limitPrice : pricing.stopPrice;
}
