import { type Money, subtract } from '../base/index.ts';
import { heldIn, postFill } from '../ledger/index.ts';
import {
  applyReport,
  type Fill,
  isDone,
  type Order,
  type Report,
  signOf,
} from '../orders/index.ts';
import { slippageOf } from '../risk/index.ts';
import type { Setup } from './setup.ts';
import { workSignals } from './signals.ts';
import { alert, type BookState, emit, type State } from './state.ts';
import { legDone } from './work.ts';

/**
 * A message of the broker on an order: the order moves by its table, a fresh fill is booked once.
 */
export function takeReport(setup: Setup, state: State, report: Report): void {
  const applied = applyReport(state.orders, report);
  if (!applied.known) {
    const text = `The broker reports "${report.kind}" on "${report.order}", an order not ours`;
    alert(state, 'CRITICAL', 'externalOrder', text);
    return;
  }
  const { order, fresh, alarm } = applied;
  const book = bookNamed(state, order.intent.book);
  if (alarm !== null) raise(state, alarm);
  if (!book || !fresh) return;
  if (report.kind === 'fill') bookFill(setup, state, book, order, report.fill);
  if (report.kind !== 'fill' && isDone(order)) tellEnd(state, order);
  if (order.status === 'unknown') {
    const reason = order.reason ?? 'no reason given';
    const text = `Order "${order.intent.id}": outcome unknown (${reason}); it is asked for`;
    alert(state, 'HIGH', 'orderUnknown', text);
    state.effects.push({ kind: 'query', order: order.intent.clientOrderId });
  }
  if (!isDone(order)) return;
  legDone(setup, state, book, order);
  if (book.setup.signals !== null) workSignals(setup, state, book);
}

function bookNamed({ books }: State, name: string): BookState | undefined {
  for (const book of books) if (book.setup.name === name) return book;
  return undefined;
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

function raise(state: State, alarm: string): void {
  alert(state, 'CRITICAL', 'orderAlarm', alarm);
  if (state.halt !== 'NONE') return;
  state.halt = 'NO_NEW_RISK';
  state.haltReason = alarm;
}

function bookFill(setup: Setup, state: State, book: BookState, order: Order, fill: Fill): void {
  const { intent } = order;
  const index = state.plan.index.get(intent.symbol) ?? -1;
  const closes = heldIn(book.ledger, intent.symbol) * signOf(intent.side) < 0;
  const posting = postFill(book.ledger, {
    symbol: intent.symbol,
    multiplier: state.plan.instruments[index]?.multiplier ?? 1,
    quantity: signOf(intent.side) * fill.quantity,
    price: fill.price,
    fee: fill.fee,
  });
  book.lastFillAt.set(intent.symbol, intent.at);
  const realizedPnl = closes ? subtract(posting.realized, fill.fee) : (0 as Money);
  emit(state, {
    kind: 'fill',
    record: {
      date: intent.date,
      at: state.at,
      book: intent.book,
      symbol: intent.symbol,
      side: intent.side,
      quantity: fill.quantity,
      price: fill.price,
      fee: fill.fee,
      expectedPrice: intent.expectedPrice,
      order: intent.id,
      realizedPnl,
    },
  });
  watchSlippage(setup, state, book, order, fill);
}

function watchSlippage(
  setup: Setup,
  state: State,
  book: BookState,
  order: Order,
  fill: Fill,
): void {
  const { intent } = order;
  const { pct, tier } = slippageOf(intent.expectedPrice, fill.price, setup.slippage);
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
