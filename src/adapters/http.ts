import { Pool } from 'undici';
import type { BudgetExhausted, Lane, RequestBudget } from './budget.ts';

/** One request, as it goes out. */
export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly lane: Lane;
}

/** A complete reply, its text not looked at yet. Header names are in lower case. */
export interface HttpReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface HttpTerms {
  /** Longest wait for the budget, where no byte has left. */
  readonly waitMs: number;
  /** From the first byte sent to the last one received. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
}

export const HTTP_TERMS: HttpTerms = { waitMs: 5_000, timeoutMs: 10_000, bytesMax: 20_000_000 };

/** Nothing of the request left this process: whatever it asked for did not happen. */
export class NotSent extends Error {}

/** How far the counterpart's clock is from ours, as its newest reply said. */
export interface ClockSeen {
  /** Theirs minus ours, in milliseconds; the stamp is in whole seconds, so half of one is lost. */
  readonly offsetMs: number;
  /** Our monotonic clock when it was seen, in milliseconds. */
  readonly at: number;
}

const CONNECTIONS_MAX = 8;

/**
 * Requests to one host over connections that stay open. Never follows a redirect, never sends
 * anything twice, never reads more than it was told to.
 */
export class HttpClient {
  readonly #pool: Pool;
  readonly #budget: RequestBudget;
  readonly #terms: HttpTerms;
  #clock: ClockSeen | null = null;

  constructor(origin: URL, budget: RequestBudget, terms: HttpTerms = HTTP_TERMS) {
    this.#pool = new Pool(origin.origin, { connections: CONNECTIONS_MAX, pipelining: 1 });
    this.#budget = budget;
    this.#terms = terms;
  }

  /** The counterpart's clock; null before its first dated reply. */
  get clock(): ClockSeen | null {
    return this.#clock;
  }

  /**
   * The reply. Throws `NotSent` where the budget let nothing out; any other throw means that nobody
   * knows what became of the request.
   */
  async send(ask: HttpAsk): Promise<HttpReply> {
    await this.#budget.take(ask.lane, this.#terms.waitMs).catch((error: BudgetExhausted) => {
      throw new NotSent(error.message);
    });
    const reply = await this.#exchange(ask);
    if (reply.status === 429 || reply.status === 503) {
      this.#budget.refused(retryAfterMs(reply.headers['retry-after']));
    } else this.#budget.served();
    return reply;
  }

  /** One exchange, given up after its time; its timer ends with it (F089). */
  async #exchange(ask: HttpAsk): Promise<HttpReply> {
    const { timeoutMs } = this.#terms;
    const given = new AbortController();
    const late = () => new Error(`No whole reply to ${ask.method} within ${timeoutMs} ms`);
    const timer = setTimeout(() => given.abort(late()), timeoutMs);
    try {
      return await this.#read(ask, given.signal);
    } finally {
      clearTimeout(timer);
    }
  }

  async #read({ method, path, headers, body }: HttpAsk, signal: AbortSignal): Promise<HttpReply> {
    const { bytesMax } = this.#terms;
    const reply = await this.#pool.request({ method, path, headers, body: body ?? null, signal });
    const parts: Buffer[] = [];
    let size = 0;
    for await (const part of reply.body) {
      size += (part as Buffer).length;
      if (size > bytesMax) throw new Error(`The reply to ${method} is above ${bytesMax} bytes`);
      parts.push(part as Buffer);
    }
    const found: Record<string, string> = {};
    for (const [name, value] of Object.entries(reply.headers)) {
      if (value !== undefined) found[name] = Array.isArray(value) ? value.join(', ') : value;
    }
    const date = Date.parse(found['date'] ?? '');
    if (Number.isFinite(date)) {
      this.#clock = { offsetMs: date + 500 - Date.now(), at: performance.now() };
    }
    return { status: reply.statusCode, headers: found, text: Buffer.concat(parts).toString() };
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

const RETRY_AFTER_MAX_MS = 300_000;

/** Milliseconds of a Retry-After header, in seconds or as a date; null where there is none. */
function retryAfterMs(text: string | undefined): number | null {
  if (text === undefined) return null;
  const ms = /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - Date.now();
  return Number.isFinite(ms) ? Math.min(RETRY_AFTER_MAX_MS, Math.max(0, ms)) : null;
}

/** The text as JSON; undefined where it is none, or is not said to be. */
export function jsonOf({ headers, text }: Pick<HttpReply, 'headers' | 'text'>): unknown {
  if (!/^application\/(?:[\w.+-]+\+)?json\b/.test(headers['content-type'] ?? '')) return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
