import type { Instant } from '../../base/index.ts';
import { type Intent, meaningOf, type Report, verifyTerms } from '../../orders/index.ts';
import { type HttpReply, NotSent } from '../http.ts';
import type { BoundOrders } from './bound.ts';
import type { AlpacaClient } from './client.ts';
import { listedOf, reportsOf } from './order-map.ts';
import { orderByClientId, wordsOf } from './reading.ts';
import { bodyOf, type Held, type OrderBody } from './request-map.ts';
import { errorJson, type OrderJson, orderJson, parsed } from './schema.ts';
import { plainText } from '../text.ts';

/** Where an order goes out, and what is known of the account it goes to. */
export interface SubmitParts {
  readonly client: AlpacaClient;
  readonly bound: BoundOrders;
  readonly held: Held;
}

/**
 * Sends an order once. Its outcome is known only where the answer reads back as the very order that
 * was sent, or is a refusal that the broker documents; or where nothing left this process. After
 * every other answer this throws, and the order is UNKNOWN (F001, F004, F005).
 */
export async function submitOrder(
  { client, bound, held }: SubmitParts,
  intent: Intent,
  at: Instant,
): Promise<readonly Report[]> {
  const order = intent.clientOrderId;
  let body: OrderBody;
  try {
    body = bodyOf(intent, held);
  } catch (error) {
    return [notSent(intent, at, (error as Error).message)];
  }
  let reply: HttpReply;
  try {
    reply = await client.call('submit', (sdk, init) =>
      sdk.trading.orders.postOrderRaw({ postOrderRequest: body }, init),
    );
  } catch (error) {
    if (error instanceof NotSent) return [notSent(intent, at, error.message)];
    throw error;
  }
  const isSuccess = reply.status >= 200 && reply.status < 300;
  const json = isSuccess ? parsed(orderJson, reply) : undefined;
  const error = isSuccess ? undefined : parsed(errorJson, reply);
  const hasBody = json !== undefined || error !== undefined;
  switch (meaningOf('alpaca', 'submit', reply.status, hasBody, error?.message)) {
    case 'accepted':
      return taken(bound, intent, json as OrderJson, at);
    case 'duplicate':
      return taken(bound, intent, await existing(client, intent), at);
    case 'refused':
      return [{ kind: 'rejected', order, at, reason: wordsOf(reply) }];
    case 'unauthorized':
      return [notSent(intent, at, `it was not looked at: ${wordsOf(reply)}`)];
    case 'notFound':
    case 'unknown':
      throw new Error(`Order "${order}": the outcome is not known (${wordsOf(reply)})`);
  }
}

export const notSent = ({ clientOrderId: order }: Intent, at: Instant, why: string): Report => ({
  kind: 'notSent',
  order,
  at,
  reason: plainText(why),
});

/** The order that has our id already: an earlier sending of ours, if its terms are ours (F003). */
async function existing(client: AlpacaClient, intent: Intent): Promise<OrderJson> {
  const found = await orderByClientId(client, intent.clientOrderId);
  if (found !== null) return found;
  throw new Error(`Order "${intent.clientOrderId}": its id is taken, and by no order`);
}

/** What is known of an order that reads back as ours; throws where it does not. */
function taken(bound: BoundOrders, intent: Intent, json: OrderJson, at: Instant): Report[] {
  const order = intent.clientOrderId;
  const wrong = mismatchOf(intent, json);
  if (wrong !== null) throw new Error(plainText(wrong));
  bound.bind(order, json);
  return reportsOf(order, json, at, bound.counted());
}

/** In which term the broker's order is not the intent, as a sentence; null where it is. */
export function mismatchOf(intent: Intent, json: OrderJson): string | null {
  const listed = listedOf(json);
  if (listed === undefined) return `Order "${intent.id}": the broker's terms cannot be read`;
  if (listed.clientOrderId === null) return `Order "${intent.id}": it comes back without its id`;
  return verifyTerms(intent, listed);
}
