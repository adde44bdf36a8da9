import { type Money, money, type Price, times } from '../../base/index.ts';
import { type Exposure, optionRisk } from './option-risk.ts';
import { isOption } from './symbols.ts';

export interface Margin {
  readonly longValue: Money;
  /** Below zero. */
  readonly shortValue: Money;
  readonly equity: Money;
  /** What regulation T asks of these holdings at the trade, and what must stay afterwards. */
  readonly initial: Money;
  readonly maintenance: Money;
  /** Equity that no holding binds at the account's multiplier; below zero is a call. */
  readonly excess: Money;
}

const LOW_PRICE = 2_500_000; // micro-dollars: below it all of a holding's value must stay
const STAYS = 0.3;
const REGULATION_T = 2;

/**
 * Margin of holdings and cash. `multiplier` 1: everything is paid in full; 2: half of shares, as
 * regulation T has it; 4: a quarter within the day. Options bind what they are worth and can lose.
 * Sources: Regulation T, 12 CFR 220.12; FINRA rule 4210.
 */
export function marginOf(
  cash: Money,
  holdings: readonly Exposure[],
  multiplier: number,
  underlying: (symbol: string) => Price | undefined,
): Margin {
  let [long, short, initial, stays, bound, options] = [0, 0, 0, 0, 0, 0];
  for (const { symbol, quantity, price } of holdings) {
    const value = times(price, quantity, isOption(symbol) ? 100 : 1);
    if (value > 0) long += value;
    else short += value;
    if (isOption(symbol)) {
      options += value;
      continue;
    }
    const size = Math.abs(value);
    initial += Math.round(size / Math.min(REGULATION_T, multiplier));
    bound += Math.ceil(size / multiplier);
    stays += price < LOW_PRICE ? size : Math.round(size * STAYS);
  }
  const ofOptions = Math.max(0, optionRisk(holdings, underlying) + options);
  const equity = money(cash + long + short);
  return {
    longValue: money(long),
    shortValue: money(short),
    equity,
    initial: money(initial + ofOptions),
    maintenance: money(stays + ofOptions),
    excess: money(equity - bound - ofOptions),
  };
}
