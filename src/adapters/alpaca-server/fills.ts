import { type Instant, type Money, type Price, ratio, times } from '../../base/index.ts';
import type { Fill, Side } from '../../orders/index.ts';
import { dollarText } from '../number.ts';
import type { Account } from './account.ts';
import { multiplierOf } from './books.ts';
import { nanoText } from './ids.ts';
import type { FeeSchedule } from './options.ts';
import { type DeskActivity, type DeskOrder, leftOf } from './records.ts';
import { isOption } from './symbols.ts';

const BILLION = 1_000_000_000;

/** One execution of an order with one symbol. */
export interface Execution {
  readonly order: DeskOrder;
  readonly quantity: number;
  readonly price: Price;
  readonly at: Instant;
}

/** Books an execution: cash, holding, fees owed, the order's sums and its FILL activity. */
export function bookExecution(
  account: Account,
  fees: FeeSchedule,
  { order, quantity, price, at }: Execution,
  fee: Fill['fee'],
): DeskActivity {
  const { symbol } = order.terms;
  const side = order.terms.side as Side;
  account.books.trade(symbol, side, quantity, { price, on: at });
  oweFees(account, fees, { order, quantity, price, at }, fee);
  order.filled += quantity;
  order.paid += price * quantity;
  order.updatedAt = at;
  order.status = leftOf(order) === 0 ? 'filled' : 'partially_filled';
  if (order.status === 'filled') order.filledAt = at;
  return recordFill(account, { order, quantity, price, at });
}

export function recordFill(account: Account, { order, quantity, price, at }: Execution) {
  return account.record({
    type: 'FILL',
    at,
    symbol: order.terms.symbol,
    quantity,
    price,
    fill: {
      orderId: order.id,
      side: order.terms.side as Side,
      cumulative: order.filled,
      left: leftOf(order),
      orderStatus: order.status,
      replaces: null,
    },
  });
}

function oweFees(account: Account, fees: FeeSchedule, made: Execution, commission: Money): void {
  const { order, quantity, price } = made;
  const { symbol, side } = order.terms;
  const { books } = account;
  const isContract = isOption(symbol);
  books.owe('COM', commission);
  if (isContract) {
    books.owe('ORF', fees.orfPerContract * quantity);
    books.owe('OCC', fees.occPerContract * quantity);
  }
  if (side !== 'sell') return;
  const proceeds = times(price, quantity, multiplierOf(symbol));
  books.owe('REG', ratio(proceeds, fees.secPerBillion, BILLION, 'up'));
  const each = isContract ? fees.tafPerContract : fees.tafPerShare;
  books.owe('TAF', Math.min(fees.tafMax, each * quantity));
}

/** What the stream tells of an execution beside the order. */
export const fillMore = (activity: DeskActivity, position: number) => ({
  execution_id: activity.uuid,
  price: dollarText(activity.price as Price),
  qty: String(activity.quantity),
  position_qty: String(position),
  timestamp: nanoText(activity.at, activity.number),
});
