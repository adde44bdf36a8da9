import { formatMoney, fractionOf, type Money, money, type Price, times } from '../base/index.ts';
import type { Purpose, Side } from '../orders/index.ts';
import { type HaltLevel, isAtLeast, type Limits } from './limits.ts';

/** An order about to leave, at its worst price. */
export interface Proposal {
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  /** Collar for market orders: the expected price with slippage. */
  readonly worstPrice: Price;
  /** All that a buy may cost, fees counted; 0 for a sell. */
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
  /** Gross notional of all *other* symbols, pending buys counted, funds with their factor. */
  readonly otherExposure: Money;
  /** Factor of the proposal's symbol, unsigned. */
  readonly fundFactor: number;
}

export interface GateInput {
  readonly proposal: Proposal;
  readonly book: Standing;
  readonly account: Standing;
  readonly bookLimits: Limits;
  readonly accountLimits: Limits;
  readonly ordersToday: number;
  readonly halt: HaltLevel;
  readonly bookStopped: string | null;
  /** Milliseconds from now to the last moment a session-bound order may leave; null when not bound. */
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
  | 'oversell'
  | 'orderNotionalAboveLimit'
  | 'cashBelowReserve'
  | 'buyingPowerAboveLimit'
  | 'positionAboveLimit'
  | 'leverageAboveLimit';

type Check = (gate: GateInput) => Omit<Refusal, 'code'> | null;

/** One function, one code; all of them run, in this order. */
export const CHECKS: readonly (readonly [RefusalCode, Check])[] = [
  ['halted', checkHalt],
  ['bookStopped', (g) => (g.bookStopped === null ? null : no(g.bookStopped, 'a running book'))],
  ['sessionFence', checkFence],
  ['quantityNotPositive', checkQuantity],
  ['priceMissing', checkPrice],
  ['ordersPerDayAboveLimit', checkRate],
  ['oversell', checkOversell],
  ['orderNotionalAboveLimit', checkNotional],
  ['cashBelowReserve', checkCash],
  ['buyingPowerAboveLimit', checkBuyingPower],
  ['positionAboveLimit', checkPosition],
  ['leverageAboveLimit', checkLeverage],
];

const no = (found: string, limit: string) => ({ found, limit });

/** The last gate before the wire: the first check that refuses, or null. Every order passes it. */
export function review(gate: GateInput): Refusal | null {
  for (const [code, check] of CHECKS) {
    const refusal = check(gate);
    if (refusal) return { code, ...refusal };
  }
  return null;
}

/** True for an order that can only shrink the book's position, fills of live orders counted. */
export function reducesOnly({ proposal, book }: GateInput): boolean {
  const { side, quantity } = proposal;
  return side === 'sell'
    ? book.held > 0 && quantity + book.pendingSells <= book.held
    : book.held < 0 && quantity + book.pendingBuys <= -book.held;
}

function checkHalt(gate: GateInput) {
  if (isAtLeast(gate.halt, 'CANCEL_ONLY')) return no(gate.halt, 'NONE');
  if (isAtLeast(gate.halt, 'NO_NEW_RISK') && !reducesOnly(gate)) return no(gate.halt, 'NONE');
  return null;
}

function checkFence({ fenceMs }: GateInput) {
  return fenceMs !== null && !(fenceMs >= 0) ? no(`${-fenceMs} ms late`, 'before the fence') : null;
}

function checkQuantity({ proposal }: GateInput) {
  const { quantity } = proposal;
  return Number.isSafeInteger(quantity) && quantity > 0
    ? null
    : no(`${quantity}`, 'whole, above 0');
}

function checkPrice({ proposal }: GateInput) {
  const { worstPrice } = proposal;
  return Number.isSafeInteger(worstPrice) && worstPrice > 0 ? null : no(`${worstPrice}`, 'above 0');
}

function checkRate({ ordersToday, bookLimits }: GateInput) {
  const most = bookLimits.ordersPerDayMax;
  return ordersToday < most ? null : no(`${ordersToday + 1} orders`, `${most} orders`);
}

function checkOversell({ proposal, book, bookLimits }: GateInput) {
  if (proposal.side === 'buy' || bookLimits.shortSelling) return null;
  const free = book.held - book.pendingSells;
  return proposal.quantity <= free ? null : no(`${proposal.quantity} shares`, `${free} shares`);
}

function checkNotional(gate: GateInput) {
  if (reducesOnly(gate)) return null;
  const { worstPrice, quantity, multiplier } = gate.proposal;
  const notional = times(worstPrice, quantity, multiplier);
  const most = Math.min(gate.bookLimits.orderNotionalMax, gate.accountLimits.orderNotionalMax);
  return notional <= most ? null : no(formatMoney(notional), formatMoney(most as Money));
}

function checkCash(gate: GateInput) {
  if (gate.proposal.side === 'sell' || reducesOnly(gate)) return null;
  return (
    cashRefusal(gate, gate.book, gate.bookLimits) ??
    cashRefusal(gate, gate.account, gate.accountLimits)
  );
}

function cashRefusal({ proposal }: GateInput, standing: Standing, limits: Limits) {
  const left = money(standing.cash - standing.reserved - proposal.worstCost);
  const reserve = reserveOf(standing, limits);
  return left >= reserve ? null : no(`${formatMoney(left)} left`, formatMoney(reserve));
}

/** Cash that must stay. */
export const reserveOf = (standing: Pick<Standing, 'equity'>, limits: Limits): Money =>
  limits.cashReservePctMin === 0
    ? (0 as Money)
    : fractionOf(standing.equity, limits.cashReservePctMin / 100, 'up');

function checkBuyingPower(gate: GateInput) {
  const { proposal, book, bookLimits } = gate;
  if (proposal.side === 'sell' || reducesOnly(gate)) return null;
  const power = fractionOf(
    money(book.cash - book.reserved),
    bookLimits.buyingPowerPctMax / 100,
    'down',
  );
  return proposal.worstCost <= power
    ? null
    : no(formatMoney(proposal.worstCost), formatMoney(power));
}

function checkPosition(gate: GateInput) {
  if (reducesOnly(gate)) return null;
  return (
    positionRefusal(gate, gate.book, gate.bookLimits) ??
    positionRefusal(gate, gate.account, gate.accountLimits)
  );
}

function positionRefusal({ proposal }: GateInput, standing: Standing, limits: Limits) {
  const after = times(proposal.worstPrice, sharesAfter(proposal, standing), proposal.multiplier);
  const most = fractionOf(standing.equity, limits.positionPctMax / 100, 'down');
  return after <= slack(most) ? null : no(formatMoney(after), formatMoney(most));
}

/** Unsigned shares after the order and every live order that raises in its direction. */
function sharesAfter(proposal: Proposal, standing: Standing): number {
  return proposal.side === 'buy'
    ? Math.abs(standing.held + standing.pendingBuys + proposal.quantity)
    : Math.abs(standing.held - standing.pendingSells - proposal.quantity);
}

/** Limits are on the price expected; the collar's own slippage may go one percent over. */
const slack = (limit: Money): Money => money(limit + Math.floor(limit / 100));

function checkLeverage(gate: GateInput) {
  if (reducesOnly(gate)) return null;
  return (
    leverageRefusal(gate, gate.book, gate.bookLimits) ??
    leverageRefusal(gate, gate.account, gate.accountLimits)
  );
}

function leverageRefusal({ proposal }: GateInput, standing: Standing, limits: Limits) {
  const shares = sharesAfter(proposal, standing);
  const own = times(proposal.worstPrice, shares, proposal.multiplier) * standing.fundFactor;
  const exposure = standing.otherExposure + own;
  const most = standing.equity * limits.leverageMax;
  if (exposure <= most * 1.01) return null;
  const found = standing.equity > 0 ? (exposure / standing.equity).toFixed(3) : 'no equity';
  return no(found, limits.leverageMax.toFixed(3));
}
