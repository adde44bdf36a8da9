import { setTimeout as wait } from 'node:timers/promises';
import { type Instant, SECOND_MS } from '../../../base/index.ts';
import { exchangeDay, sessionOfDay } from '../../../market/index.ts';
import type { MarketListener, MarketStream } from '../../market-data.ts';
import type { SchwabHttp } from '../http.ts';
import { plainText } from '../http-json.ts';
import { type ActivityListener, StreamDesk } from './desk.ts';
import { LOGIN_DENIED, StreamLink, StreamRefused, streamerInfoOf } from './link.ts';

export interface StreamTerms {
  /** Oldest newest frame: the streamer's own heartbeat comes every ten seconds or so. */
  readonly frameAgeMaxMs: number;
  /** Oldest newest data while the exchanges are open and shares are listened to (F018). */
  readonly dataAgeMaxMs: number;
  /** Longest wait for an answer to a request. */
  readonly answerMs: number;
  /** First and longest wait before connecting again. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
}

export const STREAM_TERMS: StreamTerms = {
  frameAgeMaxMs: 30 * SECOND_MS,
  dataAgeMaxMs: 60 * SECOND_MS,
  answerMs: 10 * SECOND_MS,
  backoffMs: 500,
  backoffMaxMs: 60 * SECOND_MS,
};

export interface StreamerOptions {
  readonly http: Pick<SchwabHttp, 'send' | 'origin' | 'tokens'>;
  readonly now: () => Instant;
  readonly terms?: Partial<StreamTerms>;
  /** From 0 to 1, to spread what would come back all at once. */
  readonly chance?: () => number;
}

/** A connection that stood so long was a good one. */
const GOOD_MS = 10 * SECOND_MS;
const LOOK_MS = SECOND_MS;

/**
 * The one streamer that Schwab gives an account: everybody who listens shares its connection. It is
 * open while somebody listens, and comes back by itself. What it tells is a hint: a message that is
 * lost is not told again.
 */
export class SchwabStreamer {
  readonly #options: StreamerOptions;
  readonly #terms: StreamTerms;
  readonly #desk: StreamDesk;
  #link: StreamLink | null = null;
  /** The loop that keeps it open; null while nobody listens. */
  #run: { readonly stop: AbortController; readonly done: Promise<void> } | null = null;

  constructor(options: StreamerOptions) {
    this.#options = options;
    this.#terms = { ...STREAM_TERMS, ...options.terms };
    this.#desk = new StreamDesk(options.now);
  }

  /** Quotes, completed minutes and halts of these symbols. Throws `BadInput` for no symbol. */
  market(symbols: readonly string[], listener: MarketListener): MarketStream {
    return this.#listen(this.#desk.addMarket(symbols, listener));
  }

  /**
   * What happens in the account, as the streamer writes it: the type in field "2", the message,
   * JSON in a text, in field "3".
   */
  activity(listener: ActivityListener): MarketStream {
    return this.#listen(this.#desk.addActivity(listener));
  }

  /** True while the connection stands and everything asked for is subscribed. */
  get isUp(): boolean {
    return this.#desk.isUp;
  }

  /** Ends the connection; nobody hears anything any more. */
  async close(): Promise<void> {
    this.#desk.clear();
    await this.#rest();
  }

  #listen(remove: () => void): MarketStream {
    this.#start();
    this.#sync();
    return {
      close: async () => {
        remove();
        if (this.#desk.isEmpty) await this.#rest();
        else this.#sync();
      },
    };
  }

  #start(): void {
    if (this.#run !== null) return;
    const stop = new AbortController();
    this.#run = { stop, done: this.#keepOpen(stop.signal) };
  }

  async #rest(): Promise<void> {
    const run = this.#run;
    this.#run = null;
    run?.stop.abort();
    this.#link?.end('nobody listens');
    this.#desk.down('nobody listens');
    await run?.done;
  }

  /** Brings the subscriptions of a connection that stands in line with who listens. */
  #sync(): void {
    const link = this.#link;
    if (link === null || !this.#desk.isUp) return;
    this.#desk.sync(link).catch((error: unknown) => link.end(wordsOf(error)));
  }

  async #keepOpen(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted;) {
      const since = performance.now();
      const reason = await this.#once(signal);
      if (signal.aborted) return;
      this.#desk.down(reason);
      failures = performance.now() - since > GOOD_MS ? 0 : failures + 1;
      const { backoffMs, backoffMaxMs } = this.#terms;
      const longest = Math.min(backoffMaxMs, backoffMs * 2 ** Math.min(failures, 20));
      const chance = (this.#options.chance ?? Math.random)();
      await wait(longest * (0.5 + chance / 2), undefined, { signal }).catch(() => undefined);
    }
  }

  /** One connection from its beginning to its end; returns why it ended. */
  async #once(signal: AbortSignal): Promise<string> {
    const { http } = this.#options;
    let own: StreamLink | null = null;
    try {
      const path = '/trader/v1/userPreference';
      const reply = await http.send({ method: 'GET', path, lane: 'data' });
      if (reply.status !== 200) return `Schwab answers ${reply.status} to where its streamer is`;
      const info = streamerInfoOf(reply.json, http.origin);
      const token = await http.tokens.bearer();
      if (signal.aborted) return 'nobody listens';
      const { link, ended } = this.#open(info);
      own = link;
      try {
        await link.login(token);
        await this.#desk.begin(link);
      } catch (error) {
        const isDenied = error instanceof StreamRefused && error.code === LOGIN_DENIED;
        if (isDenied) await http.tokens.renewed(token);
        link.end(wordsOf(error));
      }
      return await ended;
    } catch (error) {
      return wordsOf(error);
    } finally {
      if (this.#link === own) this.#link = null;
    }
  }

  #open(info: ReturnType<typeof streamerInfoOf>): { link: StreamLink; ended: Promise<string> } {
    const { promise: ended, resolve } = promiseOf<string>();
    const link = new StreamLink({
      info,
      answerMs: this.#terms.answerMs,
      hear: (item) => this.#desk.hear(item),
      ended: resolve,
    });
    const timer = setInterval(() => this.#look(), Math.min(LOOK_MS, this.#terms.frameAgeMaxMs));
    void ended.then(() => clearInterval(timer));
    this.#link = link;
    return { link, ended };
  }

  /** Ends a connection that stands and is mute. */
  #look(): void {
    const link = this.#link;
    if (link === null) return;
    const { frameAgeMaxMs, dataAgeMaxMs } = this.#terms;
    if (performance.now() - link.frameAt > frameAgeMaxMs) return link.end('it is silent');
    if (!this.#desk.isUp || !this.#desk.hasShares) return;
    const now = this.#options.now();
    const session = sessionOfDay(exchangeDay(now));
    if (session === undefined || now >= session.close) return;
    // Counted from the open at the earliest: before it, it is below zero.
    const age = Math.min(performance.now() - this.#desk.dataAt, now - session.open);
    if (age > dataAgeMaxMs) link.end(`no data for ${Math.round(age / SECOND_MS)} s`);
  }
}

const wordsOf = (error: unknown): string =>
  plainText(error instanceof Error ? error.message : String(error));

function promiseOf<T>() {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
