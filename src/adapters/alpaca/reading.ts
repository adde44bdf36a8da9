import type { z } from 'zod';
import { type Instant, instant } from '../../base/index.ts';
import { type Endpoint, meaningOf } from '../../orders/index.ts';
import type { Lane } from '../budget.ts';
import type { HttpReply } from '../http.ts';
import { stampOf } from '../number.ts';
import type { AlpacaClient } from './client.ts';
import {
  type ActivityJson,
  activitiesJson,
  errorJson,
  type OrderJson,
  orderJson,
  ordersJson,
  parsed,
} from './schema.ts';
import { plainText } from '../text.ts';

type Run = Parameters<AlpacaClient['call']>[1];

interface Ask<Schema> {
  /** What is read, for messages. */
  readonly what: string;
  readonly endpoint: Endpoint;
  readonly lane: Lane;
  readonly schema: Schema;
}

/** What the broker answered, parsed; throws for everything but a success of the right shape. */
export async function read<Schema extends z.ZodType>(
  client: AlpacaClient,
  ask: Ask<Schema>,
  run: Run,
): Promise<z.output<Schema>> {
  const found = await readOrNone(client, ask, run);
  if (found === null) throw new Error(`${ask.what}: the broker has none`);
  return found;
}

/** As `read`; null where the broker says in its own words that there is none. */
export async function readOrNone<Schema extends z.ZodType>(
  client: AlpacaClient,
  { what, endpoint, lane, schema }: Ask<Schema>,
  run: Run,
): Promise<z.output<Schema> | null> {
  const reply = await client.call(lane, run);
  const body = reply.status === 200 ? parsed(schema, reply) : undefined;
  const error = parsed(errorJson, reply);
  const hasBody = body !== undefined || (reply.status >= 400 && error !== undefined);
  const meaning = meaningOf('alpaca', endpoint, reply.status, hasBody, error?.message);
  if (meaning === 'accepted' && body !== undefined) return body;
  if (meaning === 'notFound') return null;
  throw new Error(`${what}: ${wordsOf(reply)}`);
}

/** A reply that is no success, in words. */
export function wordsOf(reply: HttpReply): string {
  const error = parsed(errorJson, reply);
  const told = error === undefined ? 'not in the broker’s own form' : `"${error.message}"`;
  return plainText(`reply ${reply.status}, ${told}`);
}

/**
 * The order of a client order id, or null where the broker says that it has none. Throws as `read`,
 * and where another order is answered with.
 */
export async function orderByClientId(
  client: AlpacaClient,
  clientOrderId: string,
): Promise<OrderJson | null> {
  const ask = { what: 'Order', endpoint: 'find', lane: 'order', schema: orderJson } as const;
  const found = await readOrNone(client, ask, (sdk, init) =>
    sdk.trading.orders.getOrderByClientOrderIdRaw({ clientOrderId }, init),
  );
  if (found !== null && found.client_order_id !== clientOrderId) throw another(clientOrderId);
  if (found === null || found.order_class !== 'mleg' || (found.legs ?? []).length > 0) return found;
  return orderById(client, found.id);
}

const another = (id: string): Error => new Error(`Order "${id}": another one was answered with`);

/** The order of a venue order id with its legs, or null. Throws as `orderByClientId`. */
export async function orderById(client: AlpacaClient, orderId: string): Promise<OrderJson | null> {
  const ask = { what: 'Order', endpoint: 'find', lane: 'order', schema: orderJson } as const;
  const found = await readOrNone(client, ask, (sdk, init) =>
    sdk.trading.orders.getOrderByOrderIDRaw({ orderId, nested: true }, init),
  );
  if (found !== null && found.id !== orderId) throw another(orderId);
  return found;
}

const ORDERS_PAGE = 500; // the most that a page has
const ORDER_PAGES_MAX = 40;

/**
 * Orders that are open, or all that were submitted after `from`; legs and children inside of their
 * parents. Throws where a page is missing, unreadable, or does not go on.
 */
export async function listOrders(
  client: AlpacaClient,
  terms: { readonly status: 'open' } | { readonly status: 'all'; readonly from: Instant },
): Promise<readonly OrderJson[]> {
  const from = terms.status === 'all' ? terms.from : null;
  const found = new Map<string, OrderJson>();
  let beforeOrderId: string | undefined;
  for (let page = 0; page < ORDER_PAGES_MAX; page++) {
    const cursor = { ...afterOf(from, beforeOrderId), ...beforeOf(beforeOrderId) };
    const ask = { what: 'Orders', endpoint: 'list', lane: 'order', schema: ordersJson } as const;
    const rows = await read(client, ask, (sdk, init) =>
      sdk.trading.orders.getAllOrdersRaw(
        { status: terms.status, limit: ORDERS_PAGE, nested: true, direction: 'desc', ...cursor },
        init,
      ),
    );
    const before = found.size;
    for (const row of rows) found.set(row.id, row);
    const oldest = stampOf(rows.at(-1)?.submitted_at);
    const isPast = from !== null && oldest !== null && oldest < from;
    if (rows.length < ORDERS_PAGE || isPast) return [...found.values()];
    if (found.size === before) throw new Error('The list of orders does not go on');
    beforeOrderId = rows.at(-1)?.id;
  }
  throw new Error(`The list of orders is above ${ORDER_PAGES_MAX} pages`);
}

/** The two cursors may not be combined. */
const afterOf = (from: Instant | null, before: string | undefined) =>
  from === null || before !== undefined ? {} : { after: new Date(from).toISOString() };
const beforeOf = (id: string | undefined) => (id === undefined ? {} : { beforeOrderId: id });

const ACTIVITIES_PAGE = 100;
const ACTIVITY_PAGES_MAX = 100;

/** Activities beside trades that were made after `from`, oldest first. Throws as `listOrders`. */
export async function listActivities(
  client: AlpacaClient,
  from: Instant,
): Promise<readonly ActivityJson[]> {
  const rows: ActivityJson[] = [];
  const seen = new Set<string>();
  let pageToken: string | undefined;
  for (let page = 0; page < ACTIVITY_PAGES_MAX; page++) {
    const token = pageToken === undefined ? {} : { pageToken };
    const ask = {
      what: 'Activities',
      endpoint: 'list',
      lane: 'order',
      schema: activitiesJson,
    } as const;
    const next = await read(client, ask, (sdk, init) =>
      sdk.trading.accountActivities.getAccountActivitiesRaw(
        {
          category: 'non_trade_activity',
          after: new Date(from),
          direction: 'asc',
          pageSize: ACTIVITIES_PAGE,
          ...token,
        },
        init,
      ),
    );
    const before = seen.size;
    for (const row of next) {
      const key = `${row.activity_type}:${row.id}:${row.status ?? ''}`;
      if (!seen.has(key)) rows.push(row);
      seen.add(key);
    }
    if (next.length < ACTIVITIES_PAGE) return rows;
    if (seen.size === before) throw new Error('The list of activities does not go on');
    pageToken = next.at(-1)?.id;
  }
  throw new Error(`The list of activities is above ${ACTIVITY_PAGES_MAX} pages`);
}

/** An instant `ms` earlier, never before the first of all. */
export const earlier = (at: Instant, ms: number): Instant => instant(Math.max(0, at - ms));
