import type { DateText, Instant } from '../base/index.ts';
import {
  type BookSetup,
  type Broker,
  type Clock,
  type Effect,
  type Entry,
  type Feed,
  type Input,
  type Journal,
  saveState,
  type Setup,
  type State,
  step,
  entriesOf,
  foldRecords,
  KINDS,
  type Segment,
} from '../engine/index.ts';
import {
  type BarRow,
  exchangeDate,
  formatSlot,
  nextSession,
  RowView,
  type Session,
  sessionOn,
  type Slot,
  slotInstant,
} from '../market/index.ts';
import type { Intent, Report } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';

const SEGMENT_MAX = 2_000; // ticks in one record
const SNAPSHOT_EVERY = 2_000; // records between snapshots
const CLOSE_AUCTION_MS = 15 * 60_000; // a slot at the very close may still send

/** Who started this life, and with what. */
export interface Identity {
  readonly stage: string;
  readonly build: string;
  readonly config: string;
  readonly strategies: Readonly<Record<string, string>>;
}

/** Told of everything, after it is on the disk; its own failures never reach the engine. */
export interface Observer {
  taken(input: Input, effects: readonly Effect[], state: State): void;
}

export interface RunnerParts {
  readonly setup: Setup;
  readonly journal: Journal;
  /** True when the whole journal was proven just now. */
  readonly verified: boolean;
  readonly identity: Identity;
  readonly broker: (state: State) => Broker;
  readonly feed: Feed;
  readonly clock: (start: Instant) => Clock;
  readonly observer: Observer;
  /** Signals of books that follow a file, by book, in order of time. */
  readonly signals?: ReadonlyMap<number, readonly Signal[]>;
  /** First and last trading dates. */
  readonly from: DateText;
  readonly to: DateText | null;
}

type Due =
  | { readonly kind: 'bar' | 'broker'; readonly at: Instant }
  | {
      readonly kind: 'slot';
      readonly at: Instant;
      readonly book: number;
      readonly session: Session;
    }
  | { readonly kind: 'close'; readonly at: Instant; readonly session: Session };

const ORDER_OF_KINDS = ['bar', 'slot', 'broker', 'close'] as const;

/**
 * The one loop: next input, step, journal input and effects, then perform the effects. Opening it is
 * recovery, and the only way to start: fold, a new epoch, ask for everything under way, reconcile.
 */
export class Runner {
  readonly state: State;
  readonly #parts: RunnerParts;
  readonly #broker: Broker;
  readonly #clock: Clock;
  #segment: { series: number; symbol: string; rows: (number | null)[][] } | null = null;
  #sinceSnapshot = 0;
  #stopAsked = false;
  #single = false;
  readonly #index: ReadonlyMap<string, number>;
  readonly #everyBar: boolean;
  /** First trading date of this life: what a former life reached, or what was asked for. */
  readonly #from: DateText;
  /** True when the journal held a life before this one. */
  readonly resumed: boolean;

  private constructor(parts: RunnerParts, state: State, resumed: boolean) {
    this.#parts = parts;
    this.state = state;
    this.resumed = resumed;
    this.#broker = parts.broker(state);
    this.#index = state.plan.index;
    this.#everyBar = parts.setup.books.some((book) => book.slot.kind === 'every-bar');
    const reached = resumed ? exchangeDate(state.at) : parts.from;
    this.#from = reached > parts.from ? reached : parts.from;
    this.#clock = parts.clock(Math.max(state.at, firstSession(this.#from).open) as Instant);
  }

  /** Recovers the desk from its journal and takes it over. */
  static async open(parts: RunnerParts): Promise<Runner> {
    const snapshot = parts.journal.latestSnapshot();
    const records = parts.journal.read(snapshot?.seq ?? 0, parts.verified ? 'order' : 'chain');
    const state = foldRecords(parts.setup, records, snapshot);
    const runner = new Runner(parts, state, state.epoch > 0);
    const { stage, build, config, strategies } = parts.identity;
    await runner.#take({
      kind: 'start',
      at: runner.#clock.now(),
      epoch: state.epoch + 1,
      stage,
      build,
      config,
      strategies,
    });
    return runner;
  }

  /** Asks the loop to end after what is under way. */
  stop(): void {
    this.#stopAsked = true;
  }

  /** Works everything that comes until the feed or the dates end, or one slot was answered. */
  async run(until: 'end' | 'one-slot'): Promise<void> {
    let slots = 0;
    this.#single = until === 'one-slot';
    for (let due = this.#next(); due !== null && !this.#stopAsked; due = this.#next()) {
      if (until === 'one-slot' && slots > 0 && due.kind !== 'broker' && !this.#busy()) break;
      await this.#clock.sleepUntil(due.at);
      await this.#handle(due);
      if (due.kind === 'slot' || due.kind === 'bar') slots++;
    }
    this.#flush();
    this.#snapshot();
  }

  /** When the next slot comes, or null when none will. */
  nextSlot(): Instant | null {
    const session = this.#session();
    if (session === null) return null;
    const slots = this.#slots(session).map((due) => due.at);
    if (slots.length > 0) return Math.min(...slots) as Instant;
    const after = nextSession(session.date);
    const [book] = this.#parts.setup.books;
    return book && book.slot.kind === 'session' ? slotInstant(after, book.slot) : after.open;
  }

  #busy(): boolean {
    return this.state.orders.live.size > 0;
  }

  /** The session at hand: the first one that is not closed. */
  #session(): Session | null {
    const { closedDate } = this.state;
    const { to, feed } = this.#parts;
    const after = closedDate !== null && closedDate >= this.#from ? nextSession(closedDate) : null;
    const session = after ?? firstSession(this.#from);
    if (session.day > feed.lastDay || (to !== null && session.date > to)) return null;
    if (feed.exhausted === true && session.day > this.state.day) return null;
    return session;
  }

  #slots(session: Session): Extract<Due, { kind: 'slot' }>[] {
    const slots: Extract<Due, { kind: 'slot' }>[] = [];
    this.#parts.setup.books.forEach(({ slot }, book) => {
      const claimed = this.state.books[book]?.slotDate ?? null;
      if (slot.kind !== 'session' || (claimed !== null && claimed >= session.date)) return;
      slots.push({ kind: 'slot', at: instantOf(session, slot), book, session });
    });
    return slots;
  }

  #next(): Due | null {
    const due = this.#dues();
    const rank = (one: Due) => ORDER_OF_KINDS.indexOf(one.kind);
    return due.sort((a, b) => a.at - b.at || rank(a) - rank(b))[0] ?? null;
  }

  /** The last instant before anything but `kind` is due. */
  #nextBut(kind: Due['kind']): Instant {
    const others = this.#dues().filter((due) => due.kind !== kind);
    return Math.min(...others.map((due) => due.at)) as Instant;
  }

  #dues(): Due[] {
    const session = this.#session();
    if (session === null) return [];
    const due: Due[] = [...this.#slots(session)];
    const filling = this.#broker.nextDue();
    if (filling !== undefined) due.push({ kind: 'broker', at: filling });
    if (this.#everyBar) {
      const at = this.#parts.feed.nextBar(this.#clock.now());
      if (at !== undefined && at <= session.close) due.push({ kind: 'bar', at });
    }
    const close = Math.max(session.close, filling ?? 0) as Instant;
    due.push({ kind: 'close', at: close, session });
    return due;
  }

  async #handle(due: Due): Promise<void> {
    switch (due.kind) {
      case 'bar':
        return this.#bars(due.at, this.#single ? due.at : this.#nextBut('bar'));
      case 'broker':
        return this.#reports(await this.#broker.poll(this.#now()));
      case 'slot':
        return this.#slot(due);
      case 'close':
        return this.#close(due);
    }
  }

  /** Plays bars one at a time while nothing else comes before them. */
  async #bars(first: Instant, until: Instant): Promise<void> {
    const { feed } = this.#parts;
    let at: Instant | undefined = first;
    while (at !== undefined && at <= until && !this.#stopAsked) {
      await this.#clock.sleepUntil(at);
      const rows = await feed.completed(this.state.folded, at);
      for (let i = 0; i < rows.length;) {
        const end = endOfGroup(rows, i);
        await this.#bar(rows.slice(i, end));
        i = end;
      }
      if (this.#broker.nextDue() !== undefined) return;
      at = feed.nextBar(at);
    }
  }

  async #bar(rows: readonly BarRow[]): Promise<void> {
    const at = Math.max(rows[0]?.at ?? 0, this.state.at) as Instant;
    if (this.#parts.signals !== undefined) await this.#giveSignals(at);
    const input = { ...barsInput(this.#index, rows, 'every-bar'), at };
    const effects = step(this.#parts.setup, this.state, input);
    if (effects.length === 0 && this.#buffer(input)) return;
    await this.#commit(input, effects);
  }

  async #giveSignals(until: Instant): Promise<void> {
    for (const [book, signals] of this.#parts.signals ?? []) {
      for (;;) {
        const signal = signals[this.state.books[book]?.signalsTaken ?? signals.length];
        if (signal === undefined || signal.at > until) break;
        await this.#take({ kind: 'signal', at: until, book, signal });
      }
    }
  }

  async #slot(due: Extract<Due, { kind: 'slot' }>): Promise<void> {
    const { book, session } = due;
    await this.#catchUp(this.#now());
    const at = this.#now();
    const { slot } = this.#parts.setup.books[book] as BookSetup;
    const isShort = isTooShort(session, slot);
    if (isShort || at > this.#fence(session, due.at)) {
      const late = `it was due ${Math.round((at - due.at) / 1000)} s ago`;
      const reason = isShort ? `the session is too short for "${formatSlot(slot)}"` : late;
      return this.#take({ kind: 'missed', at, book, date: session.date, reason });
    }
    return this.#take({ kind: 'slot', at, book, date: session.date });
  }

  #fence(session: Session, slotAt: Instant): Instant {
    const fence = session.close - this.#parts.setup.fenceMs;
    return (slotAt > fence ? session.close + CLOSE_AUCTION_MS : fence) as Instant;
  }

  async #close(due: Extract<Due, { kind: 'close' }>): Promise<void> {
    await this.#catchUp(due.at);
    await this.#reports(await this.#broker.closeDay(this.#now()));
    await this.#take({ kind: 'close', at: this.#now(), date: due.session.date });
    await this.#readAccount();
    if (this.#sinceSnapshot >= SNAPSHOT_EVERY) this.#snapshot();
  }

  #now(): Instant {
    return Math.max(this.#clock.now(), this.state.at) as Instant;
  }

  /** Folds completed bars that were not folded yet. */
  async #catchUp(until: Instant): Promise<void> {
    const rows = await this.#parts.feed.completed(this.state.folded, until);
    if (rows.length > 0) await this.#fold(rows);
  }

  /** Many bars at once, without decisions: one durable group. */
  async #fold(rows: readonly BarRow[]): Promise<void> {
    this.#flush();
    const { setup, journal, observer } = this.#parts;
    const entries: Entry[] = [];
    const told: Effect[] = [];
    for (let i = 0; i < rows.length;) {
      const end = endOfGroup(rows, i);
      const input = barsInput(this.#index, rows.slice(i, end), 'none');
      const late = { ...input, at: Math.max(input.at, this.state.at) as Instant };
      const effects = step(setup, this.state, late);
      entries.push(...entriesOf(late, effects));
      told.push(...effects);
      observer.taken(late, effects, this.state);
      i = end;
    }
    journal.append(entries);
    this.#sinceSnapshot += entries.length;
    for (const effect of told) await this.#perform(effect);
  }

  /** Input, step, journal, then the world: in this order, always. */
  async #take(input: Input): Promise<void> {
    await this.#commit(input, step(this.#parts.setup, this.state, input));
  }

  async #commit(input: Input, effects: readonly Effect[]): Promise<void> {
    const entries = [...this.#segmentEntries(), ...entriesOf(input, effects)];
    this.#parts.journal.append(entries);
    this.#sinceSnapshot += entries.length;
    this.#parts.observer.taken(input, effects, this.state);
    for (const effect of effects) await this.#perform(effect);
  }

  /** Ticks that asked for nothing wait for their group. */
  #buffer(input: Input): boolean {
    if (input.kind !== 'bars' || input.bars.length !== 1) return false;
    const [bar] = input.bars;
    const [series] = input.series;
    if (!(bar instanceof RowView) || series === undefined) return false;
    if (this.#segment !== null && this.#segment.series !== series) this.#flush();
    this.#segment ??= { series, symbol: bar.symbol, rows: [] };
    const { at, day, open, high, low, close, volume } = bar.row;
    this.#segment.rows.push([at, day, open, high, low, close, volume]);
    if (this.#segment.rows.length >= SEGMENT_MAX) this.#flush();
    this.#parts.observer.taken(input, [], this.state);
    return true;
  }

  #segmentEntries(): Entry[] {
    const segment = this.#segment;
    if (segment === null) return [];
    this.#segment = null;
    const at = (segment.rows.at(-1)?.[0] ?? 0) as Instant;
    return [{ at, kind: KINDS.segment, body: segment satisfies Segment }];
  }

  #flush(): void {
    const entries = this.#segmentEntries();
    if (entries.length > 0) this.#parts.journal.append(entries);
    this.#sinceSnapshot += entries.length;
  }

  #snapshot(): void {
    this.#sinceSnapshot = 0;
    this.#parts.journal.saveSnapshot(this.#parts.journal.head().seq, saveState(this.state));
  }

  async #perform(effect: Effect): Promise<void> {
    switch (effect.kind) {
      case 'submit':
        return this.#ask(effect.intent.clientOrderId, () =>
          this.#broker.submit(effect.intent, this.#now()),
        );
      case 'cancel':
        return this.#ask(effect.order, () =>
          this.#broker.cancel(effect.order, this.#now(), effect.reason),
        );
      case 'query':
        return this.#query(effect.order);
      case 'observe':
        return this.#observe(effect);
      case 'readAccount':
        return this.#readAccount();
      default:
        return undefined;
    }
  }

  /** An account that cannot be read ends this life: nothing trades on an account not reconciled. */
  async #readAccount(): Promise<void> {
    const account = await this.#broker.account(this.#now());
    await this.#take({ kind: 'account', at: this.#now(), account });
  }

  /** A call that throws has an unknown outcome, never a failed one. */
  async #ask(order: Report['order'], call: () => Promise<readonly Report[]>): Promise<void> {
    let reports: readonly Report[];
    try {
      reports = await call();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      reports = [{ kind: 'unknown', order, at: this.#now(), reason }];
    }
    return this.#reports(reports);
  }

  /**
   * What became of an order without an outcome. One that never arrived is sent again where the same
   * id makes it safe, and only while it could still have been sent first: same day, before the
   * fence, nothing halted. Otherwise the engine is told, and the next decision sees the gap.
   */
  async #query(id: Report['order']): Promise<void> {
    const order = this.state.orders.live.get(id);
    if (!order) return;
    let reports: readonly Report[];
    try {
      reports = await this.#broker.find(id, this.#now());
    } catch {
      return; // still unknown: it is asked again at the next start
    }
    const lost = reports.length === 1 && reports[0]?.kind === 'notFound';
    if (lost && order.venueOrderId === null && this.#mayStillSend(order.intent)) {
      await this.#ask(id, () => this.#broker.submit(order.intent, this.#now()));
      return;
    }
    await this.#reports(reports);
  }

  #mayStillSend(intent: Intent): boolean {
    const { date, halt, fence } = this.state;
    const inTime = fence === null ? this.#everyBar : this.#now() <= fence;
    return this.#broker.uniqueClientIds && intent.date === date && halt === 'NONE' && inTime;
  }

  async #observe(effect: Extract<Effect, { kind: 'observe' }>): Promise<void> {
    const { setup, feed } = this.#parts;
    const book = setup.books[effect.book];
    const session = sessionOn(effect.date);
    if (!book || !session) return;
    const at = this.#now();
    const slotAt = book.slot.kind === 'session' ? instantOf(session, book.slot) : at;
    if (at > this.#fence(session, slotAt)) {
      const reason = 'the process was down when it was due';
      const { date } = effect;
      return this.#take({ kind: 'missed', at, book: effect.book, date, reason });
    }
    await this.#catchUp(at);
    const followed = book.strategy.subscriptions(book.params).map((one) => one.symbol);
    const all = new Set([...followed, ...book.strategy.universe(book.params)]);
    const symbols = [...all].filter((symbol) => this.#index.has(symbol));
    const seen = await feed.observe(symbols, at);
    await this.#take({
      kind: 'observation',
      at: this.#now(),
      book: effect.book,
      date: effect.date,
      open: session.open,
      fence: this.#fence(session, slotAt),
      bars: seen.bars.map((row) => new RowView(row, true)),
      series: seen.bars.map((row) => this.state.plan.index.get(row.symbol) as number),
      quotes: seen.quotes,
    });
  }

  async #reports(reports: readonly Report[]): Promise<void> {
    for (const report of reports) {
      const at = Math.max(report.at, this.state.at) as Instant;
      await this.#take({ kind: 'report', at, report });
    }
  }
}

function barsInput(
  index: ReadonlyMap<string, number>,
  rows: readonly BarRow[],
  decide: 'none' | 'every-bar',
) {
  const at = rows[0]?.at as Instant;
  const bars = rows.map((row) => new RowView(row));
  const series = rows.map((row) => index.get(row.symbol) as number);
  return { kind: 'bars' as const, at, bars, series, decide };
}

/** End of the rows from `start` that go in together: one instant, no series twice. */
function endOfGroup(rows: readonly BarRow[], start: number): number {
  const first = rows[start];
  let end = start + 1;
  while (end < rows.length && rows[end]?.at === first?.at && rows[end]?.symbol !== first?.symbol) {
    end++;
  }
  return end;
}

/** Whether a half day ends before a slot's offset is reached. */
const isTooShort = (session: Session, slot: Slot): boolean =>
  slot.kind === 'session' && Math.abs(slot.offsetMs) > session.close - session.open;

/** A slot's instant; on a session too short for it, the close. */
const instantOf = (session: Session, slot: Slot): Instant =>
  isTooShort(session, slot) ? session.close : slotInstant(session, slot);

function firstSession(from: DateText): Session {
  return sessionOn(from) ?? nextSession(from);
}
