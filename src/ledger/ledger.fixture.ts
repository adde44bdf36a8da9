import { Decimal } from 'decimal.js';
import type { Money } from '../base/index.ts';
import type { Ledger } from './ledger.ts';

interface NaiveLot {
  quantity: Decimal;
  readonly each: Decimal;
}

/** The books of one book as kept on paper: decimal dollars, and a list of lots for each symbol. */
export class NaiveLedger {
  cash: Decimal;
  capital: Decimal;
  realized: Decimal = new Decimal(0);
  income: Decimal = new Decimal(0);
  fees: Decimal = new Decimal(0);
  readonly lots: Record<string, NaiveLot[]> = {};

  constructor(capital: Decimal) {
    this.cash = capital;
    this.capital = capital;
  }

  /** One share at a time would be the same: the oldest lots of the other sign close first. */
  fill(symbol: string, quantity: Decimal, price: Decimal, fee: Decimal): void {
    const lots = (this.lots[symbol] ??= []);
    this.cash = this.cash.minus(price.times(quantity)).minus(fee);
    this.fees = this.fees.plus(fee);
    let left = quantity;
    while (lots[0] && !left.isZero() && lots[0].quantity.s !== left.s) {
      const closed = Decimal.min(left.abs(), lots[0].quantity.abs()).times(lots[0].quantity.s);
      this.realized = this.realized.plus(price.minus(lots[0].each).times(closed));
      lots[0].quantity = lots[0].quantity.minus(closed);
      left = left.plus(closed);
      if (lots[0].quantity.isZero()) lots.shift();
    }
    if (!left.isZero()) lots.push({ quantity: left, each: price });
  }

  /** A split without a rest. */
  split(symbol: string, ratio: number): void {
    const lots = this.lots[symbol] ?? [];
    this.lots[symbol] = lots.map(({ quantity, each }) => ({
      quantity: quantity.times(ratio),
      each: each.div(ratio),
    }));
  }

  held(symbol: string): Decimal {
    return (this.lots[symbol] ?? []).reduce((sum, lot) => sum.plus(lot.quantity), new Decimal(0));
  }

  /** What open lots would bring above their cost at `mark`. */
  unrealized(mark: (symbol: string) => Decimal): Decimal {
    let sum = new Decimal(0);
    for (const [symbol, lots] of Object.entries(this.lots)) {
      for (const lot of lots) sum = sum.plus(mark(symbol).minus(lot.each).times(lot.quantity));
    }
    return sum;
  }
}

const MICROS = 1_000_000;

/** Decimal dollars of micro-dollars. */
export const decimal = (micros: number): Decimal => new Decimal(micros).div(MICROS);

/** Micro-dollars of decimal dollars; not whole when the model has a finer amount. */
export const micros = (amount: Decimal): number => amount.times(MICROS).toNumber();

/** The accounts of a ledger, without its lots. */
export const accountsOf = (ledger: Ledger): Record<string, Money> => {
  const { cash, capital, realized, income, fees } = ledger;
  return { cash, capital, realized, income, fees };
};
