import { toDollars } from '../../base/index.ts';
import type { BookView } from '../../strategy/index.ts';
import type { Fund } from './fund.ts';

/** The fund that a decision entered, with its stop. Days count from 1970-01-01. */
export interface Entry {
  /** Null while nothing is wanted. */
  fund: string | null;
  /** Its price at the decision, dollars: what counts until a fill tells the cost. */
  price: number;
  /** Distance of the stop below the entry, as a fraction of it: splits do not touch it. */
  distance: number;
  /** Day of the decision: only lows of later days reach the stop. */
  day: number;
  /** The stop as of the latest decision, dollars, and the day of the bar it was held against. */
  stop: number;
  checkedDay: number;
}

export const noEntry = (): Entry => ({
  fund: null,
  price: 0,
  distance: 0,
  day: 0,
  stop: 0,
  checkedDay: 0,
});

/**
 * Whether a low since the entry has reached the stop. The bar of the latest decision is
 * looked at once more, against the stop of then: it may have been provisional.
 */
export function stopReached(entry: Entry, fund: Fund, view: BookView): boolean {
  const stop = stopOf(entry, fund, view);
  const from = Math.max(entry.day + 1, entry.checkedDay);
  for (let ago = 0; fund.day(ago) >= from; ago += 1) {
    const level = fund.day(ago) === entry.checkedDay ? entry.stop : stop;
    if (fund.low(ago) <= level) return true;
  }
  return false;
}

/** Dollars: below the average cost, or below the price at the decision while nothing is held. */
function stopOf(entry: Entry, fund: Fund, view: BookView): number {
  const cost = view.averageCost(fund.symbol);
  return (cost === undefined ? entry.price : toDollars(cost)) * (1 - entry.distance);
}

/** Takes in that `fund` is entered, the stop to be `distance` (a fraction) below its cost. */
export function enter(entry: Entry, fund: Fund, distance: number): void {
  entry.fund = fund.symbol;
  entry.price = fund.close;
  entry.distance = distance;
  entry.day = fund.day(0);
}

/** Takes in that the newest bar has been looked at. */
export function markChecked(entry: Entry, fund: Fund, view: BookView): void {
  entry.stop = stopOf(entry, fund, view);
  entry.checkedDay = fund.day(0);
}
