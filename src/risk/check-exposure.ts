import { formatMoney, type Money } from '../base/index.ts';
import { opensPosition } from './activity.ts';
import { lossBreach } from './breaker.ts';
import {
  grossMaxOf,
  limitsNet,
  netAfter,
  netMaxOf,
  notionalOf,
  onlyShrinks,
  orderMaxOf,
  positionAfter,
  positionMaxOf,
  powerOf,
  reserveOf,
} from './exposure.ts';
import { type Check, type CheckFinding, type GateInput, no, type RaiseCheck } from './gate.ts';

/*
 * What an order that may raise exposure is refused for, by the book and by the account. An order
 * that only reduces is never asked, the limit breached or not (F059).
 */

const dollars = (amount: number): string => formatMoney(Math.round(amount) as Money);

/** Asks `check` of the book and of the account, for an order that may raise. */
export function onRaise(check: RaiseCheck): Check {
  return (gate, reduces) => {
    if (reduces) return null;
    const { proposal, book, account, bookLimits, accountLimits } = gate;
    const own = check(proposal, book, bookLimits, gate);
    // A desk of one book with one set of limits would be asked the same twice.
    if (own !== null || (account === book && accountLimits === bookLimits)) return own;
    return check(proposal, account, accountLimits, gate);
  };
}

export const quantityRefusal: RaiseCheck = ({ quantity }, _, { orderQuantityMax: most }) =>
  most === undefined || quantity <= most ? null : no(`${quantity}`, `${most}`);

export const notionalRefusal: RaiseCheck = (proposal, standing, limits) => {
  const notional = notionalOf(proposal);
  const most = orderMaxOf(standing, limits);
  return notional <= most ? null : no(dollars(notional), dollars(most));
};

export const cashRefusal: RaiseCheck = (proposal, standing, limits) => {
  if (proposal.side === 'sell') return null;
  const left = standing.cash - standing.reserved - proposal.worstCost;
  const reserve = reserveOf(standing, limits);
  return left >= reserve ? null : no(`${dollars(left)} left`, dollars(reserve));
};

export const powerRefusal: RaiseCheck = (proposal, standing, limits) => {
  if (proposal.side === 'sell') return null;
  const power = powerOf(standing, limits);
  return proposal.worstCost <= power ? null : no(dollars(proposal.worstCost), dollars(power));
};

export const positionRefusal: RaiseCheck = (proposal, standing, limits) => {
  if (onlyShrinks(proposal, standing)) return null;
  const after = positionAfter(proposal, standing);
  const most = positionMaxOf(standing, limits);
  return after <= most ? null : no(dollars(after), dollars(most));
};

export const leverageRefusal: RaiseCheck = (proposal, standing, limits) => {
  if (onlyShrinks(proposal, standing)) return null;
  const own = positionAfter(proposal, standing) * standing.fundFactor;
  const exposure = standing.otherExposure + own;
  const most = grossMaxOf(standing, limits);
  if (exposure <= most) return null;
  if (limits.grossExposureMax === most) return no(dollars(exposure), dollars(most));
  const found = standing.equity > 0 ? (exposure / standing.equity).toFixed(3) : 'no equity';
  return no(found, limits.leverageMax.toFixed(3));
};

export const netRefusal: RaiseCheck = (proposal, standing, limits, { fundSign }) => {
  if (!limitsNet(limits)) return null;
  const after = netAfter(proposal, standing, fundSign);
  const most = netMaxOf(standing, limits);
  return after <= most ? null : no(dollars(after), dollars(most));
};

/** Symbols held at once; one that is held or opened already is no further one. */
export const positionsRefusal: RaiseCheck = (_, standing, { positionsMax: most }, gate) => {
  if (most === undefined || !opensPosition(gate)) return null;
  const count = standing.otherPositions + 1;
  return count <= most ? null : no(`${count} positions`, `${most}`);
};

/** Losses are measured at every order that may add to them (invariant 20). */
export function checkLosses(gate: GateInput, reduces: boolean): CheckFinding {
  if (reduces) return null;
  const { book, account, bookLimits, accountLimits, bookMarks, accountMarks } = gate;
  const breach =
    lossBreach(book.equity, bookMarks, bookLimits) ??
    lossBreach(account.equity, accountMarks, accountLimits);
  return breach === null ? null : no(breach, 'a loss below its limit');
}
