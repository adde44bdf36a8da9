import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Report } from '../../orders/index.ts';
import {
  AT,
  CALLS,
  clientOf,
  fillBody,
  intentOf,
  KEYS,
  kindsOf,
  orderBody,
  orderOf,
  startStub,
  until,
  venueId,
} from './alpaca.fixture.ts';
import { AlpacaBroker } from './broker.ts';
import type { EventJson } from './schema.ts';
import { type StreamTerms, TradeStream } from './trade-stream.ts';

const TERMS: StreamTerms = { openMs: 5_000, pingMs: 60_000, backoffMs: [1, 4] };
/** For what is waited out. */
const SOON: StreamTerms = { openMs: 100, pingMs: 20, backoffMs: [1, 4] };
const AUTHORIZED = {
  stream: 'authorization',
  data: { status: 'authorized', action: 'authenticate' },
};
const LISTENING = { stream: 'listening', data: { streams: ['trade_updates'] } };
const frame = (event: string, more: object = {}, order: Record<string, unknown> = {}) => ({
  stream: 'trade_updates',
  data: {
    event,
    order: orderBody(intentOf(), order),
    timestamp: '2024-01-05T15:00:02.5Z',
    ...more,
  },
});

/** A server of order events; what it does with a connection can be changed. */
class Server {
  readonly sockets = new WebSocketServer({ host: '127.0.0.1', port: 0, autoPong: false });
  readonly said: { action: string; data: Record<string, unknown> }[] = [];
  connections = 0;
  answers = true;
  pongs = true;
  authorizes = true;
  isBinary = false;

  constructor() {
    this.sockets.on('connection', (socket) => {
      this.connections++;
      socket.on('error', () => {});
      socket.on('ping', () => this.pongs && socket.pong());
      socket.on('message', (data) => this.#answer(socket, String(data)));
    });
  }

  get url(): string {
    return `ws://127.0.0.1:${(this.sockets.address() as AddressInfo).port}/stream`;
  }

  #answer(socket: WebSocket, text: string): void {
    const ask = JSON.parse(text) as Server['said'][number];
    this.said.push(ask);
    if (!this.answers) return;
    const denied = { stream: 'authorization', data: { status: 'unauthorized' } };
    if (ask.action === 'authenticate') this.send(this.authorizes ? AUTHORIZED : denied, socket);
    if (ask.action === 'listen') this.send(LISTENING, socket);
  }

  send(value: unknown, to?: WebSocket): void {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    const all = to === undefined ? this.sockets.clients : [to];
    for (const socket of all) socket.send(text, { binary: this.isBinary });
  }

  drop(): void {
    for (const socket of this.sockets.clients) socket.terminate();
  }

  close(): Promise<void> {
    this.drop();
    return new Promise((done) => this.sockets.close(() => done()));
  }
}

let server: Server;
let heard: EventJson[];
let states: boolean[];
let stream: TradeStream | null;

beforeEach(async () => {
  [server, heard, states, stream] = [new Server(), [], [], null];
  await until(() => server.sockets.address() !== null);
});

afterEach(async () => {
  stream?.close();
  await server.close();
});

function open(terms = TERMS): TradeStream {
  stream = new TradeStream({
    url: server.url,
    keys: KEYS,
    hear: (event) => heard.push(event),
    state: (up) => states.push(up),
    terms,
    chance: () => 0.5,
  });
  return stream;
}

/** Timers that are set in this process. */
const timers = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;

describe('the stream', () => {
  test.each([false, true])('stands when it is listened to, binary frames: %s', async (isBinary) => {
    server.isBinary = isBinary;
    open();
    await until(() => states.length > 0);
    expect(states).toStrictEqual([true]);
    expect(server.said).toStrictEqual([
      {
        action: 'authenticate',
        data: { key_id: KEYS.keyId.reveal(), secret_key: KEYS.secret.reveal() },
      },
      { action: 'listen', data: { streams: ['trade_updates'] } },
    ]);
    server.send(frame('new'));
    await until(() => heard.length > 0);
    expect(heard[0]?.event).toBe('new');
  });

  test('passes over what it cannot read, and goes on (F007)', async () => {
    open();
    await until(() => states.length > 0);
    const odd = ['', '{', '[]', 'null', '{"stream":1}', { stream: 'other', data: {} }];
    for (const one of odd) server.send(one);
    server.send({ stream: 'trade_updates', data: { event: 'fill', order: { id: 'odd' } } });
    server.send({ stream: 'trade_updates', data: { event: 'fill' } });
    server.send(frame('fill'));
    await until(() => heard.length > 0);
    expect(heard).toHaveLength(1);
    expect(states).toStrictEqual([true]);
  });

  test('comes back after a loss, and tells both', async () => {
    open();
    for (let round = 1; round <= 3; round++) {
      await until(() => states.length === 2 * round - 1);
      server.drop();
    }
    await until(() => states.length === 7);
    expect(states).toStrictEqual([true, false, true, false, true, false, true]);
  });

  test('that is not let in asks again, and never stands', async () => {
    server.authorizes = false;
    open();
    await until(() => server.connections >= 3);
    expect(states).toStrictEqual([]);
    server.authorizes = true;
    await until(() => states.length > 0);
    expect(states).toStrictEqual([true]);
  });

  test('that answers no ping is lost (F018)', async () => {
    open(SOON);
    await until(() => states.length > 0);
    server.pongs = false;
    const { length } = states;
    await until(() => states.length > length);
    expect(states.slice(0, 2)).toStrictEqual([true, false]);
  });

  test('that answers nothing at all is given up in time', async () => {
    server.answers = false;
    open(SOON);
    await until(() => server.connections >= 2);
    expect(states).toStrictEqual([]);
  });

  test('closes for good at any moment', async () => {
    const moments = [
      () => true,
      () => server.connections > 0,
      () => server.said.length > 0,
      () => states.includes(true),
    ];
    const before = timers();
    for (const isReached of moments) {
      const one = open();
      await until(isReached);
      one.close();
      one.close();
    }
    await until(() => server.sockets.clients.size === 0);
    expect(timers()).toBeLessThanOrEqual(before);
    expect(states.at(-1)).toBe(false);
  });

  test('leaves no timer and no socket behind over many connections (F089)', async () => {
    const counts = () => process.getActiveResourcesInfo().filter((one) => one === 'Timeout').length;
    const before = counts();
    open();
    for (let round = 1; round <= 60; round++) {
      await until(() => server.connections >= round);
      server.drop();
    }
    stream?.close();
    await until(() => server.sockets.clients.size === 0);
    expect(timers()).toBeLessThanOrEqual(before);
  });
});

describe('the broker listens', () => {
  const PARTLY = { status: 'partially_filled', filled_qty: '40', filled_avg_price: '470.2' };

  /** A broker whose stream is the server above, and its readings the stub. */
  async function listening() {
    const stub = await startStub();
    const client = clientOf(stub.url);
    Object.defineProperty(client, 'streamUrl', { value: server.url });
    const broker = new AlpacaBroker({ client, since: AT, stream: TERMS });
    const reports: Report[] = [];
    broker.listen(
      (some) => reports.push(...some),
      (up) => states.push(up),
    );
    await until(() => states.length > 0);
    const close = async () => {
      await broker.close();
      await stub.close();
    };
    return { stub, broker, reports, close };
  }

  test('to events of its own orders, and leaves out those of others', async () => {
    const { reports, close } = await listening();
    server.send(frame('fill', {}, { client_order_id: 'by-hand', status: 'filled' }));
    server.send(frame('partial_fill', { qty: '40', price: '470.2' }, PARTLY));
    await until(() => reports.length > 0);
    expect(kindsOf(reports)).toBe('accepted cumulative');
    expect(reports[0]?.at).toBe(Date.parse('2024-01-05T15:00:02.5Z'));
    await close();
  });

  test('and an execution told by both counts once: a total here, a fill there (F015)', async () => {
    const { stub, broker, reports, close } = await listening();
    const order = orderBody(intentOf(), PARTLY);
    stub.on(CALLS.orders, { body: [order] });
    stub.on(CALLS.fills, { body: [fillBody(1)] });
    const event = { execution_id: venueId(9_001), qty: '40', price: '470.2' };
    server.send(frame('partial_fill', event, PARTLY));
    await until(() => reports.length > 0);
    const polled = await broker.poll(AT, [orderOf(intentOf(), { venueOrderId: venueId(1) })]);
    expect(kindsOf(reports)).toBe('accepted cumulative');
    expect(kindsOf(polled)).toBe('fill accepted');
    server.send(frame('partial_fill', event, PARTLY));
    await until(() => reports.length > 2);
    expect(kindsOf(reports)).toBe('accepted cumulative accepted');
    await close();
  });

  test('and makes a stream anew that keeps an execution to itself (F017, F018)', async () => {
    const { stub, broker, close } = await listening();
    stub.on(CALLS.orders, { body: [orderBody(intentOf(), PARTLY)] });
    const live = [orderOf(intentOf(), { venueOrderId: venueId(1) })];
    const poll = async (fills: readonly object[]) => {
      stub.on(CALLS.fills, { body: fills });
      await broker.poll(AT, live);
    };
    await poll([fillBody(1)]);
    await poll([fillBody(1)]);
    expect(states).toStrictEqual([true]);
    await poll([fillBody(1), fillBody(2)]);
    expect(states).toStrictEqual([true]);
    await poll([fillBody(1), fillBody(2)]);
    await until(() => states.length >= 3);
    expect(states).toStrictEqual([true, false, true]);
    await poll([fillBody(1), fillBody(2)]);
    await poll([fillBody(1), fillBody(2)]);
    expect(states).toHaveLength(3);
    await close();
  });
});
