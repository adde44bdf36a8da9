import { WebSocket } from 'ws';
import { BadInput, type Instant } from '../../../base/index.ts';
import { exchangeDay, instrumentOf, type Quote, sessionOfDay } from '../../../market/index.ts';
import type { MarketListener, MarketStream } from '../../market-data.ts';
import type { AlpacaKeys } from '../client.ts';
import { streamError } from './conditions.ts';
import { Tape } from './tape.ts';
import { type Json, recordOf, wordsOf } from './values.ts';

/** How patient a stream is; all in milliseconds. */
export interface DataStreamTerms {
  /** From the first byte to the confirmed subscription. */
  readonly connectMs: number;
  /** Age of a symbol's data in the session after which its silence is looked into by asking. */
  readonly quietMs: number;
  /** Age of all data in the session after which the stream is lost, unless proven whole. */
  readonly staleMs: number;
  /** Outside of the session: silence, pings included, after which the connection is dead. */
  readonly deadMs: number;
  /** Between two looks at all of these. */
  readonly checkMs: number;
  /** First and longest pause before connecting again. */
  readonly backoffMs: number;
  readonly backoffMaxMs: number;
  /** Pause after an error that only a person can mend. */
  readonly lastingMs: number;
  /** How long a connection must hold for the next pause to be the first one again. */
  readonly stableMs: number;
}

export const DATA_STREAM_TERMS: DataStreamTerms = {
  connectMs: 10_000,
  quietMs: 10_000,
  staleMs: 20_000,
  deadMs: 45_000,
  checkMs: 1_000,
  backoffMs: 500,
  backoffMaxMs: 60_000,
  lastingMs: 60_000,
  stableMs: 30_000,
};

export interface AlpacaStreamOptions {
  readonly url: string;
  readonly keys: AlpacaKeys;
  readonly symbols: readonly string[];
  readonly listener: MarketListener;
  /** Newest quotes by asking, which is the truth. */
  readonly ask: (symbols: readonly string[]) => Promise<readonly Quote[]>;
  readonly now: () => Instant;
  readonly terms: DataStreamTerms;
  /** From 0 to 1, for the pauses; the system's own when left out. */
  readonly chance?: () => number;
}

const PAYLOAD_MAX = 8_000_000; // bytes of one frame
const BATCH_MAX = 400; // symbols of one message: the broker takes 16 kB
const CLOSE_MS = 1_000;
const EXPONENT_MAX = 16;

/**
 * The stock stream: signs in, subscribes, tells `up` when that is confirmed, and connects again
 * whenever it is lost or mute. A connection that lives but says nothing is found out by asking: an
 * answer that knows more than the stream did means that messages are being lost (F018).
 *
 * It is a client of our own and not that of the SDK, whose one speaks MessagePack only, gives up
 * after ten tries and takes answered pings for life.
 */
export class AlpacaStream implements MarketStream {
  readonly #options: AlpacaStreamOptions;
  readonly #tape: Tape;
  readonly #watch: NodeJS.Timeout;
  #socket: WebSocket | null = null;
  #retry: NodeJS.Timeout | null = null;
  #state: 'connecting' | 'up' | 'waiting' | 'closed' = 'waiting';
  /** By the monotonic clock: this state's beginning, and the newest sign of life of any kind. */
  #since = 0;
  #aliveAt = 0;
  #tries = 0;
  #confirmed = 0;
  /** The connection about which an answer is awaited. */
  #asking: WebSocket | null = null;
  #told = '';

  constructor(options: AlpacaStreamOptions) {
    for (const symbol of options.symbols) {
      if (instrumentOf(symbol).kind !== 'option') continue;
      throw new BadInput(`Option "${symbol}" is not on the stock stream: ask for its quotes`);
    }
    if (options.symbols.length === 0) throw new BadInput('A stream of no symbols');
    this.#options = options;
    this.#tape = new Tape(options.symbols, options.listener);
    this.#watch = setInterval(() => this.#check(), options.terms.checkMs);
    this.#connect();
  }

  get isClosed(): boolean {
    return this.#state === 'closed';
  }

  get isUp(): boolean {
    return this.#state === 'up';
  }

  /** Messages that counted, and those that could not be read or were not for us. */
  get counts(): { readonly taken: number; readonly unread: number } {
    return { taken: this.#tape.taken, unread: this.#tape.unread };
  }

  /** Ends it for good; resolves when the socket is gone. */
  async close(): Promise<void> {
    this.#enter('closed');
    clearInterval(this.#watch);
    if (this.#retry !== null) clearTimeout(this.#retry);
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null || socket.readyState === WebSocket.CLOSED) return;
    await new Promise<void>((done) => {
      const late = setTimeout(() => socket.terminate(), CLOSE_MS);
      silence(socket);
      socket.once('close', () => {
        clearTimeout(late);
        done();
      });
      socket.close();
    });
  }

  #enter(state: 'connecting' | 'up' | 'waiting' | 'closed'): void {
    this.#state = state;
    this.#since = performance.now();
  }

  #connect(): void {
    const { url, terms } = this.#options;
    this.#retry = null;
    this.#enter('connecting');
    this.#confirmed = 0;
    const socket = new WebSocket(url, {
      handshakeTimeout: terms.connectMs,
      maxPayload: PAYLOAD_MAX,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    socket.on('message', (data) => this.#hear((data as Buffer).toString()));
    socket.on('pong', () => {
      this.#aliveAt = performance.now();
    });
    socket.on('error', (error) => this.#lose(`the connection failed: ${wordsOf(error.message)}`));
    socket.on('close', (code) => this.#lose(`the connection was closed (${code})`));
  }

  /** The connection is of no use any more: ends it, tells so once, connects again after a pause. */
  #lose(reason: string, lasts = false): void {
    if (this.#state === 'closed' || this.#state === 'waiting') return;
    const { terms, listener, chance = Math.random } = this.#options;
    const wasUp = this.#state === 'up';
    if (wasUp && performance.now() - this.#since >= terms.stableMs) this.#tries = 0;
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) {
      silence(socket);
      socket.terminate();
    }
    const pause = Math.min(terms.backoffMaxMs, terms.backoffMs * 2 ** this.#tries);
    this.#tries = Math.min(this.#tries + 1, EXPONENT_MAX);
    this.#enter('waiting');
    const waitMs = (lasts ? terms.lastingMs : pause) * (0.5 + chance() / 2);
    this.#retry = setTimeout(() => this.#connect(), waitMs);
    if (wasUp || reason !== this.#told) listener.down?.(reason);
    this.#told = reason;
  }

  #hear(text: string): void {
    const heardAt = performance.now();
    this.#aliveAt = heardAt;
    let messages: unknown;
    try {
      messages = JSON.parse(text);
    } catch {
      this.#tape.unread += 1;
      return;
    }
    const socket = this.#socket;
    const receivedAt = this.#options.now();
    for (const one of Array.isArray(messages) ? messages : [messages]) {
      if (this.#socket !== socket) return; // a message before this one ended the connection
      const message = recordOf(one);
      if (message === null) this.#tape.unread += 1;
      else if (!this.#control(message)) this.#tape.take(message, receivedAt, heardAt);
    }
  }

  /** True where the message is about the connection itself. */
  #control(message: Json): boolean {
    switch (message['T']) {
      case 'success':
        if (message['msg'] === 'connected') this.#signIn();
        if (message['msg'] === 'authenticated') this.#subscribe();
        return true;
      case 'subscription':
        this.#confirm(message);
        return true;
      case 'error': {
        const { text, lasts } = streamError(message['code'], wordsOf(message['msg']));
        this.#lose(text, lasts);
        return true;
      }
      default:
        return false;
    }
  }

  #signIn(): void {
    const { keyId, secret } = this.#options.keys;
    this.#say({ action: 'auth', key: keyId.reveal(), secret: secret.reveal() });
  }

  /** The channels that this listener hears; prints always, as quotes need a last price. */
  get #channels(): string[] {
    const { quote, bar, halted } = this.#options.listener;
    return [
      'trades',
      ...(quote === undefined ? [] : ['quotes']),
      ...(bar === undefined ? [] : ['bars', 'updatedBars']),
      ...(halted === undefined ? [] : ['statuses']),
    ];
  }

  #subscribe(): void {
    const { symbols } = this.#options;
    for (let i = 0; i < symbols.length; i += BATCH_MAX) {
      const some = symbols.slice(i, i + BATCH_MAX);
      const wanted = Object.fromEntries(this.#channels.map((name) => [name, some]));
      this.#say({ action: 'subscribe', ...wanted });
    }
  }

  /** Each batch is confirmed with all that is subscribed to by then, the last with everything. */
  #confirm(message: Json): void {
    const { symbols, listener } = this.#options;
    this.#confirmed += 1;
    if (this.#state !== 'connecting') return;
    const missing = this.#channels.flatMap((name) => {
      const list = message[name];
      const has = new Set<unknown>(Array.isArray(list) ? list : []);
      return symbols.filter((symbol) => !has.has(symbol)).map((symbol) => `${name} of ${symbol}`);
    });
    if (missing.length === 0) {
      this.#enter('up');
      this.#told = '';
      this.#tape.begin(this.#since);
      listener.up?.();
      this.#prove(symbols);
    } else if (this.#confirmed >= Math.ceil(symbols.length / BATCH_MAX)) {
      this.#lose(`the subscription is without ${missing.slice(0, 5).join(', ')}`, true);
    }
  }

  #say(message: Json): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #check(): void {
    const { terms, now } = this.#options;
    const clock = performance.now();
    if (this.#state === 'connecting' && clock - this.#since > terms.connectMs) {
      this.#lose(`it did not confirm a subscription within ${terms.connectMs} ms`);
    }
    if (this.#state !== 'up') return;
    const silentMs = clock - Math.max(this.#aliveAt, this.#since);
    if (silentMs > terms.deadMs) return this.#lose(`nothing at all for ${Math.round(silentMs)} ms`);
    if (silentMs > terms.deadMs / 3) this.#socket?.ping();
    const openMs = msSinceOpen(now());
    if (openMs === null || openMs <= terms.quietMs) return;
    const from = Math.max(this.#since, clock - openMs);
    if (clock - from > terms.staleMs && this.#tape.isMute(clock - terms.staleMs)) {
      return this.#lose(`connected, but no data for more than ${terms.staleMs} ms`);
    }
    const quiet = this.#tape.quiet(now() - terms.quietMs, clock - terms.quietMs);
    if (quiet.length > 0) this.#prove(quiet);
  }

  /** Asks what the stream should have told by now: an answer that knows more ends it. */
  #prove(symbols: readonly string[]): void {
    const [socket, askedAt] = [this.#socket, performance.now()];
    if (socket === null || this.#asking === socket) return;
    this.#asking = socket;
    void this.#options
      .ask(symbols)
      .then(
        (quotes) => {
          if (this.#socket !== socket || this.#state !== 'up') return;
          const lost = this.#tape.prove(symbols, quotes, askedAt);
          if (lost !== null) this.#lose(`connected, but messages of "${lost}" are being lost`);
        },
        () => undefined, // No answer proves nothing: what is mute stays so.
      )
      .finally(() => {
        if (this.#asking === socket) this.#asking = null;
      });
  }
}

/** Nothing of a socket is heard any more, its late errors included. */
function silence(socket: WebSocket): void {
  socket.removeAllListeners();
  socket.on('error', () => undefined);
}

/** Milliseconds since the session opened; null outside of one. */
function msSinceOpen(at: Instant): number | null {
  const session = sessionOfDay(exchangeDay(at));
  return session !== undefined && at >= session.open && at < session.close
    ? at - session.open
    : null;
}
