import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { Facts, Weights } from '../strategy/index.ts';

/** One decision as people and files see it, non-trades too. */
export interface DecisionRecord {
  readonly date: DateText;
  readonly at: Instant;
  readonly book: string;
  readonly strategy: string;
  readonly action: string;
  readonly targets: Weights;
  readonly why: string;
  readonly facts: Facts;
}

/** One fill. `price` and `fee` are exact; a fee above zero was paid. */
export interface FillRecord {
  readonly date: DateText;
  readonly at: Instant;
  readonly book: string;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: Price;
  readonly fee: Money;
  /** The market when the order was decided. */
  readonly expectedPrice: Price;
  /** The intent it belongs to. */
  readonly order: string;
  /** P&L realized by this fill, after its fee; 0 where it only opened. */
  readonly realizedPnl: Money;
}

/** The account at the end of one trading day. */
export interface EquityPoint {
  readonly date: DateText;
  readonly at: Instant;
  readonly cash: Money;
  readonly equity: Money;
  /** Shares by symbol, flat ones left out. */
  readonly positions: Readonly<Record<string, number>>;
  /** Signed notional by symbol at that day's mark. */
  readonly exposure: Readonly<Record<string, Money>>;
}
