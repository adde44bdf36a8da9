import {
  add,
  assert,
  BrokenPromise,
  formatMoney,
  type Money,
  money,
  type Price,
  ratio,
  subtract,
  times,
  ZERO,
} from '../base/index.ts';
import { closeLots, costOf, type Lot, splitLots } from './lot.ts';

/** One instrument of one book, never flat: its quantity is the signed sum of its lots. */
export interface Position {
  readonly symbol: string;
  readonly multiplier: number;
  quantity: number;
  /** Oldest first, all of one sign. */
  readonly lots: Lot[];
  /** From lots closed since the position was last flat, before fees. */
  realized: Money;
}

/**
 * The accounts of one book, double entry: each change debits one and credits another, so that
 * `cash + securities = capital + realized + income - fees` at every moment.
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

/** A ledger that holds its capital in cash. */
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

/** One fill as the ledger sees it. */
export interface Execution {
  readonly symbol: string;
  readonly multiplier: number;
  /** Signed: above zero bought. */
  readonly quantity: number;
  readonly price: Price;
  /** Above zero is paid. */
  readonly fee: Money;
}

/**
 * Books one execution; a fill that crosses zero closes first and then opens.
 * Throws, with nothing changed, on a figure that is not whole or out of range.
 */
export function postFill(ledger: Ledger, fill: Execution): Posting {
  const { symbol, quantity, price, fee } = fill;
  const notional = times(price, quantity, fill.multiplier);
  const cash = subtract(subtract(ledger.cash, notional), fee);
  const fees = add(ledger.fees, fee);
  const position = ledger.positions.get(symbol);
  let realized = ZERO;
  if (position === undefined) openPosition(ledger, fill, notional);
  else realized = changePosition(ledger, position, fill);
  ledger.cash = cash;
  ledger.fees = fees;
  assertBalanced(ledger);
  return { realized, quantity: position === undefined ? quantity : position.quantity };
}

function openPosition(ledger: Ledger, fill: Execution, cost: Money): void {
  const { symbol, multiplier, quantity } = fill;
  if (quantity === 0) return;
  const lots = [{ quantity, cost }];
  ledger.positions.set(symbol, { symbol, multiplier, quantity, lots, realized: ZERO });
  ledger.securities = add(ledger.securities, cost);
}

/** Closes what the fill closes, then opens the rest; the P&L of what was closed. */
function changePosition(ledger: Ledger, position: Position, fill: Execution): Money {
  const { symbol, multiplier, quantity, price } = fill;
  if (position.multiplier !== multiplier) {
    const held = `held with "${position.multiplier}"`;
    throw new BrokenPromise(`Multiplier of "${symbol}": found "${multiplier}", ${held}`);
  }
  const closing = closingPart(position.quantity, quantity);
  let realized = ZERO;
  if (closing !== 0) {
    const cost = closeLots(position.lots, Math.abs(closing));
    realized = subtract(times(price, -closing, multiplier), cost);
    ledger.securities = subtract(ledger.securities, cost);
    ledger.realized = add(ledger.realized, realized);
    position.realized = add(position.realized, realized);
  }
  const opening = quantity - closing;
  if (opening !== 0) {
    const cost = times(price, opening, multiplier);
    position.lots.push({ quantity: opening, cost });
    ledger.securities = add(ledger.securities, cost);
  }
  position.quantity += quantity;
  if (position.quantity === 0) ledger.positions.delete(symbol);
  return realized;
}

/** The signed part of a fill that closes what is held; the rest opens. */
function closingPart(held: number, quantity: number): number {
  if (held === 0 || Math.sign(held) === Math.sign(quantity)) return 0;
  return Math.sign(quantity) * Math.min(Math.abs(held), Math.abs(quantity));
}

/** Cash paid in (above zero) or out (below zero): a deposit is not a profit. */
export function postTransfer(ledger: Ledger, amount: Money): void {
  ledger.cash = add(ledger.cash, amount);
  ledger.capital = add(ledger.capital, amount);
  assertBalanced(ledger);
}

/** Dividends and interest received; below zero is paid (a short position's dividend). */
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
 * Books a split of `numerator` new shares for `denominator` old ones. Lots keep their cost and
 * their order; whole shares are kept (down), and the part of a share left over is sold off the
 * oldest lot for cash in lieu at `price`, the price after the split, rounded down in size.
 * Returns the signed shares after it. Nothing happens when flat.
 */
export function postSplit(
  ledger: Ledger,
  split: { symbol: string; numerator: number; denominator: number; price: Price },
): number {
  const { numerator, denominator } = split;
  const sane = Number.isSafeInteger(numerator) && Number.isSafeInteger(denominator);
  assert(
    sane && numerator > 0 && denominator > 0,
    `Split of "${split.symbol}" is not of two counts`,
  );
  const position = ledger.positions.get(split.symbol);
  if (!position) return 0;
  const rest = (position.quantity * numerator) % denominator;
  const { lots, restCost } = splitLots(position.lots, numerator, denominator);
  const each = times(split.price, 1, position.multiplier);
  const lieu = money(ratio(each, rest, denominator, 'down'));
  const gain = subtract(lieu, restCost);
  position.lots.splice(0, position.lots.length, ...lots);
  position.quantity = (position.quantity * numerator - rest) / denominator;
  position.realized = add(position.realized, gain);
  ledger.cash = add(ledger.cash, lieu);
  ledger.securities = subtract(ledger.securities, restCost);
  ledger.realized = add(ledger.realized, gain);
  if (position.quantity === 0) ledger.positions.delete(split.symbol);
  assertBalanced(ledger);
  return position.quantity;
}

/** Signed shares held; 0 when flat. */
export const heldIn = (ledger: Ledger, symbol: string): number =>
  ledger.positions.get(symbol)?.quantity ?? 0;

/**
 * Average cost of one share or contract's unit, before fees, half to even to a micro-dollar; above
 * zero for a short position too. Undefined when flat.
 */
export function averageCost(ledger: Ledger, symbol: string): Price | undefined {
  const position = ledger.positions.get(symbol);
  if (!position) return undefined;
  const units = position.quantity * position.multiplier;
  return ratio(costOf(position.lots), 1, units, 'half-even') as Price;
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

/** Throws unless debits equal credits: what every posting ends with. */
export function assertBalanced(ledger: Ledger): void {
  const left = ledger.cash + ledger.securities;
  const right = ledger.capital + ledger.realized + ledger.income - ledger.fees;
  if (left === right) return;
  const gap = formatMoney((left - right) as Money);
  throw new BrokenPromise(`Ledger of "${ledger.book}" is out of balance by "${gap}"`);
}

/**
 * Throws unless the ledger is balanced, each position is the signed sum of its lots, and the lots'
 * cost is what the securities account holds. For simulations and restored snapshots: it reads all.
 */
export function auditLedger(ledger: Ledger): void {
  assertBalanced(ledger);
  let cost = 0;
  for (const { symbol, quantity, lots } of ledger.positions.values()) {
    const what = `Ledger of "${ledger.book}", "${symbol}"`;
    const held = lots.reduce((sum, lot) => sum + lot.quantity, 0);
    assert(held === quantity, `${what}: lots hold "${held}", the position "${quantity}"`);
    const oneSign = lots.every((lot) => Math.sign(lot.quantity) === Math.sign(quantity));
    assert(quantity !== 0 && oneSign, `${what}: a flat position, or lots of both signs, is kept`);
    cost += costOf(lots);
  }
  const gap = formatMoney((ledger.securities - cost) as Money);
  assert(ledger.securities === cost, `Ledger of "${ledger.book}": lots are off by "${gap}"`);
}
