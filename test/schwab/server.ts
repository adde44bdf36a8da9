import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Instant } from '../../src/base/index.ts';
import { AccountBooks, type AccountTerms } from './books.ts';
import { type Fault, Faults } from './faults.ts';
import type { Candle } from './market.ts';
import { OAuth } from './oauth.ts';
import { orderJson, type OrderState } from './orders.ts';
import { type Answer, answerOf, type RouteTerms } from './routes.ts';
import { isOption, problem } from './shapes.ts';
import { Streamer } from './streamer.ts';
import { OrderWorld, type Quoted } from './world.ts';

export { chicagoMidnight } from './market.ts';
export type { AccountTerms } from './books.ts';
export type { Candle } from './market.ts';
export type { Fault, FaultRule } from './faults.ts';
export type { Quoted } from './world.ts';

export interface SchwabServerOptions {
  /** The server's clock; nothing here reads another. */
  readonly now: () => Instant;
  readonly port?: number;
  readonly app?: { readonly key: string; readonly secret: string };
  /** One margin account "12345678" with 100,000 dollars where left out. */
  readonly accounts?: readonly AccountTerms[];
  /** The market in dollars; prices set by hand go first. */
  readonly market?: (symbol: string, at: Instant) => Quoted | undefined;
  readonly candles?: (symbol: string, query: URLSearchParams) => readonly Candle[];
  readonly isOpen?: (at: Instant) => boolean;
  /** False: orders fill by `fill` alone. */
  readonly autoFill?: boolean;
  readonly queueMs?: number;
  readonly cancelMs?: number;
  readonly fees?: { readonly contract: number; readonly share: number };
}

/** One request as it came, for tests to look at. */
export interface RequestSeen {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface SchwabServer {
  readonly url: string;
  readonly streamUrl: string;
  readonly app: { readonly key: string; readonly secret: string };
  readonly oauth: OAuth;
  readonly world: OrderWorld;
  readonly books: ReadonlyMap<string, AccountBooks>;
  readonly streamer: Streamer;
  readonly faults: Faults;
  readonly requests: RequestSeen[];
  /** Every request is answered with quotes of the moment, or with delayed ones. */
  isRealtime: boolean;
  /** Sets a price by hand, fills what it reaches and streams it. */
  setPrice(symbol: string, quote: Quoted): void;
  /** One execution: `price` for an order of one leg, prices by leg else. */
  fill(orderId: string | number, quantity: number, prices: number | readonly number[]): void;
  tick(): void;
  /** Enters an order as another program or a person would. */
  enter(account: string, body: unknown): OrderState;
  /** Raw orders, as the list tells them, oldest first. */
  orders(account?: string): Record<string, unknown>[];
  /** New orders and replacements that reached the server for an account, or for all. */
  posts(account?: string): number;
  close(): Promise<void>;
}

export const DEFAULT_ACCOUNT: AccountTerms = {
  number: '12345678',
  hash: 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789',
  cash: 100_000,
};

const BODY_MAX = 1_000_000;

/** A server on this machine that answers like Schwab, for tests. */
export async function startSchwabServer(options: SchwabServerOptions): Promise<SchwabServer> {
  const { now } = options;
  const app = options.app ?? { key: 'test-app-key-0001', secret: 'test-app-secret-0001' };
  const accounts = options.accounts ?? [DEFAULT_ACCOUNT];
  const books = new Map(accounts.map((one) => [one.number, new AccountBooks(one)]));
  const faults = new Faults();
  const oauth = new OAuth({ ...app, now });
  const prices = new Map<string, Quoted & { at: Instant }>();
  const posts = new Map<string, number>();
  const requests: RequestSeen[] = [];
  const quote = (symbol: string) => prices.get(symbol) ?? options.market?.(symbol, now());
  const http = createServer();
  const streamer = new Streamer(http, now, (authorization) => oauth.isValid(authorization));
  const world = new OrderWorld({
    now,
    books,
    quote,
    queueMs: options.queueMs ?? 0,
    cancelMs: options.cancelMs ?? 0,
    isOpen: options.isOpen ?? (() => true),
    autoFill: options.autoFill ?? true,
    fees: options.fees ?? { contract: 0.66, share: 0.0002 },
    told: (event, order, execution) => streamer.account(event, order, execution),
  });
  const state = { isRealtime: true };
  let url = '';
  const terms: RouteTerms = {
    now,
    url: () => url,
    books,
    world,
    faults,
    quote,
    quoteAt: (symbol) => prices.get(symbol)?.at ?? now(),
    candles: options.candles ?? (() => []),
    isRealtime: () => state.isRealtime,
    streamUrl: () => `${url.replace('http', 'ws')}/ws`,
    posted: (account) => void posts.set(account, (posts.get(account) ?? 0) + 1),
  };
  http.on('request', (request, response) => {
    void take({ terms, oauth, requests }, request, response);
  });
  await new Promise<void>((done) => http.listen(options.port ?? 0, '127.0.0.1', done));
  url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  return {
    url,
    app,
    oauth,
    world,
    books,
    streamer,
    faults,
    requests,
    streamUrl: terms.streamUrl(),
    get isRealtime() {
      return state.isRealtime;
    },
    set isRealtime(value) {
      state.isRealtime = value;
    },
    setPrice(symbol, quoted) {
      prices.set(symbol, {
        ...quoted,
        at: now(),
      });
      world.tick();
      const service = isOption(symbol) ? 'LEVELONE_OPTIONS' : 'LEVELONE_EQUITIES';
      const [bid, ask] = isOption(symbol) ? ['2', '3'] : ['1', '2'];
      const last = isOption(symbol) ? '4' : '3';
      const row = {
        [bid as string]: quoted.bid,
        [ask as string]: quoted.ask,
      };
      streamer.quote(service, symbol, {
        ...row,
        [last]: quoted.last,
      });
    },
    fill: (id, quantity, price) =>
      world.fill(Number(id), quantity, typeof price === 'number' ? [price] : price),
    tick: () => world.tick(),
    enter(account, body) {
      const order = world.enter(account, body, 'API_TOS:WEB');
      if (typeof order === 'string') throw new Error(order);
      return order;
    },
    orders: (account) =>
      world.orders.filter((one) => account === undefined || one.account === account).map(orderJson),
    posts: (account) =>
      [...posts].reduce((sum, [one, n]) => sum + (one === (account ?? one) ? n : 0), 0),
    async close() {
      streamer.close();
      http.closeAllConnections();
      await new Promise<void>((done) => void http.close(() => done()));
    },
  };
}

interface Taking {
  readonly terms: RouteTerms;
  readonly oauth: OAuth;
  readonly requests: RequestSeen[];
}

async function take(
  { terms, oauth, requests }: Taking,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const method = request.method ?? 'GET';
  const { pathname: path, searchParams: query } = new URL(request.url ?? '/', terms.url());
  const text = await bodyOf(request);
  const isJson = /json/.test(request.headers['content-type'] ?? '');
  const body = isJson ? parsed(text) : text;
  const { headers } = request;
  requests.push({ method, path, query: Object.fromEntries(query), body, headers });
  const fault = terms.faults.strike(method, path);
  if (fault?.kind === 'dropBefore') return void request.socket.destroy();
  if (fault?.kind === 'delay') await new Promise((done) => setTimeout(done, fault.ms));
  const isSkipped = (fault?.kind === 'status' || fault?.kind === 'html') && fault.done !== true;
  if (path === '/v1/oauth/authorize') {
    const target = oauth.authorize(query);
    response.writeHead(target === null ? 400 : 302, target === null ? {} : { location: target });
    return void response.end();
  }
  let answer: Answer = { status: 200 };
  if (!isSkipped) {
    const authorization = headers.authorization ?? '';
    if (path === '/v1/oauth/token') answer = oauth.token(authorization, new URLSearchParams(text));
    else if (oauth.isValid(authorization)) {
      terms.world.tick();
      answer = answerOf(terms, { method, path, query, body });
    } else answer = { status: 401, body: problem(401, 'Unauthorized', 'Client not authorized') };
  }
  if (fault?.kind === 'dropAfter') return void request.socket.destroy();
  reply(terms, response, answer, fault);
}

/** Sends the answer, as the fault leaves it. Dates are those of the server's clock. */
function reply(terms: RouteTerms, response: ServerResponse, answer: Answer, fault: Fault | null) {
  const head: Record<string, string> = { date: new Date(terms.now()).toUTCString() };
  if (fault?.kind === 'html') {
    response.writeHead(fault.status ?? 200, { ...head, 'content-type': 'text/html' });
    return response.end('<html><body>Please sign in again</body></html>');
  }
  let { status, body, location } = answer;
  if (fault?.kind === 'status') {
    ({ status, body } = fault);
    location = undefined;
    Object.assign(head, fault.headers);
  }
  if (fault?.kind === 'location') location = fault.value ?? undefined;
  if (location !== undefined) head['location'] = location;
  if (body === undefined) {
    response.writeHead(status, { ...head, 'content-length': '0' });
    return response.end();
  }
  let text = JSON.stringify(body);
  if (fault?.kind === 'wrongAccount') {
    text = text.replaceAll(/("accountNumber":"?)\w+/g, `$1${fault.number}`);
  }
  if (fault?.kind === 'cut') text = text.slice(0, fault.bytes);
  response.writeHead(status, { ...head, 'content-type': 'application/json' });
  return response.end(text);
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    size += (part as Buffer).length;
    if (size > BODY_MAX) throw new Error('The request is too large');
    parts.push(part as Buffer);
  }
  return Buffer.concat(parts).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
