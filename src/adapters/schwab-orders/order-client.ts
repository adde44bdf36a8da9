import { formatInstant, type Instant, MINUTE_MS } from '../../base/index.ts';
import { meaningOf } from '../../orders/index.ts';
import type { SchwabHttpPort, SchwabReply } from './port.ts';
import { isSameAccount, ORDER_ID, ordersOf, type SchwabOrder } from './order-schema.ts';
import type { OrderRequest } from './order-request.ts';
import { plainText } from '../text.ts';

/** What a submit came to, the ambiguous left out: that throws. */
export type Submitted =
  | { readonly kind: 'accepted'; readonly venueOrderId: string }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Schwab did not look at it: the sign-in was not taken. */
  | { readonly kind: 'unauthorized'; readonly reason: string };

const ROWS_MAX = 3_000; // what one reply holds at most, as documented

export interface OrderClientParts {
  readonly http: SchwabHttpPort;
  /** Number and hash of the one account that is ours. */
  readonly number: string;
  readonly hash: string;
  /** Told of what does not belong here, as a sentence (F085). */
  readonly odd: (text: string) => void;
}

/** The order endpoints of one account. A POST leaves once, and nothing here sends it again. */
export class OrderClient {
  readonly #parts: OrderClientParts;
  readonly #base: string;

  constructor(parts: OrderClientParts) {
    this.#parts = parts;
    this.#base = `/trader/v1/accounts/${encodeURIComponent(parts.hash)}`;
  }

  /**
   * Sends the order, once. Throws `NotSent` where nothing left; any other throw is an outcome that
   * nobody knows, a success without a name among them (F004, F005).
   */
  async submit(body: OrderRequest): Promise<Submitted> {
    const path = `${this.#base}/orders`;
    const reply = await this.#parts.http.send({ method: 'POST', path, body, lane: 'submit' });
    const venueOrderId = this.#locatedIn(reply);
    const meaning = meaningOfReply('submit', reply, venueOrderId !== null);
    const reason = reasonOf(reply);
    if (meaning === 'accepted' && venueOrderId !== null) return { kind: 'accepted', venueOrderId };
    if (meaning === 'refused') return { kind: 'refused', reason };
    if (meaning === 'unauthorized') return { kind: 'unauthorized', reason };
    throw new Error(`The reply to a submit tells nothing: ${reason}`);
  }

  /** What Schwab would say to an order; none is sent to a market. Throws where it says nothing. */
  async preview(body: OrderRequest): Promise<unknown> {
    const path = `${this.#base}/previewOrder`;
    const reply = await this.#parts.http.send({ method: 'POST', path, body, lane: 'view' });
    if (reply.status === 200 && reply.json !== undefined) return reply.json;
    throw new Error(`The preview was refused: ${reasonOf(reply)}`);
  }

  /** Asks for the end of an order; "taken" says no more. Throws where nobody knows. */
  async cancel(venueOrderId: string): Promise<'taken' | 'notFound' | { refused: string }> {
    const path = `${this.#base}/orders/${venueOrderId}`;
    const reply = await this.#parts.http.send({ method: 'DELETE', path, lane: 'cancel' });
    const meaning = meaningOfReply('cancel', reply, false);
    if (meaning === 'accepted') return 'taken';
    if (meaning === 'notFound') return 'notFound';
    if (meaning === 'refused') return { refused: reasonOf(reply) };
    throw new Error(`The reply to a cancel tells nothing: ${reasonOf(reply)}`);
  }

  /** The order of this id; null where Schwab says that it has none. Throws for anything else. */
  async get(venueOrderId: string): Promise<SchwabOrder | null> {
    const path = `${this.#base}/orders/${venueOrderId}`;
    const reply = await this.#parts.http.send({ method: 'GET', path, lane: 'order' });
    const meaning = meaningOfReply('find', reply, reply.json !== undefined);
    if (meaning === 'notFound') return null;
    if (meaning !== 'accepted') throw new Error(`Order not read: ${reasonOf(reply)}`);
    const order = ordersOf(reply.json).find(({ orderId }) => orderId === venueOrderId);
    if (order === undefined) throw new Error(`Asked for order "${venueOrderId}", told of another`);
    if (this.#isOurs(order)) return order;
    throw new Error(`Order "${venueOrderId}" is of another account`);
  }

  /**
   * Every order entered from `from` to `to`, of every status, those that hang on others too. A
   * reply that is full or too large is asked for in halves; throws unless all of it was read.
   */
  async list(from: Instant, to: Instant): Promise<SchwabOrder[]> {
    const rows = await this.#rows(from, to);
    const orders = rows.flatMap((row) => ordersOf(row)).filter((order) => this.#isOurs(order));
    return [...new Map(orders.map((order) => [order.orderId, order])).values()];
  }

  async #rows(from: Instant, to: Instant): Promise<unknown[]> {
    const query = {
      maxResults: ROWS_MAX,
      fromEnteredTime: formatInstant(from),
      toEnteredTime: formatInstant(to),
    };
    const path = `${this.#base}/orders`;
    const reply = await this.#parts.http.send({ method: 'GET', path, query, lane: 'order' });
    const { json, status } = reply;
    if (status === 200 && Array.isArray(json) && json.length < ROWS_MAX) return json as unknown[];
    const isTooMuch = status === 200 ? Array.isArray(json) : isTooBig(reply);
    if (!isTooMuch || to - from < MINUTE_MS) {
      throw new Error(`The list of orders was not read in whole: ${reasonOf(reply)}`);
    }
    const middle = Math.floor((from + to) / 2) as Instant;
    return [...(await this.#rows(from, middle)), ...(await this.#rows(middle, to))];
  }

  #isOurs({ orderId, accountNumber }: SchwabOrder): boolean {
    if (isSameAccount(accountNumber, this.#parts.number)) return true;
    this.#parts.odd(`Order "${orderId}" of another account was told, and is ignored`);
    return false;
  }

  /** The id in the Location of a new order, of this account's orders; null for anything else. */
  #locatedIn({ headers }: SchwabReply): string | null {
    const parts = (headers['location'] ?? '').split('/');
    const [accounts, hash, orders, id] = parts.slice(-4);
    const isOrder = accounts === 'accounts' && orders === 'orders' && hash === this.#parts.hash;
    return isOrder && id !== undefined && ORDER_ID.test(id) ? id : null;
  }
}

function meaningOfReply(
  endpoint: 'submit' | 'cancel' | 'find',
  { status, problem }: SchwabReply,
  isPromised: boolean,
) {
  const isBrokers = status < 400 ? isPromised : problem?.isBrokers === true;
  return meaningOf('schwab', endpoint, status, isBrokers, problem?.message);
}

/** What an error says, for people. */
export const reasonOf = ({ status, problem }: SchwabReply): string =>
  plainText(problem === null ? `status ${status}` : `${problem.message} (status ${status})`);

/** The gateway refuses to pass on what is too large for it. */
const isTooBig = ({ status, json }: SchwabReply): boolean =>
  status === 502 && /TooBigBody/.test(JSON.stringify(json ?? ''));
