import { type Money, money } from '../base/index.ts';
import { grossMaxOf, powerOf, reserveOf } from './exposure.ts';
import { type Limits, percentOf } from './limits.ts';
import type { GateInput, Proposal, Standing } from './review.ts';

/**
 * The most shares of a proposed buy, at most its own quantity, that `review` will not refuse for
 * cash, buying power, order notional, position or leverage; whole, never below 0. What only covers
 * a short position is not cut. A buy that a plan may cut is cut to this; a wished order is not.
 */
export function roomToBuy(gate: GateInput): number {
  const { proposal, book, account, bookLimits, accountLimits } = gate;
  const { quantity } = proposal;
  if (!(quantity > 0)) return 0;
  const room = Math.min(
    quantity,
    standingRoom(proposal, book, bookLimits),
    standingRoom(proposal, account, accountLimits),
  );
  const cover = Math.min(quantity, coverOf(book));
  return room >= 1 || cover >= 1 ? Math.floor(Math.max(room, cover)) : 0;
}

function standingRoom(proposal: Proposal, standing: Standing, limits: Limits): number {
  const { quantity, worstPrice, worstCost, multiplier } = proposal;
  const each = Math.ceil(worstCost / quantity);
  const left = standing.cash - standing.reserved - reserveOf(standing, limits);
  const gross = (grossMaxOf(standing, limits) - standing.otherExposure) / standing.fundFactor;
  const exposed = Math.min(
    sharesWithin(percentOf(standing.equity, limits.positionPctMax), proposal, standing),
    sharesWithin(Math.floor(gross), proposal, standing),
  );
  return Math.min(
    Math.floor(left / each),
    Math.floor(powerOf(standing, limits) / each),
    Math.floor(limits.orderNotionalMax / (worstPrice * multiplier)),
    Math.max(exposed, coverOf(standing)),
  );
}

/** Shares that only cover a short position, pending purchases counted. */
const coverOf = ({ held, pendingBuys }: Standing): number => -held - pendingBuys;

/** More shares of the symbol, bought at the worst price, that keep its position within `most`. */
function sharesWithin(most: number, proposal: Proposal, standing: Standing): number {
  const { worstPrice, expectedPrice, multiplier } = proposal;
  const { held, pendingBuys } = standing;
  const left = most - Math.max(0, held) * expectedPrice * multiplier;
  return Math.floor(left / (worstPrice * multiplier)) - pendingBuys - Math.min(0, held);
}

/** Cash that buys of a book may use now; below 0 when the reserve is already touched. */
export const spendable = (standing: Standing, limits: Limits): Money =>
  money(standing.cash - standing.reserved - reserveOf(standing, limits));
