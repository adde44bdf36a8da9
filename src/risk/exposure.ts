import type { Money } from '../base/index.ts';
import type { GateInput, Proposal, Standing } from './gate.ts';
import { type Limits, percentOf } from './limits.ts';

/**
 * True for an order that can only shrink a standing's position, fills of live orders counted; false
 * when one of the quantities is not known, and for an order of several legs.
 */
export function onlyShrinks({ side, quantity, legs }: Proposal, standing: Standing): boolean {
  const { held, pendingBuys, pendingSells } = standing;
  const pending = side === 'sell' ? pendingSells : pendingBuys;
  if (legs !== null) return false;
  if (!Number.isSafeInteger(held) || !Number.isSafeInteger(pending) || pending < 0) return false;
  const whole = Number.isSafeInteger(quantity) && quantity > 0;
  return whole && quantity + pending <= (side === 'sell' ? held : -held);
}

/** True for an order that can only shrink the book's position, fills of live orders counted. */
export const reducesOnly = ({ proposal, book }: GateInput): boolean => onlyShrinks(proposal, book);

/**
 * Unsigned notional of the proposal's symbol when it and every live order of its side have filled:
 * what is held at the expected price, what is still to come at the worst one (invariant 13).
 * For an order that may raise the position, so one that ends on its own side of zero.
 */
export function positionAfter(proposal: Proposal, standing: Standing): number {
  const { side, quantity, expectedPrice, multiplier } = proposal;
  const { held, pendingBuys, pendingSells } = standing;
  const worst = worstOf(proposal, standing);
  if (side === 'sell') {
    const short = pendingSells + quantity - held;
    return short * Math.max(expectedPrice, worst) * multiplier;
  }
  const long = Math.max(0, held);
  const more = held + pendingBuys + quantity - long;
  return (long * expectedPrice + more * worst) * multiplier;
}

/** The worst price of the proposal and of all live orders of its symbol. */
export const worstOf = ({ worstPrice }: Proposal, { pendingPrice }: Standing): number =>
  Math.max(worstPrice, pendingPrice);

/** Unsigned notional of the order alone, at its worst. */
export function notionalOf({ side, quantity, worstPrice, expectedPrice, multiplier }: Proposal) {
  const each = side === 'sell' ? Math.max(worstPrice, expectedPrice) : worstPrice;
  return each * quantity * multiplier;
}

/** Cash that must stay; never below 0. */
export const reserveOf = (standing: Pick<Standing, 'equity'>, limits: Limits): Money =>
  Math.max(
    limits.cashReserveMin ?? 0,
    percentOf(standing.equity, limits.cashReservePctMin),
  ) as Money;

/** Most that one buy may cost, of the cash that no order under way takes, and of the broker's. */
export function powerOf(standing: Standing, limits: Limits): Money {
  const free = (standing.cash - standing.reserved) as Money;
  const own = percentOf(free, limits.buyingPowerPctMax);
  return standing.brokerPower === null ? own : (Math.min(own, standing.brokerPower) as Money);
}

/** Most that one order may be worth. */
export const orderMaxOf = (standing: Standing, limits: Limits): number =>
  limits.orderPctMax === undefined
    ? limits.orderNotionalMax
    : Math.min(limits.orderNotionalMax, percentOf(standing.equity, limits.orderPctMax));

/** Most that one symbol may be worth. */
export function positionMaxOf(standing: Standing, limits: Limits): number {
  const most = percentOf(standing.equity, limits.positionPctMax);
  return limits.positionMax === undefined ? most : Math.min(most, limits.positionMax);
}

/** Most that gross exposure may be. */
export function grossMaxOf(standing: Standing, limits: Limits): number {
  const most = percentOf(standing.equity, limits.leverageMax * 100);
  return limits.grossExposureMax === undefined ? most : Math.min(most, limits.grossExposureMax);
}

export const limitsNet = (limits: Limits): boolean =>
  limits.netExposurePctMax !== undefined || limits.netExposureMax !== undefined;

/** Most that net exposure may be, either way; without bound where it is not limited. */
export function netMaxOf(standing: Standing, limits: Limits): number {
  const { netExposurePctMax: pct, netExposureMax: most = Number.POSITIVE_INFINITY } = limits;
  return pct === undefined ? most : Math.min(most, percentOf(standing.equity, pct));
}

/**
 * Unsigned net exposure on the side that the order moves it to, once it and every live order that
 * moves it there have filled, and none that moves it back (invariant 13); below 0 beyond zero.
 */
export function netAfter(proposal: Proposal, standing: Standing, fundSign: 1 | -1): number {
  const { net, netUp, netDown, fundFactor } = standing;
  const moved = notionalOf(proposal) * fundFactor;
  const isUp = (proposal.side === 'buy') === (fundSign === 1);
  return isUp ? net + netUp + moved : netDown + moved - net;
}
