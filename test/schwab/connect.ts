import type { Instant } from '../../src/base/index.ts';
import { HttpClient } from '../../src/adapters/http.ts';
import { RequestBudget } from '../../src/adapters/budget.ts';
import { Secret } from '../../src/adapters/secret.ts';
import { SchwabHttp } from '../../src/adapters/schwab/http.ts';
import { SchwabBroker, type SchwabBrokerOptions } from '../../src/adapters/schwab-orders/index.ts';
import { type DateText, parsePrice } from '../../src/base/index.ts';
import {
  addIntent,
  applyReport,
  type ClientOrderId,
  type Intent,
  type IntentId,
  newOrders,
  type Order,
  type Report,
} from '../../src/orders/index.ts';
import { DEFAULT_ACCOUNT, type SchwabServer } from './server.ts';

/** A Friday in January, an hour after the close of the morning's first spread. */
export const NOON = Date.parse('2025-01-17T17:00:00Z') as Instant;

/** A clock that stands until it is moved. */
export class StandingClock {
  at: Instant = NOON;
  readonly now = (): Instant => this.at;
  pass(ms: number): void {
    this.at = (this.at + ms) as Instant;
  }
}

export interface Connection {
  readonly broker: SchwabBroker;
  readonly http: SchwabHttp;
  /** What did not belong there. */
  readonly odd: string[];
  /** How often the token was renewed. */
  renewals: number;
  close(): Promise<void>;
}

/** The adapter on the server, by the connection that is really used. */
export function connect(
  server: SchwabServer,
  clock: StandingClock,
  options: Partial<SchwabBrokerOptions> = {},
): Connection {
  const budget = new RequestBudget({ requestsMax: 10_000, windowMs: 1_000, reserved: 10 });
  const terms = { waitMs: 1_000, timeoutMs: 2_000, bytesMax: 20_000_000 };
  const client = new HttpClient(new URL(server.url), budget, terms);
  const bearer = () => new Secret(String(server.oauth.signIn()['access_token']));
  let token = bearer();
  const odd: string[] = [];
  const http = new SchwabHttp(new URL(server.url), client, {
    bearer: () => Promise.resolve(token),
    renewed: () => {
      connection.renewals++;
      token = bearer();
      return Promise.resolve(true);
    },
  });
  const number = options.number ?? DEFAULT_ACCOUNT.number;
  const broker = new SchwabBroker({
    http,
    number,
    held: (symbol) => server.books.get(number)?.held(symbol.replace('.', '/')) ?? 0,
    now: clock.now,
    since: 0 as Instant,
    odd: (text) => odd.push(text),
    pause: () => Promise.resolve(),
    ...options,
  });
  const close = async () => {
    await broker.close();
    await http.close();
  };
  const connection: Connection = { broker, http, odd, renewals: 0, close };
  return connection;
}

/** A limit order for ten shares of SPY at 500, but for what is said. */
export const intentOf = (terms: Partial<Intent> = {}, count = 1): Intent => ({
  id: `one-2025-01-17-${count}` as IntentId,
  clientOrderId: `pl-000000-e1-one-2025-01-17-${count}` as ClientOrderId,
  book: 'one',
  symbol: 'SPY',
  side: 'buy',
  quantity: 10,
  pricing: { type: 'limit', limitPrice: parsePrice('500') },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: parsePrice('500'),
  at: NOON,
  date: '2025-01-17' as DateText,
  ...terms,
});

/** What the engine does with the broker, order by order: watermark, send, ask, take in. */
export class Book {
  readonly orders = newOrders();
  readonly alarms: string[] = [];
  readonly #connection: Connection;
  readonly #clock: StandingClock;

  constructor(connection: Connection, clock: StandingClock) {
    this.#connection = connection;
    this.#clock = clock;
  }

  take(reports: readonly Report[]): void {
    for (const report of reports) {
      const applied = applyReport(this.orders, report);
      if (applied.known && applied.alarm !== null) this.alarms.push(applied.alarm);
    }
  }

  async send(intent: Intent): Promise<Order> {
    const { broker } = this.#connection;
    const at = this.#clock.now();
    const order = addIntent(this.orders, intent);
    order.watermark = await broker.orderIds(at);
    order.attempts = 1;
    order.sentAt = at;
    const unknown = (error: unknown): readonly Report[] => {
      const { clientOrderId } = intent;
      return [{ kind: 'unknown', order: clientOrderId, at, reason: (error as Error).message }];
    };
    this.take(await broker.submit(intent, at).catch(unknown));
    return order;
  }

  async find(order: Order): Promise<readonly Report[]> {
    const reports = await this.#connection.broker.find(order, this.#clock.now());
    this.take(reports.filter(({ kind }) => kind !== 'notFound'));
    return reports;
  }

  async poll(): Promise<readonly Report[]> {
    const live = [...this.orders.live.values()];
    const reports = await this.#connection.broker.poll(this.#clock.now(), live);
    this.take(reports);
    return reports;
  }
}
