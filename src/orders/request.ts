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

/** At which price an order may fill. */
export type Pricing =
  | { readonly type: 'market' }
  | { readonly type: 'limit'; readonly limitPrice: Price };

/** Why an order exists; an `exit` or `flatten` may only shrink its position (invariant 19). */
export type Purpose = 'rebalance' | 'signal' | 'exit' | 'flatten';

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

/** What ids begin with for the account and epoch last asked for: hashing takes time. */
let tagged = { account: '', epoch: Number.NaN, start: '' };

/**
 * The id under which the broker knows an intent: a pure function of account, epoch and intent, so
 * that no two of them share one and the text alone tells epoch and date (invariant 4).
 * Throws `BadInput` for an epoch that is not a count, and beyond 128 characters.
 */
export function clientOrderId(account: string, epoch: number, intent: IntentId): ClientOrderId {
  if (tagged.account !== account || tagged.epoch !== epoch) {
    tagged = { account, epoch, start: `pl-${sha256(account).slice(0, 6)}-e${epoch}-` };
  }
  const id = tagged.start + intent;
  if (id.length <= CLIENT_ORDER_ID_MAX && Number.isSafeInteger(epoch) && epoch >= 0) {
    return id as ClientOrderId;
  }
  throw new BadInput(`Client order id "${id}" is not of a whole epoch and 128 characters at most`);
}
