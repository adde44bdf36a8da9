import { addIntent, clientOrderId, type Intent, intentId, type Order } from '../orders/index.ts';
import { review } from '../risk/index.ts';
import { approvalFor } from './approve/approve.ts';
import { type Draft, gateInput } from './gate.ts';
import { afterRefusal, afterReview } from './notes.ts';
import type { Setup } from './setup.ts';
import { alert, type BookState, emit, type State } from './state.ts';
import { dispatch } from './wire.ts';

/**
 * Every order of every origin leaves here: reviewed by the last gate, named, approved where it must
 * be, then handed to the wire. Returns the intent, sent or held for approval; null when refused.
 */
export function send(setup: Setup, state: State, book: BookState, draft: Draft): Intent | null {
  const gate = gateInput(setup, state, book, draft);
  const refusal = review(gate);
  const id = intentId(book.setup.name, state.date, book.ordersToday + 1);
  if (refusal !== null) {
    const { symbol, side, quantity } = draft;
    emit(state, { kind: 'refused', book: book.setup.name, intent: id, symbol, refusal });
    const text = `${book.setup.name}: ${side} ${quantity} ${symbol} refused`;
    const { code, found, limit } = refusal;
    alert(state, 'WARNING', code, `${text} (${code}): found ${found}, limit ${limit}`);
    afterRefusal(setup, state, refusal);
    return null;
  }
  book.ordersToday++;
  const intent = intentOf(setup, state, book, draft, id);
  afterReview(state, gate, intent);
  if (approvalFor(setup, state, book, intent) === 'free') release(setup, state, intent);
  return intent;
}

/** An intent that may leave becomes an order, durable before the wire sees it. */
export function release(setup: Setup, state: State, intent: Intent): Order {
  const order = addIntent(state.orders, intent);
  dispatch(setup, state, order);
  return order;
}

function intentOf(
  setup: Setup,
  state: State,
  book: BookState,
  draft: Draft,
  id: Intent['id'],
): Intent {
  const { legs, link, replaces } = draft;
  const intent: Intent = {
    id,
    clientOrderId: clientOrderId(setup.account, state.epoch, id),
    book: book.setup.name,
    symbol: draft.symbol,
    side: draft.side,
    quantity: draft.quantity,
    pricing: draft.pricing,
    timeInForce: draft.timeInForce ?? 'day',
    purpose: draft.purpose,
    expectedPrice: draft.price,
    at: state.at,
    date: state.date,
  };
  if (legs === undefined && link === undefined && replaces === undefined) return intent;
  return {
    ...intent,
    ...(legs && { legs }),
    ...(link && { link }),
    ...(replaces && { replaces }),
  };
}
