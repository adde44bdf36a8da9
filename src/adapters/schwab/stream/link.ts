import { WebSocket } from 'ws';
import { BadInput } from '../../../base/index.ts';
import type { Secret } from '../../secret.ts';
import { isLoopback } from '../http.ts';
import { type Fields, listOf, plainText, recordOf } from '../http-json.ts';
import { FIELDS, type Service } from './fields.ts';

/** Where the streamer is and who we are to it. */
export interface StreamerInfo {
  readonly url: URL;
  readonly customerId: string;
  readonly correlationId: string;
  readonly channel: string;
  readonly functionId: string;
}

const SCHWAB_HOST = /(?:^|\.)schwab(?:api)?\.com$/;

/**
 * The streamer's address in the user's preferences. `origin` is who told it: Schwab leads to its
 * own hosts only, a server on this machine to this machine. Throws `BadInput` for anything else.
 */
export function streamerInfoOf(preferences: unknown, origin: URL): StreamerInfo {
  const told = recordOf(preferences)?.['streamerInfo'];
  const info = recordOf(Array.isArray(told) ? told[0] : told);
  const text = (name: string): string => {
    const value = info?.[name];
    if (typeof value === 'string' && value !== '') return value;
    throw new BadInput(`Schwab's preferences do not tell the streamer's "${name}"`);
  };
  const address = text('streamerSocketUrl');
  const url = URL.canParse(address) ? new URL(address) : null;
  const isOurs = url !== null && isLoopback(url) && /^wss?:$/.test(url.protocol);
  const isTheirs = url !== null && SCHWAB_HOST.test(url.hostname) && url.protocol === 'wss:';
  if (url === null || !(isLoopback(origin) ? isOurs : isTheirs)) {
    throw new BadInput('Schwab’s preferences lead to a streamer that is not Schwab’s');
  }
  return {
    url,
    customerId: text('schwabClientCustomerId'),
    correlationId: text('schwabClientCorrelId'),
    channel: text('schwabClientChannel'),
    functionId: text('schwabClientFunctionId'),
  };
}

/** Thrown where the streamer did not do what it was asked to. */
export class StreamRefused extends Error {
  readonly code: number | null;

  constructor(code: number | null, message: string) {
    super(message);
    this.code = code;
  }
}

/** Codes of the streamer. Source: Streamer API, response codes. */
export const LOGIN_DENIED = 3;
const DONE = new Set([0, 26, 27, 28, 29]);
const ENDS = new Set([12, 30]);

export interface LinkOptions {
  readonly info: StreamerInfo;
  /** One element of `data`: what a service tells. */
  readonly hear: (item: Fields) => void;
  /** Told once, whoever ends it. */
  readonly ended: (reason: string) => void;
  /** Longest wait for an answer. */
  readonly answerMs: number;
}

interface Waiting {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

const FRAME_BYTES_MAX = 8_000_000;

/** One connection to the streamer: it ends once, and is never mended. */
export class StreamLink {
  readonly #options: LinkOptions;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<string, Waiting>();
  readonly #opened: Promise<void>;
  #lastId = 0;
  #isEnded = false;
  /** Our monotonic clock at the newest frame, heartbeats included. */
  frameAt = performance.now();

  constructor(options: LinkOptions) {
    this.#options = options;
    const { url } = options.info;
    const terms = { handshakeTimeout: options.answerMs, maxPayload: FRAME_BYTES_MAX };
    this.#socket = new WebSocket(url, { ...terms, followRedirects: false });
    this.#opened = new Promise((resolve, reject) => {
      this.#socket.once('open', resolve);
      this.#socket.once('close', () => reject(new StreamRefused(null, 'The streamer closed')));
    });
    this.#opened.catch(() => undefined);
    this.#socket.on('error', () => this.end('the connection broke'));
    this.#socket.on('close', () => this.end('the connection was closed'));
    this.#socket.on('message', (data, isBinary) => this.#take(isBinary ? '' : String(data)));
  }

  /** Resolves when the streamer has taken the token. Throws `StreamRefused`. */
  async login(token: Secret): Promise<void> {
    await this.#opened;
    const { channel, functionId } = this.#options.info;
    await this.#request('ADMIN', 'LOGIN', {
      Authorization: token.reveal(),
      SchwabClientChannel: channel,
      SchwabClientFunctionId: functionId,
    });
  }

  /** Resolves when the streamer has done it. Throws `StreamRefused`. */
  async subscribe(service: Service, command: 'SUBS' | 'ADD' | 'UNSUBS', keys: readonly string[]) {
    const fields = command === 'UNSUBS' ? {} : { fields: FIELDS[service].join(',') };
    await this.#request(service, command, { keys: keys.join(','), ...fields });
  }

  /** Ends it: nothing is heard any more, and what waits for an answer fails. */
  end(reason: string): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new StreamRefused(null, `The stream ended: ${reason}`));
    }
    this.#waiting.clear();
    this.#socket.terminate();
    this.#options.ended(reason);
  }

  #request(service: string, command: string, parameters: Record<string, string>): Promise<void> {
    if (this.#isEnded) return Promise.reject(new StreamRefused(null, 'The stream has ended'));
    const { customerId, correlationId } = this.#options.info;
    const requestid = String((this.#lastId += 1));
    const request = {
      requestid,
      service,
      command,
      SchwabClientCustomerId: customerId,
      SchwabClientCorrelId: correlationId,
      parameters,
    };
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.end('no answer in time'), this.#options.answerMs);
      this.#waiting.set(requestid, { resolve, reject, timer });
      this.#socket.send(JSON.stringify({ requests: [request] }));
    });
  }

  #take(text: string): void {
    if (this.#isEnded) return;
    this.frameAt = performance.now();
    const frame = frameOf(text);
    // What is lost would be missed for good: with a new connection everything is told again.
    if (frame === null) return this.end('a frame could not be read');
    for (const one of listOf(frame['response'])) this.#answer(recordOf(one) ?? {});
    for (const one of listOf(frame['notify'])) this.#notice(recordOf(one) ?? {});
    const items = 'service' in frame ? [frame] : listOf(frame['data']);
    for (const item of items) {
      const fields = recordOf(item);
      if (fields !== null && !this.#isEnded) this.#options.hear(fields);
    }
  }

  #answer(response: Fields): void {
    const id = String(response['requestid']);
    const waiting = this.#waiting.get(id);
    const { code, message } = wordsIn(response);
    if (code !== null && ENDS.has(code)) this.end(`the streamer says ${code}: ${message}`);
    if (waiting === undefined) return;
    this.#waiting.delete(id);
    clearTimeout(waiting.timer);
    if (code !== null && DONE.has(code)) waiting.resolve();
    else waiting.reject(new StreamRefused(code, `The streamer says ${code}: ${message}`));
  }

  #notice(notice: Fields): void {
    const { code, message } = wordsIn(notice);
    if (code !== null && ENDS.has(code)) this.end(`the streamer says ${code}: ${message}`);
  }
}

function wordsIn(one: Fields): { readonly code: number | null; readonly message: string } {
  const { code, msg } = recordOf(one['content']) ?? {};
  const message = plainText(typeof msg === 'string' ? msg : '');
  return { code: typeof code === 'number' ? code : null, message };
}

function frameOf(text: string): Fields | null {
  try {
    return recordOf(JSON.parse(text));
  } catch {
    return null;
  }
}
