import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Mutation } from './mutate.ts';
import type { Draw } from './mutators.ts';
import { drawsOf } from './proxy.ts';

export interface SocketTerms {
  readonly upstream: string;
  readonly seed: number;
  readonly rate: number;
  readonly isLoud: () => boolean;
  readonly mutation: Mutation;
  readonly count: (name: string, kind: string, detail: string) => void;
  readonly told: (path: string, text: string) => void;
}

interface Frame {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** Frames of which a sign-in is made: a stream that never stands tells nothing. */
const HANDSHAKE = /"(?:authorization|listening|success|subscription|response)"/;
const HANDSHAKE_SHARE = 0.1;

/** Streams between an adapter and its counterpart, whose frames are changed while it is loud. */
export class ProxySockets {
  readonly #terms: SocketTerms;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #pairs = new Set<{ readonly near: WebSocket; readonly far: WebSocket }>();
  readonly #counts = new Map<string, number>();
  readonly #before = new Map<string, Frame>();
  #held: Frame | null = null;

  constructor(terms: SocketTerms) {
    this.#terms = terms;
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (near) => this.#join(near, request));
  }

  close(): void {
    for (const { near, far } of this.#pairs) {
      near.terminate();
      far.terminate();
    }
    this.#server.close();
  }

  #join(near: WebSocket, { url = '/', headers }: IncomingMessage): void {
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(?:host|connection|upgrade|sec-websocket-)/.test(name),
    );
    const far = new WebSocket(`${this.#terms.upstream.replace(/^http/, 'ws')}${url}`, {
      headers: Object.fromEntries(passed) as Record<string, string>,
    });
    const pair = { near, far };
    this.#pairs.add(pair);
    const early: Frame[] = [];
    near.on('message', (data: Buffer, isBinary) => {
      if (far.readyState === WebSocket.OPEN) far.send(data, { binary: isBinary });
      else early.push({ data, isBinary });
    });
    far.on('open', () => {
      for (const { data, isBinary } of early) far.send(data, { binary: isBinary });
    });
    far.on('message', (data: Buffer, isBinary) => this.#pass(near, url, { data, isBinary }));
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => {});
      one.on('close', () => {
        this.#pairs.delete(pair);
        other.terminate();
      });
    }
  }

  #pass(near: WebSocket, url: string, frame: Frame): void {
    const { seed, rate, isLoud, told } = this.#terms;
    const name = `WS ${url.split('?')[0]}`;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const before = this.#before.get(name) ?? null;
    this.#before.set(name, frame);
    const draw = drawsOf(seed, name, count);
    const text = frame.data.toString();
    const share = HANDSHAKE.test(text.slice(0, 60)) ? HANDSHAKE_SHARE * rate : rate;
    const frames = isLoud() && draw(9) < share ? this.#changed(name, frame, before, draw) : [frame];
    for (const { data, isBinary } of frames) {
      told(url, data.toString());
      near.send(data, { binary: isBinary });
    }
    if (this.#held === null || this.#held === frame) return;
    near.send(this.#held.data, { binary: this.#held.isBinary });
    this.#held = null;
  }

  #changed(name: string, frame: Frame, before: Frame | null, draw: Draw): readonly Frame[] {
    const { mutation, count } = this.#terms;
    const text = frame.data.toString();
    const tell = (kind: string) => count(name, kind, text.slice(0, 200));
    const way = draw(8);
    if (way < 0.08) {
      tell('frame lost');
      return [];
    }
    if (way < 0.16) {
      tell('frame twice');
      return [frame, frame];
    }
    if (way < 0.24 && before !== null) {
      tell('an earlier frame');
      return [frame, before];
    }
    if (way < 0.3 && this.#held === null) {
      tell('frames swapped');
      this.#held = frame;
      return [];
    }
    if (way < 0.38) {
      tell('frame cut');
      return [{ ...frame, data: frame.data.subarray(0, Math.floor(frame.data.length * draw(7))) }];
    }
    const found = mutation.frame(text, draw);
    if (found === null) return [frame];
    count(name, found.kind, `«${text.slice(0, 300)}» → «${found.text.slice(0, 300)}»`);
    return [{ ...frame, data: Buffer.from(found.text) }];
  }
}
