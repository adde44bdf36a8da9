import type { DateText, Instant } from '../base/index.ts';
import {
  type BookSetup,
  type Broker,
  type Clock,
  type Effect,
  type Feed,
  foldRecords,
  type Input,
  type Journal,
  type Setup,
  type State,
} from '../engine/index.ts';
import { exchangeDate, formatSlot, RowView, sessionOn } from '../market/index.ts';
import type { Intent, Report } from '../orders/index.ts';
import type { Signal } from '../portfolio/index.ts';
import {
  Agenda,
  type CloseDue,
  type Due,
  firstSession,
  instantOf,
  isTooShort,
  type SlotDue,
} from './agenda.ts';
import { barInputs } from './bar-inputs.ts';
import { type Observer, Recorder } from './recorder.ts';

/** Who started this life, and with what. */
export interface Identity {
  readonly stage: string;
  readonly build: string;
  readonly config: string;
  readonly strategies: Readonly<Record<string, string>>;
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
  /** Signals of books that follow a file, by book, in order of time. */
  readonly signals?: ReadonlyMap<number, readonly Signal[]>;
  /** First and last trading dates. */
  readonly from: DateText;
  readonly to: DateText | null;
}

/**
 * The one loop: next input, step, journal input and effects, then perform the effects. Opening it
 * is recovery, and the only way to start: fold, a new epoch, ask for everything under way,
 * reconcile.
 */
export class Runner {
  readonly state: State;
  /** True when the journal held a life before this one. */
  readonly resumed: boolean;
  readonly #parts: RunnerParts;
  readonly #broker: Broker;
  readonly #clock: Clock;
  readonly #agenda: Agenda;
  readonly #recorder: Recorder;
  /** Where trading begins: bars up to here are history, folded without decisions. */
  readonly #start: Instant;
  #stopAsked = false;
  #single = false;

  private constructor(parts: RunnerParts, state: State) {
    this.#parts = parts;
    this.state = state;
    this.resumed = state.epoch > 0;
    const reached = this.resumed ? exchangeDate(state.at) : parts.from;
    const from = reached > parts.from ? reached : parts.from;
    this.#start = Math.max(state.at, firstSession(from).open) as Instant;
    this.#broker = parts.broker;
    this.#clock = parts.clock(this.#start);
    this.#agenda = new Agenda({ ...parts, state, from });
    this.#recorder = new Recorder(parts.setup, state, parts.journal, parts.observer);
  }

  /** Recovers the desk from its journal and takes it over. */
  static async open(parts: RunnerParts): Promise<Runner> {
    const snapshot = parts.journal.latestSnapshot();
    const records = parts.journal.read(snapshot?.seq ?? 0, parts.verified ? 'order' : 'chain');
    const state = foldRecords(parts.setup, records, snapshot);
    const runner = new Runner(parts, state);
    const epoch = state.epoch + 1;
    await runner.#take({ kind: 'start', at: runner.#now(), epoch, ...parts.identity });
    return runner;
  }

  /** Asks the loop to end after what is under way. */
  stop(): void {
    this.#stopAsked = true;
    this.#clock.wake();
  }

  /** When the next slot comes, or null when none will. */
  nextSlot(): Instant | null {
    return this.#agenda.nextSlot();
  }

  /** Works everything that comes until the feed or the dates end, or one slot was answered. */
  async run(until: 'end' | 'one-slot'): Promise<void> {
    this.#single = until === 'one-slot';
    for (let slots = 0; !this.#stopAsked;) {
      const due = this.#agenda.next(this.#clock.now());
      if (due === null) break;
      const busy = due.kind === 'broker' || this.state.orders.live.size > 0;
      if (this.#single && slots > 0 && !busy) break;
      await this.#clock.sleepUntil(due.at);
      if (this.#stopAsked) break;
      await this.#handle(due);
      if (due.kind === 'slot' || due.kind === 'bar') slots++;
    }
    this.#recorder.snapshot(true);
  }

  async #handle(due: Due): Promise<void> {
    switch (due.kind) {
      case 'bar':
        return this.#bars(due.at);
      case 'broker':
        return this.#reports(await this.#broker.poll(this.#now()));
      case 'slot':
        return this.#slot(due);
      case 'close':
        return this.#close(due);
    }
  }

  /** Plays bars one at a time while nothing else comes before them. */
  async #bars(first: Instant): Promise<void> {
    const { feed } = this.#parts;
    const until = this.#single ? first : this.#agenda.barsUntil(this.#clock.now());
    let at: Instant | undefined = first;
    while (at !== undefined && at <= until && !this.#stopAsked) {
      await this.#clock.sleepUntil(at);
      if (this.#stopAsked) return;
      const rows = await feed.completed(this.state.folded, at);
      const decide = at > this.#start ? 'every-bar' : 'none';
      for (const input of barInputs(this.state.plan.index, rows, decide, this.state.at)) {
        if (decide === 'every-bar') await this.#giveSignals(input.at);
        await this.#perform(this.#recorder.takeTick(input));
      }
      if (this.#broker.nextDue() !== undefined) return;
      at = feed.nextBar(at);
    }
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

  async #slot({ book, session, at: dueAt }: SlotDue): Promise<void> {
    await this.#catchUp(this.#now());
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

  /** The day's bars, its end and the account it leaves are one durable group. */
  async #close({ at: dueAt, session }: CloseDue): Promise<void> {
    const rows = await this.#parts.feed.completed(this.state.folded, dueAt);
    await this.#reports(await this.#broker.closeDay(this.#now()));
    const at = this.#now();
    const account = await this.#broker.account(at);
    await this.#take(
      ...barInputs(this.state.plan.index, rows, 'none', this.state.at),
      { kind: 'close', at, date: session.date },
      { kind: 'account', at, account },
    );
    this.#recorder.snapshot(false);
  }

  #now(): Instant {
    return Math.max(this.#clock.now(), this.state.at) as Instant;
  }

  /** Folds completed bars that were not folded yet, without decisions. */
  async #catchUp(until: Instant): Promise<void> {
    const rows = await this.#parts.feed.completed(this.state.folded, until);
    const inputs = barInputs(this.state.plan.index, rows, 'none', this.state.at);
    if (inputs.length > 0) await this.#take(...inputs);
  }

  /** Input, step, journal, then the world: in this order, always. */
  async #take(...inputs: readonly Input[]): Promise<void> {
    await this.#perform(this.#recorder.take(inputs));
  }

  async #perform(effects: readonly Effect[]): Promise<void> {
    for (const effect of effects) {
      if (effect.kind === 'submit') await this.#send(effect.intent);
      else if (effect.kind === 'query') await this.#query(effect.order);
      else if (effect.kind === 'observe') await this.#observe(effect);
      else if (effect.kind === 'readAccount') await this.#readAccount();
      else if (effect.kind === 'cancel') {
        const { order, reason } = effect;
        await this.#ask(order, () => this.#broker.cancel(order, this.#now(), reason));
      }
    }
  }

  #send(intent: Intent): Promise<void> {
    return this.#ask(intent.clientOrderId, () => this.#broker.submit(intent, this.#now()));
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
      return; // still unknown: it is asked for again at the next start
    }
    const lost = reports.length === 1 && reports[0]?.kind === 'notFound';
    const again = lost && order.venueOrderId === null && this.#mayStillSend(order.intent);
    await (again ? this.#send(order.intent) : this.#reports(reports));
  }

  #mayStillSend({ book, date }: Intent): boolean {
    const { fence, halt } = this.state;
    const { slot } = this.#parts.setup.books.find((one) => one.name === book) as BookSetup;
    const inTime = fence === null ? slot.kind === 'every-bar' : this.#now() <= fence;
    return this.#broker.uniqueClientIds && date === this.state.date && halt === 'NONE' && inTime;
  }

  async #observe(effect: Extract<Effect, { kind: 'observe' }>): Promise<void> {
    const { book: index, date } = effect;
    const book = this.#parts.setup.books[index] as BookSetup;
    const session = sessionOn(date);
    if (!session) return;
    const at = this.#now();
    const fence = this.#agenda.fence(session, instantOf(session, book.slot));
    if (at > fence) {
      const reason = 'the process was down when it was due';
      return this.#take({ kind: 'missed', at, book: index, date, reason });
    }
    await this.#catchUp(at);
    const followed = book.strategy.subscriptions(book.params).map((one) => one.symbol);
    const all = new Set([...followed, ...book.strategy.universe(book.params)]);
    const symbols = [...all].filter((symbol) => this.state.plan.index.has(symbol));
    const seen = await this.#parts.feed.observe(symbols, at);
    await this.#take({
      kind: 'observation',
      at: this.#now(),
      book: index,
      date,
      open: session.open,
      fence,
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
