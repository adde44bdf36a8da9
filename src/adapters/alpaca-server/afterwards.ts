import { BadInput, type Instant, type Price, times } from '../../base/index.ts';
import type { Side } from '../../orders/index.ts';
import { dollarText } from '../number.ts';
import type { Account } from './account.ts';
import { multiplierOf } from './books.ts';
import { recordFill } from './fills.ts';
import { nanoText } from './ids.ts';
import type { OrdersBook } from './orders-book.ts';
import type { DeskActivity, DeskOrder } from './records.ts';

interface Books {
  readonly account: Account;
  readonly orders: OrdersBook;
  now(): Instant;
}

interface Changed {
  readonly order: DeskOrder;
  readonly more: Readonly<Record<string, unknown>>;
}

function executionOf({ account, orders }: Books, id: string): [DeskActivity, DeskOrder, number] {
  const place = account.activities.findIndex(({ uuid, type }) => uuid === id && type === 'FILL');
  const made = account.activities[place];
  const order = made?.fill && orders.find(made.fill.orderId);
  if (made === undefined || !order) throw new BadInput(`Execution "${id}" is not known`);
  if (made.status !== 'executed') throw new BadInput(`Execution "${id}" was changed before`);
  return [made, order, place];
}

const opposite = (side: Side): Side => (side === 'buy' ? 'sell' : 'buy');

/**
 * Takes an execution back: cash, holding and the order's sums are as if it had not been, and its
 * FILL activity is no longer listed. The order's status stays.
 */
export function bustExecution(books: Books, id: string): Changed {
  const [made, order, place] = executionOf(books, id);
  const { account, orders } = books;
  const [quantity, price] = [made.quantity as number, made.price as Price];
  const at = books.now();
  account.books.trade(order.terms.symbol, opposite(order.terms.side as Side), quantity, {
    price,
    on: at,
  });
  order.filled -= quantity;
  order.paid -= price * quantity;
  order.updatedAt = at;
  orders.changed.add(order);
  account.activities[place] = { ...made, status: 'canceled' };
  const more = {
    previous_execution_id: made.uuid,
    price: dollarText(price),
    qty: String(-quantity),
    position_qty: String(account.books.quantityOf(order.terms.symbol)),
    timestamp: nanoText(at, made.number),
  };
  return { order, more };
}

/** Gives an execution another price: the old FILL activity is no longer listed, a new one is. */
export function correctExecution(books: Books, id: string, price: Price): Changed {
  const [made, order, place] = executionOf(books, id);
  const { account, orders } = books;
  const quantity = made.quantity as number;
  const at = books.now();
  const change = (price - (made.price as number)) as Price;
  const sign = order.terms.side === 'buy' ? 1 : -1;
  account.books.pay(times(change, -sign * quantity, multiplierOf(order.terms.symbol)));
  order.paid += change * quantity;
  order.updatedAt = at;
  orders.changed.add(order);
  account.activities[place] = { ...made, status: 'correct' };
  const next = recordFill(account, { order, quantity, price, at });
  const more = {
    execution_id: next.uuid,
    previous_execution_id: made.uuid,
    price: dollarText(price),
    qty: String(quantity),
    position_qty: String(account.books.quantityOf(order.terms.symbol)),
    timestamp: nanoText(at, next.number),
  };
  return { order, more };
}
