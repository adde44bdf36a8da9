import dns from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { RequestBudget } from '../budget.ts';
import { type Allowed, allowedUrl } from './address.ts';

/** The other side wants fewer requests: nothing of this one was answered. */
export class TooManyRequests extends Error {
  override readonly name = 'TooManyRequests';
}

export interface WebOptions {
  /** Who asks, honestly: program and version. */
  readonly userAgent: string;
  readonly timeoutMs?: number;
  readonly bytesMax?: number;
  readonly budget?: RequestBudget;
  /** How names become addresses; the system's way when left out. */
  readonly lookup?: typeof dns.lookup;
}

export interface WebReply {
  readonly status: number;
  readonly bytes: Uint8Array;
}

const TIMEOUT_MS = 30_000;
const BYTES_MAX = 50_000_000;
const WAIT_MS = 120_000;
const PER_SECOND = 2;

/** At most two requests in any second: a courtesy to endpoints that ask for no key. */
export const politeBudget = (): RequestBudget =>
  new RequestBudget({ requestsMax: PER_SECOND, windowMs: 1_000, reserved: 0 });

/**
 * GET requests to one host behind a fence: only machines that the address may reach, told by the
 * address a name leads to in the moment of connecting; no redirect, no proxy, no cookie, limits on
 * time and size.
 */
export class WebClient {
  readonly base: URL;
  readonly #options: WebOptions;
  readonly #agent: Agent;
  readonly #budget: RequestBudget;

  /** Throws `BadInput` unless `base` is an address that may be asked. */
  constructor(base: string, options: WebOptions) {
    const allowed = allowedUrl(base);
    this.base = allowed.url;
    this.#options = options;
    this.#budget = options.budget ?? politeBudget();
    const lookup = fencedLookup(allowed, options.lookup ?? dns.lookup);
    this.#agent = new Agent({ connect: { lookup, timeout: 10_000 }, connections: 2 });
  }

  /**
   * The reply to one GET of `url`, which has to be on the base's host. Throws `TooManyRequests` on
   * 429 and 503, and an `Error` that names the host for whatever else kept the reply away.
   */
  async get(url: URL): Promise<WebReply> {
    const { host } = this.base;
    if (url.origin !== this.base.origin) throw new Error(`"${url.host}" is not "${host}"`);
    await this.#budget.take('data', WAIT_MS);
    const { status, bytes, to } = await this.#exchange(url);
    if (status === 429 || status === 503) {
      this.#budget.refused(null);
      throw new TooManyRequests(
        `${host} answers ${status}: too many requests from here. Wait some minutes, then give ` +
          'the same command again: what is stored is not asked for again',
      );
    }
    this.#budget.served();
    if (status >= 300 && status < 400) {
      throw new Error(`${host} answers ${status}, a way to ${to}; no redirect is followed`);
    }
    return { status, bytes };
  }

  async #exchange(url: URL): Promise<WebReply & { readonly to: string }> {
    const { timeoutMs = TIMEOUT_MS, bytesMax = BYTES_MAX, userAgent } = this.#options;
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' };
    try {
      const reply = await request(url, { dispatcher: this.#agent, headers, signal });
      const parts: Buffer[] = [];
      let size = 0;
      for await (const part of reply.body) {
        size += (part as Buffer).length;
        if (size > bytesMax) throw new Error(`the reply is above ${bytesMax} bytes`);
        parts.push(part as Buffer);
      }
      const to = JSON.stringify(String(reply.headers['location'] ?? '').slice(0, 200));
      return { status: reply.statusCode, bytes: Buffer.concat(parts), to };
    } catch (error) {
      const late = signal.aborted ? `nothing whole within ${timeoutMs / 1_000} s` : undefined;
      const why = late ?? (error instanceof Error ? error.message : String(error));
      throw new Error(`${this.base.host} did not answer: ${why}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }
}

/** Resolves names, and fails where one of the addresses may not be reached. */
function fencedLookup({ mayReach }: Allowed, lookup: typeof dns.lookup): LookupFunction {
  return (hostname, options, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      const [first] = error ? [] : found;
      const closed = error ? undefined : found.find(({ address }) => !mayReach(address));
      if (error || !first || closed) {
        const why = closed ? `leads to "${closed.address}", which is not public` : 'has no address';
        done(error ?? new Error(`"${hostname}" ${why}`), '', 0);
      } else if (options.all) done(null, found);
      else done(null, first.address, first.family);
    });
  };
}
