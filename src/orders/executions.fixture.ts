import { intentOf, reportsOn } from './order.fixture.ts';
import { applyToOrder, newOrder, type Order } from './order.ts';
import type { Fill, Report } from './report.ts';
import type { Intent } from './request.ts';

export const INTENT = intentOf();
export const on = reportsOn(INTENT.clientOrderId);

/** Applies the reports one after the other; postings in words: sign, quantity at cents. */
export function play(reports: readonly Report[], intent: Intent = INTENT) {
  const order = newOrder(intent);
  const results = reports.map((report) => applyToOrder(order, report));
  const postings = results.flatMap((result) => result.postings);
  return {
    order,
    last: results.at(-1),
    alarms: results.flatMap(({ alarm }) => (alarm === null ? [] : [alarm])),
    postings,
    booked: results.map((result) => result.postings.map(inWords)),
  };
}

export const inWords = ({ fill, sign }: { fill: Fill; sign: number }): string =>
  `${sign > 0 ? '+' : '-'}${fill.quantity} @ ${fill.price / 10_000}`;

/** The books that follow the postings alone, as a ledger does. */
export const ledgerOf = (postings: readonly { fill: Fill; sign: number }[]) =>
  postings.reduce(
    (sum, { fill, sign }) => ({
      filled: sum.filled + sign * fill.quantity,
      notional: sum.notional + sign * fill.quantity * fill.price,
      fees: sum.fees + sign * fill.fee,
    }),
    { filled: 0, notional: 0, fees: 0 },
  );

export const sumsOf = ({ filled, notional, fees }: Order) => ({ filled, notional, fees });
