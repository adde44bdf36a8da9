import { BrokenPromise } from '../base/index.ts';
import type { Order } from './order.ts';
import type { Fill } from './report.ts';
import { type Intent, type Side } from './request.ts';

/** What one leg of an order has done. An ordinary order is its own only leg. */
export interface LegFilled {
  readonly symbol: string;
  readonly side: Side;
  /** Shares or contracts of it for each unit of the order. */
  readonly ratio: number;
  /** Shares or contracts filled, above zero. */
  readonly filled: number;
}

/** What each leg has filled, in the order of the legs; uneven ones are seen here (F011). */
export function legsFilled({ intent, filled, executions }: Order): readonly LegFilled[] {
  if (intent.legs === undefined) {
    return [{ symbol: intent.symbol, side: intent.side, ratio: 1, filled }];
  }
  return intent.legs.map((leg) => ({ ...leg, filled: filledIn(executions, leg.symbol) }));
}

/** Whether some leg has filled more or less than its share of the whole units filled. */
export const isUneven = (order: Order): boolean =>
  order.intent.legs !== undefined &&
  legsFilled(order).some(({ filled, ratio }) => filled !== order.filled * ratio);

/** Whole units of which every leg is filled. */
export function unitsFilled(intent: Intent, executions: readonly Fill[]): number {
  let units = Number.POSITIVE_INFINITY;
  for (const { symbol, ratio } of legsOf(intent)) {
    units = Math.min(units, Math.floor(filledIn(executions, symbol) / ratio));
  }
  return units;
}

/** Whether more of the order, or of one of its legs, is filled than was asked for. */
export function isOverfilled(order: Order): boolean {
  const { intent, executions, filled } = order;
  if (intent.legs === undefined) return filled > intent.quantity;
  return intent.legs.some(
    ({ symbol, ratio }) => filledIn(executions, symbol) > intent.quantity * ratio,
  );
}

/** Shares or contracts of one leg that may still fill while the order is not done. */
export const legLeft = (order: Order, leg: { symbol: string; ratio: number }): number =>
  Math.max(0, order.intent.quantity * leg.ratio - filledIn(order.executions, leg.symbol));

/** The leg that a fill belongs to; throws unless the order has it. */
export function legOfFill(
  intent: Intent,
  { symbol }: Pick<Fill, 'symbol'>,
): { symbol: string; side: Side } {
  const { legs } = intent;
  if (legs === undefined && (symbol === undefined || symbol === intent.symbol)) return intent;
  const leg = legs?.find((one) => one.symbol === symbol);
  if (leg !== undefined) return leg;
  throw new BrokenPromise(`Order "${intent.id}": a fill in "${symbol}", which is no leg of it`);
}

const legsOf = (intent: Intent) =>
  intent.legs ?? [{ symbol: intent.symbol, side: intent.side, ratio: 1 }];

function filledIn(executions: readonly Fill[], symbol: string): number {
  let sum = 0;
  for (const fill of executions) {
    if (isOfLeg(fill, symbol)) sum += fill.quantity;
  }
  return sum;
}

/** Whether a fill of the order belongs to the leg: an order of one symbol need not name it. */
export const isOfLeg = (fill: Fill, symbol: string): boolean =>
  fill.symbol === undefined || fill.symbol === symbol;
