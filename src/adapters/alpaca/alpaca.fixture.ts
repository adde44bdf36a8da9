import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type DateText, type Instant, instant, type Price } from '../../base/index.ts';
import {
  type ClientOrderId,
  type Intent,
  newOrder,
  type Order,
  type Report,
} from '../../orders/index.ts';
import { Secret } from '../secret.ts';
import { AlpacaBroker } from './broker.ts';
import { type AlpacaClient, type AlpacaClientOptions, alpacaClient } from './client.ts';

export const KEYS = {
  keyId: new Secret('PKTEST0000000001'),
  secret: new Secret('s3cret-of-tests'),
};
export const AT = instant(Date.parse('2024-01-05T15:00:00Z'));
export const ACCOUNT = 'PA0000000001';

export interface Asked {
  readonly method: string;
  /** Path without its query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly type?: string;
  /** Text as it is, or a value to be written as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Ends the connection instead, before any byte of a reply or in the middle of it. */
  readonly cut?: 'before' | 'within';
}

type Handler = (asked: Asked) => Answer;

/** A server of this machine that answers as it was told, and keeps what it was asked. */
export interface Stub {
  readonly url: string;
  readonly asked: Asked[];
  /** "POST /v2/orders"; the newest rule for a call counts. */
  on(call: string, handler: Handler | Answer): void;
  /** Calls of this kind so far. */
  count(call: string): number;
  close(): Promise<void>;
}

export async function startStub(): Promise<Stub> {
  const rules = new Map<string, Handler>();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const url = new URL(request.url ?? '/', 'http://stub');
      const one: Asked = {
        method: request.method ?? '',
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: Buffer.concat(parts).toString(),
      };
      asked.push(one);
      const rule = rules.get(`${one.method} ${one.path}`) ?? ruleOf(rules, one);
      reply(response, rule === undefined ? { status: 599, body: 'no rule' } : rule(one));
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    asked,
    on: (call, handler) => rules.set(call, typeof handler === 'function' ? handler : () => handler),
    count: (call) => asked.filter((one) => `${one.method} ${one.path}` === call).length,
    close: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}

/** A rule for a path that ends in "*". */
function ruleOf(rules: ReadonlyMap<string, Handler>, { method, path }: Asked): Handler | undefined {
  for (const [call, handler] of rules) {
    const isOpen = call.endsWith('*') && `${method} ${path}`.startsWith(call.slice(0, -1));
    if (isOpen) return handler;
  }
  return undefined;
}

function reply(response: ServerResponse, answer: Answer): void {
  const { status = 200, type = 'application/json', body, headers = {}, cut } = answer;
  if (cut === 'before') return void response.destroy();
  const text = typeof body === 'string' ? body : JSON.stringify(body ?? '');
  const isEmpty = body === undefined;
  if (cut === 'within') {
    response.writeHead(status, { 'content-type': type, 'content-length': text.length + 10 });
    response.write(text);
    return void setTimeout(() => response.destroy(), 5);
  }
  response.writeHead(status, isEmpty ? headers : { 'content-type': type, ...headers });
  response.end(isEmpty ? undefined : text);
}

/** A client of a stub, on the paper stage. */
export const clientOf = (url: string, more: Partial<AlpacaClientOptions> = {}): AlpacaClient =>
  alpacaClient({ stage: 'paper', keys: KEYS, feed: 'iex', url, ...more });

export const dollars = (amount: number): Price => Math.round(amount * 1_000_000) as Price;

export const intentOf = (more: Partial<Intent> = {}): Intent => ({
  id: 'hav-2024-01-05-1' as Intent['id'],
  clientOrderId: 'pl-0a0a0a-e1-hav-2024-01-05-1' as ClientOrderId,
  book: 'hav',
  symbol: 'SPY',
  side: 'buy',
  quantity: 100,
  pricing: { type: 'limit', limitPrice: dollars(470.25) },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: dollars(470),
  at: AT,
  date: '2024-01-05' as DateText,
  ...more,
});

export function orderOf(intent: Intent = intentOf(), more: Partial<Order> = {}): Order {
  return Object.assign(newOrder(intent), { status: 'working', attempts: 1, sentAt: AT }, more);
}

/** A venue order id that ends in `count`. */
export const venueId = (count: number): string =>
  `61e69015-8549-4bfd-b9c3-${String(count).padStart(12, '0')}`;

const text = (price: Price): string => String(price / 1_000_000);

/** The broker's order of `intent`, as Alpaca writes one. */
export function orderBody(intent: Intent = intentOf(), more: Record<string, unknown> = {}): object {
  const { pricing } = intent;
  return {
    id: venueId(1),
    client_order_id: intent.clientOrderId,
    created_at: '2024-01-05T15:00:00.123456789Z',
    submitted_at: '2024-01-05T15:00:00.123456789Z',
    symbol: intent.symbol.replaceAll(' ', ''),
    asset_class: 'us_equity',
    qty: String(intent.quantity),
    filled_qty: '0',
    filled_avg_price: null,
    order_class: '',
    order_type: pricing.type === 'stopLimit' ? 'stop_limit' : pricing.type,
    type: pricing.type === 'stopLimit' ? 'stop_limit' : pricing.type,
    side: intent.side,
    time_in_force: intent.timeInForce,
    limit_price: 'limitPrice' in pricing ? text(pricing.limitPrice) : null,
    stop_price: 'stopPrice' in pricing ? text(pricing.stopPrice) : null,
    status: 'new',
    legs: null,
    ...more,
  };
}

/** One execution as the list of activities tells it. */
export const fillBody = (count: number, more: Record<string, unknown> = {}): object => ({
  activity_type: 'FILL',
  id: `20240105100001000::${venueId(9_000 + count)}`,
  order_id: venueId(1),
  order_status: 'partially_filled',
  price: '470.2',
  qty: '40',
  side: 'buy',
  symbol: 'SPY',
  transaction_time: '2024-01-05T15:00:01.000123Z',
  type: 'partial_fill',
  ...more,
});

export const accountBody = (more: Record<string, unknown> = {}): object => ({
  account_number: ACCOUNT,
  status: 'ACTIVE',
  cash: '100000.01',
  equity: '120000',
  buying_power: '200000',
  multiplier: '2',
  account_blocked: false,
  trading_blocked: false,
  transfers_blocked: false,
  trade_suspended_by_user: false,
  shorting_enabled: true,
  options_trading_level: 3,
  ...more,
});

/** An error in Alpaca's own form. */
export const errorBody = (code: number, message: string): object => ({ code, message });

/** Waits until `holds`, at most two seconds. */
export async function until(holds: () => boolean, what = 'it'): Promise<void> {
  const end = performance.now() + 2_000;
  while (!holds()) {
    if (performance.now() > end) throw new Error(`${what} did not come about`);
    await new Promise((done) => setTimeout(done, 2));
  }
}

export const later = (ms: number): Instant => instant(AT + ms);

/** Calls by name. */
export const CALLS = {
  post: 'POST /v2/orders',
  orders: 'GET /v2/orders',
  byClientId: 'GET /v2/orders:by_client_order_id',
  byId: `GET /v2/orders/${venueId(1)}`,
  cancel: `DELETE /v2/orders/${venueId(1)}`,
  fills: 'GET /v2/account/activities/FILL',
  activities: 'GET /v2/account/activities',
  account: 'GET /v2/account',
  positions: 'GET /v2/positions',
} as const;

export const NOT_FOUND = { status: 404, body: errorBody(40410000, 'order not found') };
const PAGE = { type: 'text/html', body: '<html></html>' };

/** Answers that are none: a reading of any kind throws on each (F004, F033). */
export const BROKEN: readonly (readonly [string, Answer])[] = [
  ['500', { status: 500, body: errorBody(50010000, 'internal') }],
  ['401', { status: 401, body: errorBody(40110000, 'not authorized') }],
  ['a page', PAGE],
  ['no list and no order', { body: { message: 'maintenance' } }],
  ['a row of another kind', { body: [{ odd: true }] }],
  ['half a list', { body: '[{"id": "' }],
  ['a cut connection', { cut: 'before' }],
];

/** The broker over a stub with an empty account. */
export async function startBroker(): Promise<{ stub: Stub; broker: AlpacaBroker }> {
  const stub = await startStub();
  stub.on(CALLS.orders, { body: [] });
  stub.on(CALLS.fills, { body: [] });
  stub.on(CALLS.activities, { body: [] });
  stub.on(CALLS.account, { body: accountBody() });
  stub.on(CALLS.positions, { body: [] });
  return { stub, broker: new AlpacaBroker({ client: clientOf(stub.url), since: AT }) };
}

/** Kinds of reports, in words. */
export const kindsOf = (reports: readonly Report[]): string =>
  reports.map(({ kind }) => kind).join(' ');
