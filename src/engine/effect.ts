import type { DateText, Instant } from '../base/index.ts';
import type { ClientOrderId, Intent, IntentId } from '../orders/index.ts';
import type { Refusal } from '../risk/index.ts';
import type { DecisionRecord, EquityPoint, FillRecord } from './records.ts';

export type Severity = 'INFO' | 'WARNING' | 'HIGH' | 'CRITICAL';

/** One thing the engine asks of the world, or tells it. Journaled with the input that caused it. */
export type Effect =
  | { readonly kind: 'submit'; readonly intent: Intent }
  | { readonly kind: 'cancel'; readonly order: ClientOrderId; readonly reason: string }
  | { readonly kind: 'query'; readonly order: ClientOrderId }
  | { readonly kind: 'observe'; readonly book: number; readonly date: DateText }
  | { readonly kind: 'readAccount' }
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
  | { readonly kind: 'equity'; readonly point: EquityPoint }
  | {
      readonly kind: 'alert';
      readonly severity: Severity;
      readonly code: string;
      readonly text: string;
      readonly at: Instant;
    };
