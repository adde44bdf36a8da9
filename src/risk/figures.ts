import type { Limits } from './limits.ts';
import type { GateInput, Proposal, Standing } from './review.ts';

/**
 * The figure that an order which may raise exposure cannot be judged without, or null when all are
 * there: absence blocks (invariant 18). Sums tell fast whether all are numbers; names are looked up
 * only when one is not.
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
  if (!Number.isFinite(worstCost) || !(multiplier > 0)) return false;
  return side === 'sell' || worstCost >= worstPrice * quantity * multiplier;
}

function isComplete(standing: Standing): boolean {
  const { equity, cash, reserved, held, pendingBuys, pendingSells, otherExposure } = standing;
  const { fundFactor } = standing;
  const unsigned = Math.min(reserved, pendingBuys, pendingSells, otherExposure, fundFactor);
  return (
    unsigned >= 0 &&
    Number.isFinite(equity + cash + held + reserved + otherExposure) &&
    Number.isFinite(pendingBuys + pendingSells + fundFactor)
  );
}

function isSet(limits: Limits): boolean {
  const { positionPctMax, cashReservePctMin, leverageMax, buyingPowerPctMax } = limits;
  const percents = positionPctMax + cashReservePctMin + buyingPowerPctMax;
  return (
    cashReservePctMin >= 0 && Number.isFinite(percents + leverageMax + limits.orderNotionalMax)
  );
}

/** The first figure that is not a number, or is below zero where it may not be. */
function culprit(figures: Standing | Limits): string {
  const signed = new Set(['equity', 'cash', 'held']);
  const wrong = Object.entries(figures as unknown as Record<string, unknown>).find(
    ([name, value]) =>
      typeof value !== 'boolean' &&
      (!Number.isFinite(value) || (!signed.has(name) && (value as number) < 0)),
  );
  return wrong === undefined ? 'one is absent' : `${wrong[0]} ${String(wrong[1])}`;
}
