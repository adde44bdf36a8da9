import type { Instant, Money, Price } from '../../base/index.ts';
import {
  type AccountSeen,
  type ActivitySeen,
  type Broker,
  BUILT_IN_TRAITS,
} from '../../engine/index.ts';
import type { Intent, Order, Report } from '../../orders/index.ts';
import { SimBroker, type SimBrokerSettings, type SimOrder } from '../../sim/index.ts';

/** A small durable map; what `put` took is on the disk when it returns. */
export interface KeyStore {
  entries(): Iterable<readonly [key: string, text: string]>;
  put(changes: readonly (readonly [key: string, text: string])[]): void;
  close(): void;
}

export const BOOKS = 'books';

/** Whether a resting order changed in a way that no report tells. */
const isTouched = ({ taken, triggered }: SimOrder): boolean =>
  taken !== undefined || triggered === true;

/** The simulated broker behind the broker's port, durable in a `KeyStore` before each answer. */
export class PaperBroker implements Broker {
  readonly traits = BUILT_IN_TRAITS;
  readonly #sim: SimBroker;
  readonly #store: KeyStore;
  readonly #mark: (symbol: string, at: Instant) => Price | undefined;

  constructor(
    settings: SimBrokerSettings,
    cash: Money,
    parts: { store: KeyStore; mark: (symbol: string, at: Instant) => Price | undefined },
  ) {
    this.#sim = new SimBroker(settings, cash);
    this.#store = parts.store;
    this.#mark = parts.mark;
    this.#load();
  }

  #load(): void {
    const orders: SimOrder[] = [];
    let books: unknown = this.#sim.books;
    for (const [key, text] of this.#store.entries()) {
      if (key === BOOKS) books = JSON.parse(text);
      else orders.push(JSON.parse(text) as SimOrder);
    }
    orders.sort((a, b) => a.number - b.number);
    const working = orders.filter((order) => order.status === 'working');
    const done = orders.filter((order) => order.status !== 'working');
    this.#sim.restore(JSON.stringify({ books, working, done }));
  }

  #keep(reports: readonly Report[]): readonly Report[] {
    const ids = new Set(reports.map((report) => report.order));
    for (const [id, order] of this.#sim.working) if (isTouched(order)) ids.add(id);
    const changes: [string, string][] = [[BOOKS, JSON.stringify(this.#sim.books)]];
    for (const id of ids) {
      const order = this.#sim.find(id);
      if (order) changes.push([id, JSON.stringify(order)]);
    }
    if (ids.size > 0) this.#store.put(changes);
    return reports;
  }

  #market(at: Instant) {
    return (symbol: string) => this.#mark(symbol, at);
  }

  async submit(intent: Intent, at: Instant): Promise<readonly Report[]> {
    return this.#keep(this.#sim.submit(intent, at, this.#market(at)));
  }

  async orderIds(): Promise<readonly string[]> {
    return [...this.#sim.working.values()].map(({ number }) => `sim-${number}`);
  }

  async cancel(
    { intent }: Readonly<Order>,
    at: Instant,
    reason: string,
  ): Promise<readonly Report[]> {
    return this.#keep(this.#sim.cancel(intent.clientOrderId, at, reason));
  }

  async find({ intent }: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const id = intent.clientOrderId;
    const order = this.#sim.find(id);
    return order ? this.#sim.reportsOf(order, at) : [{ kind: 'notFound', order: id, at }];
  }

  async account(): Promise<AccountSeen> {
    const { cash, positions } = this.#sim.books;
    return { cash, positions: { ...positions } };
  }

  async activities(): Promise<readonly ActivitySeen[]> {
    return []; // nothing but orders happens to this account
  }

  async poll(at: Instant): Promise<readonly Report[]> {
    return this.#keep(this.#sim.advance(at, this.#market(at)));
  }

  nextDue(): Instant | undefined {
    return this.#sim.nextDue();
  }

  async closeDay(at: Instant): Promise<readonly Report[]> {
    return this.#keep(this.#sim.closeDay(at));
  }
}
