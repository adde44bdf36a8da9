import {
  add,
  assert,
  formatMoney,
  type Money,
  money,
  negate,
  type Price,
  ratio,
  subtract,
  times,
  ZERO,
} from '../base/index.ts';
import { closeLots, costOf, type Lot } from './lot.ts';

/** One instrument of one book: signed sum of lots. */
export interface Position {
  readonly symbol: string;
  readonly multiplier: number;
  quantity: number;
  readonly lots: Lot[];
  /** From lots closed, before fees. */
  realized: Money;
}

/**
 * The books of one book, double entry: each change debits one account and credits another, so that
 * `cash + securities = capital + realized + income - fees` at every moment. Above zero on both sides.
 */
export interface Ledger {
  readonly book: string;
  cash: Money;
  /** Lots at their cost, signed. */
  securities: Money;
  /** Paid in, less paid out. */
  capital: Money;
  /** P&L of closed lots, before fees. */
  realized: Money;
  /** Dividends, interest, cash in lieu. */
  income: Money;
  fees: Money;
  readonly positions: Map<string, Position>;
}

/** What one execution did. */
export interface Posting {
  /** P&L of the lots it closed, before fees. */
  readonly realized: Money;
  /** Signed shares after it. */
  readonly quantity: number;
}

export const newLedger = (book: string, capital: Money): Ledger => ({
  book,
  cash: capital,
  securities: ZERO,
  capital,
  realized: ZERO,
  income: ZERO,
  fees: ZERO,
  positions: new Map(),
});

export interface Execution {
  readonly symbol: string;
  readonly multiplier: number;
  /** Signed: above zero bought. */
  readonly quantity: number;
  readonly price: Price;
  readonly fee: Money;
}

/** Books one execution; a fill that crosses zero closes first and then opens. */
export function postFill(ledger: Ledger, fill: Execution): Posting {
  const position = positionOf(ledger, fill.symbol, fill.multiplier);
  const notional = times(fill.price, fill.quantity, fill.multiplier);
  const closing = closingPart(position.quantity, fill.quantity);
  let realized = ZERO;
  if (closing !== 0) {
    const proceeds = times(fill.price, -closing, fill.multiplier);
    const cost = closeLots(position.lots, Math.abs(closing));
    realized = subtract(proceeds, cost);
    ledger.securities = subtract(ledger.securities, cost);
  }
  const opening = fill.quantity - closing;
  if (opening !== 0) {
    const cost = times(fill.price, opening, fill.multiplier);
    position.lots.push({ quantity: opening, cost });
    ledger.securities = add(ledger.securities, cost);
  }
  position.quantity += fill.quantity;
  position.realized = add(position.realized, realized);
  ledger.cash = subtract(subtract(ledger.cash, notional), fill.fee);
  ledger.realized = add(ledger.realized, realized);
  ledger.fees = add(ledger.fees, fill.fee);
  if (position.quantity === 0) ledger.positions.delete(fill.symbol);
  assertBalanced(ledger);
  return { realized, quantity: position.quantity };
}

function closingPart(held: number, quantity: number): number {
  if (held === 0 || Math.sign(held) === Math.sign(quantity)) return 0;
  return Math.sign(quantity) * Math.min(Math.abs(held), Math.abs(quantity));
}

function positionOf(ledger: Ledger, symbol: string, multiplier: number): Position {
  let position = ledger.positions.get(symbol);
  if (!position) {
    position = { symbol, multiplier, quantity: 0, lots: [], realized: ZERO };
    ledger.positions.set(symbol, position);
  }
  return position;
}

/** Cash paid in (above zero) or out: a deposit is not a profit. */
export function postTransfer(ledger: Ledger, amount: Money): void {
  ledger.cash = add(ledger.cash, amount);
  ledger.capital = add(ledger.capital, amount);
  assertBalanced(ledger);
}

/** Dividends and interest; below zero is paid (a short position's dividend). */
export function postIncome(ledger: Ledger, amount: Money): void {
  ledger.cash = add(ledger.cash, amount);
  ledger.income = add(ledger.income, amount);
  assertBalanced(ledger);
}

/** A fee that belongs to no fill; above zero is paid. */
export function postFee(ledger: Ledger, amount: Money): void {
  ledger.cash = subtract(ledger.cash, amount);
  ledger.fees = add(ledger.fees, amount);
  assertBalanced(ledger);
}

/**
 * Books a split of `numerator` new shares for `denominator` old ones. Cost stays; whole shares are
 * kept (down), and what is left over is paid as cash in lieu at `price`, the price after the split.
 * Returns the signed shares after it. Nothing happens when flat.
 */
export function postSplit(
  ledger: Ledger,
  split: { symbol: string; numerator: number; denominator: number; price: Price },
): number {
  const position = ledger.positions.get(split.symbol);
  if (!position) return 0;
  const exact = position.quantity * split.numerator;
  const whole = ratio(position.quantity, split.numerator, split.denominator, 'down');
  const rest = exact - whole * split.denominator;
  const cost = costOf(position.lots);
  const restCost = rest === 0 ? ZERO : money(ratio(cost, rest, exact, 'down'));
  position.lots.splice(0, position.lots.length);
  if (whole !== 0) position.lots.push({ quantity: whole, cost: subtract(cost, restCost) });
  position.quantity = whole;
  if (rest !== 0) {
    const lieu = money(ratio(split.price * position.multiplier, rest, split.denominator, 'down'));
    const gain = subtract(lieu, restCost);
    ledger.cash = add(ledger.cash, lieu);
    ledger.securities = subtract(ledger.securities, restCost);
    ledger.realized = add(ledger.realized, gain);
    position.realized = add(position.realized, gain);
  }
  if (whole === 0) ledger.positions.delete(split.symbol);
  assertBalanced(ledger);
  return whole;
}

/** Signed shares held; 0 when flat. */
export const heldIn = (ledger: Ledger, symbol: string): number =>
  ledger.positions.get(symbol)?.quantity ?? 0;

/** Average cost of a share, before fees, to the micro-dollar; undefined when flat. */
export function averageCost(ledger: Ledger, symbol: string): Price | undefined {
  const position = ledger.positions.get(symbol);
  if (!position) return undefined;
  return ratio(
    costOf(position.lots),
    1,
    position.quantity * position.multiplier,
    'half-even',
  ) as Price;
}

/** Cash plus positions at `mark`; a position without a mark counts at its cost. */
export function equityOf(ledger: Ledger, mark: (symbol: string) => Price | undefined): Money {
  let sum: number = ledger.cash;
  for (const position of ledger.positions.values()) {
    const at = mark(position.symbol);
    sum +=
      at === undefined ? costOf(position.lots) : times(at, position.quantity, position.multiplier);
  }
  return money(sum);
}

/** Throws unless debits equal credits and the lots' cost is what the securities account holds. */
export function assertBalanced(ledger: Ledger): void {
  const left = ledger.cash + ledger.securities;
  const right = ledger.capital + ledger.realized + ledger.income - ledger.fees;
  assert(
    left === right,
    `Ledger of "${ledger.book}" is out of balance by "${formatMoney(negate((left - right) as Money))}"`,
  );
}
