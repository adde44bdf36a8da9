import { type Instant, MINUTE_MS } from '../base/index.ts';
import {
  applyReport,
  type ClientOrderId,
  type Intent,
  isDone,
  type Order,
  type Report,
} from '../orders/index.ts';
import { review } from '../risk/index.ts';
import { draftOfIntent, gateInput } from './gate.ts';
import { isReconciled } from './reconcile/reconcile.ts';
import type { Setup } from './setup.ts';
import { alert, bookNamed, emit, type State } from './state.ts';

/** Orders between decision and outcome. Plain JSON. */
export interface WireState {
  /** Orders not sent yet because one before them has no outcome; oldest first. */
  waiting: ClientOrderId[];
  /** Orders proven never to have arrived, to be sent again once the account is reconciled. */
  resend: ClientOrderId[];
  /** When the broker is asked again what became of an order, and how often it was. */
  asks: Record<string, { readonly at: Instant; readonly count: number }>;
}

export const newWireState = (): WireState => ({ waiting: [], resend: [], asks: {} });

const ASK_FIRST_MS = 1_000;
const ASK_MAX_MS = 30_000;
const TOLD_AFTER = 10; // asks: about three minutes
const TOLD_EVERY = 120; // about an hour
const ATTEMPTS_MAX = 3; // of one intent, each but the first after proof that none arrived

/** Hands an order that passed every check to the wire, or lets it wait for its turn. */
export function dispatch(setup: Setup, state: State, order: Order): void {
  if (setup.broker.clientIds === 'unique') return transmit(setup, state, order);
  if (isWireBusy(state, order)) state.wire.waiting.push(idOf(order));
  else emit(state, { kind: 'watermark', order: idOf(order) });
}

const idOf = (order: Order): ClientOrderId => order.intent.clientOrderId;

/** Whether an order before this one is not bound to one of the broker's yet. */
function isWireBusy({ orders }: State, before: Order): boolean {
  for (const order of orders.live.values()) {
    if (order === before) return false;
    if (order.venueOrderId === null) return true;
  }
  return false;
}

/** What the broker knew before the send is on record: the order may leave, if it still may. */
export function takeWatermark(
  setup: Setup,
  state: State,
  { order: id, ids }: { order: ClientOrderId; ids: readonly string[] },
): Report | null {
  const order = state.orders.live.get(id);
  if (order === undefined || order.status !== 'inFlight' || order.attempts > 0) return null;
  order.watermark = ids;
  const reason = reasonToHold(setup, state, order);
  if (reason !== null) return notSent(state, order, reason);
  transmit(setup, state, order);
  return null;
}

const notSent = (state: State, order: Order, reason: string): Report => ({
  kind: 'notSent',
  order: idOf(order),
  at: state.at,
  reason,
});

/** Last instant at which an order made at `from` may leave: a session binds what ends with it. */
function sendBy(setup: Setup, { fence }: State, { timeInForce }: Intent, from: Instant): Instant {
  const by = (from + setup.sendWithinMs) as Instant;
  return fence === null || timeInForce === 'gtc' || fence > by ? by : fence;
}

function transmit(setup: Setup, state: State, order: Order, from = state.at): void {
  order.attempts++;
  order.sentAt = state.at;
  const { intent, attempts: attempt } = order;
  emit(state, { kind: 'submit', intent, attempt, sendBy: sendBy(setup, state, intent, from) });
}

/** Why an order that waited may not leave now, or null: everything is looked at again. */
function reasonToHold(setup: Setup, state: State, order: Order): string | null {
  const { intent } = order;
  if (state.at > sendBy(setup, state, intent, intent.at)) return 'it waited too long to be sent';
  return refusalNow(setup, state, order);
}

/**
 * Why an order that was asked for may not leave any more, or null: the last look before the wire.
 */
export function heldBack(setup: Setup, state: State, id: ClientOrderId): string | null {
  const order = state.orders.live.get(id);
  return order === undefined ? 'it is done' : refusalNow(setup, state, order);
}

function refusalNow(setup: Setup, state: State, order: Order): string | null {
  const { intent } = order;
  const book = bookNamed(state, intent.book);
  if (book === undefined) return `book "${intent.book}" is not of this desk`;
  const draft = draftOfIntent(intent, order);
  const refusal = review(gateInput(setup, state, book, draft, intent.clientOrderId));
  if (refusal === null) return null;
  return `${refusal.code}: found ${refusal.found}, limit ${refusal.limit}`;
}

/**
 * Whether "no such order" is too young to be evidence: the order may still turn up at the broker.
 * It is then asked about again (F001, F028).
 */
export function isTooEarly(setup: Setup, state: State, report: Report): boolean {
  if (report.kind !== 'notFound') return false;
  const order = state.orders.live.get(report.order);
  return order !== undefined && report.at < order.sentAt + setup.broker.settleMs;
}

/**
 * What a confirmed "no such order" means. True where the order goes out again under the same id,
 * which is safe where the broker enforces ids, and only while it could still be sent for the first
 * time (invariant 3); it then stays UNKNOWN until the broker answers.
 */
export function sendsAgain(setup: Setup, state: State, report: Report): boolean {
  const order = state.orders.live.get(report.order);
  if (report.kind !== 'notFound' || order === undefined || order.status !== 'unknown') return false;
  if (order.venueOrderId !== null || order.filled > 0) return false;
  if (setup.broker.clientIds !== 'unique' || order.attempts >= ATTEMPTS_MAX) return false;
  if (!isInTime(state, order)) return false;
  if (!isReconciled(state)) {
    delete state.wire.asks[report.order];
    if (!state.wire.resend.includes(report.order)) state.wire.resend.push(report.order);
    return true;
  }
  return resendNow(setup, state, order);
}

function isInTime(state: State, { intent }: Order): boolean {
  if (intent.date !== state.date) return false;
  if (state.fence !== null) return state.at <= state.fence;
  return bookNamed(state, intent.book)?.setup.slot.kind === 'every-bar';
}

function resendNow(setup: Setup, state: State, order: Order): boolean {
  if (refusalNow(setup, state, order) !== null) return false;
  transmit(setup, state, order);
  state.wire.asks[idOf(order)] = { at: (state.at + ASK_FIRST_MS) as Instant, count: 1 };
  return true;
}

/** The account is reconciled: what never arrived leaves again, or is ended for good. */
export function resendLost(setup: Setup, state: State): Report[] {
  const ids = state.wire.resend;
  state.wire.resend = [];
  const ended: Report[] = [];
  for (const id of ids) {
    const order = state.orders.live.get(id);
    if (order === undefined || order.status !== 'unknown') continue;
    const inTime = isInTime(state, order);
    if (!inTime || !resendNow(setup, state, order)) {
      ended.push({ kind: 'notFound', order: id, at: state.at });
    }
  }
  return ended;
}

/** Asks what became of an order, now and again until the broker says. */
export function ask(state: State, id: ClientOrderId): void {
  const count = (state.wire.asks[id]?.count ?? 0) + 1;
  const waitMs = Math.min(ASK_MAX_MS, ASK_FIRST_MS * 2 ** (count - 1));
  state.wire.asks[id] = { at: (state.at + waitMs) as Instant, count };
  emit(state, { kind: 'query', order: id });
}

/** Asks for the end of an order; asked again until it is proven. */
export function askCancel(state: State, order: Order, reason: string): void {
  const id = idOf(order);
  if (isDone(order)) return;
  applyReport(state.orders, { kind: 'cancelRequested', order: id, at: state.at });
  emit(state, { kind: 'cancel', order: id, reason });
  state.wire.asks[id] = { at: (state.at + ASK_FIRST_MS) as Instant, count: 1 };
}

const CANCEL_AGAIN_MS = 5_000;

/** The broker refused to end an order: it is asked again, but not at once. */
export function cancelWasRefused(state: State, id: ClientOrderId): void {
  state.wire.asks[id] = { at: (state.at + CANCEL_AGAIN_MS) as Instant, count: 1 };
}

/** Whether the end of an order was asked for and refused a moment ago. */
export const wasJustRefused = (state: State, { intent }: Order): boolean =>
  (state.wire.asks[intent.clientOrderId]?.at ?? 0) > state.at;

/** Whether anything is to be asked again; nothing is, in all but strange moments. */
function hasAsks({ asks }: WireState): boolean {
  for (const _ in asks) return true;
  return false;
}

/** An order moved: what waited behind it gets its turn, and what is settled is not asked again. */
export function wireMoved(setup: Setup, state: State, order: Order): void {
  const { wire } = state;
  const settled = isDone(order) || order.status === 'working';
  if (settled && hasAsks(wire)) delete wire.asks[idOf(order)];
  if (setup.broker.clientIds === 'unique' || wire.waiting.length === 0) return;
  if (order.venueOrderId === null && !isDone(order)) return;
  const next = wire.waiting[0] as ClientOrderId;
  const waiting = state.orders.live.get(next);
  if (waiting !== undefined && isWireBusy(state, waiting)) return;
  wire.waiting.shift();
  if (waiting !== undefined) emit(state, { kind: 'watermark', order: next });
}

/** Time passed: orders that waited too long are ended, questions are asked again. */
export function tendWire(setup: Setup, state: State): Report[] {
  const ended: Report[] = [];
  for (const id of state.wire.waiting) {
    const order = state.orders.live.get(id);
    if (order === undefined || state.at <= sendBy(setup, state, order.intent, order.intent.at))
      continue;
    ended.push(notSent(state, order, 'it waited too long to be sent'));
  }
  if (ended.length > 0) {
    const gone = new Set(ended.map((report) => report.order));
    state.wire.waiting = state.wire.waiting.filter((id) => !gone.has(id));
  }
  for (const [id, { at }] of Object.entries(state.wire.asks)) {
    if (at > state.at) continue;
    const order = state.orders.live.get(id as ClientOrderId);
    if (order === undefined || order.status === 'working') delete state.wire.asks[id];
    else {
      if (order.status === 'canceling') {
        emit(state, { kind: 'cancel', order: idOf(order), reason: 'asked again' });
      }
      ask(state, id as ClientOrderId);
      if (order.status === 'unknown') tellStillUnknown(state, order);
    }
  }
  return ended;
}

/** What nobody can tell for long is told again: minutes after it began, and then each hour. */
function tellStillUnknown(state: State, order: Order): void {
  const { count } = state.wire.asks[idOf(order)] ?? { count: 0 };
  if (count !== TOLD_AFTER && count % TOLD_EVERY !== 0) return;
  const minutes = Math.round((state.at - order.sentAt) / MINUTE_MS);
  const text =
    `Order "${order.intent.id}" has had no outcome for ${minutes} min (asked ${count} times): ` +
    "it counts in full and holds others back; look at the broker's own list of orders";
  alert(state, 'CRITICAL', 'orderStillUnknown', text);
}

/** When the wire wants to be looked at next, or null. */
export function wireWakeAt(setup: Setup, state: State): Instant | null {
  let next = Number.POSITIVE_INFINITY;
  for (const { at } of Object.values(state.wire.asks)) next = Math.min(next, at);
  for (const id of state.wire.waiting) {
    const order = state.orders.live.get(id);
    if (order) next = Math.min(next, sendBy(setup, state, order.intent, order.intent.at) + 1);
  }
  return Number.isFinite(next) ? (next as Instant) : null;
}
