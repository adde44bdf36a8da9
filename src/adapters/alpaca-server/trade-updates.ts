import type { WebSocket } from 'ws';
import type { Keys } from './access.ts';
import type { Faults } from './faults.ts';
import { nanoText } from './ids.ts';
import type { DeskEvent } from './records.ts';

const STREAM = 'trade_updates';
const BACKLOG_MAX = 4_194_304; // bytes a client may leave unread before it is let go
const OPEN = 1;

interface Client {
  readonly socket: WebSocket;
  isAuthorized: boolean;
  isListening: boolean;
}

/**
 * The stream of what becomes of orders. It speaks JSON in binary frames, as Alpaca's trading
 * stream does, and takes text and binary ones.
 */
export class TradeUpdates {
  readonly #keys: Keys;
  readonly #faults: Faults;
  readonly #clients: Set<Client> = new Set();
  /** A frame that comes after the next one. */
  #held: string | null = null;

  constructor(keys: Keys, faults: Faults) {
    this.#keys = keys;
    this.#faults = faults;
  }

  connect(socket: WebSocket): void {
    const client: Client = { socket, isAuthorized: false, isListening: false };
    this.#clients.add(client);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#clients.delete(client));
    socket.on('message', (data) => this.#take(client, String(data)));
  }

  #take(client: Client, text: string): void {
    const frame = parsed(text);
    const data = (frame?.data ?? {}) as Record<string, unknown>;
    switch (frame?.action) {
      case 'auth':
      case 'authenticate':
        return this.#authorize(client, String(frame.action), { ...frame, ...data });
      case 'listen':
        return this.#listen(client, data.streams);
      default:
        return send(client, { action: 'error', data: { error_message: 'invalid frame' } });
    }
  }

  #authorize(client: Client, action: string, given: Record<string, unknown>): void {
    const isRight = this.#keys.are(given.key_id ?? given.key, given.secret_key ?? given.secret);
    client.isAuthorized = isRight;
    const status = isRight ? 'authorized' : 'unauthorized';
    send(client, { stream: 'authorization', data: { status, action } });
    if (!isRight) client.socket.close();
  }

  #listen(client: Client, streams: unknown): void {
    if (!client.isAuthorized) {
      const data = { status: 'unauthorized', action: 'listen' };
      return send(client, { stream: 'authorization', data });
    }
    const wanted = Array.isArray(streams) ? streams : [];
    client.isListening = wanted.includes(STREAM);
    const heard = client.isListening ? [STREAM] : [];
    send(client, { stream: 'listening', data: { streams: heard } });
  }

  /** Tells all who listen, in order, but for what the faults do to a frame. */
  tell(events: readonly DeskEvent[]): void {
    if (this.#faults.mute) return;
    for (const event of events) this.#frame(event.event, JSON.stringify(frameOf(event)));
  }

  #frame(event: string, text: string): void {
    const trouble = this.#faults.ofFrame(event);
    if (trouble === 'lose') return;
    if (trouble === 'hold' && this.#held === null) {
      this.#held = text;
      return;
    }
    this.#send(text);
    if (trouble === 'repeat') this.#send(text);
    if (this.#held !== null) this.#send(this.#held);
    this.#held = null;
  }

  #send(text: string): void {
    for (const client of this.#clients) {
      if (!client.isListening) continue;
      if (client.socket.bufferedAmount > BACKLOG_MAX) client.socket.terminate();
      else raw(client, text);
    }
  }
}

function frameOf({ event, at, number, order, more }: DeskEvent): object {
  const data = { event, at: nanoText(at, number), timestamp: nanoText(at, number), ...more, order };
  return { stream: STREAM, data };
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const frame: unknown = JSON.parse(text);
    return typeof frame === 'object' && frame !== null ? (frame as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

const send = (client: Client, frame: object): void => raw(client, JSON.stringify(frame));

function raw({ socket }: Client, text: string): void {
  if (socket.readyState === OPEN) socket.send(text, { binary: true });
}
