import { formatMoney, type Price } from '../base/index.ts';
import { isAtLeast, percentOf } from './limits.ts';
import { type CheckFinding, type GateInput, no } from './gate.ts';
import { cite, RULES } from './rules.ts';

/*
 * Whether anything may leave now, and whether the order makes sense by itself (invariants 5, 16,
 * 19, 23). None of these depends on how large the account is.
 */

export function checkHalt({ halt }: GateInput, reduces: boolean): CheckFinding {
  return isAtLeast(halt, reduces ? 'CANCEL_ONLY' : 'NO_NEW_RISK') ? no(`${halt}`, 'NONE') : null;
}

/** A book's breaker stops its new risk; it may still leave what it holds. */
export function checkStopped({ bookStopped }: GateInput, reduces: boolean): CheckFinding {
  return bookStopped === null || reduces ? null : no(`${bookStopped}`, 'a running book');
}

export const checkReconciled = ({ reconciled }: GateInput): CheckFinding =>
  reconciled === true ? null : no('an account not read in this life', 'a reconciled account');

/** A difference in the symbol waits for an answer; an emergency exit and a repair do not. */
export function checkBlocked({ symbolBlocked, proposal }: GateInput): CheckFinding {
  const { purpose } = proposal;
  if (symbolBlocked === null || purpose === 'flatten' || purpose === 'repair') return null;
  return no(`${symbolBlocked}`, 'a symbol without open questions');
}

export function checkFence({ fenceMs }: GateInput): CheckFinding {
  return fenceMs !== null && !(fenceMs >= 0) ? no(`${-fenceMs} ms late`, 'before the fence') : null;
}

const isWhole = (value: number): boolean => Number.isSafeInteger(value) && value > 0;

export function checkQuantity({ proposal }: GateInput): CheckFinding {
  return isWhole(proposal.quantity) ? null : no(`${proposal.quantity}`, 'whole, above 0');
}

/** Prices above zero; only the net limit of several legs may be below it. */
export function checkPrices({ proposal }: GateInput): CheckFinding {
  const { expectedPrice, worstPrice, pricing, legs } = proposal;
  if (!isWhole(expectedPrice) || !isWhole(worstPrice)) {
    return no(`${expectedPrice}, at worst ${worstPrice}`, 'above 0');
  }
  if (pricing.type === 'market') return null;
  if (pricing.type !== 'stop') {
    const { limitPrice } = pricing;
    const sane = legs === null ? isWhole(limitPrice) : Number.isSafeInteger(limitPrice);
    if (!sane) return no(`limit price ${limitPrice}`, 'above 0');
  }
  if (pricing.type === 'limit' || isWhole(pricing.stopPrice)) return null;
  return no(`stop price ${pricing.stopPrice}`, 'above 0');
}

/** A limit price within the collar of the market, or of the stop it belongs to (F064). */
export function checkCollar({ proposal, bookLimits, accountLimits }: GateInput): CheckFinding {
  const { pricing, legs, purpose, expectedPrice } = proposal;
  if (pricing.type === 'market' || pricing.type === 'stop' || legs !== null) return null;
  // A resting profit target is far from the market by its nature.
  if (purpose === 'protect' && pricing.type === 'limit') return null;
  const [own, all] = [bookLimits.collarPct, accountLimits.collarPct];
  if (own === undefined && all === undefined) return null;
  const pct = Math.min(own ?? Number.POSITIVE_INFINITY, all ?? Number.POSITIVE_INFINITY);
  const from = pricing.type === 'stopLimit' ? pricing.stopPrice : expectedPrice;
  const apart = Math.abs(pricing.limitPrice - from);
  if (apart <= percentOf(from as never, pct)) return null;
  const found = `limit price ${formatMoney(pricing.limitPrice)}`;
  return no(found, `within ${pct} % of ${formatMoney(from as Price)}`);
}

/** A stop rests on the far side of the market: one on this side would trade at once. */
export function checkStopSide({ proposal }: GateInput): CheckFinding {
  const { pricing, side, expectedPrice, legs } = proposal;
  if (pricing.type === 'market' || pricing.type === 'limit' || legs !== null) return null;
  const { stopPrice } = pricing;
  if (side === 'sell' ? stopPrice < expectedPrice : stopPrice > expectedPrice) return null;
  const where = side === 'sell' ? 'below' : 'above';
  return no(`stop price ${formatMoney(stopPrice)}`, `${where} ${formatMoney(expectedPrice)}`);
}

const SHRINKING: ReadonlySet<string> = new Set(['exit', 'flatten', 'protect', 'repair']);

export function checkPurpose({ proposal, book }: GateInput, reduces: boolean): CheckFinding {
  const { purpose, side, quantity } = proposal;
  if (reduces || !SHRINKING.has(purpose)) return null;
  return no(`${purpose}: ${side} ${quantity} shares`, `${book.held} shares held`);
}

export function checkOversell({ proposal, book, bookLimits }: GateInput, reduces: boolean) {
  if (reduces || proposal.side === 'buy' || bookLimits.shortSelling) return null;
  if (proposal.legs !== null) return null;
  return no(`${proposal.quantity} shares`, `${book.held - book.pendingSells} shares`);
}

/** A live order that this one could trade with: both are of one owner. */
export function checkOpposite({ oppositeOrder, proposal }: GateInput): CheckFinding {
  if (oppositeOrder === null || proposal.purpose === 'flatten') return null;
  return no(`${oppositeOrder}`, `no order of the other side: ${cite(RULES.selfTrade)}`);
}

/** An order of the underlying whose outcome is not known blocks new risk in it (F001). */
export function checkUnknown({ unknownOrder }: GateInput, reduces: boolean): CheckFinding {
  if (unknownOrder === null || reduces) return null;
  return no(`${unknownOrder} has no known outcome`, 'every outcome known');
}

/**
 * Contracts that this order would leave without cover (invariant 15): by selling them, or by
 * selling the shares or the contracts that cover them, which is no reduction of risk.
 */
export function checkCover({ uncovered, proposal }: GateInput): CheckFinding {
  if (uncovered === 0 || proposal.purpose === 'flatten') return null;
  return no(`${uncovered} more short contracts without cover`, 'every one covered');
}
