import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import type { Money } from '../../base/index.ts';
import type { SimBrokerSettings } from '../../sim/index.ts';
import type { KeyStore } from './broker.ts';
import { BrokerCalls, CallRefused, type MarkOf } from './server-calls.ts';

/** One request, as a fault or a watcher sees it. `number` counts all requests from 1. */
export interface BrokerCall {
  readonly name: string;
  readonly number: number;
}

/** What goes wrong with a call; a test's own. */
export interface BrokerFault {
  /** Time before the call is looked at, and after it was carried out. */
  readonly heldMs?: number;
  readonly delayMs?: number;
  /** False where the call is never carried out. */
  readonly effect: boolean;
  /** What the caller gets: the answer, nothing, a bare status, or its first bytes, head and all. */
  readonly reply: 'whole' | 'none' | { readonly status: number } | { readonly cutAt: number };
}

/** Where a call is: before and after it was carried out, and after its answer was handed over. */
export type BrokerMoment = 'arrived' | 'done' | 'replied';

export interface BrokerServerOptions {
  readonly settings: SimBrokerSettings;
  /** What the account begins with, where the store is empty. */
  readonly cash: Money;
  /** Its books; whoever opened it closes it. */
  readonly store: KeyStore;
  /** 0: any free one. */
  readonly port: number;
  /** Prices of its own; without them it takes those the caller tells. */
  readonly market?: MarkOf;
  readonly fault?: (call: BrokerCall) => BrokerFault | null;
  readonly watch?: (moment: BrokerMoment, call: BrokerCall) => void;
}

export interface BrokerServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const BODY_MAX = 1_048_576; // bytes
const REQUEST_MS = 10_000;
const IDLE_MS = 3_600_000; // a caller's connection stays open between two slots
const PATH = /^\/v1\/([a-zA-Z]{1,20})$/;

/**
 * Runs the built-in broker behind HTTP on the loopback interface, for callers of this machine that
 * are no web pages. Calls are carried out one at a time, each on the disk before its answer.
 */
export async function startBrokerServer(options: BrokerServerOptions): Promise<BrokerServer> {
  const { settings, cash, store, market } = options;
  const calls = new BrokerCalls(settings, cash, store, market);
  let number = 0;
  const server = createServer((request, response) => {
    const call = { name: PATH.exec(request.url ?? '')?.[1] ?? '', number: ++number };
    handle(calls, { request, response, call }, options).catch(() => response.destroy());
  });
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://${HOST}:${port}`, port, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: BrokerCall;
}

async function handle(
  calls: BrokerCalls,
  { request, response, call }: Exchange,
  { fault, watch }: BrokerServerOptions,
): Promise<void> {
  const text = await bodyOf(request);
  watch?.('arrived', call);
  const wrong = fault?.(call) ?? null;
  if (wrong?.heldMs !== undefined) await wait(wrong.heldMs);
  const answer =
    wrong?.effect === false ? FAILED : await answerOf(calls, request, { name: call.name, text });
  watch?.('done', call);
  if (wrong?.delayMs !== undefined) await wait(wrong.delayMs);
  response.once('finish', () => watch?.('replied', call));
  reply(response, answer, wrong?.reply ?? 'whole');
}

interface Answer {
  readonly status: number;
  readonly body: object;
}

const errorOf = (status: number, code: string, message: string): Answer => ({
  status,
  body: { error: { code, message } },
});

const FAILED = errorOf(503, 'unavailable', 'The broker is not available');

async function answerOf(
  calls: BrokerCalls,
  { method, headers }: IncomingMessage,
  { name, text }: { name: string; text: string | null },
): Promise<Answer> {
  if (!/^(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(headers.host ?? '') || headers.origin) {
    return errorOf(403, 'foreign', 'Only callers of this machine that are no web pages');
  }
  const isJson = /^application\/json\b/.test(headers['content-type'] ?? '');
  if (method !== 'POST' || !isJson) return errorOf(415, 'notJson', 'Wanted: POST of JSON');
  if (text === null) return errorOf(413, 'tooLarge', `Wanted: at most ${BODY_MAX} bytes`);
  try {
    return { status: 200, body: await calls.answer(name, JSON.parse(text)) };
  } catch (error) {
    if (error instanceof CallRefused) return errorOf(error.status, error.code, error.message);
    if (error instanceof SyntaxError) return errorOf(400, 'malformed', error.message);
    return errorOf(500, 'failed', error instanceof Error ? error.message : String(error));
  }
}

/** The text of a request; null for one that is too large. */
async function bodyOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size <= BODY_MAX) parts.push(part);
  }
  return size > BODY_MAX ? null : Buffer.concat(parts).toString('utf8');
}

function reply(response: ServerResponse, answer: Answer, how: BrokerFault['reply']): void {
  if (how === 'none') {
    response.destroy();
    return;
  }
  if (typeof how === 'object' && 'status' in how) {
    response.writeHead(how.status, { 'content-type': 'text/html' });
    response.end('<html>gateway</html>');
    return;
  }
  const body = Buffer.from(JSON.stringify(answer.body));
  const head = { 'content-type': 'application/json', 'content-length': body.length };
  if (how === 'whole') {
    response.writeHead(answer.status, head).end(body);
    return;
  }
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const start = `HTTP/1.1 ${answer.status} Told\r\n${lines.join('')}\r\n`;
  response.socket?.end(Buffer.concat([Buffer.from(start), body]).subarray(0, how.cutAt));
}
