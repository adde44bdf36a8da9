import {
  BadInput,
  type Brand,
  BrokenPromise,
  type DateText,
  type Instant,
  type Price,
  sha256,
} from '../base/index.ts';

/** Ours, without the epoch: book, trading date, its count of that day: "hav-2024-01-05-1". */
export type IntentId = Brand<string, 'IntentId'>;
/** Ours, as the broker sees it; fixed before sending. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;

export type Side = 'buy' | 'sell';
export type TimeInForce = 'day' | 'gtc';

/**
 * At which price an order may fill. A stop rests until the market reaches `stopPrice`, and is a
 * market or a limit order from then on. The limit of a multi-leg order is its net price a unit:
 * above zero is paid, below zero is received.
 */
export type Pricing =
  | { readonly type: 'market' }
  | { readonly type: 'limit'; readonly limitPrice: Price }
  | { readonly type: 'stop'; readonly stopPrice: Price }
  | { readonly type: 'stopLimit'; readonly stopPrice: Price; readonly limitPrice: Price };

/**
 * Why an order exists. An `exit`, a `protect` (a resting stop or profit target), a `flatten` and a
 * `repair` may only shrink their position (invariant 19).
 */
export type Purpose = 'rebalance' | 'signal' | 'exit' | 'protect' | 'flatten' | 'repair';

/** One leg of an order that fills as a whole: `ratio` contracts for each unit of its quantity. */
export interface OrderLeg {
  readonly symbol: string;
  readonly side: Side;
  readonly ratio: number;
}

/** Orders of which one ends the others; which of them this is. */
export interface OrderLink {
  readonly group: string;
  readonly role: 'stop' | 'target';
}

/** The durable decision to have one order, with every term that the broker will see. */
export interface Intent {
  readonly id: IntentId;
  readonly clientOrderId: ClientOrderId;
  readonly book: string;
  readonly symbol: string;
  readonly side: Side;
  /** Whole shares or contracts above zero. */
  readonly quantity: number;
  readonly pricing: Pricing;
  readonly timeInForce: TimeInForce;
  readonly purpose: Purpose;
  /** The market when it was decided, for slippage. */
  readonly expectedPrice: Price;
  readonly at: Instant;
  readonly date: DateText;
  /** Legs of a multi-leg order, which then counts in units; `symbol` is the underlying. */
  readonly legs?: readonly OrderLeg[];
  readonly link?: OrderLink;
  /** The order before it in its replace chain, proven done before this one was made. */
  readonly replaces?: ClientOrderId;
}

/** +1 for a buy, -1 for a sell. */
export const signOf = (side: Side): 1 | -1 => (side === 'buy' ? 1 : -1);

/**
 * The `count`-th intent of `book` on `date`, counted from 1. No two of them share an id, hyphens
 * and digits in a book's name or not: read from its end, the text is a count, a date and a name.
 * Throws unless there is a date and the count is whole and above zero.
 */
export function intentId(book: string, date: DateText, count: number): IntentId {
  if (date.length !== DATE_LENGTH || !Number.isSafeInteger(count) || count < 1) {
    throw new BrokenPromise(`Intent "${count}" of "${book}" on "${date}" has no date or no count`);
  }
  if (dated.book !== book || dated.date !== date) dated = { book, date, start: `${book}-${date}-` };
  return (dated.start + count) as IntentId;
}

/** What the ids of one book and day begin with, as last asked for: they come in rows. */
let dated = { book: '', date: '', start: '--' };

const DATE_LENGTH = 10; // "2024-01-05"
const CLIENT_ORDER_ID_MAX = 128; // what Alpaca takes

/** What every client order id of an account begins with, whatever its epoch. */
export const clientOrderIdStart = (account: string): string =>
  `pl-${sha256(account).slice(0, 6)}-e`;

/** What ids begin with for the account and epoch last asked for: hashing takes time. */
let tagged = { account: '', epoch: Number.NaN, start: '' };

/**
 * The id under which the broker knows an intent: a pure function of account, epoch and intent, so
 * that no two of them share one and the text alone tells epoch and date (invariant 4).
 * Throws `BadInput` for an epoch that is not a count, and beyond 128 characters.
 */
export function clientOrderId(account: string, epoch: number, intent: IntentId): ClientOrderId {
  if (tagged.account !== account || tagged.epoch !== epoch) {
    tagged = { account, epoch, start: `${clientOrderIdStart(account)}${epoch}-` };
  }
  const id = tagged.start + intent;
  if (id.length <= CLIENT_ORDER_ID_MAX && Number.isSafeInteger(epoch) && epoch >= 0) {
    return id as ClientOrderId;
  }
  throw new BadInput(`Client order id "${id}" is not of a whole epoch and 128 characters at most`);
}
