import { appendFileSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { copyExample, jsonOf, type Json, type Running, start } from './cli.fixture.ts';

/** Keys that the paper broker of a test knows. */
export interface BrokerKeys {
  readonly id: string;
  readonly secret: string;
}

export const PAPER_KEYS: BrokerKeys = { id: 'PKENDTOEND0001', secret: 'paper-secret-end-to-end' };
export const LIVE_KEYS: BrokerKeys = { id: 'AKENDTOEND0001', secret: 'live-secret-end-to-end' };
/** Of this file alone: a machine has one owner of an account. */
const OWN = String(process.pid).padStart(7, '0');
export const PAPER_ACCOUNT: string = `PA${OWN}END7`;
export const LIVE_ACCOUNT: string = `9${OWN}0123`;

/** A fortnight in which the example trades on five days, two of it closed by a storm. */
export const FIRST = '2012-10-23';
export const LAST = '2012-11-05';
export const FORTNIGHT = ['--from', FIRST, '--to', LAST] as const;

const started = new Set<Running>();
afterAll(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all([...started].map(({ ended }) => ended));
});

/** Starts the built program; it is gone after the tests of the file. */
export function begin(...args: Parameters<typeof start>): Running {
  const running = start(...args);
  started.add(running);
  void running.ended.finally(() => started.delete(running));
  return running;
}

/** Resolves once the process has printed this; rejects where it ends before. */
export function printed(running: Running, text: string | RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = () => {
      if (running.out().search(text) >= 0) resolve();
    };
    running.child.stdout?.on('data', look);
    void running.ended.then(({ out, err }) => {
      look();
      reject(new Error(`"${String(text)}" was not printed: ${out.slice(-500)}\n${err}`));
    });
    look();
  });
}

export interface ServeOptions {
  readonly keys?: BrokerKeys;
  readonly account?: string;
  readonly cash?: string;
  readonly store?: string;
  /** What it prints by `--json`; false: as a person reads it. */
  readonly more?: readonly string[];
}

export interface Served {
  readonly running: Running;
  readonly url: string;
  readonly told: Json;
}

/** The built program's paper broker over a desk's recorded market; its clock follows the desk. */
export async function serveBroker(desk: string, options: ServeOptions = {}): Promise<Served> {
  const { keys = PAPER_KEYS, account = PAPER_ACCOUNT, cash = '120000', store, more = [] } = options;
  const stored = store === undefined ? [] : ['--store', store];
  const market = ['--desk', desk, '--from', FIRST, '--follow-clock'];
  const terms = ['--account', account, '--cash', cash, '--seed', '3', '--delay-ms', '200'];
  const env = { PLIMSOLL_BROKER_KEY_ID: keys.id, PLIMSOLL_BROKER_SECRET: keys.secret };
  const args = ['broker', 'serve', ...market, ...terms, ...stored, ...more, '--json'];
  const running = begin(args, { env });
  await printed(running, /\n/);
  const told = JSON.parse(running.out()) as Json;
  return { running, url: told['url'] as string, told };
}

/** One request as it passed on its way to the broker. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** What is done with a request, or with its reply: an answer of our own, or the end of the line. */
export type Struck =
  | 'drop'
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body: string };

type Hook = (passed: Passed) => Promise<Struck | undefined> | Struck | undefined;

/** The line between a desk and its broker: counts every request, and can cut it or lie. */
export class Wire {
  readonly passed: Passed[] = [];
  /** Where requests go. */
  target: string;
  /** Before the broker has seen a request, and after it has answered it. */
  before: Hook = () => undefined;
  after: Hook = () => undefined;
  readonly #server: Server;

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.target = target;
    server.on('request', (request, response) => void this.#pass(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket as Socket, head));
  }

  static async to(target: string): Promise<Wire> {
    const server = createServer();
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    afterAll(() => {
      server.closeAllConnections();
      server.close();
    });
    return new Wire(server, target);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Requests that enter, alter or cancel an order, or close a position. */
  orders(): Passed[] {
    return this.passed.filter(({ method }) => method !== 'GET');
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const passed: Passed = {
      method: request.method ?? '',
      path: request.url ?? '',
      body: Buffer.concat(parts).toString(),
    };
    this.passed.push(passed);
    const early = await this.before(passed);
    if (early !== undefined) return answer(response, early);
    try {
      const reply = await this.#asked(request, passed);
      const late = await this.after(passed);
      answer(response, late ?? reply);
    } catch {
      answer(response, 'drop');
    }
  }

  #asked(
    { headers }: IncomingMessage,
    { method, path, body }: Passed,
  ): Promise<Exclude<Struck, 'drop'>> {
    return new Promise((resolve, reject) => {
      const sent = httpRequest(`${this.target}${path}`, { method, headers }, (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('error', reject);
        reply.on('end', () => {
          const told = { ...reply.headers } as Record<string, string>;
          delete told['transfer-encoding'];
          const text = Buffer.concat(parts).toString();
          resolve({ status: reply.statusCode ?? 0, headers: told, body: text });
        });
      });
      sent.on('error', reject);
      sent.end(body);
    });
  }

  /** Streams go through as they are. */
  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.passed.push({ method: 'GET', path: request.url ?? '', body: '' });
    const { hostname, port } = new URL(this.target);
    const other = connect(Number(port), hostname, () => {
      const lines = [`GET ${request.url} HTTP/1.1`];
      const { rawHeaders: raw } = request;
      for (let i = 0; i < raw.length; i += 2) lines.push(`${raw[i]}: ${raw[i + 1]}`);
      other.write(`${lines.join('\r\n')}\r\n\r\n`);
      other.write(head);
      other.pipe(socket).pipe(other);
    });
    for (const [one, next] of [
      [other, socket],
      [socket, other],
    ] as const) {
      one.on('error', () => next.destroy());
      one.on('close', () => next.destroy());
    }
  }
}

function answer(response: ServerResponse, struck: Struck): void {
  if (struck === 'drop') return void response.destroy();
  const { status, headers = { 'content-type': 'application/json' }, body } = struck;
  response.writeHead(status, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

export interface DeskOptions {
  readonly keys?: BrokerKeys;
  readonly paper?: string;
  readonly live?: string;
}

/** The text of a `.env` with keys of the paper account, or of the real one. */
export const envOf = ({ id, secret }: BrokerKeys): string => {
  const stage = id.startsWith('AK') ? 'LIVE' : 'PAPER';
  return `ALPACA_${stage}_KEY_ID=${id}\nALPACA_${stage}_SECRET_KEY=${secret}\n`;
};

export function writeEnv(desk: string, text: string, mode = 0o600): void {
  writeFileSync(join(desk, '.env'), text, { mode });
}

/** The example desk with a broker of this machine, on that broker's clock. */
export function brokerDesk(folder: string, url: string, options: DeskOptions = {}): string {
  const { keys = PAPER_KEYS, paper = PAPER_ACCOUNT, live = LIVE_ACCOUNT } = options;
  copyExample('hierarchical-adaptive', folder);
  appendFileSync(
    join(folder, 'desk.yaml'),
    `
broker:
  name: alpaca
  accounts: { paper: "${paper}", live: "${live}" }
  url: ${url}
  clock: recorded
  mark_every_seconds: 3600
  close_minutes_after: 0
reconcile: { every_minutes: 390 }
`,
  );
  writeEnv(folder, envOf(keys));
  return folder;
}

/** The arguments of a run over a market that lives. */
export const liveArgs = (
  command: 'run' | 'once',
  desk: string,
  stage: 'dry-run' | 'paper' | 'live',
  ...more: readonly string[]
): string[] => [command, desk, '--stage', stage, '--feed', 'live', ...more];

/** What a desk's `state.json` says now. */
export const stateOf = (desk: string): Json => jsonOf(desk, 'state/state.json');

/** Asks the broker itself. */
export async function askBroker<T = Json>(
  url: string,
  path: string,
  { id, secret }: BrokerKeys = PAPER_KEYS,
): Promise<T> {
  const headers = { 'apca-api-key-id': id, 'apca-api-secret-key': secret };
  return (await (await fetch(`${url}${path}`, { headers })).json()) as T;
}

export interface BrokerOrder {
  readonly client_order_id: string;
  readonly symbol: string;
  readonly side: string;
  readonly filled_qty: string;
  readonly status: string;
}

/** Every order that the broker has, oldest first. */
export const brokerOrders = (url: string, keys?: BrokerKeys): Promise<BrokerOrder[]> =>
  askBroker(url, '/v2/orders?status=all&limit=500&direction=asc', keys);
