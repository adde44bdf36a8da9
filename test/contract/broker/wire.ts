import {
  Agent,
  createServer,
  type IncomingMessage,
  request as ask,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Answer, type Call, type Edit, ELSEWHERE, type Fault } from './kit.ts';
import { WireSockets } from './wire-sockets.ts';

type ReplyFault = Extract<Fault, { kind: 'reply' }>;

/** One reply, whole; what a fault may change. */
export interface Passing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

export interface WireTerms {
  /** Origin of the counterpart: "http://127.0.0.1:PORT". */
  readonly upstream: string;
  readonly callOf: (method: string, path: string) => Call;
  /** The reply with this wrong about it. */
  readonly edit: (edit: Edit, call: Call, reply: Passing) => Passing;
  /** How the broker itself words an error. */
  readonly errorOf: (status: number, message: string) => unknown;
  /** The header that bears what nobody may see. */
  readonly secretHeader: string;
  /** What the counterpart refuses at its gate, in its words, where the one played here does not. */
  readonly refuses?: (call: Call, body: string) => string | null;
  /** Whether a frame of a stream tells of executions. */
  readonly isNews: (text: string) => boolean;
}

const HUGE_BYTES = 21_000_000;

/**
 * A wire between an adapter and its counterpart, on which everything goes wrong that a test asks
 * for: replies that are lost, cut, changed, held or another's, and streams that lose frames.
 */
export class Wire {
  readonly #terms: WireTerms;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #server: Server;
  readonly #counts = new Map<Call, number>();
  /** Newest reply by path, as the counterpart gave it. */
  readonly #last = new Map<string, Passing>();
  readonly sockets: WireSockets;
  #faults: { readonly fault: ReplyFault; skip: number; left: number }[] = [];
  readonly #unstruck = new Set<ReplyFault>();
  /** How far the counterpart's clock is from ours, as its replies tell. */
  aheadMs = 0;
  url = '';

  constructor(terms: WireTerms) {
    this.#terms = terms;
    this.sockets = new WireSockets(terms.upstream, terms.isNews);
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.on('upgrade', (request, socket, head) =>
      this.sockets.upgrade(request, socket, head),
    );
  }

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  fault(fault: ReplyFault): void {
    this.#faults.push({ fault, skip: fault.after ?? 0, left: fault.times ?? 1 });
    this.#unstruck.add(fault);
  }

  heal(): void {
    this.#faults = [];
    this.aheadMs = 0;
    this.sockets.heal();
  }

  unstruck(): readonly string[] {
    const replies = [...this.#unstruck].map(({ on }) => `a reply to "${on}"`);
    return [...replies, ...this.sockets.unstruck()];
  }

  /** Requests that went through to the counterpart. */
  requests(call: Call): number {
    return this.#counts.get(call) ?? 0;
  }

  async close(): Promise<void> {
    this.sockets.close();
    this.#agent.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const call = path.startsWith(ELSEWHERE)
      ? 'elsewhere'
      : this.#terms.callOf(request.method ?? '', path);
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const asked = { request, response, call };
    const answer = this.#faultOf(call);
    if (answer !== null && 'lateUntil' in answer.answer) await answer.answer.lateUntil;
    if (answer !== null && !answer.effect) return this.#spoil(asked, answer.answer, null);
    const before = this.#last.get(path);
    const reply = await this.#answered(request, Buffer.concat(parts), call);
    if (answer === null) return send(response, reply);
    const isOld = 'edit' in answer.answer && answer.answer.edit === 'lagging';
    if (isOld) return send(response, before ?? reply);
    return this.#spoil(asked, answer.answer, reply);
  }

  #faultOf(call: Call): ReplyFault | null {
    for (const one of this.#faults) {
      if (one.fault.on !== call || one.left <= 0) continue;
      if (one.skip-- > 0) return null;
      one.left--;
      this.#unstruck.delete(one.fault);
      return one.fault;
    }
    return null;
  }

  /** The counterpart's reply, or its refusal at the gate. */
  async #answered(request: IncomingMessage, body: Buffer, call: Call): Promise<Passing> {
    const refusal = this.#terms.refuses?.(call, body.toString()) ?? null;
    if (refusal === null) return this.#through(request, body, call);
    this.#counts.set(call, this.requests(call) + 1);
    const text = JSON.stringify(this.#terms.errorOf(400, refusal));
    return { status: 400, headers: { 'content-type': 'application/json' }, text };
  }

  /** The counterpart's own reply, its own address replaced by ours. */
  #through({ method, url, headers }: IncomingMessage, body: Buffer, call: Call): Promise<Passing> {
    this.#counts.set(call, this.requests(call) + 1);
    const upstream = new URL(this.#terms.upstream);
    const own = new URL(this.url);
    const mapped = (text: string) => text.replaceAll(upstream.host, own.host);
    return new Promise((resolve, reject) => {
      const { host: _, ...others } = headers;
      const out = ask(
        {
          host: upstream.hostname,
          port: upstream.port,
          path: url,
          method,
          agent: this.#agent,
          headers: { ...others, host: upstream.host },
        },
        (reply) => {
          const parts: Buffer[] = [];
          reply.on('data', (part: Buffer) => parts.push(part));
          reply.on('error', reject);
          reply.on('end', () => {
            const found: Record<string, string> = {};
            for (const [name, value] of Object.entries(reply.headers)) {
              const isHop = /^(?:connection|keep-alive|content-length|transfer-)/.test(name);
              if (!isHop && value !== undefined) found[name] = mapped(String(value));
            }
            found['date'] = new Date(Date.now() + this.aheadMs).toUTCString();
            const text = mapped(Buffer.concat(parts).toString());
            const passing = { status: reply.statusCode ?? 0, headers: found, text };
            this.#last.set(url ?? '', passing);
            resolve(passing);
          });
        },
      );
      out.on('error', reject);
      out.end(body);
    });
  }

  async #spoil(asked: Asked, answer: Answer, reply: Passing | null): Promise<void> {
    const { request, response, call } = asked;
    if ('cut' in answer) return cut(response, answer.cut, reply ?? NOTHING);
    if ('cutAt' in answer) return cutAt(response, answer.cutAt, reply ?? NOTHING);
    if ('huge' in answer) return sendHuge(response);
    if ('status' in answer) return send(response, this.#madeUp(answer, request));
    if ('heldUntil' in answer) await answer.heldUntil;
    if (reply === null) throw new Error('no reply of the counterpart to change');
    if (!('edit' in answer)) return send(response, reply);
    if (answer.edit === 'emptyList') return send(response, { ...reply, text: '[]' });
    return send(response, this.#terms.edit(answer.edit, call, reply));
  }

  #madeUp(
    answer: Extract<Answer, { status: number }>,
    { headers: sent }: IncomingMessage,
  ): Passing {
    const { status, body, headers = {} } = answer;
    switch (body) {
      case 'empty':
        return { status, headers, text: '' };
      case 'page':
        return { status, headers: { ...headers, 'content-type': 'text/html' }, text: PAGE };
      case 'broker': {
        // As long as any, with what was sent in it, and with what no terminal should print.
        const secret = String(sent[this.#terms.secretHeader]);
        const message = `refused \u001b[31m\n"${secret}" ${'!'.repeat(2_000)}`;
        const text = JSON.stringify(this.#terms.errorOf(status, message));
        return { status, headers: { ...headers, 'content-type': 'application/json' }, text };
      }
    }
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly call: Call;
}

const PAGE = '<html><body>The gateway says no more than this</body></html>';
const NOTHING: Passing = { status: 200, headers: {}, text: '{"gone":true}' };

function send(response: ServerResponse, { status, headers, text }: Passing): void {
  const isBare = status === 204 || status === 304;
  const length = isBare ? {} : { 'content-length': Buffer.byteLength(text) };
  response.writeHead(status, { ...headers, ...length });
  response.end(isBare ? undefined : text);
}

function cut(response: ServerResponse, where: 'status' | 'head' | 'half', reply: Passing): void {
  const { socket } = response;
  if (socket === null || where === 'status') return void response.destroy();
  const size = Buffer.byteLength(reply.text);
  const head = { ...reply.headers, 'content-length': String(size + (size === 0 ? 10 : 0)) };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const body = where === 'half' ? reply.text.slice(0, reply.text.length >> 1) : '';
  socket.end(`HTTP/1.1 ${reply.status} Told\r\n${lines.join('')}\r\n${body}`);
}

function cutAt(response: ServerResponse, part: number, reply: Passing): void {
  const head = { ...reply.headers, 'content-length': String(Buffer.byteLength(reply.text)) };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${value}\r\n`);
  const whole = Buffer.from(`HTTP/1.1 ${reply.status} Told\r\n${lines.join('')}\r\n${reply.text}`);
  response.socket?.end(whole.subarray(0, Math.floor(whole.length * part)));
}

function sendHuge(response: ServerResponse): void {
  response.on('error', () => {});
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(Buffer.alloc(HUGE_BYTES, ' '));
}
