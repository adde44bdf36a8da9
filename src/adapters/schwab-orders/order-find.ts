import { DAY_MS, type Instant, MINUTE_MS } from '../../base/index.ts';
import {
  type Intent,
  type ListedOrder,
  matchByTerms,
  type Order,
  type Report,
  verifyTerms,
} from '../../orders/index.ts';
import type { Bindings } from './bindings.ts';
import type { OrderClient } from './order-client.ts';
import { listedOf } from './order-listed.ts';
import type { SchwabOrder } from './order-schema.ts';
import { plainText } from '../text.ts';

/** Days of orders that a watermark holds: more than any search goes back before its send. */
export const WATERMARK_MS = 7 * DAY_MS;
const BEFORE_SEND_MS = DAY_MS;
/** How far ahead of our clock Schwab's may be. */
export const CLOCK_SLACK_MS = 15 * MINUTE_MS;
/** An order entered longer before the send than clocks may differ is not the one that was sent. */
const ENTERED_EARLY_MS = MINUTE_MS;

/** How long after its send an order is looked for by the name that it was given alone. */
const NAMED_MS = MINUTE_MS;

/** Evidence on one order: what Schwab has of it, read and told as reports. */
export class OrderFinder {
  readonly #client: OrderClient;
  readonly #bindings: Bindings;

  constructor(client: OrderClient, bindings: Bindings) {
    this.#client = client;
    this.#bindings = bindings;
  }

  /** By its name where one is known, by its terms else. Throws where nothing is proven. */
  find(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { intent, venueOrderId } = order;
    this.#bindings.booked(order);
    const id = venueOrderId ?? this.#bindings.named(intent.clientOrderId);
    return id === null ? this.#byTerms(order, at) : this.#byId(order, id, at);
  }

  /** Throws unless the order of this name is the one that was intended, in every term. */
  told(intent: Intent, found: SchwabOrder, at: Instant): readonly Report[] {
    const wrong = verifyTerms(intent, listedOf(found));
    if (wrong !== null) throw new Error(wrong);
    this.#bindings.bind(found.orderId, intent.clientOrderId, at);
    return this.#bindings.reportsOf(found, intent.clientOrderId, at);
  }

  async #byId(order: Readonly<Order>, id: string, at: Instant): Promise<readonly Report[]> {
    const { intent, venueOrderId } = order;
    let found = await this.#client.get(id);
    if (found === null) {
      const listed = await this.#client.list(...windowOf(order, at));
      found = listed.find(({ orderId }) => orderId === id) ?? null;
    }
    if (found !== null) {
      if (venueOrderId === null) return this.told(intent, found, at);
      this.#bindings.bind(id, intent.clientOrderId, at);
      return this.#bindings.reportsOf(found, intent.clientOrderId, at);
    }
    if (venueOrderId === null) return this.#misnamed(order, id, at);
    return [{ kind: 'notFound', order: intent.clientOrderId, at }];
  }

  /**
   * Schwab took it and gave it this name: that it cannot be read yet does not undo it. Later the
   * name may be wrong, and its terms find it; that they do not is no evidence. Throws then.
   */
  async #misnamed(order: Readonly<Order>, id: string, at: Instant): Promise<readonly Report[]> {
    const isLate = order.sentAt > 0 && at >= order.sentAt + NAMED_MS;
    const found = isLate ? await this.#byTerms(order, at) : [];
    if (found.some(({ kind }) => kind !== 'notFound')) return found;
    throw new Error(`Order "${id}" was taken and cannot be read yet`);
  }

  /**
   * The one new order that equals ours. None is evidence of this complete reading alone: whether it
   * came late enough is judged by the engine. Several, or one that only looks like it, are for a
   * person to tell apart (F001).
   */
  async #byTerms(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { intent, sentAt } = order;
    const { clientOrderId } = intent;
    const orders = await this.#client.list(...windowOf(order, at));
    const bound = this.#bindings.ids(clientOrderId);
    const match = matchByTerms(order, orders.map(listedOf), bound);
    if (match.kind === 'ambiguous') return [unclear(order, at, match.candidates)];
    if (match.kind === 'one') {
      const found = orders.find(({ orderId }) => orderId === match.venueOrderId) as SchwabOrder;
      const isEarly = listedOf(found).enteredAt < sentAt - ENTERED_EARLY_MS;
      return isEarly ? [unclear(order, at, [found.orderId])] : this.told(intent, found, at);
    }
    const alike = orders
      .filter(({ orderId }) => !bound.has(orderId) && !order.watermark?.includes(orderId))
      .map(listedOf)
      .filter((one) => isRecent(one, sentAt) && isAlike(intent, one));
    if (alike.length > 0) {
      const ids = alike.map(({ venueOrderId }) => venueOrderId);
      return [unclear(order, at, ids)];
    }
    return [{ kind: 'notFound', order: clientOrderId, at }];
  }
}

/** Within what was read for the watermark, so that nothing older looks new. */
function windowOf({ sentAt }: Readonly<Order>, at: Instant): [from: Instant, to: Instant] {
  const from = (sentAt > 0 ? sentAt : at) - BEFORE_SEND_MS;
  return [from as Instant, (at + CLOCK_SLACK_MS) as Instant];
}

/** Whether an order may have been entered after the send; one that does not say when may. */
const isRecent = ({ enteredAt }: ListedOrder, sentAt: Instant): boolean =>
  enteredAt === 0 || enteredAt >= sentAt - ENTERED_EARLY_MS;

/** Whether an order is in the same instrument: ours perhaps, in terms that Schwab changed. */
function isAlike({ symbol, legs }: Intent, listed: ListedOrder): boolean {
  const ours = new Set(legs?.map((leg) => leg.symbol) ?? [symbol]);
  const theirs = listed.legs?.map((leg) => leg.symbol) ?? [listed.symbol];
  return theirs.some((one) => ours.has(one));
}

function unclear({ intent }: Readonly<Order>, at: Instant, ids: readonly string[]): Report {
  const status = plainText(`unclear: it may be ${ids.join(' or ')}`);
  return { kind: 'suspended', order: intent.clientOrderId, at, status };
}
