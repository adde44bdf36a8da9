import { formatMoney, type Money, type Price } from '../base/index.ts';
import type { Purpose, Side } from '../orders/index.ts';
import { grossMaxOf, onlyShrinks, positionAfter, powerOf, reserveOf } from './exposure.ts';
import { missingFigure } from './figures.ts';
import { type HaltLevel, isAtLeast, type Limits, percentOf } from './limits.ts';

/** An order about to leave, at its worst price. */
export interface Proposal {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** The market when it was decided: what is held is valued at it. */
  readonly expectedPrice: Price;
  /** What the order itself is valued at: the expected price with slippage, or its limit price. */
  readonly worstPrice: Price;
  /** All that a buy may cost, fees counted, so at least its notional; 0 for a sell. */
  readonly worstCost: Money;
  readonly multiplier: number;
  readonly purpose: Purpose;
}

/** The book (or the account) as the checks see it. */
export interface Standing {
  readonly equity: Money;
  readonly cash: Money;
  /** Cash that orders under way may still take. */
  readonly reserved: Money;
  /** Signed shares held of the proposal's symbol. */
  readonly held: number;
  /** Unsigned shares that live buys and sells of the symbol may still bring. */
  readonly pendingBuys: number;
  readonly pendingSells: number;
  /** Gross notional of all *other* symbols, pending orders counted, funds with their factor. */
  readonly otherExposure: Money;
  /** Factor of the proposal's symbol, unsigned. */
  readonly fundFactor: number;
}

/** All that the last gate looks at. `account` is `book` itself where a desk has one book. */
export interface GateInput {
  readonly proposal: Proposal;
  readonly book: Standing;
  readonly account: Standing;
  readonly bookLimits: Limits;
  readonly accountLimits: Limits;
  readonly ordersToday: number;
  readonly halt: HaltLevel;
  readonly bookStopped: string | null;
  /** Milliseconds from now to the last moment a session-bound order may leave; null: not bound. */
  readonly fenceMs: number | null;
}

/** Our own no, with what was found and what the limit is. */
export interface Refusal {
  readonly code: RefusalCode;
  readonly found: string;
  readonly limit: string;
}

export type RefusalCode =
  | 'halted'
  | 'bookStopped'
  | 'sessionFence'
  | 'quantityNotPositive'
  | 'priceMissing'
  | 'ordersPerDayAboveLimit'
  | 'exitRaisesPosition'
  | 'oversell'
  | 'figureMissing'
  | 'orderNotionalAboveLimit'
  | 'cashBelowReserve'
  | 'buyingPowerAboveLimit'
  | 'positionAboveLimit'
  | 'leverageAboveLimit';

type Finding = Omit<Refusal, 'code'> | null;
/** `reduces` tells whether the order can only shrink the position, worked out once a review. */
type Check = (gate: GateInput, reduces: boolean) => Finding;

/** Asked of an order that may raise exposure, of the book and of the account alike. */
type RaiseCheck = (proposal: Proposal, standing: Standing, limits: Limits) => Finding;

/**
 * One function, one code; all of them run, in this order. Each has the form "proven within the
 * limit": a figure that is missing or not a number refuses, and none of them throws.
 */
export const CHECKS: readonly (readonly [RefusalCode, Check])[] = [
  ['halted', checkHalt],
  ['bookStopped', (g) => (g.bookStopped === null ? null : no(g.bookStopped, 'a running book'))],
  ['sessionFence', checkFence],
  ['quantityNotPositive', checkQuantity],
  ['priceMissing', checkPrices],
  ['ordersPerDayAboveLimit', checkRate],
  ['exitRaisesPosition', checkPurpose],
  ['oversell', checkOversell],
  ['figureMissing', (g, reduces) => (reduces ? null : missingFigure(g))],
  ['orderNotionalAboveLimit', onRaise(notionalRefusal)],
  ['cashBelowReserve', onRaise(cashRefusal)],
  ['buyingPowerAboveLimit', onRaise(powerRefusal)],
  ['positionAboveLimit', onRaise(positionRefusal)],
  ['leverageAboveLimit', onRaise(leverageRefusal)],
];

/** The last gate before the wire: the first check that refuses, or null. Every order passes it. */
export function review(gate: GateInput): Refusal | null {
  const reduces = reducesOnly(gate);
  for (let i = 0; i < CHECKS.length; i++) {
    const entry = CHECKS[i] as (typeof CHECKS)[number];
    const refusal = entry[1](gate, reduces);
    if (refusal) return { code: entry[0], found: refusal.found, limit: refusal.limit };
  }
  return null;
}

/** True for an order that can only shrink the book's position, fills of live orders counted. */
export const reducesOnly = ({ proposal, book }: GateInput): boolean => onlyShrinks(proposal, book);

const no = (found: string, limit: string) => ({ found, limit });

const dollars = (amount: number): string => formatMoney(Math.round(amount) as Money);

/** An order that only reduces is never refused for exposure, the limit breached or not (F059). */
function onRaise(check: RaiseCheck): Check {
  return (gate, reduces) => {
    if (reduces) return null;
    const { proposal, book, account, bookLimits, accountLimits } = gate;
    const own = check(proposal, book, bookLimits);
    // A desk of one book with one set of limits would be asked the same twice.
    if (own !== null || (account === book && accountLimits === bookLimits)) return own;
    return check(proposal, account, accountLimits);
  };
}

function checkHalt({ halt }: GateInput, reduces: boolean): Finding {
  return isAtLeast(halt, reduces ? 'CANCEL_ONLY' : 'NO_NEW_RISK') ? no(`${halt}`, 'NONE') : null;
}

function checkFence({ fenceMs }: GateInput): Finding {
  return fenceMs !== null && !(fenceMs >= 0) ? no(`${-fenceMs} ms late`, 'before the fence') : null;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

function checkQuantity({ proposal }: GateInput): Finding {
  return isWhole(proposal.quantity) ? null : no(`${proposal.quantity}`, 'whole, above 0');
}

function checkPrices({ proposal }: GateInput): Finding {
  const { expectedPrice, worstPrice } = proposal;
  if (isWhole(expectedPrice) && isWhole(worstPrice)) return null;
  return no(`${expectedPrice}, at worst ${worstPrice}`, 'above 0');
}

function checkRate({ ordersToday, bookLimits }: GateInput): Finding {
  const most = bookLimits.ordersPerDayMax;
  const known = Number.isSafeInteger(ordersToday) && Number.isSafeInteger(most);
  return known && ordersToday < most ? null : no(`${ordersToday} sent before`, `${most} orders`);
}

function checkPurpose({ proposal, book }: GateInput, reduces: boolean): Finding {
  const { purpose, side, quantity } = proposal;
  if (reduces || (purpose !== 'exit' && purpose !== 'flatten')) return null;
  return no(`${purpose}: ${side} ${quantity} shares`, `${book.held} shares held`);
}

function checkOversell({ proposal, book, bookLimits }: GateInput, reduces: boolean): Finding {
  if (reduces || proposal.side === 'buy' || bookLimits.shortSelling) return null;
  return no(`${proposal.quantity} shares`, `${book.held - book.pendingSells} shares`);
}

function notionalRefusal(proposal: Proposal, _: Standing, limits: Limits): Finding {
  const notional = proposal.worstPrice * proposal.quantity * proposal.multiplier;
  const most = limits.orderNotionalMax;
  return notional <= most ? null : no(dollars(notional), dollars(most));
}

function cashRefusal(proposal: Proposal, standing: Standing, limits: Limits): Finding {
  if (proposal.side === 'sell') return null;
  const left = standing.cash - standing.reserved - proposal.worstCost;
  const reserve = reserveOf(standing, limits);
  return left >= reserve ? null : no(`${dollars(left)} left`, dollars(reserve));
}

function powerRefusal(proposal: Proposal, standing: Standing, limits: Limits): Finding {
  if (proposal.side === 'sell') return null;
  const power = powerOf(standing, limits);
  return proposal.worstCost <= power ? null : no(dollars(proposal.worstCost), dollars(power));
}

function positionRefusal(proposal: Proposal, standing: Standing, limits: Limits): Finding {
  if (onlyShrinks(proposal, standing)) return null;
  const after = positionAfter(proposal, standing);
  const most = percentOf(standing.equity, limits.positionPctMax);
  return after <= most ? null : no(dollars(after), dollars(most));
}

function leverageRefusal(proposal: Proposal, standing: Standing, limits: Limits): Finding {
  if (onlyShrinks(proposal, standing)) return null;
  const own = positionAfter(proposal, standing) * standing.fundFactor;
  const exposure = standing.otherExposure + own;
  if (exposure <= grossMaxOf(standing, limits)) return null;
  const found = standing.equity > 0 ? (exposure / standing.equity).toFixed(3) : 'no equity';
  return no(found, limits.leverageMax.toFixed(3));
}
