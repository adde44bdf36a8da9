import { type Brand, type DateText, type Instant, type Price, sha256 } from '../base/index.ts';

/** Ours, without the epoch: book, trading date and the book's count of that day: "hav-2024-01-05-1". */
export type IntentId = Brand<string, 'IntentId'>;
/** Ours, as the broker sees it; fixed before sending. */
export type ClientOrderId = Brand<string, 'ClientOrderId'>;

export type Side = 'buy' | 'sell';
export type TimeInForce = 'day' | 'gtc';

/** At which price an order may fill. */
export type Pricing =
  | { readonly type: 'market' }
  | { readonly type: 'limit'; readonly limitPrice: Price };

/** Why an order exists; what the last gate may let through while halted depends on it. */
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

/** The `count`-th intent of `book` on `date`, counted from 1. */
export const intentId = (book: string, date: DateText, count: number): IntentId =>
  `${book}-${date}-${count}` as IntentId;

/**
 * The id under which the broker knows an intent: a pure function of account, epoch and intent, so
 * that no two of them share one and the text alone tells epoch and date (invariant 4).
 */
export function clientOrderId(account: string, epoch: number, intent: IntentId): ClientOrderId {
  return `pl-${sha256(account).slice(0, 6)}-e${epoch}-${intent}` as ClientOrderId;
}
