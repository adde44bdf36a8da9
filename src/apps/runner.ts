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
  type Input,
  type Journal,
  type Setup,
  type State,
  usable,
  type World,
} from '../engine/index.ts';
import { type BarRow, exchangeDate, formatSlot, RowView, sessionOn } from '../market/index.ts';
import type { Report } from '../orders/index.ts';
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
const OBSERVE_AGAIN_MS = 1_000;

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
  /** Where trading begins: bars up to here are history, folded without decisions. */
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
    const busy = due.kind === 'broker' || due.kind === 'poll' || this.#agenda.ordersAreUnderWay();
    return this.#until === 'one-slot' && this.#slots > 0 && !busy;
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
        return this.#mark();
      case 'observe':
        this.#agenda.looked(due);
        return this.#observe(due.book, due.session.date);
      case 'slot':
        this.#slots++;
        return this.#slot(due);
      case 'close':
        return this.#close(due);
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
      const rows = await this.#completed(at);
      for (const { decide, input } of this.#inputsOf(rows, at)) {
        if (decide === 'every-bar') await this.#giveSignals(input.at);
        this.#perform(this.#recorder.takeTick(input));
        await this.#settle();
      }
      if (broker.nextDue() !== undefined) return;
      at = feed.nextBar(at);
    }
  }

  /** Bars that are complete; where a source that lives fails, none, and it is asked again. */
  async #completed(at: Instant): Promise<readonly BarRow[]> {
    const { feed } = this.#parts;
    if (feed.lives === undefined) return feed.completed(this.state.folded, at);
    return orNothing(async () => feed.completed(this.state.folded, at));
  }

  /** Rows as inputs: of a market that lives, those of this life that are young are decided on. */
  *#inputsOf(rows: readonly BarRow[], due: Instant) {
    const { index } = this.state.plan;
    const { lives } = this.#parts.feed;
    const oldest = lives === undefined ? 0 : this.#clock.now() - lives.ageMsMax;
    const isNew = ({ at }: BarRow) =>
      lives === undefined ? due > this.#start : at > this.#start && at >= oldest;
    const from = rows.findIndex(isNew);
    const split = from < 0 ? rows.length : from;
    const past = barInputs(index, rows.slice(0, split), 'none', this.state.at);
    for (const input of past) yield { input, decide: 'none' as const };
    const since = past.at(-1)?.at ?? this.state.at;
    const now = barInputs(index, rows.slice(split), 'every-bar', since);
    for (const input of now) yield { input, decide: 'every-bar' as const };
  }

  /** What is held, at the market of now; guards look at it, and orders that rest. */
  #mark(): void {
    const { broker, feed } = this.#parts;
    const symbols = this.#agenda.heldSymbols();
    const task = 'marks';
    this.#agenda.begun(task);
    this.#performer.call(async () => {
      try {
        const { quotes } = await feed.observe(symbols, this.#now());
        this.#arrived(() => {
          const at = this.#now();
          const oldest = at - (feed.lives?.ageMsMax ?? 0);
          const young = quotes.flatMap(({ symbol, price, at: of }) =>
            price === null || of < oldest ? [] : [{ symbol, price }],
          );
          return young.length === 0 ? [] : [{ kind: 'quotes', at, quotes: young }];
        });
        if (!Number.isFinite(broker.traits.pollMs)) this.#performer.poll();
      } finally {
        this.#agenda.ended(task);
      }
    });
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

  /** The day's bars, its end and the account it leaves are one durable group. */
  #close(due: CloseDue): void {
    const { broker, feed } = this.#parts;
    const { plan, folded } = this.state;
    this.#agenda.begun('close');
    this.#performer.call(async () => {
      try {
        const rows =
          feed.lives === undefined
            ? await feed.completed(folded, due.at)
            : await orNothing(async () => feed.completed(folded, due.session.close));
        this.#performer.reports(await orNothing(() => broker.closeDay(this.#now())));
        const [account] = await orNothing(async () => [await broker.account(this.#now())]);
        this.#arrived(() => {
          const at = this.#now();
          const bars = barInputs(plan.index, rows, 'none', this.state.at);
          const ended: Input[] = [...bars, { kind: 'close', at, date: due.session.date }];
          return account === undefined ? ended : [...ended, { kind: 'account', at, account }];
        });
        this.#arrived(() => {
          this.#recorder.snapshot(false);
          return [];
        });
      } finally {
        this.#agenda.ended('close');
      }
    });
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
      if (effect.kind === 'observe') this.#observe(effect.book, effect.date);
      else this.#performer.perform(effect);
    }
  }

  /** How the market looks to a book whose slot was claimed; asked again until the fence. */
  #observe(index: number, date: DateText): void {
    const book = this.#parts.setup.books[index] as BookSetup;
    const session = sessionOn(date);
    if (!session) return;
    const fence = this.#agenda.fence(session, instantOf(session, book.slot));
    const missed = (reason: string): void =>
      this.#arrived(() => [{ kind: 'missed', at: this.#now(), book: index, date, reason }]);
    if (this.#now() > fence) return missed('the process was down when it was due');
    const task = `observe ${index}`;
    this.#agenda.begun(task);
    this.#performer.call(async () => {
      try {
        await this.#look(index, { date, open: session.open, fence });
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        const at = (this.#now() + OBSERVE_AGAIN_MS) as Instant;
        if (at > fence) missed(`the market could not be seen: ${why}`);
        else this.#agenda.lookAgain({ kind: 'observe', at, book: index, session });
      } finally {
        this.#agenda.ended(task);
      }
    });
  }

  async #look(
    index: number,
    { date, open, fence }: { date: DateText; open: Instant; fence: Instant },
  ): Promise<void> {
    const { setup, feed } = this.#parts;
    const { plan } = this.state;
    const book = setup.books[index] as BookSetup;
    const at = this.#now();
    const followed = book.strategy.subscriptions(book.params).map((one) => one.symbol);
    const all = new Set([...followed, ...book.strategy.universe(book.params)]);
    const symbols = [...all].filter((symbol) => plan.index.has(symbol));
    const rows = await feed.completed(this.state.folded, at);
    const seen = await feed.observe(symbols, at);
    this.#arrived(() => barInputs(plan.index, rows, 'none', this.state.at));
    this.#arrived(() => [
      {
        kind: 'observation',
        at: this.#now(),
        book: index,
        date,
        open,
        fence,
        bars: seen.bars.map((row) => new RowView(row, true)),
        series: seen.bars.map((row) => plan.index.get(row.symbol) as number),
        quotes: seen.quotes,
      },
    ]);
  }
}

/** What `work` brings, or nothing where it fails. */
async function orNothing<T>(work: () => Promise<readonly T[]>): Promise<readonly T[]> {
  try {
    return await work();
  } catch {
    return [];
  }
}
