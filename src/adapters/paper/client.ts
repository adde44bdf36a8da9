import { BadInput, type Instant, type Price } from '../../base/index.ts';
import type { AccountSeen, ActivitySeen, Broker, BrokerTraits } from '../../engine/index.ts';
import { type Intent, meaningOf, type Order, type Report } from '../../orders/index.ts';
import { type HttpReply, JsonPoster } from './client-http.ts';
import { accountOf, type AnswerName, type AnswerOf, ANSWERS, mismatch } from './client-schema.ts';

export const REMOTE_TRAITS: BrokerTraits = {
  clientIds: 'unique',
  stops: true,
  oco: true,
  settleMs: 0, // one loop on one machine: what was sent earlier is read earlier
  pollMs: 1_000,
};

const TIMEOUT_MS = 10_000;
const BYTES_MAX = 16_777_216;

export interface RemoteBrokerOptions {
  /** `http://127.0.0.1:PORT`: nothing but a port of this machine is called. */
  readonly url: string;
  /** The market as the desk knows it, sent along for a broker that has none of its own. */
  readonly mark: (symbol: string, at: Instant) => Price | undefined;
  /** For each call; 10 s when left out. */
  readonly timeoutMs?: number;
}

/** The broker documents that it did not take the call: nothing happened. */
class NotTaken extends Error {}

/**
 * The built-in broker in a process of its own. An order counts as taken only when the answer reads
 * back as the very order that was sent; whatever is neither that nor a documented refusal throws,
 * and is unknown.
 */
export class RemoteBroker implements Broker {
  readonly traits = REMOTE_TRAITS;
  readonly #options: RemoteBrokerOptions;
  readonly #poster: JsonPoster;
  #cursor: string | null = null;
  #due: Instant | null = null;
  #polledAt = Number.NEGATIVE_INFINITY;

  constructor(options: RemoteBrokerOptions) {
    const limits = { timeoutMs: options.timeoutMs ?? TIMEOUT_MS, bytesMax: BYTES_MAX };
    this.#options = options;
    this.#poster = new JsonPoster(loopback(options.url), limits);
  }

  async orderIds(at: Instant): Promise<readonly string[]> {
    return (await this.#call('orderIds', { at })).ids;
  }

  async submit(intent: Intent, at: Instant): Promise<readonly Report[]> {
    const order = intent.clientOrderId;
    const body = { at, intent, marks: this.#marks([intent.symbol], at) };
    let answer: AnswerOf<'submit'>;
    try {
      answer = await this.#call('submit', body);
    } catch (error) {
      if (!(error instanceof NotTaken)) throw error;
      return [{ kind: 'rejected', order, at, reason: error.message }];
    }
    const wrong = mismatch(intent, answer.order);
    if (wrong !== null) throw new Error(`Order "${order}" reads back with ${wrong}`);
    // An order that fills at once may end those it is linked with.
    if (answer.reports.some((report) => report.order === order)) return answer.reports;
    throw new Error(`Nothing is told of order "${order}"`);
  }

  async cancel(
    { intent }: Readonly<Order>,
    at: Instant,
    reason: string,
  ): Promise<readonly Report[]> {
    const body = { at, order: intent.clientOrderId, reason: reason.slice(0, 2_000) };
    return only((await this.#call('cancel', body)).reports, intent);
  }

  async find({ intent }: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    return only((await this.#call('find', { at, order: intent.clientOrderId })).reports, intent);
  }

  async account(at: Instant): Promise<AccountSeen> {
    return accountOf(await this.#call('account', { at }));
  }

  async poll(at: Instant, live: readonly Readonly<Order>[]): Promise<readonly Report[]> {
    this.#polledAt = at;
    const answer = await this.#call('poll', {
      at,
      since: this.#cursor,
      live: live.map(({ intent }) => intent.clientOrderId),
      marks: this.#marks(
        live.map(({ intent }) => intent.symbol),
        at,
      ),
    });
    this.#cursor = answer.cursor;
    return answer.reports;
  }

  /** As the broker told last; what a poll of that instant left over waits for the next one. */
  nextDue(): Instant | undefined {
    return this.#due !== null && this.#due > this.#polledAt ? this.#due : undefined;
  }

  async closeDay(at: Instant): Promise<readonly Report[]> {
    return (await this.#call('closeDay', { at })).reports;
  }

  /** Ends its connections. */
  async activities(): Promise<readonly ActivitySeen[]> {
    return []; // nothing but orders happens to this account
  }

  close(): void {
    this.#poster.close();
  }

  #marks(symbols: readonly string[], at: Instant): Record<string, Price> {
    const marks: Record<string, Price> = {};
    for (const symbol of symbols) {
      const mark = this.#options.mark(symbol, at);
      if (mark !== undefined) marks[symbol] = mark;
    }
    return marks;
  }

  async #call<Name extends AnswerName>(name: Name, body: object): Promise<AnswerOf<Name>> {
    const reply = await this.#poster.post(`/v1/${name}`, body);
    const found = jsonOf(reply);
    if (reply.status !== 200) throw failureOf(name, reply, found);
    const parsed = ANSWERS[name].safeParse(found);
    if (!parsed.success) throw new Error(`The answer to "${name}" is not one`);
    const answer = parsed.data as AnswerOf<Name>;
    this.#due = answer.nextDue;
    return answer;
  }
}

/** Only reports of the order that was asked about: any other is an answer to something else. */
function only(reports: readonly Report[], { clientOrderId }: Intent): readonly Report[] {
  const other = reports.find(({ order }) => order !== clientOrderId);
  if (other === undefined) return reports;
  throw new Error(`Asked about order "${clientOrderId}", told of "${other.order}"`);
}

function loopback(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  const plain = url !== null && url.protocol === 'http:' && `${url.pathname}${url.search}` === '/';
  if (plain && url.username === '' && /^(?:127\.0\.0\.1|localhost)$/.test(url.hostname)) return url;
  throw new BadInput(`Broker "${text}": wanted http://127.0.0.1:PORT, a process of this machine`);
}

function jsonOf({ type, text }: HttpReply): unknown {
  if (!/^application\/json\b/.test(type)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A failed call: not taken where the broker's own error body says so, unknown else (F005). */
function failureOf(name: string, { status }: HttpReply, found: unknown): Error {
  const { error } = (found ?? {}) as { error?: { code?: unknown; message?: unknown } };
  const said = typeof error?.message === 'string' ? `: ${error.message.slice(0, 500)}` : '';
  const isTheirs = typeof error?.code === 'string';
  const meaning = meaningOf('simulator', 'submit', status, isTheirs);
  return meaning === 'refused'
    ? new NotTaken(`The broker refused "${name}"${said}`)
    : new Error(`The broker answered "${name}" with status ${status}${said}`);
}
