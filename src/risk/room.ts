import { type Money, money } from '../base/index.ts';
import {
  grossMaxOf,
  limitsNet,
  netMaxOf,
  orderMaxOf,
  positionMaxOf,
  powerOf,
  reserveOf,
  worstOf,
} from './exposure.ts';
import type { GateInput, Proposal, Standing } from './gate.ts';
import type { Limits } from './limits.ts';

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
    standingRoom(gate, book, bookLimits),
    standingRoom(gate, account, accountLimits),
  );
  const cover = Math.min(quantity, coverOf(book));
  return room >= 1 || cover >= 1 ? Math.floor(Math.max(room, cover)) : 0;
}

function standingRoom(gate: GateInput, standing: Standing, limits: Limits): number {
  const { proposal } = gate;
  const { quantity, worstPrice, worstCost, multiplier } = proposal;
  const each = Math.ceil(worstCost / quantity);
  const left = standing.cash - standing.reserved - reserveOf(standing, limits);
  const gross = (grossMaxOf(standing, limits) - standing.otherExposure) / standing.fundFactor;
  const exposed = Math.min(
    sharesWithin(positionMaxOf(standing, limits), proposal, standing),
    sharesWithin(Math.floor(gross), proposal, standing),
  );
  const room = Math.min(
    Math.floor(left / each),
    Math.floor(powerOf(standing, limits) / each),
    Math.floor(orderMaxOf(standing, limits) / (worstPrice * multiplier)),
    Math.max(exposed, coverOf(standing)),
    limits.orderQuantityMax ?? Number.POSITIVE_INFINITY,
  );
  return limitsNet(limits) ? Math.min(room, netRoom(gate, standing, limits)) : room;
}

/** Shares bought at the worst price that keep net exposure within its limit. */
function netRoom({ proposal, fundSign }: GateInput, standing: Standing, limits: Limits): number {
  const { net, netUp, netDown, fundFactor } = standing;
  const before = fundSign === 1 ? net + netUp : netDown - net;
  const each = proposal.worstPrice * proposal.multiplier * fundFactor;
  return Math.floor((netMaxOf(standing, limits) - before) / each);
}

/** Shares that only cover a short position, pending purchases counted. */
const coverOf = ({ held, pendingBuys }: Standing): number => -held - pendingBuys;

/** More shares of the symbol, bought at the worst price, that keep its position within `most`. */
function sharesWithin(most: number, proposal: Proposal, standing: Standing): number {
  const { expectedPrice, multiplier } = proposal;
  const { held, pendingBuys } = standing;
  const left = most - Math.max(0, held) * expectedPrice * multiplier;
  const each = worstOf(proposal, standing) * multiplier;
  return Math.floor(left / each) - pendingBuys - Math.min(0, held);
}

/** Cash that buys of a book may use now; below 0 when the reserve is already touched. */
export const spendable = (standing: Standing, limits: Limits): Money =>
  money(standing.cash - standing.reserved - reserveOf(standing, limits));
