import type { Brand, Instant, Money, Price } from '../base/index.ts';
import type { ClientOrderId } from './request.ts';

/** The broker's own name of one execution: each counts once, whatever brought it. */
export type ExecutionId = Brand<string, 'ExecutionId'>;

/** One execution of part or all of our order. */
export interface Fill {
  readonly executionId: ExecutionId;
  /** Whole shares above zero, of this execution alone. */
  readonly quantity: number;
  readonly price: Price;
  /** What venue and broker charged; above zero is paid. */
  readonly fee: Money;
  /** The leg it belongs to, of a multi-leg order. */
  readonly symbol?: string;
  /** Derived from a cumulative quantity; the real execution supersedes it. */
  readonly inferred?: true;
}

/**
 * Any message from the broker, or the lack of one, on an order. A `cancelRequested` is our own; a
 * reply to a cancel request is none of these: it says that the request was taken, not what became
 * of the order. `unknown` says that nobody can tell. `notFound` is a confirmed reading, after any
 * moment at which the order could still arrive, that the broker has no order of this id; `notSent`
 * is our own proof that no byte of it left. `cumulative` is all that some lists tell of fills: the
 * total so far, of which executions may be missing. `bust` and `correction` name an execution.
 * `suspended` is a status that no table knows: the order is live, and somebody must look.
 */
export type Report = { readonly order: ClientOrderId; readonly at: Instant } & (
  | { readonly kind: 'accepted'; readonly venueOrderId: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | {
      readonly kind: 'cumulative';
      readonly filled: number;
      readonly averagePrice: Price;
      /** The leg it counts, of a multi-leg order: without it nothing can be booked of one. */
      readonly symbol?: string;
    }
  | { readonly kind: 'bust'; readonly executionId: ExecutionId; readonly reason: string }
  | { readonly kind: 'correction'; readonly executionId: ExecutionId; readonly fill: Fill }
  | { readonly kind: 'cancelRequested' }
  | { readonly kind: 'cancelRefused'; readonly reason: string }
  | { readonly kind: 'canceled'; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'suspended'; readonly status: string }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'notFound' }
  | { readonly kind: 'notSent'; readonly reason: string }
);
