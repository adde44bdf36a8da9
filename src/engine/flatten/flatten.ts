import type { Instant } from '../../base/index.ts';
import { exchangeDate, nextSession, type Session, sessionOn } from '../../market/index.ts';
import type { ClientOrderId } from '../../orders/index.ts';
import { isAtLeast } from '../../risk/index.ts';
import { voidApprovals } from '../approve/approve.ts';
import {
  bookSurplus,
  closable,
  type Closing,
  closingsOf,
  movedBefore,
  noteMoves,
  noteSeen,
  provenAt,
} from './orders.ts';
import { foreignOrders, noteLines, reasonsOf, settleOrders, weightsNow } from './record.ts';
import type { FlattenLine, FlattenRecord, FlattenState } from './state.ts';
import type { AccountSeen } from '../input.ts';
import { askAccount, isReconciled } from '../reconcile/reconcile.ts';
import { takeReport } from '../reports.ts';
import { send } from '../send.ts';
import type { Setup } from '../setup.ts';
import { accountPositions, alert, emit, enterDay, type State } from '../state.ts';
import { ask, askCancel } from '../wire.ts';

export type * from './state.ts';

const WITHIN_MS = 15_000; // time for proof of an order's end
const READ_MS = 5_000; // time for a reading
const READS_MAX = 60; // longer than a broker may lag, and reconciling with it
const TRIES_MAX = 10;
const WAIT_FIRST_MS = 1_000;
const WAIT_MAX_MS = 30_000;

/**
 * A person asked for everything to be closed. New risk stops and stays stopped, plans are dropped,
 * requests are void, every order is asked to end. Asked again while one is under way it changes
 * nothing (F086).
 */
export function takeFlatten(
  setup: Setup,
  state: State,
  { by, reason }: { readonly by: string; readonly reason: string },
): void {
  if (!exitIsOver(state)) {
    const text = `The emergency exit asked for by ${state.flatten?.by} is under way`;
    return alert(state, 'WARNING', 'flattenUnderWay', `${text}: ${by} changes nothing`);
  }
  if (!isAtLeast(state.halt, 'NO_NEW_RISK')) {
    state.halt = 'NO_NEW_RISK';
    state.haltReason = `${by}: emergency exit: ${reason}`;
  }
  alert(state, 'CRITICAL', 'flattenBegun', `Emergency exit by ${by}: ${reason}`);
  for (const book of state.books) book.work = null;
  state.flatten = {
    by,
    reason,
    at: state.at,
    epoch: state.epoch,
    phase: 'canceling',
    since: state.at,
    wakeAt: null,
    reads: 0,
    tries: 0,
    triedAt: state.at,
    flatReads: 0,
    seen: {},
    unlike: [],
    held: accountPositions(state),
    movedAt: movedBefore(state),
    asked: [],
    orders: [],
    lines: {},
    foreign: [],
    outcome: null,
    reasons: [],
  };
  voidApprovals(setup, state, { by, reason: 'an emergency exit began' });
}

/** True where no exit is under way: none was asked for, or it ended, flat or not. */
export const exitIsOver = ({ flatten }: State): boolean =>
  flatten === null || flatten.phase === 'ended';

/** When time alone brings the next thing to do, or null. */
export const flattenWakeAt = (_setup: Setup, { flatten }: State): Instant | null =>
  flatten === null || flatten.phase === 'ended' ? null : flatten.wakeAt;

/** Goes on with an exit as far as what is known allows; called after every input while one is. */
export function tendFlatten(setup: Setup, state: State): void {
  const { flatten } = state;
  if (flatten === null || flatten.phase === 'ended') return;
  noteMoves(state, flatten);
  settleOrders(state, flatten);
  if (flatten.epoch !== state.epoch) {
    // What was asked of the world in an earlier life may be lost: all of it is asked again.
    flatten.epoch = state.epoch;
    beginCanceling(setup, state, flatten);
  }
  endOthers(setup, state, flatten);
  switch (flatten.phase) {
    case 'canceling':
      return awaitEnds(setup, state, flatten);
    case 'reading':
      return awaitReading(setup, state, flatten);
    case 'closing':
      return awaitClosing(setup, state, flatten);
    case 'waiting':
      if (flatten.wakeAt !== null && state.at >= flatten.wakeAt) {
        beginCanceling(setup, state, flatten);
        awaitEnds(setup, state, flatten);
      }
  }
}

const withinMs = (setup: Setup): number => setup.flattenWithinMs ?? WITHIN_MS;

const later = (state: State, ms: number): Instant => (state.at + ms) as Instant;

function beginCanceling(setup: Setup, state: State, flatten: FlattenState): void {
  flatten.phase = 'canceling';
  flatten.since = state.at;
  flatten.asked = [];
  flatten.wakeAt = later(state, withinMs(setup));
}

/** Asks for the end of every live order, but for its own while they are to fill. */
function endOthers(setup: Setup, state: State, flatten: FlattenState): void {
  for (const order of state.orders.live.values()) {
    const { intent, status, attempts } = order;
    const id = intent.clientOrderId;
    if (flatten.phase === 'closing' && isOwn(flatten, id)) continue;
    // Asked once a phase: what a broker refuses ends by itself, or is asked for anew.
    if (flatten.asked.includes(id)) continue;
    flatten.asked.push(id);
    if (status === 'inFlight' && attempts === 0) endUnsent(setup, state, id);
    else if (status === 'inFlight' || status === 'working') {
      askCancel(state, order, 'emergency exit');
    } else if (state.wire.asks[id] === undefined && !state.wire.resend.includes(id)) ask(state, id);
  }
}

const isOwn = ({ orders }: FlattenState, id: ClientOrderId): boolean =>
  orders.some((own) => own.id === id);

function endUnsent(setup: Setup, state: State, order: ClientOrderId): void {
  state.wire.waiting = state.wire.waiting.filter((id) => id !== order);
  const reason = 'an emergency exit began before it was sent';
  takeReport(setup, state, { kind: 'notSent', order, at: state.at, reason });
}

/** Every order is proven done, or the time for that is over: then the account is read. */
function awaitEnds(setup: Setup, state: State, flatten: FlattenState): void {
  flatten.wakeAt = (flatten.since + withinMs(setup)) as Instant;
  if (state.orders.live.size > 0 && state.at < flatten.wakeAt) return;
  flatten.phase = 'reading';
  flatten.since = state.at;
  flatten.reads = 0;
  read(state, flatten);
}

function read(state: State, flatten: FlattenState): void {
  flatten.reads++;
  flatten.wakeAt = later(state, READ_MS);
  askAccount(state);
}

function awaitReading(_setup: Setup, state: State, flatten: FlattenState): void {
  if (flatten.wakeAt === null || state.at < flatten.wakeAt) return;
  if (flatten.reads < READS_MAX) return read(state, flatten);
  const why = isReconciled(state) ? 'could not be read' : 'could not be reconciled';
  end(state, flatten, 'incomplete', [`the broker's account ${why}`]);
}

/** Its own orders of this round are done, or their time is over: they end, then it looks again. */
function awaitClosing(setup: Setup, state: State, flatten: FlattenState): void {
  const live = flatten.orders.filter(({ id }) => state.orders.live.has(id));
  if (live.length === 0 && flatten.orders.length > 0) {
    flatten.wakeAt = null; // the others wait for a person, and that has an end of its own
    return;
  }
  flatten.wakeAt = (flatten.since + withinMs(setup)) as Instant;
  if (live.length > 0 && state.at < flatten.wakeAt) return;
  beginCanceling(setup, state, flatten);
  endOthers(setup, state, flatten);
  awaitEnds(setup, state, flatten);
}

/** A reading of the account, after whatever reconciling made of it. */
export function flattenAccount(setup: Setup, state: State, account: AccountSeen): void {
  const { flatten } = state;
  if (flatten === null || flatten.phase !== 'reading' || !isReconciled(state)) return;
  noteMoves(state, flatten);
  noteSeen(state, flatten, account);
  noteLines(flatten, account);
  flatten.foreign = foreignOrders(state, account);
  const held = Object.keys(account.positions).filter((symbol) => account.positions[symbol] !== 0);
  if (held.length === 0) return takeFlatReading(setup, state, flatten);
  flatten.flatReads = 0;
  const closings = held
    .sort()
    .flatMap((symbol) => closingsFor(setup, state, flatten, symbol, account))
    // Shorts first: what covers them is not sold before they are bought back.
    .sort((a, b) => (a.side === b.side ? 0 : a.side === 'buy' ? -1 : 1));
  if (closings.length === 0) return wait(setup, state, flatten, account);
  close(setup, state, flatten, closings);
}

function closingsFor(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  symbol: string,
  { positions }: AccountSeen,
): Closing[] {
  const reported = Math.trunc(positions[symbol] ?? 0);
  if (state.at >= provenAt(setup, flatten, symbol)) bookSurplus(state, symbol, reported);
  const quantity = closable(setup, state, flatten, symbol, reported);
  return quantity === 0 ? [] : closingsOf(state, symbol, reported, quantity);
}

/** Nothing held: true only when a second reading says so too, and the ledgers agree (F033). */
function takeFlatReading(setup: Setup, state: State, flatten: FlattenState): void {
  flatten.flatReads++;
  if (flatten.flatReads < 2) return read(state, flatten);
  const unlike = Object.keys(accountPositions(state));
  const unproven = [...state.orders.live.values()];
  if (unlike.length === 0 && unproven.length === 0) return end(state, flatten, 'flat', []);
  pause(setup, state, flatten, unlike);
}

/** Something is held and nothing of it can be closed now. */
function wait(setup: Setup, state: State, flatten: FlattenState, { positions }: AccountSeen): void {
  const unlike = Object.keys(positions).filter((symbol) => flatten.unlike.includes(symbol));
  pause(setup, state, flatten, unlike);
}

/** Waits until the differences in `symbols` can be proven, and longer with each try. */
function pause(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  symbols: readonly string[],
): void {
  flatten.tries++;
  if (flatten.tries > TRIES_MAX) return giveUp(state, flatten);
  flatten.phase = 'waiting';
  flatten.since = state.at;
  let until = state.at + backoffMs(flatten.tries);
  for (const symbol of symbols) until = Math.max(until, provenAt(setup, flatten, symbol));
  flatten.wakeAt = until as Instant;
}

const backoffMs = (tries: number): number =>
  Math.min(WAIT_MAX_MS, WAIT_FIRST_MS * 2 ** (tries - 1));

/** Sends what closes, through the last gate like every order. */
function close(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  closings: readonly Closing[],
): void {
  const date = exchangeDate(state.at);
  const session = sessionOn(date);
  if (session === undefined || !isOpen(setup, state, session)) {
    return awaitOpen(setup, state, flatten, session);
  }
  const due = flatten.triedAt + backoffMs(flatten.tries);
  if (flatten.tries > 0 && state.at < due) {
    flatten.phase = 'waiting';
    flatten.wakeAt = due as Instant;
    return;
  }
  flatten.tries++;
  if (flatten.tries > TRIES_MAX) return giveUp(state, flatten);
  enterDay(state, session.day);
  if (state.fence === null || state.fence < session.open) state.fence = fenceOf(setup, session);
  flatten.phase = 'closing';
  flatten.since = state.at;
  flatten.triedAt = state.at;
  flatten.wakeAt = later(state, withinMs(setup));
  for (const closing of closings) sendClosing(setup, state, flatten, closing);
}

const fenceOf = ({ fenceMs }: Setup, { close }: Session): Instant => (close - fenceMs) as Instant;

const isOpen = (setup: Setup, { at }: State, session: Session): boolean =>
  at >= session.open && at <= fenceOf(setup, session);

/** Orders of an exit are of a session: outside of one it says so, and ends or waits. */
function awaitOpen(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  session: Session | undefined,
): void {
  const today = session !== undefined && state.at < session.open;
  const { open } = today ? session : nextSession(exchangeDate(state.at));
  const when = new Date(open).toISOString();
  const why = `the market is closed until ${when}`;
  if (setup.flattenAtOpen !== true) return end(state, flatten, 'incomplete', [why]);
  alert(state, 'CRITICAL', 'flattenPending', `Emergency exit: ${why}; it goes on then`);
  flatten.phase = 'waiting';
  flatten.wakeAt = open;
}

function sendClosing(
  setup: Setup,
  state: State,
  flatten: FlattenState,
  { book, ...draft }: Closing,
): void {
  const order = { ...draft, purpose: 'flatten', pricing: { type: 'market' } } as const;
  const intent = send(setup, state, book, order);
  if (intent !== null) {
    flatten.orders.push({ id: intent.clientOrderId, symbol: draft.symbol });
    return;
  }
  const refused = state.effects.findLast((effect) => effect.kind === 'refused');
  if (refused === undefined) return;
  const { code, found, limit } = refused.refusal;
  (flatten.lines[draft.symbol] as FlattenLine).problem =
    `refused (${code}): found ${found}, limit ${limit}`;
}

/** Ends an exit that cannot go on by itself, with all that is known of why. */
const giveUp = (state: State, flatten: FlattenState): void =>
  end(state, flatten, 'incomplete', reasonsOf(state, flatten));

function end(
  state: State,
  flatten: FlattenState,
  outcome: FlattenRecord['outcome'],
  reasons: readonly string[],
): void {
  flatten.phase = 'ended';
  flatten.outcome = outcome;
  flatten.reasons = reasons;
  flatten.wakeAt = null;
  for (const book of state.books) book.lastTargets = weightsNow(state, book);
  const { by, reason, at, foreign: foreignOrders } = flatten;
  const positions = Object.values(flatten.lines);
  emit(state, {
    kind: 'flattened',
    record: { outcome, by, reason, at, endedAt: state.at, positions, foreignOrders, reasons },
  });
  const told = [...reasons, ...foreignOrders.map((order) => `of others: ${order}`)];
  const text = `Emergency exit ended ${outcome}${told.length === 0 ? '' : `: ${told.join('; ')}`}`;
  alert(state, 'CRITICAL', 'flattenEnded', text);
}
