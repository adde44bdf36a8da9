import { masked } from '../adapters/index.ts';
import type { DateText, Instant } from '../base/index.ts';
import type { BookSetup, Broker, Feed, Input, Setup, State } from '../engine/index.ts';
import { type BarRow, RowView, sessionOn } from '../market/index.ts';
import { type Agenda, type CloseDue, instantOf } from './agenda.ts';
import { barInputs } from './bar-inputs.ts';
import type { Arrival, Performer } from './performer.ts';

const OBSERVE_AGAIN_MS = 1_000;

export interface LooksParts {
  readonly setup: Setup;
  readonly state: State;
  readonly broker: Broker;
  readonly feed: Feed;
  readonly agenda: Agenda;
  readonly performer: Performer;
  readonly now: () => Instant;
  readonly arrived: (arrival: Arrival) => void;
  /** Called when a day's end is on record. */
  readonly dayIsOver: () => void;
}

/**
 * Looks at the market: for a slot, for marks, for the end of a day. Each look runs beside all else,
 * and what it brings arrives as inputs.
 */
export class Looks {
  readonly #parts: LooksParts;
  /** The slot whose first failed look was told. */
  #unseen: string | null = null;

  constructor(parts: LooksParts) {
    this.#parts = parts;
  }

  /** Bars that are complete; where a source that lives fails, none, and it is asked again. */
  completed(until: Instant): readonly BarRow[] | Promise<readonly BarRow[]> {
    const { feed, state } = this.#parts;
    const rows = feed.completed(state.folded, until);
    return feed.lives === undefined || !('then' in rows) ? rows : orNothing(() => rows);
  }

  /** What is held, at the market of now; guards look at it, and orders that rest. */
  mark(): void {
    const { broker, feed } = this.#parts;
    const symbols = this.#parts.agenda.heldSymbols();
    const task = 'marks';
    this.#parts.agenda.begun(task);
    this.#parts.performer.call(async () => {
      try {
        const { quotes } = await feed.observe(symbols, this.#parts.now());
        this.#parts.arrived(() => {
          const at = this.#parts.now();
          const oldest = at - (feed.lives?.ageMsMax ?? 0);
          const young = quotes.flatMap(({ symbol, price, at: of }) =>
            price === null || of < oldest ? [] : [{ symbol, price }],
          );
          return young.length === 0 ? [] : [{ kind: 'quotes', at, quotes: young }];
        });
        if (!Number.isFinite(broker.traits.pollMs)) this.#parts.performer.poll();
      } finally {
        this.#parts.agenda.ended(task);
      }
    });
  }

  /** The day's bars, its end and the account it leaves are one durable group. */
  close(due: CloseDue): void {
    const { broker, feed } = this.#parts;
    const { plan, folded } = this.#parts.state;
    this.#parts.agenda.begun('close');
    this.#parts.performer.call(async () => {
      try {
        const rows =
          feed.lives === undefined
            ? await feed.completed(folded, due.at)
            : await orNothing(async () => feed.completed(folded, due.session.close));
        this.#parts.performer.reports(await orNothing(() => broker.closeDay(this.#parts.now())));
        const [account] = await orNothing(async () => [await broker.account(this.#parts.now())]);
        this.#parts.arrived(() => {
          const at = this.#parts.now();
          const bars = barInputs(plan.index, rows, 'none', this.#parts.state.at);
          const ended: Input[] = [...bars, { kind: 'close', at, date: due.session.date }];
          return account === undefined ? ended : [...ended, { kind: 'account', at, account }];
        });
        this.#parts.arrived(() => {
          this.#parts.dayIsOver();
          return [];
        });
      } finally {
        this.#parts.agenda.ended('close');
      }
    });
  }

  /** How the market looks to a book whose slot was claimed; asked again until the fence. */
  observe(index: number, date: DateText): void {
    const book = this.#parts.setup.books[index] as BookSetup;
    const session = sessionOn(date);
    if (!session) return;
    const fence = this.#parts.agenda.fence(session, instantOf(session, book.slot));
    const missed = (reason: string): void =>
      this.#parts.arrived(() => [
        { kind: 'missed', at: this.#parts.now(), book: index, date, reason },
      ]);
    if (this.#parts.now() > fence) return missed('the process was down when it was due');
    const task = `observe ${index}`;
    this.#parts.agenda.begun(task);
    this.#parts.performer.call(async () => {
      try {
        await this.#look(index, { date, open: session.open, fence });
      } catch (error) {
        const why = masked(error instanceof Error ? error.message : String(error));
        const at = (this.#parts.now() + OBSERVE_AGAIN_MS) as Instant;
        this.#tellUnseen(`${book.name} ${date}`, why);
        if (at > fence) missed(`the market could not be seen: ${why}`);
        else this.#parts.agenda.lookAgain({ kind: 'observe', at, book: index, session });
      } finally {
        this.#parts.agenda.ended(task);
      }
    });
  }

  /** The first look of a slot that fails is told at once: there is time yet to mend it. */
  #tellUnseen(slot: string, why: string): void {
    if (this.#unseen === slot || this.#parts.feed.lives === undefined) return;
    this.#unseen = slot;
    const text = `The market cannot be seen for slot "${slot}": ${why}; it is looked at again`;
    this.#parts.arrived(() => [
      { kind: 'notice', at: this.#parts.now(), severity: 'HIGH', code: 'marketUnseen', text },
    ]);
  }

  async #look(
    index: number,
    { date, open, fence }: { date: DateText; open: Instant; fence: Instant },
  ): Promise<void> {
    const { setup, feed } = this.#parts;
    const { plan } = this.#parts.state;
    const book = setup.books[index] as BookSetup;
    const at = this.#parts.now();
    const followed = book.strategy.subscriptions(book.params).map((one) => one.symbol);
    const all = new Set([...followed, ...book.strategy.universe(book.params)]);
    const symbols = [...all].filter((symbol) => plan.index.has(symbol));
    const rows = await feed.completed(this.#parts.state.folded, at);
    const seen = await feed.observe(symbols, at);
    this.#parts.arrived(() => barInputs(plan.index, rows, 'none', this.#parts.state.at));
    this.#parts.arrived(() => [
      {
        kind: 'observation',
        at: this.#parts.now(),
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
