import type { DateText, Instant, Money, Price } from '../src/base/index.ts';
import {
  capitalOf,
  type Effect,
  type Input,
  markOf,
  newState,
  type Setup,
  type State,
  step,
} from '../src/engine/index.ts';
import {
  type Bars,
  type Session,
  RowView,
  rowAt,
  sessionOfDay,
  slotInstant,
} from '../src/market/index.ts';
import { SimBroker, type SimBrokerSettings } from '../src/sim/index.ts';

/** What else happens after a close, by its instant and the count of days before it. */
type Evening = (at: Instant, days: number) => readonly Input[];

/**
 * A desk as it lives from day to day, without a process around it: a slot near the close, the
 * market as it stands then, orders to the built-in broker, the completed bars after the close.
 */
export class SlotPath {
  readonly state: State;
  readonly broker: SimBroker;
  readonly inputs: Input[] = [];
  readonly effects: Effect[] = [];
  readonly #setup: Setup;
  readonly #series: readonly Bars[];

  readonly #evening: Evening;

  constructor(
    setup: Setup,
    series: readonly Bars[],
    broker: SimBrokerSettings,
    evening: Evening = () => [],
  ) {
    this.#setup = setup;
    this.#series = series;
    this.#evening = evening;
    this.state = newState(setup);
    this.broker = new SimBroker(broker, capitalOf(setup));
  }

  /** Every day of the first series. */
  live(): this {
    (this.#series[0] as Bars).day.forEach((day, days) => {
      const session = sessionOfDay(day) as Session;
      this.#day(session);
      for (const input of this.#evening(session.close, days)) this.#happens(input);
    });
    return this;
  }

  /** The broker learns of what moves its cash. */
  #happens(input: Input): void {
    if (input.kind === 'activity' && 'amount' in input) {
      const { type, amount } = input;
      this.broker.transfer((type === 'fee' ? -amount : amount) as Money);
    }
    this.take(input);
  }

  #day(session: Session): void {
    const rows = this.#series.map((bars) => rowAt(bars, bars.day.indexOf(session.day)));
    this.#setup.books.forEach(({ slot }, book) => {
      if (slot.kind !== 'session') return;
      const at = Math.max(slotInstant(session, slot), this.state.at) as Instant;
      this.take({ kind: 'slot', at, book, date: session.date });
      this.take({
        kind: 'observation',
        at,
        book,
        date: session.date,
        open: session.open,
        fence: (session.close - this.#setup.fenceMs) as Instant,
        bars: rows.map((row) => new RowView({ ...row, at }, true)),
        series: rows.map((_, i) => i),
        quotes: rows.map(({ symbol, close }) => ({ symbol, price: close, at })),
      });
      this.settle();
    });
    const bars = rows.map((row) => new RowView(row));
    const series = rows.map((_, i) => i);
    this.take({ kind: 'bars', at: session.close, bars, series, decide: 'none' });
    this.close(session.close, session.date);
  }

  close(at: Instant, date: DateText): void {
    this.take({ kind: 'close', at, date });
    const { cash, positions } = this.broker.books;
    this.take({ kind: 'account', at, account: { cash, positions: { ...positions } } });
  }

  /** Fills that are due, each at its own instant. */
  settle(): void {
    for (let due = this.broker.nextDue(); due !== undefined; due = this.broker.nextDue()) {
      for (const report of this.broker.advance(due, this.#market)) {
        this.take({ kind: 'report', at: due, report });
      }
    }
  }

  readonly #market = (symbol: string): Price | undefined => markOf(this.state, symbol);

  take(input: Input): void {
    this.inputs.push(input);
    for (const effect of step(this.#setup, this.state, input)) {
      this.effects.push(effect);
      if (effect.kind !== 'submit') continue;
      for (const report of this.broker.submit(effect.intent, this.state.at, this.#market)) {
        this.take({ kind: 'report', at: this.state.at, report });
      }
    }
  }

  /** Effects of one kind, oldest first. */
  of<Kind extends Effect['kind']>(kind: Kind): Extract<Effect, { kind: Kind }>[] {
    return this.effects.filter((effect) => effect.kind === kind) as Extract<
      Effect,
      { kind: Kind }
    >[];
  }
}
