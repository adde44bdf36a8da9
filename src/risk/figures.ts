import type { Limits } from './limits.ts';
import type { GateInput, Proposal, Standing } from './review.ts';

/**
 * The figure that an order which may raise exposure cannot be judged without, or null when all are
 * there: absence blocks (invariant 18). Names are looked up only when one is missing.
 */
export function missingFigure(gate: GateInput): { found: string; limit: string } | null {
  const { proposal, book, account, bookLimits, accountLimits } = gate;
  const missing =
    (isCosted(proposal) ? null : `worst cost ${proposal.worstCost}`) ??
    (isComplete(book) ? null : `book: ${culprit(book)}`) ??
    (account === book || isComplete(account) ? null : `account: ${culprit(account)}`) ??
    (isSet(bookLimits) ? null : `book's limits: ${culprit(bookLimits)}`) ??
    (isSet(accountLimits) ? null : `account's limits: ${culprit(accountLimits)}`);
  return missing === null ? null : { found: missing, limit: 'every figure known' };
}

/** A buy costs its notional at least: a cost of 0 is one that nobody has worked out. */
function isCosted({ side, quantity, worstPrice, worstCost, multiplier }: Proposal): boolean {
  if (!Number.isFinite(worstCost) || !Number.isSafeInteger(multiplier) || multiplier < 1)
    return false;
  return side === 'sell' || worstCost >= worstPrice * quantity * multiplier;
}

const isUnsigned = (figure: number): boolean => Number.isFinite(figure) && figure >= 0;

function isComplete(standing: Standing): boolean {
  return (
    Number.isFinite(standing.equity) &&
    Number.isFinite(standing.cash) &&
    Number.isFinite(standing.held) &&
    isUnsigned(standing.reserved) &&
    isUnsigned(standing.pendingBuys) &&
    isUnsigned(standing.pendingSells) &&
    isUnsigned(standing.otherExposure) &&
    isUnsigned(standing.fundFactor)
  );
}

function isSet(limits: Limits): boolean {
  return (
    isUnsigned(limits.positionPctMax) &&
    isUnsigned(limits.cashReservePctMin) &&
    isUnsigned(limits.leverageMax) &&
    isUnsigned(limits.buyingPowerPctMax) &&
    isUnsigned(limits.orderNotionalMax)
  );
}

/** The first figure that is not a number, or is below zero where it may not be. */
function culprit(figures: Standing | Limits): string {
  const signed = new Set(['equity', 'cash', 'held']);
  const wrong = Object.entries(figures as unknown as Record<string, number>).find(
    ([name, value]) =>
      typeof value !== 'boolean' &&
      !(signed.has(name) ? Number.isFinite(value) : isUnsigned(value)),
  );
  return wrong === undefined ? 'one is absent' : `${wrong[0]} ${String(wrong[1])}`;
}
