import type { DateText, Instant } from '../base/index.ts';
import { type Broker, type Feed, type Setup, type State, wakeAt } from '../engine/index.ts';
import { nextSession, type Session, sessionOn, type Slot, slotInstant } from '../market/index.ts';

const CLOSE_AUCTION_MS = 15 * 60_000; // a slot at the very close may still send

/** Something that is to be done at an instant. */
export type Due =
  | { readonly kind: 'bar' | 'broker' | 'poll' | 'time' | 'marks'; readonly at: Instant }
  | {
      readonly kind: 'slot' | 'observe';
      readonly at: Instant;
      readonly book: number;
      readonly session: Session;
    }
  | { readonly kind: 'close'; readonly at: Instant; readonly session: Session };

export type SlotDue = Extract<Due, { kind: 'slot' | 'observe' }>;
export type CloseDue = Extract<Due, { kind: 'close' }>;

/** What comes first where several things are due at one instant. */
const ORDER_OF_KINDS = [
  'bar',
  'observe',
  'slot',
  'broker',
  'poll',
  'time',
  'marks',
  'close',
] as const;
const QUIET_BEFORE_MS = 60_000; // before the open, and after the close: orders rest
const QUIET_AFTER_MS = 600_000;
const QUIET_POLL_MS = 60_000;
const TICK_LEAST_MS = 1_000; // between two inputs that only say that time passed

export interface AgendaParts {
  readonly setup: Setup;
  readonly state: State;
  readonly feed: Feed;
  readonly broker: Pick<Broker, 'nextDue' | 'traits'>;
  /** First and last trading dates. */
  readonly from: DateText;
  readonly to: DateText | null;
}

/**
 * What is to be done next: read from the state and the calendar each time, so that nothing is lost.
 */
export class Agenda {
  readonly #parts: AgendaParts;
  readonly #everyBar: boolean;
  /** What was begun and has not ended, so that it is not begun twice. */
  readonly #tasks = new Set<string>();
  readonly #looks: SlotDue[] = [];
  /** The first session after the newest one that is closed: looked up once for each. */
  #open: { readonly after: DateText | null; readonly session: Session } | null = null;
  #polledAt = Number.NEGATIVE_INFINITY;
  #tickedAt = Number.NEGATIVE_INFINITY;
  #markedAt = Number.NEGATIVE_INFINITY;

  constructor(parts: AgendaParts) {
    this.#parts = parts;
    this.#everyBar = parts.setup.books.some((book) => book.slot.kind === 'every-bar');
  }

  /**
   * The next thing due after `now`, or null when dates or feed end. With `onlyOrders` nothing is
   * decided any more: only orders under way are brought to their end.
   */
  next(now: Instant, onlyOrders = false): Due | null {
    const rank = (one: Due) => ORDER_OF_KINDS.indexOf(one.kind);
    const dues = onlyOrders ? this.#orderDues(false) : this.#dues(now);
    return dues.sort((a, b) => a.at - b.at || rank(a) - rank(b))[0] ?? null;
  }

  /** The last instant before anything but bars is due. */
  barsUntil(now: Instant): Instant {
    const others = this.#dues(now).filter((due) => due.kind !== 'bar');
    return Math.min(...others.map((due) => due.at)) as Instant;
  }

  /** Something runs that must not be begun again. */
  begun(task: string): void {
    this.#tasks.add(task);
  }

  ended(task: string): void {
    this.#tasks.delete(task);
  }

  polled(at: Instant): void {
    this.#polledAt = at;
  }

  ticked(at: Instant): void {
    this.#tickedAt = at;
  }

  marked(at: Instant): void {
    this.#markedAt = at;
  }

  /** Symbols that are held or ordered. */
  heldSymbols(): string[] {
    const { books, external, orders, plan } = this.#parts.state;
    const symbols = new Set<string>();
    for (const { ledger } of [...books, external]) {
      for (const symbol of ledger.positions.keys()) symbols.add(symbol);
    }
    for (const { intent } of orders.live.values()) symbols.add(intent.symbol);
    return [...symbols].filter((symbol) => plan.index.has(symbol));
  }

  /** The market could not be seen: it is looked at again. */
  lookAgain(due: SlotDue): void {
    this.#looks.push(due);
  }

  looked(due: SlotDue): void {
    const i = this.#looks.indexOf(due);
    if (i >= 0) this.#looks.splice(i, 1);
  }

  /** Whether orders are to be followed to their end: all but those that rest to protect. */
  ordersAreUnderWay(): boolean {
    for (const { intent, status } of this.#parts.state.orders.live.values()) {
      if (intent.purpose !== 'protect' || status !== 'working') return true;
    }
    return this.#looks.length > 0 || this.#tasks.size > 0;
  }

  #dues(now: Instant): Due[] {
    const session = this.#session();
    if (session === null) return [];
    const due: Due[] = [
      ...this.#slots(session),
      ...this.#orderDues(this.#isQuiet(session, now)),
      ...this.#looks,
    ];
    due.push(...this.#markDue(session, now));
    const filling = this.#parts.broker.nextDue();
    if (this.#everyBar) {
      const at = this.#parts.feed.nextBar(now);
      if (at !== undefined && at <= session.close) due.push({ kind: 'bar', at });
    }
    if (!this.#tasks.has('close')) {
      const lag = this.#parts.feed.lives?.closeAfterMs ?? 0;
      const close = Math.max(session.close + lag, filling ?? 0) as Instant;
      due.push({ kind: 'close', at: close, session });
    }
    return due;
  }

  /** What is held is marked while its market is open; only of a market that lives. */
  #markDue(session: Session, now: Instant): Due[] {
    const { lives } = this.#parts.feed;
    if (lives === undefined || this.#tasks.has('marks') || this.heldSymbols().length === 0)
      return [];
    const from = Math.max(session.open, this.#markedAt + lives.markEveryMs, now);
    return from < session.close ? [{ kind: 'marks', at: from as Instant }] : [];
  }

  /** Whether the market is closed, and nothing but an owner's hand moves an order. */
  #isQuiet({ open, close }: Session, now: Instant): boolean {
    const lives = this.#parts.feed.lives !== undefined;
    return lives && (now < open - QUIET_BEFORE_MS || now > close + QUIET_AFTER_MS);
  }

  /** What brings orders under way to their end. */
  #orderDues(isQuiet: boolean): Due[] {
    const { broker, setup, state } = this.#parts;
    const dues: Due[] = [];
    const filling = broker.nextDue();
    if (filling !== undefined) dues.push({ kind: 'broker', at: filling });
    const { pollMs } = broker.traits;
    if (Number.isFinite(pollMs) && state.orders.live.size > 0) {
      const everyMs = isQuiet ? Math.max(pollMs, QUIET_POLL_MS) : pollMs;
      const at = Math.max(this.#polledAt + everyMs, state.at) as Instant;
      dues.push({ kind: 'poll', at });
    }
    const wake = wakeAt(setup, state);
    if (wake !== null) {
      const at = Math.max(wake, this.#tickedAt + TICK_LEAST_MS) as Instant;
      dues.push({ kind: 'time', at });
    }
    return dues;
  }

  /** The session at hand: the first one that is not closed. */
  #session(): Session | null {
    const { state, from, to, feed } = this.#parts;
    const { closedDate } = state;
    if (this.#open?.after !== closedDate) {
      const after = closedDate !== null && closedDate >= from ? nextSession(closedDate) : null;
      this.#open = { after: closedDate, session: after ?? firstSession(from) };
    }
    const { session } = this.#open;
    if (session.day > feed.lastDay || (to !== null && session.date > to)) return null;
    if (feed.exhausted === true && session.day > state.day) return null;
    return session;
  }

  #slots(session: Session): SlotDue[] {
    const { setup, state } = this.#parts;
    const slots: SlotDue[] = [];
    setup.books.forEach(({ slot }, book) => {
      const claimed = state.books[book]?.slotDate ?? null;
      if (slot.kind !== 'session' || (claimed !== null && claimed >= session.date)) return;
      slots.push({ kind: 'slot', at: instantOf(session, slot), book, session });
    });
    return slots;
  }

  /** When the next slot comes, or null when none will. */
  nextSlot(): Instant | null {
    const session = this.#session();
    if (session === null) return null;
    const slots = this.#slots(session).map((due) => due.at);
    if (slots.length > 0) return Math.min(...slots) as Instant;
    const after = nextSession(session.date);
    const [book] = this.#parts.setup.books;
    return book && book.slot.kind === 'session' ? instantOf(after, book.slot) : after.open;
  }

  /** The last instant at which an order of a slot may leave. */
  fence(session: Session, slotAt: Instant): Instant {
    const fence = session.close - this.#parts.setup.fenceMs;
    return (slotAt > fence ? session.close + CLOSE_AUCTION_MS : fence) as Instant;
  }
}

/** Whether a half day ends before a slot's offset is reached. */
export const isTooShort = (session: Session, slot: Slot): boolean =>
  slot.kind === 'session' && Math.abs(slot.offsetMs) > session.close - session.open;

/** A slot's instant; on a session too short for it, the close. */
export const instantOf = (session: Session, slot: Slot): Instant =>
  isTooShort(session, slot) ? session.close : slotInstant(session, slot);

/** The session on `from`, or the first one after it. */
export const firstSession = (from: DateText): Session => sessionOn(from) ?? nextSession(from);
