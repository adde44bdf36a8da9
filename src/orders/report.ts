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
}

/**
 * Any message from the broker, or the lack of one, on an order. A `cancelRequested` is our own; a
 * reply to a cancel request is none of these: it says that the request was taken, not what became
 * of the order. `unknown` says that nobody can tell; `notFound` is a confirmed reading, after any
 * moment at which the order could still arrive, that the broker has no order of this id.
 */
export type Report = { readonly order: ClientOrderId; readonly at: Instant } & (
  | { readonly kind: 'accepted'; readonly venueOrderId: string }
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'fill'; readonly fill: Fill }
  | { readonly kind: 'cancelRequested' }
  | { readonly kind: 'canceled'; readonly reason: string }
  | { readonly kind: 'expired' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'notFound' }
);
