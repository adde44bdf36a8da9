import type { DateText, Instant, Money, Price } from '../base/index.ts';
import type { ClientOrderId, Intent, IntentId } from '../orders/index.ts';
import type { ApprovalRequest, EndedApproval, Grant, Refusal } from '../risk/index.ts';
import type { FlattenRecord } from './flatten/state.ts';
import type { DecisionRecord, EquityPoint, FillRecord } from './records.ts';

export type Severity = 'INFO' | 'WARNING' | 'HIGH' | 'CRITICAL';

/** One thing the engine asks of the world, or tells it. Journaled with the input that caused it. */
export type Effect =
  | {
      readonly kind: 'submit';
      readonly intent: Intent;
      /** Counted from 1; a second one sends the same terms under the same id. */
      readonly attempt: number;
      /** Nothing leaves after this instant. */
      readonly sendBy: Instant;
    }
  /** Asks which orders the broker knows, to be kept before this one is sent. */
  | { readonly kind: 'watermark'; readonly order: ClientOrderId }
  | { readonly kind: 'cancel'; readonly order: ClientOrderId; readonly reason: string }
  | { readonly kind: 'query'; readonly order: ClientOrderId }
  | { readonly kind: 'observe'; readonly book: number; readonly date: DateText }
  | { readonly kind: 'readAccount' }
  /** A person is asked for a yes; the text is made of the terms that are hashed. */
  | { readonly kind: 'approvalAsked'; readonly request: ApprovalRequest; readonly text: string }
  /** What became of a request or a grant; `first` is false where this was told before. */
  | { readonly kind: 'approvalEnded'; readonly ended: EndedApproval; readonly first: boolean }
  /** A yes to more than one order, from now on. */
  | { readonly kind: 'approvalGranted'; readonly grant: Grant }
  /** A yes is used up by this order, of a request's own or of a grant. */
  | {
      readonly kind: 'approvalUsed';
      readonly approval: string;
      readonly order: ClientOrderId;
      readonly hash: string;
      readonly quantity: number;
      /** What was approved: more where the order was made smaller since. */
      readonly approved: number;
    }
  /** An emergency exit ended. */
  | { readonly kind: 'flattened'; readonly record: FlattenRecord }
  | { readonly kind: 'decision'; readonly record: DecisionRecord }
  | {
      readonly kind: 'planned';
      readonly book: string;
      readonly legs: number;
      readonly notes: readonly string[];
    }
  | {
      readonly kind: 'refused';
      readonly book: string;
      readonly intent: IntentId;
      readonly symbol: string;
      readonly refusal: Refusal;
    }
  | { readonly kind: 'fill'; readonly record: FillRecord }
  /** Opposite wishes of two books met inside: `from` sold to `to`; a fill record each follows. */
  | {
      readonly kind: 'crossed';
      readonly symbol: string;
      readonly quantity: number;
      readonly price: Price;
      readonly from: string;
      readonly to: string;
    }
  /** Cash that moved between books by the capital rule; the amounts add up to zero. */
  | {
      readonly kind: 'capitalMoved';
      readonly date: DateText;
      readonly moves: readonly { readonly book: string; readonly amount: Money }[];
    }
  | { readonly kind: 'equity'; readonly point: EquityPoint }
  | {
      readonly kind: 'alert';
      readonly severity: Severity;
      readonly code: string;
      readonly text: string;
      readonly at: Instant;
    };
