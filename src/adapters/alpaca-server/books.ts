import {
  add,
  type DateText,
  type Instant,
  type Money,
  money,
  type Price,
  ratio,
  subtract,
  times,
} from '../../base/index.ts';
import { exchangeDate } from '../../market/index.ts';
import { type Side, signOf } from '../../orders/index.ts';
import type { Holding } from './records.ts';
import { isOption } from './symbols.ts';

/** Fees that are posted at the end of the day, by their activity's sub type. */
export type PendingFees = Partial<Record<'REG' | 'TAF' | 'ORF' | 'OCC' | 'COM', number>>;

/** One day's end, as the portfolio history shows it. */
export interface DayEnd {
  readonly date: DateText;
  readonly at: Instant;
  readonly equity: Money;
  readonly maintenance: Money;
}

export interface Configuration {
  no_shorting: boolean;
  suspend_trade: boolean;
  max_margin_multiplier: string;
  max_options_trading_level: number;
  trade_confirm_email: string;
}

/** All of the account that is not an order or an activity; saved as one text. */
export interface BooksState {
  cash: Money;
  holdings: Holding[];
  fees: PendingFees;
  days: DayEnd[];
  configuration: Configuration;
  /** Options that are not to be exercised, by symbol. */
  doNotExercise: string[];
}

export const multiplierOf = (symbol: string): number => (isOption(symbol) ? 100 : 1);

/** Cash and holdings of the account: what the simulated broker's executions do to them. */
export class Books {
  cash: Money;
  readonly holdings: Map<string, Holding> = new Map();
  fees: PendingFees = {};
  days: DayEnd[] = [];
  configuration: Configuration;
  readonly doNotExercise: Set<string> = new Set();

  constructor(cash: Money, configuration: Configuration) {
    this.cash = cash;
    this.configuration = configuration;
  }

  quantityOf(symbol: string): number {
    return this.holdings.get(symbol)?.quantity ?? 0;
  }

  /** Moves cash and a holding by an execution. */
  trade(symbol: string, side: Side, quantity: number, at: { price: Price; on: Instant }): void {
    const signed = signOf(side) * quantity;
    const value = times(at.price, signed, multiplierOf(symbol));
    this.cash = subtract(this.cash, value);
    this.move(symbol, signed, money(Math.abs(value)), at.on);
  }

  /** Changes a holding by `signed` units that cost, or brought in, `value`; cash stays. */
  move(symbol: string, signed: number, value: Money, on: Instant): void {
    const held = this.holdings.get(symbol);
    const before = held?.quantity ?? 0;
    const after = before + signed;
    if (after === 0) {
      this.holdings.delete(symbol);
      return;
    }
    const grows = before === 0 || Math.sign(before) === Math.sign(signed);
    const flips = !grows && Math.sign(after) !== Math.sign(before);
    const kept = held?.cost ?? money(0);
    let cost = money(ratio(kept, Math.abs(after), Math.abs(before) || 1, 'half-even'));
    if (grows) cost = add(kept, value);
    if (flips) cost = money(ratio(value, Math.abs(after), Math.abs(signed), 'half-even'));
    const opened = before === 0 || flips ? exchangeDate(on) : (held as Holding).opened;
    this.holdings.set(symbol, { symbol, quantity: after, cost, opened });
  }

  pay(amount: Money): void {
    this.cash = add(this.cash, amount);
  }

  owe(kind: keyof PendingFees, amount: number): void {
    if (amount !== 0) this.fees = { ...this.fees, [kind]: (this.fees[kind] ?? 0) + amount };
  }

  /** Fees of executions so far that are not posted yet. */
  get pendingFees(): Money {
    return money(Object.values(this.fees).reduce((sum, fee) => sum + fee, 0));
  }

  save(): BooksState {
    const { cash, fees, days, configuration } = this;
    const doNotExercise = [...this.doNotExercise];
    return {
      cash,
      holdings: [...this.holdings.values()],
      fees,
      days,
      configuration,
      doNotExercise,
    };
  }

  restore(state: BooksState): void {
    Object.assign(this, {
      cash: state.cash,
      fees: state.fees,
      days: state.days,
      configuration: state.configuration,
    });
    for (const holding of state.holdings) this.holdings.set(holding.symbol, holding);
    for (const symbol of state.doNotExercise) this.doNotExercise.add(symbol);
  }
}
