import {
  Agent,
  createServer,
  type IncomingMessage,
  request as ask,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { drawOf } from '../../src/sim/index.ts';
import { type Answer, type Memory, type MutateTerms, Mutation } from './mutate.ts';
import type { Draw } from './mutators.ts';
import { ProxySockets } from './proxy-sockets.ts';

export interface ProxyTerms extends MutateTerms {
  /** Origin of the counterpart: "http://127.0.0.1:PORT". */
  readonly upstream: string;
  readonly seed: number;
  /** Share of answers that are changed while it is loud. */
  readonly rate: number;
  readonly isLoud: () => boolean;
  /** A request's name, without ids: "GET /v2/orders/ID". */
  readonly endpointOf: (method: string, path: string) => string;
  /** Told of each request before it goes on. */
  readonly asked: (method: string, path: string, body: string) => void;
  /** Told of each answer as it leaves. */
  readonly told: (path: string, text: string) => void;
}

const KEPT = 12; // answers of an endpoint that are remembered

/** A number for a text, the same on every machine. */
export function hashOf(text: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  }
  return hash >>> 0;
}

/** Draws that belong to the `count`th message of a name. */
export const drawsOf =
  (seed: number, name: string, count: number): Draw =>
  (purpose) =>
    drawOf(seed ^ hashOf(name), count, purpose);

/**
 * Stands between an adapter and its counterpart and, while it is loud, changes what the counterpart
 * answers: what changes belongs to the seed, the endpoint and the count of its requests.
 */
export class Proxy {
  readonly #terms: ProxyTerms;
  readonly #mutation: Mutation;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  readonly #sockets: ProxySockets;
  readonly #counts = new Map<string, number>();
  readonly #answers = new Map<string, { readonly path: string; readonly answer: Answer }[]>();
  /** Changed answers, by "endpoint | kind". */
  readonly mutated = new Map<string, number>();
  /** The newest changes, for whoever looks at a failure. */
  readonly trace: string[] = [];
  answers = 0;
  url = '';

  constructor(terms: ProxyTerms) {
    this.#terms = terms;
    this.#mutation = new Mutation(terms);
    const count = (name: string, kind: string, detail: string) => this.#count(name, kind, detail);
    this.#sockets = new ProxySockets({ ...terms, mutation: this.#mutation, count });
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.on('upgrade', (request, socket, head) =>
      this.#sockets.upgrade(request, socket, head),
    );
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    this.#agent.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  #count(name: string, kind: string, detail: string): void {
    const key = `${name} | ${kind}`;
    this.mutated.set(key, (this.mutated.get(key) ?? 0) + 1);
    this.trace.push(`${key}: ${detail}`);
    if (this.trace.length > 5_000) this.trace.splice(0, 2_500);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = 'GET', url: path = '/' } = request;
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts);
    this.#terms.asked(method, path, body.toString());
    const answer = await this.#through(request, body);
    this.answers++;
    const name = this.#terms.endpointOf(method, path);
    const sent = this.#changed(name, path, answer);
    this.#terms.told(path, sent.text);
    send(response, sent);
  }

  /** The answer as it leaves; and remembered as it was. */
  #changed(name: string, path: string, answer: Answer): Answer {
    const { seed, rate, isLoud } = this.#terms;
    const count = (this.#counts.get(name) ?? 0) + 1;
    this.#counts.set(name, count);
    const memory = this.#memory(name, path);
    this.#remember(name, path, answer);
    const draw = drawsOf(seed, name, count);
    if (!isLoud() || draw(9) >= rate) return answer;
    const found = this.#mutation.of(answer, draw, memory);
    if (found === null) return answer;
    this.#count(name, found.kind, detailOf(path, answer, found.answer));
    return found.answer;
  }

  #memory(name: string, path: string): Memory {
    const same = this.#answers.get(name) ?? [];
    return {
      stale: same.filter((one) => one.path === path).map(({ answer }) => answer),
      others: same.filter((one) => one.path !== path).map(({ answer }) => answer),
      elsewhere: [...this.#answers].flatMap(([key, list]) =>
        key === name ? [] : list.slice(-1).map(({ answer }) => answer),
      ),
    };
  }

  #remember(name: string, path: string, answer: Answer): void {
    const list = this.#answers.get(name) ?? [];
    list.push({ path, answer });
    if (list.length > KEPT) list.shift();
    this.#answers.set(name, list);
  }

  /** The counterpart's own answer, its address replaced by ours. */
  #through({ method, url, headers }: IncomingMessage, body: Buffer): Promise<Answer> {
    const upstream = new URL(this.#terms.upstream);
    const own = new URL(this.url);
    const mapped = (text: string) => text.replaceAll(upstream.host, own.host);
    const { host: _, ...others } = headers;
    return new Promise((resolve, reject) => {
      const terms = {
        host: upstream.hostname,
        port: upstream.port,
        path: url,
        method,
        agent: this.#agent,
        headers: { ...others, host: upstream.host },
      };
      const out = ask(terms, (reply) => {
        const parts: Buffer[] = [];
        reply.on('data', (part: Buffer) => parts.push(part));
        reply.on('error', reject);
        reply.on('end', () => {
          const found: Record<string, string> = {};
          for (const [name, value] of Object.entries(reply.headers)) {
            const isHop = /^(?:connection|keep-alive|content-length|transfer-)/.test(name);
            if (!isHop && value !== undefined) found[name] = mapped(String(value));
          }
          const text = mapped(Buffer.concat(parts).toString());
          resolve({ status: reply.statusCode ?? 0, headers: found, text });
        });
      });
      out.on('error', reject);
      out.end(body);
    });
  }
}

/** What changed, around the first character in which both differ. */
function detailOf(path: string, before: Answer, after: Answer): string {
  let at = 0;
  while (at < before.text.length && before.text[at] === after.text[at]) at++;
  const from = Math.max(0, at - 60);
  const part = (text: string) => text.slice(from, at + 60);
  const status = before.status === after.status ? '' : ` ${before.status}→${after.status}`;
  return `${path}${status} «${part(before.text)}» → «${part(after.text)}»`.slice(0, 500);
}

function send(response: ServerResponse, { status, headers, text, cutAt }: Answer): void {
  const isBare = status === 204 || status === 304;
  const length = isBare ? {} : { 'content-length': Buffer.byteLength(text) };
  if (cutAt === undefined) {
    response.writeHead(status, { ...headers, ...length });
    response.end(isBare ? undefined : text);
    return;
  }
  const lines = Object.entries({ ...headers, ...length }).map(([name, to]) => `${name}: ${to}\r\n`);
  const head = `HTTP/1.1 ${status} Told\r\n${lines.join('')}\r\n`;
  response.socket?.end(head + text.slice(0, cutAt));
}
