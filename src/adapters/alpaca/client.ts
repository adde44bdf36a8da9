import { Alpaca } from '@alpacahq/alpaca-trade-api/rest';
import { BadInput } from '../../base/index.ts';
import { type Lane, RequestBudget } from '../budget.ts';
import type { AccountClass } from '../counterpart.ts';
import { type ClockSeen, HttpClient, type HttpReply, NotSent } from '../http.ts';
import type { Secret } from '../secret.ts';

/** Which tape a subscription may see: all venues, or one of them. */
export type AlpacaFeed = 'iex' | 'sip';

export interface AlpacaKeys {
  readonly keyId: Secret;
  readonly secret: Secret;
}

export interface AlpacaClientOptions {
  readonly stage: AccountClass;
  readonly keys: AlpacaKeys;
  readonly feed: AlpacaFeed;
  /** `http://127.0.0.1:PORT`, for trading, data and streams at once; any other host is refused. */
  readonly url?: string;
  /** Shared by all who use these keys; a new one when left out. */
  readonly budget?: RequestBudget;
  /** Added to every request, never in place of one the SDK sets. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** Where a client talks to; origins without a path. */
export interface AlpacaHosts {
  readonly trading: string;
  readonly data: string;
  readonly tradeStream: string;
  readonly dataStream: string;
}

const DATA = 'https://data.alpaca.markets';
const DATA_STREAM = 'wss://stream.data.alpaca.markets';

/** The hosts of each stage; there is no way to set others, but for this machine's own. */
export const ALPACA_HOSTS: Readonly<Record<AccountClass, AlpacaHosts>> = {
  paper: {
    trading: 'https://paper-api.alpaca.markets',
    data: DATA,
    tradeStream: 'wss://paper-api.alpaca.markets',
    dataStream: DATA_STREAM,
  },
  live: {
    trading: 'https://api.alpaca.markets',
    data: DATA,
    tradeStream: 'wss://api.alpaca.markets',
    dataStream: DATA_STREAM,
  },
};

/** What Alpaca lets through with one key, a fifth of a minute's sends kept for cancels. */
export const ALPACA_BUDGET = { requestsMax: 200, windowMs: 60_000, reserved: 20 } as const;

/**
 * A client of Alpaca on its official SDK, over our own connections, budget and clock.
 * Throws `BadInput` for a blank key (for which the SDK would take one of the environment), and for
 * a URL that is not of this machine.
 */
export const alpacaClient = (options: AlpacaClientOptions): AlpacaClient =>
  new AlpacaClient(options);

/** One call under way: its lane, and what came of it. */
interface Call {
  readonly lane: Lane;
  isOut: boolean;
  reply: HttpReply | undefined;
  error: unknown;
}

/** Carries the call through the SDK to our `fetch`, beside the options of the request. */
const CALL = Symbol('call');
type Init = RequestInit & { [CALL]?: Call };

/** One key's connection to Alpaca. */
export class AlpacaClient {
  readonly stage: AccountClass;
  readonly feed: AlpacaFeed;
  readonly hosts: AlpacaHosts;
  readonly keys: AlpacaKeys;
  readonly budget: RequestBudget;
  /** Where order events come from. */
  readonly streamUrl: string;
  /** Where market data streams from: an origin, to which each stream adds its path. */
  readonly dataStreamUrl: string;
  /** The official client. Without `call`, its requests go by lane "view". */
  readonly sdk: Alpaca;
  readonly #extra: () => Readonly<Record<string, string>>;
  readonly #trading: HttpClient;
  readonly #data: HttpClient;

  constructor({ stage, keys, feed, url, budget, headers }: AlpacaClientOptions) {
    const keyId = checked('key id', keys.keyId);
    const secret = checked('secret', keys.secret);
    const local = url === undefined ? null : loopback(url);
    this.stage = stage;
    this.feed = feed;
    this.keys = keys;
    this.hosts = local === null ? ALPACA_HOSTS[stage] : local;
    this.budget = budget ?? new RequestBudget(ALPACA_BUDGET);
    this.streamUrl = `${this.hosts.tradeStream}/stream`;
    this.dataStreamUrl = this.hosts.dataStream;
    this.#extra = headers ?? (() => ({}));
    this.#trading = new HttpClient(new URL(this.hosts.trading), this.budget);
    this.#data =
      local === null ? new HttpClient(new URL(this.hosts.data), this.budget) : this.#trading;
    this.sdk = new Alpaca({
      keyId,
      secret,
      paper: stage === 'paper',
      retry: false,
      rateLimit: false,
      timeoutMs: 0, // ours holds: theirs would give up on a request that still leaves
      redirect: 'error',
      fetchApi: (target, init) => this.#fetch(String(target), init as Init),
    });
  }

  /** The broker's clock as its newest reply told it. */
  get clock(): ClockSeen | null {
    return this.#trading.clock;
  }

  /**
   * The reply to one call of the SDK, whatever its status, as it came: its text is for `schema.ts`.
   * `run` makes exactly one request, and hands on `init`. Throws `NotSent` where nothing left this
   * process; after any other throw nobody knows.
   */
  async call(
    lane: Lane,
    run: (sdk: Alpaca, init: RequestInit) => Promise<unknown>,
  ): Promise<HttpReply> {
    const call: Call = { lane, isOut: false, reply: undefined, error: undefined };
    const init: Init = { [CALL]: call };
    try {
      await run(this.sdk, init);
    } catch (error) {
      // The SDK throws for every status that is no success: the reply is what counts.
      if (!call.isOut) throw new NotSent((error as Error).message);
      if (call.reply === undefined) throw call.error ?? error;
    }
    if (call.reply === undefined) throw new NotSent('The call made no request');
    return call.reply;
  }

  async close(): Promise<void> {
    await this.#trading.close();
    if (this.#data !== this.#trading) await this.#data.close();
  }

  async #fetch(target: string, init: Init): Promise<Response> {
    const call = init[CALL] ?? { lane: 'view', isOut: false, reply: undefined, error: undefined };
    if (call.isOut) throw new NotSent('A call makes one request only');
    call.isOut = true;
    try {
      const { origin, pathname, search } = new URL(target);
      const reply = await this.#host(origin).send({
        method: (init.method ?? 'GET') as 'GET',
        path: pathname + search,
        headers: { ...this.#extra(), ...(init.headers as Record<string, string>) },
        ...(typeof init.body === 'string' ? { body: init.body } : {}),
        lane: call.lane,
      });
      call.reply = reply;
      return responseOf(reply);
    } catch (error) {
      call.error = error;
      throw error;
    }
  }

  /** The connection for the host the SDK wants, which must be the one of our stage. */
  #host(origin: string): HttpClient {
    if (origin === ALPACA_HOSTS[this.stage].trading) return this.#trading;
    if (origin === DATA) return this.#data;
    throw new NotSent(`Host "${origin}" is not one of stage "${this.stage}"`);
  }
}

/** The reply as the SDK wants it; a status outside of what `Response` takes counts as 502 there. */
function responseOf({ status, headers, text }: HttpReply): Response {
  const isEmpty = status === 204 || status === 205 || status === 304;
  const type = headers['content-type'];
  return new Response(isEmpty ? null : text, {
    status: status >= 200 && status <= 599 ? status : 502,
    headers: type === undefined ? {} : { 'content-type': type },
  });
}

/** The key as it goes on the wire. */
function checked(name: string, key: Secret): string {
  const value = key.reveal();
  if (/^[\x21-\x7e]+$/.test(value)) return value;
  throw new BadInput(`The ${name} of Alpaca is blank or holds blanks`);
}

/** A server of this machine, in the place of all four hosts. */
function loopback(text: string): AlpacaHosts {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isLocal = url !== null && ['127.0.0.1', '[::1]', 'localhost'].includes(url.hostname);
  const isBare = url !== null && url.pathname === '/' && url.search === '' && url.hash === '';
  if (!isLocal || !isBare || url.protocol !== 'http:' || url.username !== '') {
    throw new BadInput(
      `URL "${text}" is not that of a port of this machine: http://127.0.0.1:PORT`,
    );
  }
  const stream = `ws://${url.host}`;
  return { trading: url.origin, data: url.origin, tradeStream: stream, dataStream: stream };
}
