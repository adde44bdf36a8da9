import { BrokenPromise, type Money, ratio, ZERO } from '../base/index.ts';

/** Quantity opened by one fill and not yet closed. Below zero: sold short. */
export interface Lot {
  /** Signed shares or contracts, never 0. */
  quantity: number;
  /** Signed total cost without fees: paid for a long lot, below zero for a short one. */
  cost: Money;
}

/**
 * Closes `quantity` (unsigned) of the oldest lots and returns their signed cost.
 * `lots` is oldest first and is changed in place. Part of a lot takes its share of the total cost,
 * rounded down in size; the rest stays with the lot, so that costs always add up.
 * Throws if the lots hold less: the caller splits a fill that crosses zero.
 * Source: the first-in, first-out rule of IRS Publication 550.
 */
export function closeLots(lots: Lot[], quantity: number): Money {
  let left = quantity;
  let cost = 0;
  while (left > 0) {
    const lot = lots[0];
    if (!lot) throw new BrokenPromise(`Lots hold less than the quantity to close, by "${left}"`);
    const size = Math.abs(lot.quantity);
    if (size <= left) {
      cost += lot.cost;
      left -= size;
      lots.shift();
    } else {
      const part = ratio(lot.cost, left, size, 'down');
      cost += part;
      lot.cost = (lot.cost - part) as Money;
      lot.quantity -= Math.sign(lot.quantity) * left;
      left = 0;
    }
  }
  return (cost === 0 ? ZERO : cost) as Money;
}

/** Signed total cost of all lots. */
export function costOf(lots: readonly Lot[]): Money {
  let sum = 0;
  for (const lot of lots) sum += lot.cost;
  return sum as Money;
}

/**
 * The lots after a split of `numerator` new shares for `denominator` old ones, oldest first, and
 * the signed cost of the part of a share left over, which is taken from the oldest lot.
 * Each lot keeps its cost and its place; where one ends within a share, that part of it, with its
 * cost, goes into the next. `lots` is not changed.
 */
export function splitLots(
  lots: readonly Lot[],
  numerator: number,
  denominator: number,
): { readonly lots: Lot[]; readonly restCost: Money } {
  // Counted in parts of a new share, of which `denominator` make one: all of it is whole.
  const parts = lots.map(({ quantity, cost }) => ({ quantity: quantity * numerator, cost }));
  const total = parts.reduce((sum, part) => sum + part.quantity, 0);
  const restCost = closeLots(parts, Math.abs(total % denominator));
  const whole: Lot[] = [];
  let carried = { quantity: 0, cost: ZERO };
  for (const part of parts) {
    const quantity = part.quantity + carried.quantity;
    const cost = part.cost + carried.cost;
    const over = quantity % denominator;
    carried = {
      quantity: over,
      cost: (over === 0 ? 0 : ratio(cost, over, quantity, 'down')) as Money,
    };
    const shares = (quantity - over) / denominator;
    if (shares !== 0) whole.push({ quantity: shares, cost: (cost - carried.cost) as Money });
  }
  return { lots: whole, restCost };
}
