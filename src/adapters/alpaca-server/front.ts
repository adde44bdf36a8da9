import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import type { Instant } from '../../base/index.ts';
import { isLoopback, type Keys } from './access.ts';
import type { RouteCall, RouteReply, Routes } from './context.ts';
import type { Desk } from './desk.ts';
import type { Faults, RestTrouble } from './faults.ts';
import type { MarketRoutes } from './market/source.ts';
import type { AlpacaServerOptions } from './options.ts';
import { Refused } from './refused.ts';

export interface FrontParts {
  readonly desk: Desk;
  readonly keys: Keys;
  readonly faults: Faults;
  readonly options: AlpacaServerOptions;
  readonly trading: Routes;
  readonly data: MarketRoutes;
}

const BODY_MAX = 65_536; // bytes
const FOLLOW = 'x-plimsoll-at';
const RATE_LIMIT = '200';
const PAGE = '<html><head><title>502 Bad Gateway</title></head><body>gateway</body></html>';

const problem = (status: number, code: number, message: string): RouteReply => ({
  status,
  body: { code, message },
});

/** The HTTP face of the server: who may ask, what was asked, how it is answered or goes wrong. */
export class Front {
  readonly #parts: FrontParts;
  #requests = 0;

  constructor(parts: FrontParts) {
    this.#parts = parts;
  }

  take(request: IncomingMessage, response: ServerResponse): void {
    this.#answer(request, response).catch(() => response.destroy());
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await bodyOf(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const method = request.method ?? 'GET';
    const early = this.#turnedAway(request, text);
    if (early !== null) {
      this.#send(response, early);
      return;
    }
    this.#follow(request);
    const trouble = this.#parts.faults.ofRequest(method, url.pathname);
    if (trouble?.kind === 'delay' && trouble.when === 'before') await wait(trouble.ms);
    const call = () => this.#carriedOut(request, { method, url, text: text as string });
    await this.#reply(response, trouble, call);
    this.#parts.desk.flush();
  }

  /** What is answered to callers from elsewhere, and to what is no request of this API. */
  #turnedAway({ headers }: IncomingMessage, text: string | null): RouteReply | null {
    if (!isLoopback(headers)) return problem(403, 40310000, 'forbidden.');
    if (text === null) return problem(413, 41310000, `request body is larger than ${BODY_MAX}`);
    const isJson = /^application\/json\b/i.test(headers['content-type'] ?? '');
    return text === '' || isJson ? null : problem(415, 41510000, 'content type must be JSON');
  }

  #follow({ headers }: IncomingMessage): void {
    const { desk, keys } = this.#parts;
    const at = Number(headers[FOLLOW]);
    if (Number.isSafeInteger(at) && at > 0 && keys.areIn(headers)) desk.follow(at as Instant);
  }

  /** Carries a request out; every error is an answer. */
  #carriedOut(
    { headers }: IncomingMessage,
    asked: { readonly method: string; readonly url: URL; readonly text: string },
  ): RouteReply {
    const { method, url, text } = asked;
    const { pathname: path, searchParams: query } = url;
    let body: unknown;
    let reply: RouteReply;
    try {
      body = text === '' ? undefined : JSON.parse(text);
      reply = this.#routed(headers, { method, path, query, body });
    } catch (error) {
      reply = answerTo(error);
    }
    const { status } = reply;
    const asTold = { method, path, query: Object.fromEntries(query), headers, body };
    this.#parts.options.record?.({ ...asTold, status, answer: reply.body });
    return reply;
  }

  #routed(headers: IncomingMessage['headers'], call: RouteCall): RouteReply {
    const { data, keys, trading } = this.#parts;
    const ofMarket = data({ ...call, headers });
    if (ofMarket !== undefined) return ofMarket;
    if (!keys.areIn(headers)) return problem(401, 40110000, 'request is not authorized');
    return trading(call) ?? problem(404, 40410000, 'endpoint not found.');
  }

  async #reply(
    response: ServerResponse,
    trouble: RestTrouble | null,
    call: () => RouteReply,
  ): Promise<void> {
    if (trouble === null) return this.#send(response, call());
    switch (trouble.kind) {
      case 'dropBefore':
        return void response.destroy();
      case 'dropAfter':
        call();
        return void response.destroy();
      case 'delay': {
        const late = call();
        if (trouble.when === 'after') await wait(trouble.ms);
        return this.#send(response, late);
      }
      case 'status':
        if (trouble.effect) call();
        return this.#sendStatus(response, trouble);
      case 'cut':
        return this.#cut(response, call(), trouble.bytes);
      case 'page':
        if (trouble.effect) call();
        return void response.writeHead(200, { 'content-type': 'text/html' }).end(PAGE);
      case 'rateLimit':
        response.setHeader('retry-after', String(trouble.retryAfterS));
        return this.#send(response, problem(429, 42910000, 'rate limit exceeded'));
      default:
        return this.#replyToOrder(response, trouble, call);
    }
  }

  /** Troubles of lists and orders, which are carried out as ever. */
  async #replyToOrder(
    response: ServerResponse,
    trouble: RestTrouble,
    call: () => RouteReply,
  ): Promise<void> {
    const { desk } = this.#parts;
    desk.fate = trouble.kind === 'rejectAfterAccept' ? 'rejected' : 'works';
    const reply = call();
    desk.fate = 'works';
    if (trouble.kind === 'missingPage') return this.#send(response, { status: 200, body: [] });
    if (trouble.kind === 'duplicateId') {
      return this.#send(response, problem(422, 40010001, 'client_order_id must be unique'));
    }
    if (trouble.kind === 'missingId') {
      const { id: _, ...rest } = reply.body as { id?: string };
      return this.#send(response, { ...reply, body: rest });
    }
    if (trouble.kind === 'fillBeforeAck') {
      desk.flush();
      await wait(trouble.ms);
    }
    this.#send(response, reply);
  }

  #sendStatus(response: ServerResponse, trouble: RestTrouble & { kind: 'status' }): void {
    const { status, body } = trouble;
    if (body === 'broker') this.#send(response, problem(status, status * 100_000, 'not available'));
    else if (body === 'none') response.writeHead(status).end();
    else response.writeHead(status, { 'content-type': 'text/html' }).end(PAGE);
  }

  #send(response: ServerResponse, { status, body }: RouteReply): void {
    response.writeHead(status, this.#head());
    response.end(body === undefined ? '' : JSON.stringify(body));
  }

  #head() {
    return {
      'content-type': 'application/json; charset=UTF-8',
      date: new Date(this.#parts.desk.now()).toUTCString(),
      'x-request-id': String(++this.#requests).padStart(32, '0'),
      'x-ratelimit-limit': RATE_LIMIT,
      'x-ratelimit-remaining': RATE_LIMIT,
    };
  }

  #cut(response: ServerResponse, { status, body }: RouteReply, bytes: number): void {
    const whole = Buffer.from(body === undefined ? '' : JSON.stringify(body));
    response.writeHead(status, { ...this.#head(), 'content-length': whole.length });
    response.write(whole.subarray(0, Math.min(bytes, whole.length - 1)), () => response.destroy());
  }
}

function answerTo(error: unknown): RouteReply {
  if (error instanceof Refused) return { status: error.status, body: error.body };
  if (error instanceof SyntaxError) return problem(400, 40010000, 'request body format is invalid');
  if (error instanceof URIError) return problem(400, 40010000, 'request path is invalid');
  return problem(500, 50010000, 'internal server error occurred');
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
