import { fractionOf, type Money, money, times } from '../base/index.ts';
import type { Limits } from './limits.ts';
import { type GateInput, reserveOf, type Standing } from './review.ts';

/**
 * The most shares of a proposed buy, at most its own quantity, that stay within the limits on
 * position, cash, buying power, order notional and leverage; never below 0. A buy that plans may be
 * cut is cut to this before the last gate; a wished order is not.
 */
export function roomToBuy(gate: GateInput): number {
  const { proposal } = gate;
  if (proposal.quantity <= 0) return 0;
  const each = proposal.worstCost / proposal.quantity;
  const bounds = [
    proposal.quantity,
    ...standingBounds(gate.book, gate.bookLimits, gate, each),
    ...(gate.account === gate.book
      ? []
      : standingBounds(gate.account, gate.accountLimits, gate, each)),
  ];
  return Math.max(0, Math.floor(Math.min(...bounds)));
}

function standingBounds(standing: Standing, limits: Limits, gate: GateInput, each: number) {
  const { proposal } = gate;
  const unit = times(proposal.worstPrice, 1, proposal.multiplier);
  const free = money(standing.cash - standing.reserved);
  const power = fractionOf(free, limits.buyingPowerPctMax / 100, 'down');
  const most = fractionOf(standing.equity, limits.positionPctMax / 100, 'down');
  const gross = standing.equity * limits.leverageMax - standing.otherExposure;
  const already = standing.held + standing.pendingBuys;
  return [
    (free - reserveOf(standing, limits)) / each,
    power / each,
    limits.orderNotionalMax / unit,
    (most * 1.01) / unit - already,
    (gross * 1.01) / (unit * standing.fundFactor) - already,
  ];
}

/** Cash that buys of a book may use now. */
export const spendable = (standing: Standing, limits: Limits): Money =>
  money(standing.cash - standing.reserved - reserveOf(standing, limits));
