import type { RawData, WebSocket } from 'ws';
import type { Channel } from './frames.ts';
import { pack, packedListHead, unpack } from './pack.ts';
import type { MarketFrame } from './source.ts';
import { houseSymbol, isOption } from '../symbols.ts';

/** Bytes that a reader may leave unread before it is dropped: seconds of a busy market. */
const UNREAD_MAX = 4_194_304;
/** Frames of one message. */
const BATCH_MAX = 512;
const SYMBOLS_MAX = 10_000;
/** Time to say who one is. */
const SIGN_IN_MS = 10_000;
const EVERYTHING = '*';

const ERRORS = {
  400: 'invalid syntax',
  401: 'not authenticated',
  402: 'auth failed',
  403: 'already authenticated',
  404: 'auth timeout',
  405: 'symbol limit exceeded',
  406: 'connection limit exceeded',
  407: 'slow client',
  412: 'option messages are only available in MsgPack format',
  413: 'star subscription is not allowed for option quotes',
} as const;

export type StreamError = keyof typeof ERRORS;

const CHANNELS = {
  stock: ['trades', 'quotes', 'bars', 'updatedBars', 'dailyBars', 'statuses', 'lulds'],
  option: ['trades', 'quotes'],
} as const satisfies Record<string, readonly Channel[]>;

/** A frame that is encoded at most once in each form. */
export class Encoded {
  readonly #frame: MarketFrame;
  #json: string | undefined;
  #packed: Buffer | undefined;

  constructor(frame: MarketFrame) {
    this.#frame = frame;
  }

  get json(): string {
    return (this.#json ??= JSON.stringify(this.#frame));
  }

  get packed(): Buffer {
    return (this.#packed ??= pack(this.#frame));
  }
}

export interface ClientOptions {
  readonly kind: 'stock' | 'option';
  /** Whether it reads MessagePack; otherwise JSON. */
  readonly isPacked: boolean;
  readonly keysOk: (keyId: unknown, secret: unknown) => boolean;
  /** Hears that its subscriptions changed. */
  readonly changed: () => void;
}

/** One reader of a data stream: who it is, what it wants, and what waits to be sent. */
export class MarketClient {
  readonly #socket: WebSocket;
  readonly #options: ClientOptions;
  readonly #wanted = new Map<Channel, Set<string>>();
  readonly #signIn: NodeJS.Timeout;
  #isSignedIn = false;
  #queue: Encoded[] = [];
  #flush: NodeJS.Immediate | undefined;

  constructor(socket: WebSocket, options: ClientOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#signIn = setTimeout(() => this.refuse(404), SIGN_IN_MS);
    this.#signIn.unref();
    socket.on('message', (data, isBinary) => this.#hear(data, isBinary));
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#end());
    this.#tell([{ T: 'success', msg: 'connected' }]);
  }

  #end(): void {
    clearTimeout(this.#signIn);
    if (this.#flush) clearImmediate(this.#flush);
    this.#queue = [];
    this.#wanted.clear();
  }

  /** Symbols that it wants in a channel, by the data API's names; "*" for all of them. */
  wanted(channel: Channel): ReadonlySet<string> {
    return this.#wanted.get(channel === 'corrections' ? 'trades' : channel) ?? NOTHING;
  }

  wants(channel: Channel, symbol: string): boolean {
    const wanted = this.wanted(channel);
    return wanted.has(symbol) || wanted.has(EVERYTHING);
  }

  /** Says what is wrong, and ends the connection. */
  refuse(code: StreamError): void {
    this.#tell([{ T: 'error', code, msg: ERRORS[code] }]);
    this.#socket.close();
    setTimeout(() => this.#socket.terminate(), 1_000).unref();
  }

  signIn(): void {
    this.#isSignedIn = true;
    clearTimeout(this.#signIn);
    this.#tell([{ T: 'success', msg: 'authenticated' }]);
  }

  /** Sends a frame with the others of this moment. */
  push(frame: Encoded): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#queue.push(frame);
    if (this.#queue.length >= BATCH_MAX) this.#send();
    else this.#flush ??= setImmediate(() => this.#send());
  }

  #send(): void {
    if (this.#flush) clearImmediate(this.#flush);
    this.#flush = undefined;
    const queue = this.#queue;
    this.#queue = [];
    if (queue.length === 0 || this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#options.isPacked) {
      const parts = queue.map((frame) => frame.packed);
      this.#socket.send(Buffer.concat([packedListHead(parts.length), ...parts]));
    } else {
      this.#socket.send(`[${queue.map((frame) => frame.json).join(',')}]`);
    }
    if (this.#socket.bufferedAmount > UNREAD_MAX) this.#drop();
  }

  /** A reader that is too slow is told so, and let go at once: nothing is kept for it. */
  #drop(): void {
    this.#tell([{ T: 'error', code: 407, msg: ERRORS[407] }]);
    this.#socket.terminate();
  }

  #tell(frames: readonly MarketFrame[]): void {
    this.#send();
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    this.#socket.send(this.#options.isPacked ? pack(frames) : JSON.stringify(frames));
  }

  #hear(data: RawData, isBinary: boolean): void {
    const message = messageOf(data, isBinary);
    const error = message === undefined ? 400 : this.#take(message);
    if (error === 402) this.refuse(error);
    else if (error !== null) this.#tell([{ T: 'error', code: error, msg: ERRORS[error] }]);
  }

  /** Does what a message asks; what is wrong with it, or null. */
  #take(message: Record<string, unknown>): StreamError | null {
    const { action, key, secret } = message;
    if (action === 'auth') {
      if (this.#isSignedIn) return 403;
      if (!this.#options.keysOk(key, secret)) return 402;
      this.signIn();
      return null;
    }
    if (!this.#isSignedIn) return 401;
    if (action !== 'subscribe' && action !== 'unsubscribe') return 400;
    return this.#change(action, message);
  }

  #change(
    action: 'subscribe' | 'unsubscribe',
    message: Record<string, unknown>,
  ): StreamError | null {
    const { kind } = this.#options;
    const lists: (readonly [Channel, readonly string[]])[] = [];
    for (const channel of CHANNELS[kind]) {
      const symbols = listOf(message[channel], kind);
      if (symbols === undefined) return 400;
      if (kind === 'option' && channel === 'quotes' && symbols.includes(EVERYTHING)) return 413;
      const set = this.#wanted.get(channel);
      if (action === 'subscribe' && (set?.size ?? 0) + symbols.length > SYMBOLS_MAX) return 405;
      lists.push([channel, symbols]);
    }
    for (const [channel, symbols] of lists) this.#apply(action, channel, symbols);
    this.#options.changed();
    this.#tell([this.#subscription()]);
    return null;
  }

  #apply(action: 'subscribe' | 'unsubscribe', channel: Channel, symbols: readonly string[]): void {
    const set = this.#wanted.get(channel) ?? new Set<string>();
    this.#wanted.set(channel, set);
    for (const symbol of symbols) {
      if (action === 'subscribe') set.add(symbol);
      else set.delete(symbol);
    }
  }

  #subscription(): MarketFrame {
    const { kind } = this.#options;
    const lists = CHANNELS[kind].map((channel) => [channel, [...this.wanted(channel)]] as const);
    const trades = [...this.wanted('trades')];
    const more = kind === 'stock' ? { corrections: trades, cancelErrors: trades } : {};
    return { T: 'subscription', ...Object.fromEntries(lists), ...more };
  }
}

const NOTHING: ReadonlySet<string> = new Set();

function messageOf(data: RawData, isBinary: boolean): Record<string, unknown> | undefined {
  try {
    const bytes = Buffer.isBuffer(data) ? data : Buffer.concat([data].flat().map(bufferOf));
    const message: unknown = isBinary ? unpack(bytes) : JSON.parse(bytes.toString('utf8'));
    const isObject = typeof message === 'object' && message !== null && !Array.isArray(message);
    return isObject ? (message as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

const bufferOf = (part: Buffer | ArrayBuffer): Buffer =>
  Buffer.isBuffer(part) ? part : Buffer.from(part);

/** Symbols of one list; none where it is left out, undefined where it is wrong. */
function listOf(value: unknown, kind: 'stock' | 'option'): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) return undefined;
  const isSymbol = (one: unknown) => {
    if (one === EVERYTHING) return true;
    const symbol = houseSymbol(one);
    return symbol !== null && isOption(symbol) === (kind === 'option');
  };
  return value.every(isSymbol) ? (value as string[]) : undefined;
}
