import type { DateText, Instant, Price } from '../base/index.ts';
import {
  type BookSetup,
  type Broker,
  type Clock,
  type Command,
  type Effect,
  exitIsOver,
  type Feed,
  type FeedNews,
  foldRecords,
  heldBack,
  isReconciled,
  type Input,
  type Journal,
  type Setup,
  type State,
  usable,
  type World,
} from '../engine/index.ts';
import { type BarRow, type BarView, exchangeDate, formatSlot } from '../market/index.ts';
import type { Report } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';
import { Agenda, type Due, firstSession, isTooShort, type SlotDue } from './agenda.ts';
import { barInputs } from './bar-inputs.ts';
import { Looks } from './looks.ts';
import { type Arrival, type Latch, Performer } from './performer.ts';
import { type Observer, Recorder } from './recorder.ts';

/** Who started this life, and with what. */
export interface Identity {
  readonly stage: string;
  readonly build: string;
  readonly config: string;
  readonly strategies: Readonly<Record<string, string>>;
  /** Of a market that lives. */
  readonly world?: World;
}

export interface RunnerParts {
  readonly setup: Setup;
  readonly journal: Journal;
  /** True when the whole journal was proven just now. */
  readonly verified: boolean;
  readonly identity: Identity;
  readonly broker: Broker;
  readonly feed: Feed;
  readonly clock: (start: Instant) => Clock;
  readonly observer: Observer;
  /** A halt that lies outside of the journal, read before each send; absent where there is none. */
  readonly latch?: () => Latch | null;
  /** Why nothing that adds risk may leave now, or null: read before each send. */
  readonly guard?: () => string | null;
  /** Signals of books that follow a file, by book, in order of time. */
  readonly signals?: ReadonlyMap<number, readonly Signal[]>;
  /** Prices that are known before anything else, for a desk that follows no feed. */
  readonly prices?: readonly BarRow[];
  /** First and last trading dates. */
  readonly from: DateText;
  readonly to: DateText | null;
}

/** How far a run goes: to the end of feed or dates, through one slot, or until an exit is over. */
export type Until = 'end' | 'one-slot' | 'flat';

export type Notice = Parameters<FeedNews['notice']>[0];

const FOREVER = Number.POSITIVE_INFINITY as Instant;

/**
 * The one loop: next input, step, journal input and effects, then perform the effects. Opening it
 * is recovery, and the only way to start: fold, a new epoch, ask for everything under way,
 * reconcile. Nothing it waits for keeps it from taking what else arrives: a command counts at once.
 */
export class Runner {
  readonly state: State;
  /** True when the journal held a life before this one. */
  readonly resumed: boolean;
  readonly #parts: RunnerParts;
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #recorder: Recorder;
  readonly #performer: Performer;
  readonly #looks: Looks;
  /** Where the run begins: recorded bars up to here are history, folded without decisions. */
  readonly #first: Instant;
  /** Where this life begins: so are those of a market that lives. */
  readonly #start: Instant;
  /** What arrived and was not taken in yet, oldest first. */
  readonly #inbox: Arrival[] = [];
  #stopAsked = false;
  #until: Until = 'end';
  #slots = 0;

  private constructor(parts: RunnerParts, state: State) {
    this.#parts = parts;
    this.state = state;
    this.resumed = state.epoch > 0;
    const reached = this.resumed ? exchangeDate(state.at) : parts.from;
    const from = reached > parts.from ? reached : parts.from;
    const start = Math.max(state.at, firstSession(from).open) as Instant;
    this.#first = firstSession(parts.from).open;
    this.#clock = parts.clock(start);
    const lives = parts.feed.lives !== undefined;
    this.#start = lives ? (Math.max(state.at, this.#clock.now()) as Instant) : start;
    this.#agenda = new Agenda({ ...parts, state, from });
    this.#recorder = new Recorder(parts.setup, state, parts.journal, parts.observer);
    this.#performer = new Performer({
      heldBack: (order) => heldBack(parts.setup, state, order),
      state,
      broker: parts.broker,
      now: () => this.#now(),
      latch: parts.latch ?? (() => null),
      guard: parts.guard ?? (() => null),
      arrived: (arrival) => this.#arrived(arrival),
      settled: () => this.#clock.wake(),
    });
    this.#looks = new Looks({
      ...parts,
      state,
      agenda: this.#agenda,
      performer: this.#performer,
      now: () => this.#now(),
      arrived: (arrival) => this.#arrived(arrival),
      dayIsOver: () => this.#recorder.snapshot(false),
    });
  }

  /** Recovers the desk from its journal and takes it over. */
  static async open(parts: RunnerParts): Promise<Runner> {
    const snapshot = usable(parts.journal.latestSnapshot());
    const records = parts.journal.read(snapshot?.seq ?? 0, parts.verified ? 'order' : 'chain');
    const state = foldRecords(parts.setup, records, snapshot);
    const runner = new Runner(parts, state);
    runner.#performer.checkLatch();
    const epoch = state.epoch + 1;
    runner.#take({ kind: 'start', at: runner.#now(), epoch, ...parts.identity });
    runner.#take(...barInputs(state.plan.index, parts.prices ?? [], 'none', state.at));
    parts.feed.follow?.({
      wake: () => runner.#clock.wake(),
      notice: (notice) => runner.notice(notice),
    });
    return runner;
  }

  /** Asks the loop to end after what is under way. */
  stop(): void {
    this.#stopAsked = true;
    this.#clock.wake();
  }

  /** What a person asks; resolves when it is durable and what it asks for has begun. */
  command(command: Command): Promise<State> {
    return new Promise((resolve) => {
      this.#arrived(() => {
        const fresh = command.command === 'approve' ? this.#priceOf(command.request) : {};
        return [{ ...fresh, ...command, kind: 'command', at: this.#now() } as Input];
      });
      this.#arrived(() => {
        resolve(this.state);
        return [];
      });
    });
  }

  /** The market of an order that waits for approval: a yes is void when it moved too far. */
  #priceOf(request: string): { readonly price?: Price } {
    const { open } = this.state.approvals;
    const symbol = open.find(({ id }) => id === request)?.intent.symbol;
    const price = symbol && this.#parts.feed.mark(symbol, this.#now());
    return price ? { price } : {};
  }

  /** What a stream told: a hint, that speeds up what the next reading would bring. */
  heard(reports: readonly Report[]): void {
    this.#performer.reports(reports);
  }

  /** Tells what a person must know of and no input of the market says. */
  notice(notice: Notice): void {
    this.#arrived(() => [{ ...notice, kind: 'notice', at: this.#now() }]);
  }

  /** When the next slot comes, or null when none will. */
  nextSlot(): Instant | null {
    return this.#agenda.nextSlot();
  }

  /** Works everything that comes until the feed or the dates end, or as far as `until` says. */
  async run(until: Until): Promise<void> {
    this.#until = until;
    const { calls } = this.#performer;
    for (;;) {
      this.#drain();
      if (this.#stopAsked) break;
      const due = this.#agenda.next(this.#clock.now(), until === 'flat');
      if (this.#isOver(due)) break;
      const reached = await this.#clock.sleepUntil(due?.at ?? FOREVER, calls);
      if (!reached || due === null || this.#stopAsked || this.#inbox.length > 0) continue;
      await this.#handle(due);
    }
    while (calls.size > 0 || this.#inbox.length > 0) {
      await Promise.all(calls);
      this.#drain();
    }
    this.#recorder.snapshot(true);
  }

  #isOver(due: Due | null): boolean {
    if (this.#performer.calls.size > 0) return false;
    if (due === null) return true;
    if (this.#until === 'flat') return exitIsOver(this.state);
    const busy =
      due.kind === 'broker' ||
      due.kind === 'poll' ||
      this.#agenda.ordersAreUnderWay() ||
      this.#waitsForAccount();
    return this.#until === 'one-slot' && this.#slots > 0 && !busy;
  }

  /** Orders of a slot leave when the account is known, and until its last moment it may be. */
  #waitsForAccount(): boolean {
    const { fence } = this.state;
    return !isReconciled(this.state) && fence !== null && this.#clock.now() < fence;
  }

  async #handle(due: Due): Promise<void> {
    switch (due.kind) {
      case 'bar':
        this.#slots++;
        return this.#bars(due.at);
      case 'broker':
      case 'poll':
        this.#agenda.polled(this.#clock.now());
        return this.#performer.poll();
      case 'time':
        this.#agenda.ticked(this.#clock.now());
        return this.#take({ kind: 'time', at: this.#now() });
      case 'marks':
        this.#agenda.marked(this.#clock.now());
        return this.#looks.mark();
      case 'observe':
        this.#agenda.looked(due);
        return this.#looks.observe(due.book, due.session.date);
      case 'slot':
        this.#slots++;
        return this.#slot(due);
      case 'close':
        return this.#looks.close(due);
    }
  }

  #arrived(arrival: Arrival): void {
    this.#inbox.push(arrival);
    this.#clock.wake();
  }

  /** Takes in what arrived, in the order in which it did. */
  #drain(): void {
    for (let next = this.#inbox.shift(); next !== undefined; next = this.#inbox.shift()) {
      this.#take(...next());
    }
  }

  /** Plays bars one at a time while nothing else comes before them. */
  async #bars(first: Instant): Promise<void> {
    const { feed, broker } = this.#parts;
    const until = this.#until === 'end' ? this.#agenda.barsUntil(this.#clock.now()) : first;
    let at: Instant | undefined = first;
    while (at !== undefined && at <= until && !this.#stopAsked) {
      await this.#clock.sleepUntil(at);
      if (this.#stopAsked || this.#inbox.length > 0) return;
      const rows = await this.#looks.completed(at);
      for (const input of this.#inputsOf(rows)) {
        if (input.decide === 'every-bar') await this.#giveSignals(input.at);
        // What arrived since the rows were read may be newer than they are.
        const late = input.at < this.state.at;
        const taken = late ? { ...input, at: this.state.at } : input;
        this.#perform(this.#recorder.takeTick(taken));
        await this.#settle();
      }
      const polls = Number.isFinite(broker.traits.pollMs) && this.state.orders.live.size > 0;
      if (polls || broker.nextDue() !== undefined) return;
      at = feed.nextBar(at);
    }
  }

  /**
   * Rows as inputs. Of a market that lives, those of this life are decided on that are young when
   * their turn comes.
   */
  *#inputsOf(rows: readonly BarRow[]) {
    const { lives } = this.#parts.feed;
    const { index } = this.state.plan;
    for (const input of barInputs(index, rows, 'every-bar', this.state.at)) {
      const row = input.bars[0] as BarView;
      const isNew = lives === undefined ? row.at > this.#first : this.#isYoung(row, lives.ageMsMax);
      yield isNew ? input : ({ ...input, decide: 'none' } as const);
    }
  }

  #isYoung({ at }: BarView, ageMsMax: number): boolean {
    return at > this.#start && at >= this.#clock.now() - ageMsMax;
  }

  /** Where no time passes meanwhile, what a bar asks for is done before the next one is played. */
  async #settle(): Promise<void> {
    const { calls } = this.#performer;
    for (this.#drain(); calls.size > 0; this.#drain()) {
      if (await this.#clock.sleepUntil(this.#clock.now(), calls)) return;
    }
  }

  async #giveSignals(until: Instant): Promise<void> {
    for (const [book, signals] of this.#parts.signals ?? []) {
      for (;;) {
        const signal = signals[this.state.books[book]?.signalsTaken ?? signals.length];
        if (signal === undefined || signal.at > until) break;
        this.#take({ kind: 'signal', at: until, book, signal });
        await this.#settle();
      }
    }
  }

  #slot({ book, session, at: dueAt }: SlotDue): void {
    const at = this.#now();
    const { slot } = this.#parts.setup.books[book] as BookSetup;
    const isShort = isTooShort(session, slot);
    const { date } = session;
    if (!isShort && at <= this.#agenda.fence(session, dueAt)) {
      return this.#take({ kind: 'slot', at, book, date });
    }
    const late = `it was due ${Math.round((at - dueAt) / 1000)} s ago`;
    const reason = isShort ? `the session is too short for "${formatSlot(slot)}"` : late;
    return this.#take({ kind: 'missed', at, book, date, reason });
  }

  #now(): Instant {
    return Math.max(this.#clock.now(), this.state.at) as Instant;
  }

  /** Input, step, journal, then the world: in this order, always. */
  #take(...inputs: readonly Input[]): void {
    if (inputs.length > 0) this.#perform(this.#recorder.take(inputs));
  }

  #perform(effects: readonly Effect[]): void {
    for (const effect of effects) {
      if (effect.kind === 'observe') this.#looks.observe(effect.book, effect.date);
      else this.#performer.perform(effect);
    }
  }
}
