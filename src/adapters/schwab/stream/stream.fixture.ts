import { type WebSocket, WebSocketServer } from 'ws';
import type { DateText, Instant } from '../../../base/index.ts';
import { type BarRow, instantOn, type Quote } from '../../../market/index.ts';
import type { MarketListener } from '../../market-data.ts';
import { Secret } from '../../secret.ts';
import { loopback } from '../http.fixture.ts';
import type { SchwabReply } from '../http.ts';
import { SchwabStreamer, type StreamerOptions } from './stream.ts';

export const NOW = instantOn('2026-01-05' as DateText, '12:00');
const closers: (() => Promise<void> | void)[] = [];

/** Ends all that was opened, the newest first. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

export interface Request {
  readonly requestid: string;
  readonly service: string;
  readonly command: string;
  readonly SchwabClientCustomerId: string;
  readonly SchwabClientCorrelId: string;
  readonly parameters: Record<string, string>;
}

/** A streamer on loopback: answers every request with success unless it is told otherwise. */
export async function venue(terms: StreamerOptions['terms'] = {}) {
  const server = await loopback(() => ({}));
  const sockets = new WebSocketServer({ server: server.server });
  closers.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    sockets.close();
    await server.close();
  });
  const world = {
    now: NOW as number,
    requests: [] as Request[],
    connections: [] as WebSocket[],
    connectedAt: [] as number[],
    preferences: 0,
    renewed: 0,
    token: 'stream-token-0',
    answer: (request: Request): number | null => (request.service === 'ADMIN' ? 0 : 26),
  };
  sockets.on('connection', (socket) => {
    world.connections.push(socket);
    world.connectedAt.push(performance.now());
    socket.on('message', (data) => {
      const { requests } = JSON.parse(String(data)) as { requests: Request[] };
      for (const request of requests) {
        world.requests.push(request);
        const code = world.answer(request);
        if (code === null) continue;
        const { requestid, service, command } = request;
        const content = { code, msg: 'words' };
        socket.send(JSON.stringify({ response: [{ requestid, service, command, content }] }));
      }
    });
  });
  const streamerInfo = [
    {
      streamerSocketUrl: `ws://127.0.0.1:${server.origin.port}/ws`,
      schwabClientCustomerId: 'CUSTOMER',
      schwabClientCorrelId: 'CORREL',
      schwabClientChannel: 'N9',
      schwabClientFunctionId: 'APIAPP',
    },
  ];
  const send = (): Promise<SchwabReply> => {
    world.preferences += 1;
    const json = { streamerInfo };
    return Promise.resolve({ status: 200, headers: {}, text: '', json, problem: null });
  };
  const tokens = {
    bearer: () => Promise.resolve(new Secret(world.token)),
    renewed: () => {
      world.renewed += 1;
      world.token = `stream-token-${world.renewed}`;
      return Promise.resolve(true);
    },
  };
  const streamer = new SchwabStreamer({
    http: { send, origin: server.origin, tokens },
    now: () => world.now as Instant,
    terms: { backoffMs: 5, backoffMaxMs: 20, answerMs: 500, ...terms },
    chance: () => 0,
  });
  closers.push(() => streamer.close());
  const tell = (frame: unknown) => {
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    for (const socket of sockets.clients) socket.send(text);
  };
  const data = (service: string, ...content: object[]) =>
    tell({ data: [{ service, timestamp: NOW, command: 'SUBS', content }] });
  return { world, streamer, tell, data, sockets };
}

/** Somebody who listens, and writes down what it hears. */
export function ear() {
  const heard = {
    quotes: [] as Quote[],
    bars: [] as BarRow[],
    halts: [] as [string, boolean][],
    states: [] as string[],
  };
  const listener: MarketListener = {
    quote: (quote) => heard.quotes.push(quote),
    bar: (row) => heard.bars.push(row),
    halted: (symbol, isHalted) => heard.halts.push([symbol, isHalted]),
    up: () => heard.states.push('up'),
    down: (reason) => heard.states.push(`down: ${reason}`),
  };
  return { heard, listener };
}

export const spy = {
  key: 'SPY',
  1: 500.1,
  2: 500.12,
  3: 500.11,
  32: 'Normal',
  34: NOW - 500,
  35: NOW - 900,
};
/** Heartbeats every ten milliseconds, until the test ends. */
export function heartbeats(tell: (frame: unknown) => void) {
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    tell({ notify: [{ heartbeat: `${sent}` }] });
  }, 10);
  const stop = () => clearInterval(timer);
  closers.push(stop);
  return { count: () => sent, stop };
}

export const ups = (states: readonly string[]) => states.filter((state) => state === 'up').length;
