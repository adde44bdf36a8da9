import type { Instant, Price } from '../base/index.ts';
import type { Order } from './order.ts';
import type { ClientOrderId, Intent, OrderLeg, Pricing, Side, TimeInForce } from './request.ts';

/** One order as the broker lists it. Words that no table of ours knows are `other`. */
export interface ListedOrder {
  readonly venueOrderId: string;
  /** Null where the broker knows no ids of ours, or none came with it. */
  readonly clientOrderId: ClientOrderId | null;
  /** Of a multi-leg order the broker may tell neither symbol nor side: its legs count. */
  readonly symbol: string;
  readonly side: Side | 'other';
  readonly quantity: number;
  readonly filled: number;
  readonly type: Pricing['type'] | 'other';
  readonly limitPrice: Price | null;
  readonly stopPrice: Price | null;
  readonly timeInForce: TimeInForce | 'other';
  readonly enteredAt: Instant;
  readonly legs?: readonly OrderLeg[];
}

export type Match =
  | { readonly kind: 'one'; readonly venueOrderId: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly candidates: readonly string[] };

/**
 * Which of the broker's orders is `order`, told by its terms: one that was not there before the
 * send, is not bound to another order of ours (`bound`: venue order ids) and equals it in every
 * term. `none` says only that the list has none: it may lag. Several, or one without a watermark
 * that proves it new, are ambiguous, and nobody guesses.
 */
export function matchByTerms(
  order: Order,
  listed: readonly ListedOrder[],
  bound: ReadonlySet<string>,
): Match {
  const { intent, watermark } = order;
  const candidates = listed
    .filter((one) => !bound.has(one.venueOrderId) && !watermark?.includes(one.venueOrderId))
    .filter((one) => verifyTerms(intent, one) === null)
    .map((one) => one.venueOrderId);
  const distinct = [...new Set(candidates)];
  const [venueOrderId] = distinct;
  if (venueOrderId === undefined) return { kind: 'none' };
  if (distinct.length > 1 || watermark === null) return { kind: 'ambiguous', candidates: distinct };
  return { kind: 'one', venueOrderId };
}

/**
 * The first term in which the broker's order differs from ours, as a sentence, or null when it is
 * ours: an id that is taken by other terms is a collision (F003).
 */
export function verifyTerms(intent: Intent, listed: ListedOrder): string | null {
  for (const [term, wanted, found] of termsOf(intent, listed)) {
    if (wanted === found) continue;
    return `Order "${intent.id}": ${term} is "${found}" at the broker, intended was "${wanted}"`;
  }
  return null;
}

type Term = readonly [name: string, wanted: string | number | null, found: string | number | null];

function termsOf(intent: Intent, listed: ListedOrder): readonly Term[] {
  const { clientOrderId, pricing } = intent;
  const own: Term[] =
    intent.legs === undefined
      ? [
          ['symbol', intent.symbol, listed.symbol],
          ['side', intent.side, listed.side],
        ]
      : [];
  return [
    ['client order id', clientOrderId, listed.clientOrderId ?? clientOrderId],
    ['legs', legsText(intent.legs), legsText(listed.legs)],
    ...own,
    ['quantity', intent.quantity, listed.quantity],
    ['type', pricing.type, listed.type],
    ['limit price', 'limitPrice' in pricing ? pricing.limitPrice : null, listed.limitPrice],
    ['stop price', 'stopPrice' in pricing ? pricing.stopPrice : null, listed.stopPrice],
    ['time in force', intent.timeInForce, listed.timeInForce],
  ];
}

/** Legs in words, whatever their order. */
const legsText = (legs: readonly OrderLeg[] = []): string =>
  legs
    .map(({ symbol, side, ratio }) => `${side} ${ratio} ${symbol}`)
    .sort()
    .join(', ');
