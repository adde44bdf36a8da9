import type { Money } from '../base/index.ts';
import { type Limits, percentOf } from './limits.ts';
import type { Proposal, Standing } from './review.ts';

/**
 * Unsigned notional of the proposal's symbol when it and every live order of its side have filled:
 * what is held at the expected price, what is still to come at the worst one (invariant 13).
 */
export function positionAfter(proposal: Proposal, standing: Standing): number {
  const { side, quantity, worstPrice, expectedPrice, multiplier } = proposal;
  const { held, pendingBuys, pendingSells } = standing;
  if (side === 'sell') {
    const shares = Math.abs(held - pendingSells - quantity);
    return shares * Math.max(expectedPrice, worstPrice) * multiplier;
  }
  const long = Math.max(0, held);
  const more = held + pendingBuys + quantity - long;
  return Math.abs(long * expectedPrice + more * worstPrice) * multiplier;
}

/** Cash that must stay; never below 0. */
export const reserveOf = (standing: Pick<Standing, 'equity'>, limits: Limits): Money =>
  Math.max(0, percentOf(standing.equity, limits.cashReservePctMin)) as Money;

/** Most that one buy may cost, of the cash that no order under way takes. */
export const powerOf = (standing: Standing, limits: Limits): Money =>
  percentOf((standing.cash - standing.reserved) as Money, limits.buyingPowerPctMax);

/** Most that gross exposure may be. */
export const grossMaxOf = (standing: Standing, limits: Limits): Money =>
  percentOf(standing.equity, limits.leverageMax * 100);
