import type { Instant } from '../base/index.ts';
import { type ClientOrderId, findOrder, type Intent, type Order } from '../orders/index.ts';
import { type Draft, draftOfIntent } from './gate.ts';
import { send } from './send.ts';
import type { Setup } from './setup.ts';
import { alert, bookNamed, type BookState, markOf, type State } from './state.ts';
import { passLevels } from './watch/watch.ts';
import type { Leftover } from './watch/policy.ts';
import { askCancel, wasJustRefused } from './wire.ts';

/** What becomes of the rest of an order of `book` that was priced so. */
export const leftoverOf = ({ setup }: BookState, type: Intent['pricing']['type']): Leftover =>
  setup.leftover?.[type] ?? 'cancel';

/**
 * Day orders that work longer than allowed, or past the session's fence, are asked to end, once;
 * what is good till canceled rests. The rest of one is priced anew where its book says so, when
 * its end is proven (F013, F049).
 */
export function cancelOverdue(setup: Setup, state: State): void {
  const isFenced = state.fence !== null && state.at > state.fence;
  for (const order of state.orders.live.values()) {
    if (order.status !== 'working' || wasJustRefused(state, order)) continue;
    const isOld = state.at - order.intent.at >= setup.orderTimeoutMs;
    if (!(isOld || isFenced) || rests(order)) continue;
    if (isFenced) cancelAtFence(state, order);
    else cancelOld(state, order);
  }
}

const rests = ({ intent }: Order): boolean =>
  intent.purpose === 'protect' || intent.timeInForce === 'gtc';

function cancelAtFence(state: State, order: Order): void {
  const { id, symbol } = order.intent;
  const text = `Order "${id}" for "${symbol}" still works at the session's fence`;
  alert(state, 'HIGH', 'orderAtFence', `${text}: it is canceled`);
  askCancel(state, order, "it works past the session's fence");
}

function cancelOld(state: State, order: Order): void {
  const { clientOrderId, book: name, pricing } = order.intent;
  const book = bookNamed(state, name);
  if (book !== undefined && book.work !== null && book.work.waiting === clientOrderId) {
    const count = (book.work.reprice?.count ?? 0) + 1;
    const most = book.setup.leftover?.repricesMax ?? 0;
    const again = leftoverOf(book, originalType(state, order) ?? pricing.type) === 'reprice';
    if (again && count <= most) book.work.reprice = { order: clientOrderId, count };
  }
  askCancel(state, order, 'worked longer than the order timeout');
}

/** How the first order of a chain was priced: that decides for all of them. */
function originalType(state: State, order: Order): Intent['pricing']['type'] | undefined {
  let { intent }: { intent: Intent } = order;
  while (intent.replaces !== undefined) {
    const before = findOrder(state.orders, intent.replaces);
    if (before === undefined) return undefined;
    ({ intent } = before);
  }
  return intent.pricing.type;
}

/**
 * Sends what an ended order left, with a limit at the market, as the next of its chain: sized from
 * what the broker confirmed of the order before it, so that the chain never fills more than was
 * wished (invariant 7, F009). A stop that was never reached leaves nothing: it was no order yet.
 * Null where nothing was to be sent, or our own gate refused it.
 */
export function sendRest(
  setup: Setup,
  state: State,
  book: BookState,
  id: ClientOrderId,
): Intent | null {
  if (book.work?.reprice?.order !== id) return null;
  const draft = restOf(state, findOrder(state.orders, id));
  const next = draft === null ? null : send(setup, state, book, draft);
  passLevels(state, id, next?.clientOrderId ?? null);
  return next;
}

function restOf(state: State, ended: Order | undefined): Draft | null {
  if (ended?.status !== 'canceled' || ended.intent.legs !== undefined) return null;
  const { intent, filled } = ended;
  const price = markOf(state, intent.symbol);
  const { type } = intent.pricing;
  const isReached = filled > 0 || type === 'market' || type === 'limit';
  if (filled >= intent.quantity || price === undefined || !isReached) return null;
  return {
    ...draftOfIntent(intent),
    price,
    quantity: intent.quantity - filled,
    pricing: { type: 'limit', limitPrice: price },
    replaces: intent.clientOrderId,
  };
}

/** When the next order has worked long enough, or null. */
export function overdueAt(setup: Setup, state: State): Instant | null {
  let next = Number.POSITIVE_INFINITY;
  const fence = state.fence ?? Number.POSITIVE_INFINITY;
  for (const order of state.orders.live.values()) {
    if (order.status !== 'working' || rests(order)) continue;
    next = Math.min(next, order.intent.at + setup.orderTimeoutMs, fence + 1);
  }
  return Number.isFinite(next) ? (next as Instant) : null;
}
