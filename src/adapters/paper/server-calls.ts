import { randomUUID } from 'node:crypto';
import type { Instant, Money, Price } from '../../base/index.ts';
import { newOrder, type ClientOrderId, type Intent, type Report } from '../../orders/index.ts';
import type { SimBrokerSettings, SimOrder } from '../../sim/index.ts';
import { type KeyStore, PaperBroker } from './broker.ts';
import { CALLS, type CallBody, type CallName } from './server-schema.ts';
import { filledOf, OrderStore, ReportLog } from './server-log.ts';

/** Newest price of a symbol at an instant, or undefined where nothing is quoted. */
export type MarkOf = (symbol: string, at: Instant) => Price | undefined;

/** A call that the broker documents as not taken: nothing happened. */
export class CallRefused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** An order as the broker tells it: the terms it works with, and its own name for it. */
const told = ({ number, intent, status, ...order }: SimOrder) => ({
  venueOrderId: `sim-${number}`,
  clientOrderId: intent.clientOrderId,
  symbol: intent.symbol,
  side: intent.side,
  quantity: intent.quantity,
  pricing: intent.pricing,
  timeInForce: intent.timeInForce,
  status,
  filled: filledOf({ intent, ...order }),
});

/** The calls of the built-in broker's process: each is on its disk before it is answered. */
export class BrokerCalls {
  readonly #broker: PaperBroker;
  readonly #orders: OrderStore;
  readonly #log = new ReportLog(randomUUID());
  #marks: Readonly<Record<string, Price>> = {};

  constructor(settings: SimBrokerSettings, cash: Money, store: KeyStore, market?: MarkOf) {
    this.#orders = new OrderStore(store);
    const given: MarkOf = (symbol) => this.#marks[symbol];
    this.#broker = new PaperBroker(settings, cash, {
      store: this.#orders,
      mark: market ?? given,
    });
  }

  /** Answers one call. Throws `CallRefused` for one that is not as wanted, before anything. */
  async answer(name: string, body: unknown): Promise<object> {
    if (!Object.hasOwn(CALLS, name)) throw new CallRefused(404, 'unknownCall', `No call "${name}"`);
    const call = name as CallName;
    const parsed = CALLS[call].safeParse(body);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join('.') ?? '';
      throw new CallRefused(400, 'malformed', `"${name}" ${where}: ${issue?.message ?? ''}`);
    }
    const answer = await this.#calls[call](parsed.data as never);
    return { ...answer, nextDue: this.#broker.nextDue() ?? null };
  }

  readonly #calls: { readonly [Name in CallName]: (body: CallBody<Name>) => Promise<object> } = {
    submit: async ({ at, marks, intent }) => {
      this.#marks = marks;
      const reports = this.#logged(await this.#broker.submit(intent, at));
      return { order: this.#told(intent.clientOrderId), reports };
    },
    cancel: async ({ at, order, reason }) => ({
      reports: this.#logged(await this.#broker.cancel(asked(order), at, reason)),
    }),
    find: async ({ at, order }) => ({ reports: await this.#broker.find(asked(order), at) }),
    poll: async ({ at, marks, live, since }) => {
      this.#marks = marks;
      this.#log.add(await this.#broker.poll(at));
      const news = this.#log.since(since) ?? [];
      const reports = [...news, ...(await this.#known(live, at, news))];
      return { cursor: this.#log.cursor, reports };
    },
    account: async () => ({ ...(await this.#broker.account()), orders: this.#orders.seen() }),
    orderIds: async () => ({ ids: await this.#broker.orderIds() }),
    list: async () => ({ orders: this.#orders.all().map(told) }),
    closeDay: async ({ at }) => ({ reports: this.#logged(await this.#broker.closeDay(at)) }),
  };

  #logged(reports: readonly Report[]): readonly Report[] {
    this.#log.add(reports);
    return reports;
  }

  #told(id: ClientOrderId): object | null {
    const order = this.#orders.find(id);
    return order === undefined ? null : told(order);
  }

  /** All that is known of live orders that the news says nothing of. */
  async #known(live: readonly ClientOrderId[], at: Instant, news: readonly Report[]) {
    const inNews = new Set(news.map(({ order }) => order));
    const reports: Report[] = [];
    for (const id of live) {
      const found = inNews.has(id) ? [] : await this.#broker.find(asked(id), at);
      reports.push(...found.filter(({ kind }) => kind !== 'notFound'));
    }
    return reports;
  }
}

/** An order of which only the id is told. */
const asked = (clientOrderId: ClientOrderId) => newOrder({ clientOrderId } as Intent);
