import type { Money } from '../base/index.ts';
import { type Limits, percentOf } from './limits.ts';
import type { Proposal, Standing } from './review.ts';

/**
 * True for an order that can only shrink a standing's position, fills of live orders counted; false
 * when one of the quantities is not known.
 */
export function onlyShrinks({ side, quantity }: Proposal, standing: Standing): boolean {
  const { held, pendingBuys, pendingSells } = standing;
  const pending = side === 'sell' ? pendingSells : pendingBuys;
  if (!Number.isSafeInteger(held) || !Number.isSafeInteger(pending) || pending < 0) return false;
  const whole = Number.isSafeInteger(quantity) && quantity > 0;
  return whole && quantity + pending <= (side === 'sell' ? held : -held);
}

/**
 * Unsigned notional of the proposal's symbol when it and every live order of its side have filled:
 * what is held at the expected price, what is still to come at the worst one (invariant 13).
 * For an order that may raise the position, so one that ends on its own side of zero.
 */
export function positionAfter(proposal: Proposal, standing: Standing): number {
  const { side, quantity, worstPrice, expectedPrice, multiplier } = proposal;
  const { held, pendingBuys, pendingSells } = standing;
  if (side === 'sell') {
    const short = pendingSells + quantity - held;
    return short * Math.max(expectedPrice, worstPrice) * multiplier;
  }
  const long = Math.max(0, held);
  const more = held + pendingBuys + quantity - long;
  return (long * expectedPrice + more * worstPrice) * multiplier;
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
