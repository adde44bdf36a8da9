import { BadInput, type Instant } from '../../base/index.ts';
import { type BudgetTerms, type Lane, RequestBudget } from '../budget.ts';
import { type ClockSeen, type HttpAsk, HttpClient, type HttpReply, jsonOf } from '../http.ts';
import type { HttpTerms } from '../http.ts';
import type { Secret } from '../secret.ts';
import { type SchwabApp, SchwabAuth } from './sign-in/auth.ts';
import { problemOf, type SchwabProblem } from './http-json.ts';
import { type TokenClaim, SchwabTokens } from './sign-in/token.ts';

/** The only host that ever gets our token. */
export const SCHWAB_ORIGIN = 'https://api.schwabapi.com';

/** Requests that one app may send, with enough kept free for cancels and order status. */
export const SCHWAB_BUDGET: BudgetTerms = { requestsMax: 120, windowMs: 60_000, reserved: 20 };

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SchwabAsk {
  readonly method: HttpAsk['method'];
  /** "/trader/v1/…" or "/marketdata/v1/…", its parts encoded. */
  readonly path: string;
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly lane: Lane;
}

export interface SchwabReply extends HttpReply {
  /** The body; undefined where it is no JSON. */
  readonly json: unknown;
  /** What the body says went wrong; null where it says nothing of the kind. */
  readonly problem: SchwabProblem | null;
}

/** Where requests get their token from. */
export interface TokenSource {
  bearer(): Promise<Secret>;
  renewed(used: Secret): Promise<boolean>;
}

/**
 * Requests to Schwab. Each carries the token of its moment. A 401 renews the token once for all who
 * saw it; then what only reads is asked again, once. Anything else is never sent twice: its caller
 * gets the 401.
 */
export class SchwabHttp {
  /** Who is talked to: Schwab, or a server on this machine. */
  readonly origin: URL;
  readonly tokens: TokenSource;
  readonly #client: HttpClient;

  constructor(origin: URL, client: HttpClient, tokens: TokenSource) {
    this.origin = origin;
    this.#client = client;
    this.tokens = tokens;
  }

  /** Schwab's clock as its newest reply said, or null. */
  get clock(): ClockSeen | null {
    return this.#client.clock;
  }

  /**
   * The reply, of any status. Throws `NotSent` (`NoToken` is one) where nothing left this process;
   * any other throw means that nobody knows what became of the request.
   */
  async send(ask: SchwabAsk): Promise<SchwabReply> {
    const token = await this.tokens.bearer();
    const reply = await this.#client.send(askOf(ask, token));
    if (reply.status !== 401) return readReply(reply);
    const isRenewed = await this.tokens.renewed(token);
    if (!isRenewed || ask.method !== 'GET') return readReply(reply);
    return readReply(await this.#client.send(askOf(ask, await this.tokens.bearer())));
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

function readReply(reply: HttpReply): SchwabReply {
  const json = jsonOf(reply);
  return { ...reply, json, problem: reply.status < 400 ? null : problemOf(json) };
}

function askOf({ method, path, query, body, lane }: SchwabAsk, token: Secret): HttpAsk {
  const authorization = `Bearer ${token.reveal()}`;
  const ask = { method, path: path + queryText(query ?? {}), lane };
  if (body === undefined) return { ...ask, headers: { authorization, accept: '*/*' } };
  const headers = { authorization, accept: '*/*', 'content-type': 'application/json' };
  return { ...ask, headers, body: JSON.stringify(body) };
}

/** "?a=1&b=2", blanks as %20; empty without fields. */
function queryText(query: Query): string {
  const fields = Object.entries(query).filter(([, value]) => value !== undefined);
  const text = fields.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`);
  return text.length === 0 ? '' : `?${text.join('&')}`;
}

export interface ConnectOptions {
  readonly app: SchwabApp;
  readonly tokenPath: string;
  readonly claim: TokenClaim;
  readonly now: () => Instant;
  /** A server on this machine in Schwab's place; any other host is refused. */
  readonly origin?: URL;
  /** Shared by all who use the same app. */
  readonly budget?: RequestBudget;
  readonly terms?: HttpTerms;
}

export interface SchwabConnection {
  readonly http: SchwabHttp;
  readonly tokens: SchwabTokens;
  close(): Promise<void>;
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);

/** True for an address of this machine. */
export const isLoopback = (url: URL): boolean => LOOPBACK.has(url.hostname);

/** The origin to talk to: Schwab's own, or the given one on this machine. Throws `BadInput`. */
export function originOf(origin: URL | undefined): URL {
  if (origin === undefined) return new URL(SCHWAB_ORIGIN);
  if (isLoopback(origin) && /^https?:$/.test(origin.protocol)) return origin;
  throw new BadInput(`Host "${origin.host}" is neither Schwab's nor this machine`);
}

/** Everything that talks to Schwab with one sign-in. Throws `TokenFileError`. */
export function connectSchwab(options: ConnectOptions): SchwabConnection {
  const { app, tokenPath, claim, now, terms } = options;
  const budget = options.budget ?? new RequestBudget(SCHWAB_BUDGET);
  const origin = originOf(options.origin);
  const client = new HttpClient(origin, budget, terms);
  const auth = new SchwabAuth(client, app, now);
  const tokens = new SchwabTokens({ path: tokenPath, auth, claim, now });
  const http = new SchwabHttp(origin, client, tokens);
  return { http, tokens, close: () => http.close() };
}
