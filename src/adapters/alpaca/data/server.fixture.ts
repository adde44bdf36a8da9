import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type WebSocket, WebSocketServer } from 'ws';
import { RequestBudget } from '../../budget.ts';
import { Secret } from '../../secret.ts';
import { type AlpacaClient, alpacaClient } from '../client.ts';

const FIXTURES = join(process.cwd(), '../shared/specs/brokers/fixtures/alpaca');
export const HAS_FIXTURES = existsSync(FIXTURES);
export const WHY_SKIPPED = 'the recorded answers of ../shared are not here';

export const fixture = (name: string): unknown =>
  JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));

/** Forty values that are no price, size or figure, as JSON could bring them. */
export const NASTY: readonly unknown[] = [
  null, undefined, '', ' ', 'NaN', 'nan', 'Infinity', '-Infinity', 'null', 'undefined', '-', '+', '.',
  '1,000', '1e3', '1E309', '0x10', '1_000', ' 1', '1 ', '1.', '.5', '--1', '1.2.3', '$5', '5 USD', '٣',
  '1'.repeat(40), true, false, [], [1], {}, { value: 1 }, Number.NaN, Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY, -1, '-1', 1e300,
]; // prettier-ignore

/** A path to a figure: keys and indices. */
export type Path = readonly (string | number)[];

/** Paths of all figures in a value. */
export function figuresOf(value: unknown, path: Path = []): Path[] {
  if (typeof value === 'number') return [path];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => figuresOf(part, [...path, key]));
}

/** A copy with another value at `path`. */
export function replaced<T>(value: T, path: Path, by: unknown): T {
  const copy = structuredClone(value);
  let at = copy as Record<string | number, unknown>;
  for (const key of path.slice(0, -1)) at = at[key] as Record<string | number, unknown>;
  at[path.at(-1) as string] = by;
  return copy;
}

type Answer = (request: URL) => { status?: number; body: unknown; type?: string };

export interface DataServer {
  readonly url: string;
  readonly asked: URL[];
  answer: Answer;
  /** What a new connection of the stream meets. */
  connect: (socket: WebSocket, count: number) => void;
  connections(): number;
  readonly client: AlpacaClient;
  close(): Promise<void>;
}

/** A server of this process with answers of the test, and a client of it. */
export async function startDataServer(feed: 'iex' | 'sip' = 'iex'): Promise<DataServer> {
  const http: Server = createServer((request: IncomingMessage, response: ServerResponse) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    server.asked.push(url);
    const { status = 200, body, type = 'application/json' } = server.answer(url);
    response.writeHead(status, { 'content-type': type });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  });
  const sockets = new WebSocketServer({ server: http });
  let count = 0;
  sockets.on('connection', (socket) => server.connect(socket, count++));
  await new Promise<void>((done) => http.listen(0, '127.0.0.1', done));
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
  const keys = {
    keyId: new Secret('PKTESTDATAKEY0000001'),
    secret: new Secret('s3cretOfTheDataTest'),
  };
  const budget = new RequestBudget({
    requestsMax: 10_000,
    windowMs: 60_000,
    reserved: 20,
  });
  const client = alpacaClient({ stage: 'paper', keys, feed, url, budget });
  const server: DataServer = {
    url,
    asked: [],
    answer: () => ({ status: 404, body: { message: 'no answer' } }),
    connect: (socket) => welcome(socket),
    connections: () => sockets.clients.size,
    client,
    async close() {
      await client.close();
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      http.closeAllConnections();
      await new Promise((done) => http.close(done));
    },
  };
  return server;
}

export const tell = (socket: WebSocket, ...messages: unknown[]): void =>
  socket.send(JSON.stringify(messages));

/** The broker's side of sign-in and subscription; `then` once that is done. */
export function welcome(
  socket: WebSocket,
  then: (asked: Record<string, unknown>) => void = () => {},
) {
  tell(socket, { T: 'success', msg: 'connected' });
  socket.on('message', (data) => {
    const message = JSON.parse((data as Buffer).toString()) as Record<string, unknown>;
    if (message['action'] === 'auth') tell(socket, { T: 'success', msg: 'authenticated' });
    if (message['action'] !== 'subscribe') return;
    const { action: _, ...channels } = message;
    tell(socket, { T: 'subscription', ...channels });
    then(message);
  });
}

/** Resolves when `holds` does; throws after `ms`. */
export async function until(holds: () => boolean, ms = 5_000): Promise<void> {
  const deadline = performance.now() + ms;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`It did not come about within ${ms} ms`);
    await new Promise((done) => setTimeout(done, 2));
  }
}
