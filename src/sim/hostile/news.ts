import type { Instant, Price } from '../../base/index.ts';
import type { TrueExecution } from './books.ts';
import type { TrueOrder } from './order.ts';
import type { ActivityView, StreamMessage } from './views.ts';

/** What is still to happen at the broker. */
export type VenueEvent =
  | { readonly kind: 'open' | 'close' | 'sweep' }
  | {
      readonly kind: 'work' | 'fill' | 'cancel' | 'lateFill' | 'lateReject';
      readonly order: TrueOrder;
    }
  | { readonly kind: 'link'; readonly order: TrueOrder; readonly taken: number }
  | { readonly kind: 'bust'; readonly order: TrueOrder; readonly execution: TrueExecution }
  | {
      readonly kind: 'correct';
      readonly order: TrueOrder;
      readonly execution: TrueExecution;
      readonly price: Price;
      readonly quantity: number;
      /** Comes in the quiet too: what it corrects was no price. */
      readonly certain: boolean;
    }
  | { readonly kind: 'post'; readonly activity: ActivityDraft }
  /** An act of others, which the quiet ends, or a split, which it does not. */
  | { readonly kind: 'act' | 'split'; readonly act: () => void };

type Without<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
export type ActivityDraft = Without<ActivityView, 'id'>;
export type MessageDraft = Without<StreamMessage, 'at' | 'order' | 'clientOrderId'>;

/** What the broker tells of by itself: the stream's messages, and the list of activities. */
export class HostileNews {
  readonly #showsIds: boolean;
  /** Posted so far, in the order of their appearance. */
  readonly activities: ActivityView[] = [];
  #messages: StreamMessage[] = [];

  constructor(showsIds: boolean) {
    this.#showsIds = showsIds;
  }

  say(order: TrueOrder, at: Instant, message: MessageDraft): void {
    const clientOrderId = this.#showsIds && !order.external ? order.terms.clientOrderId : null;
    this.#messages.push({ at, order: order.id, clientOrderId, ...message } as StreamMessage);
  }

  post(activity: ActivityDraft): void {
    this.activities.push({ id: `a-${this.activities.length + 1}`, ...activity } as ActivityView);
  }

  /** Messages since the last call, oldest first. */
  takeMessages(): StreamMessage[] {
    if (this.#messages.length === 0) return [];
    const messages = this.#messages;
    this.#messages = [];
    return messages;
  }
}
