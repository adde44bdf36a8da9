import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocket, WebSocketServer } from 'ws';
import type { Fault } from './kit.ts';

type StreamFault = Extract<Fault, { kind: 'stream' }>;

interface Frame {
  readonly data: Buffer;
  readonly isBinary: boolean;
}

/** Streams between an adapter and its counterpart: frames are lost, told again, swapped. */
export class WireSockets {
  readonly #upstream: string;
  readonly #isNews: (text: string) => boolean;
  readonly #server = new WebSocketServer({ noServer: true });
  readonly #pairs = new Set<{ readonly near: WebSocket; readonly far: WebSocket }>();
  #isMute = false;
  #faults: { readonly what: 'lose' | 'repeat' | 'swap'; left: number }[] = [];
  #kept: Frame | null = null;
  readonly #unstruck = new Set<string>();

  constructor(upstream: string, isNews: (text: string) => boolean) {
    this.#upstream = upstream.replace(/^http/, 'ws');
    this.#isNews = isNews;
  }

  fault(fault: StreamFault): void {
    if (fault.what !== 'cut') this.#unstruck.add(fault.what);
    if (fault.what === 'mute') this.#isMute = true;
    else if (fault.what === 'cut') for (const { near } of this.#pairs) near.terminate();
    else if ('times' in fault) this.#faults.push({ what: fault.what, left: fault.times });
  }

  heal(): void {
    this.#isMute = false;
    this.#faults = [];
  }

  unstruck(): readonly string[] {
    return [...this.#unstruck].map((what) => `a frame to ${what}`);
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server.handleUpgrade(request, socket, head, (near) => this.#join(near, request));
  }

  #join(near: WebSocket, { url, headers }: IncomingMessage): void {
    const passed = Object.entries(headers).filter(
      ([name]) => !/^(?:host|connection|upgrade|sec-websocket-)/.test(name),
    );
    const far = new WebSocket(`${this.#upstream}${url}`, {
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
    far.on('message', (data: Buffer, isBinary) => this.#pass(near, { data, isBinary }));
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

  #pass(near: WebSocket, frame: Frame): void {
    if (this.#isMute) {
      if (this.#isNews(frame.data.toString())) this.#unstruck.delete('mute');
      return;
    }
    const send = ({ data, isBinary }: Frame) => near.send(data, { binary: isBinary });
    const one = this.#faults.find(({ left }) => left > 0);
    if (one === undefined || !this.#isNews(frame.data.toString())) return send(frame);
    one.left--;
    this.#unstruck.delete(one.what);
    switch (one.what) {
      case 'lose':
        return;
      case 'repeat':
        send(frame);
        return send(frame);
      case 'swap': {
        if (this.#kept === null) {
          this.#kept = frame;
          return;
        }
        const before = this.#kept;
        this.#kept = null;
        send(frame);
        return send(before);
      }
    }
  }

  close(): void {
    for (const { near, far } of this.#pairs) {
      near.terminate();
      far.terminate();
    }
    this.#server.close();
  }
}
