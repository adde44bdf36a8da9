import type { Instant, Money, Price } from '../../base/index.ts';
import type { OrderLeg, OrderLink, Pricing, Side, TimeInForce } from '../../orders/index.ts';

/** What a client asks for. A broker without client ids takes no notice of the id. */
export interface OrderTerms {
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly pricing: Pricing;
  readonly timeInForce: TimeInForce;
  readonly legs?: readonly OrderLeg[];
  readonly link?: OrderLink;
}

/** One execution as the broker tells it. */
export interface ExecutionView {
  readonly executionId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly price: Price;
  readonly fee: Money;
  readonly at: Instant;
}

/** A reading of one order. */
export interface OrderView {
  readonly id: string;
  /** Null at a broker without client ids, and of orders made by hand. */
  readonly clientOrderId: string | null;
  readonly symbol: string;
  readonly side: Side;
  readonly quantity: number;
  readonly pricing: Pricing;
  readonly timeInForce: TimeInForce;
  readonly legs: readonly OrderLeg[] | null;
  /** One of `ORDER_STATUSES`, or a text nobody knows. */
  readonly status: string;
  /** Cumulative, busts taken off; units of a multi-leg order. */
  readonly filled: number;
  /** Mean price of what is filled, half to even; null where nothing is. */
  readonly averagePrice: Price | null;
  /** Null where this reading leaves them out. */
  readonly executions: readonly ExecutionView[] | null;
  readonly submittedAt: Instant;
  readonly reason: string | null;
}

export const ORDER_STATUSES = [
  'accepted',
  'working',
  'filled',
  'canceled',
  'expired',
  'rejected',
] as const;
export type HostileStatus = (typeof ORDER_STATUSES)[number];

/** A page of orders, newest first; `next` asks for the page after it. */
export interface OrderPage {
  readonly orders: readonly OrderView[];
  readonly next: string | null;
}

export interface AccountView {
  readonly cash: Money;
  /** Only sells are taken. */
  readonly restricted: boolean;
}

/** Something that changed the account, in the order of its appearance in the list. */
export type ActivityView = { readonly id: string; readonly at: Instant } & (
  | { readonly type: 'fill'; readonly order: string; readonly execution: ExecutionView }
  | { readonly type: 'bust'; readonly order: string; readonly executionId: string }
  | {
      readonly type: 'correction';
      readonly order: string;
      readonly executionId: string;
      readonly execution: ExecutionView;
    }
  | { readonly type: 'dividend'; readonly symbol: string; readonly amount: Money }
  | { readonly type: 'fee'; readonly amount: Money }
  | { readonly type: 'transfer'; readonly amount: Money }
  | { readonly type: 'transferInKind'; readonly symbol: string; readonly shares: number }
  | {
      readonly type: 'split';
      readonly symbol: string;
      readonly numerator: number;
      readonly denominator: number;
      /** Signed shares after it, and cash for the fraction of one. */
      readonly shares: number;
      readonly cashInLieu: Money;
    }
  /** A type that no list contains; its amount is in the cash. */
  | { readonly type: 'unlisted'; readonly name: string; readonly amount: Money }
);

/** What the stream says of an order; a hint, never the truth. */
export type StreamMessage = {
  readonly at: Instant;
  readonly order: string;
  readonly clientOrderId: string | null;
} & (
  | { readonly kind: 'accepted' }
  | { readonly kind: 'fill'; readonly execution: ExecutionView; readonly filled: number }
  | { readonly kind: 'canceled' | 'rejected' | 'cancelRefused'; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'bust'; readonly executionId: string }
  | {
      readonly kind: 'correction';
      readonly executionId: string;
      readonly execution: ExecutionView;
    }
);

/** An answer. `documented` marks a refusal in the broker's own words: the order was not taken. */
export type Reply<Body> =
  | {
      readonly ok: true;
      readonly status: 200 | 201 | 204;
      readonly body: Body;
      /** The id of a new order, as the reply's header names it; null where it is missing. */
      readonly location: string | null;
    }
  | {
      readonly ok: false;
      readonly status: number;
      readonly code: string;
      readonly message: string;
      readonly documented: boolean;
      readonly retryAfterMs: number | null;
    };
