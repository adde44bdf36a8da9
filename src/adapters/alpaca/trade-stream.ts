import { WebSocket } from 'ws';
import type { AlpacaKeys } from './client.ts';
import { type EventJson, eventJson, frameJson } from './schema.ts';

/** How long each step may take, in milliseconds. */
export interface StreamTerms {
  /** From the first byte to the confirmed subscription. */
  readonly openMs: number;
  /** Between two pings; a connection that does not answer one until the next is lost. */
  readonly pingMs: number;
  /** First and longest wait before a new connection. */
  readonly backoffMs: readonly [number, number];
}

export const STREAM_TERMS: StreamTerms = {
  openMs: 10_000,
  pingMs: 15_000,
  backoffMs: [500, 30_000],
};

export interface TradeStreamOptions {
  readonly url: string;
  readonly keys: AlpacaKeys;
  readonly hear: (event: EventJson) => void;
  /** True when the subscription stands, false when it is lost; only when that changes. */
  readonly state: (up: boolean) => void;
  readonly terms?: StreamTerms;
  /** 0 to 1, for the share of chance in each wait. */
  readonly chance?: () => number;
}

const FRAME_MAX = 4_000_000; // bytes

/**
 * The stream of order events, kept open: it comes back after every loss, waits longer each time,
 * and has one socket and one timer at most. What happened while it was down is never told again.
 */
export class TradeStream {
  readonly #options: TradeStreamOptions;
  readonly #terms: StreamTerms;
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | null = null;
  #isUp = false;
  #isClosed = false;
  #answered = true;
  #losses = 0;

  constructor(options: TradeStreamOptions) {
    this.#options = options;
    this.#terms = options.terms ?? STREAM_TERMS;
    this.#open();
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Drops the connection and makes a new one: it looks healthy and does not tell all (F017). */
  restart(): void {
    if (this.#socket !== null && this.#isUp) this.#lose(this.#socket);
  }

  /** Ends it for good. */
  close(): void {
    this.#isClosed = true;
    this.#wait(null, 0);
    const socket = this.#socket;
    this.#socket = null;
    if (socket !== null) drop(socket);
    this.#set(false);
  }

  #open(): void {
    const socket = new WebSocket(this.#options.url, {
      handshakeTimeout: this.#terms.openMs,
      maxPayload: FRAME_MAX,
      followRedirects: false,
      perMessageDeflate: false,
    });
    this.#socket = socket;
    this.#answered = true;
    // Every way to fail ends in `close`, and here it is heard for the newest socket only.
    socket.on('error', () => {});
    socket.on('close', () => this.#lose(socket));
    socket.on('pong', () => (this.#answered = true));
    socket.on('open', () => this.#sendKeys(socket));
    socket.on('message', (data: Buffer) => this.#take(socket, data));
    this.#wait(() => this.#lose(socket), this.#terms.openMs);
  }

  #sendKeys(socket: WebSocket): void {
    const { keyId, secret } = this.#options.keys;
    const data = { key_id: keyId.reveal(), secret_key: secret.reveal() };
    socket.send(JSON.stringify({ action: 'authenticate', data }));
  }

  /** A frame, text or binary: both hold JSON. What is none of those known is passed over. */
  #take(socket: WebSocket, data: Buffer): void {
    if (socket !== this.#socket) return;
    this.#answered = true;
    const frame = frameJson.safeParse(jsonIn(data));
    if (!frame.success) return;
    const { stream, data: body } = frame.data;
    if (stream === 'authorization') {
      if (body.status !== 'authorized') return this.#lose(socket);
      socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }));
    } else if (stream === 'listening') {
      if (body.streams?.includes('trade_updates') !== true) return this.#lose(socket);
      this.#losses = 0;
      this.#ping(socket);
      this.#set(true);
    } else if (stream === 'trade_updates') {
      const event = eventJson.safeParse(body);
      if (event.success) this.#options.hear(event.data);
    }
  }

  /** Asks for a sign of life now and then. */
  #ping(socket: WebSocket): void {
    this.#wait(() => {
      if (!this.#answered) return this.#lose(socket);
      this.#answered = false;
      socket.ping();
      this.#ping(socket);
    }, this.#terms.pingMs);
  }

  #lose(socket: WebSocket): void {
    if (socket !== this.#socket || this.#isClosed) return;
    this.#socket = null;
    drop(socket);
    const [first, most] = this.#terms.backoffMs;
    const chance = this.#options.chance ?? Math.random;
    const wait = Math.min(most, first * 2 ** Math.min(this.#losses, 20)) * (1 + chance() / 5);
    this.#losses++;
    this.#wait(() => this.#open(), wait);
    this.#set(false);
  }

  #set(up: boolean): void {
    if (up === this.#isUp) return;
    this.#isUp = up;
    this.#options.state(up);
  }

  /** The one timer: a new purpose ends the one before. */
  #wait(then: (() => void) | null, ms: number): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = then === null ? null : setTimeout(then, ms);
  }
}

function drop(socket: WebSocket): void {
  socket.removeAllListeners();
  socket.on('error', () => {}); // ending one that is still connecting is told as an error
  socket.terminate();
}

function jsonIn(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString()) as unknown;
  } catch {
    return undefined;
  }
}
