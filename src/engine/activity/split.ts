import { type Money, type Price, ratio, subtract, times } from '../../base/index.ts';
import { heldIn, postFill, postIncome, postSplit } from '../../ledger/index.ts';
import { multiplierOf } from '../reconcile/difference.ts';
import type { BookState, State } from '../state.ts';

export interface Split {
  readonly symbol: string;
  /** New shares for old ones. */
  readonly numerator: number;
  readonly denominator: number;
  /** After it. */
  readonly price: Price;
  /** What the broker paid for parts of a share, signed; worked out at the price if left out. */
  readonly lieu?: Money;
}

/**
 * Books a split in every ledger, and moves the mark. The account as one keeps all its whole shares:
 * parts of a share that books lose and that make a whole one together are bought by the books that
 * lost the largest part, at the price, so that shares and cash add up to the broker's exactly.
 */
export function bookSplit(state: State, split: Split): void {
  const { symbol, numerator, denominator, price } = split;
  const multiplier = multiplierOf(state, symbol);
  const holders = [...state.books, state.external].filter(
    (one) => heldIn(one.ledger, symbol) !== 0,
  );
  const cash = cashOf(holders);
  const held = holders.map(({ ledger }) => heldIn(ledger, symbol));
  const total = held.reduce((sum, one) => sum + one, 0);
  const rest = (total * numerator) % denominator;
  const whole = (total * numerator - rest) / denominator;
  let short = whole;
  for (const { ledger } of holders) short -= postSplit(ledger, split);
  const sign = Math.sign(short);
  const lost = (i: number) => (((held[i] as number) * numerator) % denominator) * sign;
  const order = holders.map((_, i) => i).sort((a, b) => lost(b) - lost(a));
  for (const i of order.slice(0, Math.abs(short))) {
    const { ledger } = holders[i] as BookState;
    postFill(ledger, { symbol, multiplier, quantity: sign, price, fee: 0 as Money });
  }
  const each = times(price, 1, multiplier);
  const lieu = split.lieu ?? (ratio(each, rest, denominator, 'down') as Money);
  const gap = subtract(lieu, subtract(cashOf(holders), cash));
  const first = holders[order[0] ?? 0] ?? state.external;
  if (gap !== 0) postIncome(first.ledger, gap);
  const index = state.plan.index.get(symbol);
  if (index !== undefined) state.marks[index] = price;
}

const cashOf = (books: readonly BookState[]): Money =>
  books.reduce((sum, { ledger }) => sum + ledger.cash, 0) as Money;
