import {
  type DateText,
  dayNumber,
  type Instant,
  type Money,
  money,
  type Price,
  priceFromDollars,
} from '../base/index.ts';
import { RowView, type Session, sessionOn } from '../market/index.ts';
import type { ExecutionId, Intent, Report } from '../orders/index.ts';
import { NO_COSTS } from '../portfolio/index.ts';
import type { Limits } from '../risk/index.ts';
import {
  type BookView,
  type Decision,
  defineStrategy,
  type Facts,
  hold,
  type OrderWish,
  rebalance,
  trade,
  type Weights,
  z,
} from '../strategy/index.ts';
import type { Effect } from './effect.ts';
import { BUILT_IN_TRAITS } from './ports.ts';
import type { Input, ObservationInput } from './input.ts';
import type { BookSetup, Setup } from './setup.ts';
import { newState, type State } from './state.ts';
import { step } from './step.ts';

export const dollars = (amount: number): Money => money(Math.round(amount * 1e6));
export const priced = (amount: number): Price => priceFromDollars(amount);
export const date = (text: string): DateText => text as DateText;

/** Refuses nothing but more than the cash, an oversell and a leverage above 3. */
export const WIDE: Limits = {
  positionPctMax: 1_000,
  cashReservePctMin: 0,
  leverageMax: 3,
  buyingPowerPctMax: 100,
  orderNotionalMax: dollars(1_000_000_000),
  ordersPerDayMax: 1_000,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};

interface Parts {
  readonly decide?: (view: BookView) => Decision;
  readonly onBar?: (bar: { readonly close: number; readonly provisional: boolean }) => void;
  readonly facts?: () => Facts;
}

/** A daily strategy that holds A and B, follows A, and does as it is told. */
export const puppet = (parts: Parts = {}, warmup = 1) =>
  defineStrategy({
    name: 'puppet',
    version: '1.0',
    params: z.strictObject({}),
    universe: () => ['A', 'B'],
    subscriptions: () => [
      { symbol: 'A', timeframe: '1d', warmup, trigger: true },
      { symbol: 'B', timeframe: '1d', warmup },
    ],
    create: (_, tools) => {
      const seen = tools.state({ bars: 0 });
      return {
        onBar: (bar) => {
          seen.bars++;
          parts.onBar?.(bar);
        },
        decide: (view) => (parts.decide ? parts.decide(view) : hold('told nothing')),
        facts: () => (parts.facts ? parts.facts() : { bars: seen.bars }),
      };
    },
  });

/** Answers once with each of `decisions`, then holds. */
export function saying(...decisions: readonly Decision[]): Parts {
  const left = [...decisions];
  const next = () => left.shift() as Decision;
  return { decide: () => (left.length > 0 ? next() : hold('nothing more to say')) };
}

export const want = (weights: Weights): Decision => rebalance(weights, 'wanted');
export const wish = (...orders: readonly OrderWish[]): Decision => trade(orders, 'wished');

export const bookOf = (name: string, parts: Parts, book: Partial<BookSetup> = {}): BookSetup => ({
  name,
  strategy: puppet(parts),
  params: {},
  capital: dollars(100_000),
  slot: { kind: 'session', anchor: 'close', offsetMs: -300_000 },
  restart: null,
  sizing: 'changed-targets',
  thresholdPct: 0,
  limits: WIDE,
  signals: null,
  ...book,
});

export const setupOf = (books: readonly BookSetup[], setup: Partial<Setup> = {}): Setup => ({
  desk: 'test',
  account: 'test',
  series: ['A', 'B'].map((symbol) => ({ symbol, timeframe: '1d', adjustment: 'raw' })),
  books,
  limits: WIDE,
  costs: NO_COSTS,
  slippage: { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
  dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
  orderTimeoutMs: 60_000,
  sendWithinMs: 5_000,
  broker: BUILT_IN_TRAITS,
  fenceMs: 60_000,
  record: 'all',
  ...setup,
});

type Prices = { readonly A: number; readonly B: number };
const HUNDRED: Prices = { A: 100, B: 50 };

/** A desk without a world: what the broker says is said by the test. */
export class Desk {
  readonly setup: Setup;
  readonly state: State;
  readonly effects: Effect[] = [];
  #executions = 0;

  constructor(setup: Setup) {
    this.setup = setup;
    this.state = newState(setup);
  }

  /** Effects of this input alone. */
  take(input: Input): readonly Effect[] {
    const effects = step(this.setup, this.state, input);
    this.effects.push(...effects);
    return effects;
  }

  /** Completed bars of a session at its close. */
  bars(on: string, prices: Prices = HUNDRED, decide: 'none' | 'all' = 'all', at?: Instant) {
    const { close, day } = sessionOn(date(on)) as Session;
    const bars = (['A', 'B'] as const).map((symbol) => {
      const price = priced(prices[symbol]);
      const ends = { open: price, high: price, low: price, close: price };
      return new RowView({ symbol, at: close, day, ...ends, volume: 1_000 });
    });
    return this.take({ kind: 'bars', at: at ?? close, bars, series: [0, 1], decide });
  }

  slotAt(on: string): Instant {
    return ((sessionOn(date(on)) as Session).close - 300_000) as Instant;
  }

  slot(on: string, book = 0): readonly Effect[] {
    return this.take({ kind: 'slot', at: this.slotAt(on), book, date: date(on) });
  }

  /** The market five minutes before the close, its quotes as old as `age` milliseconds. */
  observe(on: string, seen: Partial<ObservationInput> & { prices?: Prices; age?: number } = {}) {
    const { prices = HUNDRED, age = 0, ...rest } = seen;
    const session = sessionOn(date(on)) as Session;
    const at = rest.at ?? this.slotAt(on);
    const quote = (symbol: 'A' | 'B') => ({
      symbol,
      price: priced(prices[symbol]),
      at: (at - age) as Instant,
    });
    return this.take({
      kind: 'observation',
      at,
      book: 0,
      date: date(on),
      open: session.open,
      fence: (session.close - 60_000) as Instant,
      bars: (['A', 'B'] as const).map((symbol) => {
        const price = priced(prices[symbol]);
        const ends = { open: price, high: price, low: price, close: price };
        return new RowView({ symbol, at, day: session.day, ...ends, volume: 0 }, true);
      }),
      series: [0, 1],
      quotes: [quote('A'), quote('B')],
      ...rest,
    });
  }

  /** Slot and observation of a book. */
  decideOn(on: string, prices: Prices = HUNDRED, book = 0): readonly Effect[] {
    this.slot(on, book);
    return this.observe(on, { prices, book });
  }

  close(on: string): readonly Effect[] {
    const { close } = sessionOn(date(on)) as Session;
    const at = Math.max(close, this.state.at) as Instant;
    return this.take({ kind: 'close', at, date: date(on) });
  }

  pass(ms: number): readonly Effect[] {
    return this.take({ kind: 'time', at: (this.state.at + ms) as Instant });
  }

  report(report: WithoutAt): readonly Effect[] {
    const { at } = this.state;
    return this.take({ kind: 'report', at, report: { at, ...report } as Report });
  }

  fill(intent: Intent, price = intent.expectedPrice / 1e6, quantity = intent.quantity, fee = 0) {
    const executionId = `x${++this.#executions}` as ExecutionId;
    const fill = { executionId, quantity, price: priced(price), fee: dollars(fee) };
    return this.report({ kind: 'fill', order: intent.clientOrderId, fill });
  }

  /** Fills all that comes, at the price expected. */
  fillAll(): this {
    for (let live = [...this.state.orders.live.values()]; live.length > 0;) {
      this.fill((live[0] as (typeof live)[number]).intent);
      live = [...this.state.orders.live.values()];
    }
    return this;
  }

  of<Kind extends Effect['kind']>(kind: Kind): Extract<Effect, { kind: Kind }>[] {
    return this.effects.filter((one) => one.kind === kind) as Extract<Effect, { kind: Kind }>[];
  }

  /** Orders asked for so far, oldest first. */
  get intents(): Intent[] {
    return this.of('submit').map(({ intent }) => intent);
  }

  get alerts(): string[] {
    return this.of('alert').map(({ code }) => code);
  }

  /** Orders asked for, in words. */
  get orders(): string[] {
    return this.intents.map(({ side, quantity, symbol }) => `${side} ${quantity} ${symbol}`);
  }

  held(symbol: string, book = 0): number {
    return this.state.books[book]?.view.held(symbol) ?? Number.NaN;
  }
}

type Without<T> = T extends unknown ? Omit<T, 'at'> : never;
type WithoutAt = Without<Report>;

/** A desk of one book that says `decisions` one after the other. */
export const deskSaying = (decisions: readonly Decision[], setup: Partial<Setup> = {}): Desk =>
  new Desk(setupOf([bookOf('one', saying(...decisions))], setup));

export const dayOf = (text: string): number => dayNumber(date(text));
