import type { Instant, Price } from '../../src/base/index.ts';
import type {
  AccountSeen,
  ActivitySeen,
  Broker,
  BrokerTraits,
  State,
} from '../../src/engine/index.ts';
import {
  type ClientOrderId,
  type Endpoint,
  type Intent,
  matchByTerms,
  type Meaning,
  meaningOf,
  type Order,
  type Report,
  verifyTerms,
} from '../../src/orders/index.ts';
import type {
  ActivityView,
  HostileBroker,
  OrderPage,
  OrderView,
  Reply,
  StreamMessage,
} from '../../src/sim/hostile/index.ts';
import {
  accountOf,
  activityOf,
  activityReport,
  heardOf,
  isOfOrder,
  listedOf,
  reportsOf,
  termsOf,
} from './readings.ts';
import type { Life } from './timeline.ts';
import type { Wire } from './wire.ts';

/** Lists go back so far beyond what they are asked for: the clocks of two machines differ. */
const REACH_MS = 26 * 3_600_000;

const ENDS: ReadonlySet<Report['kind']> = new Set(['canceled', 'expired', 'rejected']);

/** What a call of the broker's port came to, where it is no answer. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

/** A real adapter's work against the hostile broker: one for each life of the process. */
export class HostileAdapter implements Broker {
  readonly traits: BrokerTraits;
  readonly #life: Life;
  readonly #wire: Wire;
  readonly #broker: HostileBroker;
  readonly #state: () => State | null;
  readonly #price: (symbol: string) => Price | undefined;
  readonly #bornAt: number;
  /** The newest activity that was read in this life, and what was read and not handed on yet. */
  #activity: string | null = null;
  #unread: ActivityView[] = [];
  /** Time since the machine came up, of each order's newest send in this life. */
  readonly #sentAt = new Map<ClientOrderId, number>();

  constructor(
    traits: BrokerTraits,
    parts: {
      life: Life;
      wire: Wire;
      broker: HostileBroker;
      state: () => State | null;
      price: (symbol: string) => Price | undefined;
    },
  ) {
    this.traits = traits;
    this.#life = parts.life;
    this.#wire = parts.wire;
    this.#broker = parts.broker;
    this.#state = parts.state;
    this.#price = parts.price;
    this.#bornAt = parts.wire.monotonic;
  }

  async submit(intent: Intent, at: Instant): Promise<readonly Report[]> {
    const id = intent.clientOrderId;
    const unique = this.traits.clientIds === 'unique';
    this.#wire.checkSubmit(intent);
    this.#sentAt.set(id, this.#wire.monotonic);
    const reply = await this.#wire.request(this.#life, `submit ${id}`, unique, (now) =>
      this.#broker.submit(termsOf(intent), now),
    );
    const meaning = meant('submit', reply);
    if (reply.ok) return this.#acceptedAs(reply, intent, at);
    if (meaning === 'duplicate') return this.#byClientId(id, intent, at);
    if (meaning !== 'refused') throw refusal(reply);
    return [{ kind: 'rejected', order: id, at, reason: `${reply.code}: ${reply.message}` }];
  }

  #acceptedAs(
    reply: Extract<Reply<OrderView | null>, { ok: true }>,
    intent: Intent,
    at: Instant,
  ): readonly Report[] {
    const order = intent.clientOrderId;
    const { body, location } = reply;
    if (body !== null) {
      proveTerms(intent, body);
      return reportsOf(body, order, at);
    }
    if (location === null) throw new NoAnswer('the answer does not name the order');
    return [{ kind: 'accepted', order, at, venueOrderId: location }];
  }

  async cancel(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { clientOrderId } = order.intent;
    const id = order.venueOrderId;
    if (id === null) return this.find(order, at);
    const reply = await this.#wire.request(this.#life, `cancel ${id}`, true, (now) =>
      this.#broker.cancel(id, now),
    );
    if (reply.ok) return [];
    const meaning = meant('cancel', reply);
    if (meaning !== 'refused' && meaning !== 'notFound') throw refusal(reply);
    const seen = await this.find(order, at);
    if (seen.some(({ kind }) => ENDS.has(kind))) return seen;
    const reason = `${reply.code}: ${reply.message}`;
    return [...seen, { kind: 'cancelRefused', order: clientOrderId, at, reason }];
  }

  async find(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { intent, venueOrderId } = order;
    const id = intent.clientOrderId;
    if (this.traits.clientIds === 'unique') return this.#byClientId(id, intent, at);
    if (venueOrderId === null) return this.#byTerms(order, at);
    const reply = await this.#wire.request(this.#life, `order ${venueOrderId}`, true, (now) =>
      this.#broker.order(venueOrderId, now),
    );
    if (reply.ok) return reportsOf(whole(reply.body), id, at);
    throw refusal(reply);
  }

  async #byClientId(id: ClientOrderId, intent: Intent, at: Instant): Promise<readonly Report[]> {
    const asked = this.#wire.monotonic;
    const reply = await this.#wire.request(this.#life, `find ${id}`, true, (now) =>
      this.#broker.orderByClientId(id, now),
    );
    if (reply.ok) {
      const view = whole(reply.body);
      proveTerms(intent, view);
      return reportsOf(view, id, at);
    }
    if (meant('find', reply) !== 'notFound') throw refusal(reply);
    return this.#notFound(id, asked, at);
  }

  /** A broker without our ids: the one order in these terms that was not there before. */
  async #byTerms(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { intent, watermark } = order;
    const id = intent.clientOrderId;
    const asked = this.#wire.monotonic;
    const since = intent.at - REACH_MS;
    const views = await this.#list(since);
    const found = this.#matched(order, views);
    if (found !== null) return reportsOf(found, id, at);
    const before = new Set(watermark ?? []);
    const reachesBack = views.some((view) => before.has(view.id));
    if (!reachesBack && before.size > 0) throw new NoAnswer('the list ends after the send');
    const evidence = this.#notFound(id, asked, at);
    const again = await this.#list(since);
    if (this.#matched(order, again) !== null) throw new NoAnswer('two lists differ');
    return evidence;
  }

  #matched(order: Readonly<Order>, views: readonly OrderView[]): OrderView | null {
    const match = matchByTerms(order, views.map(listedOf), this.#boundIds());
    if (match.kind === 'none') return null;
    if (match.kind === 'ambiguous') throw new NoAnswer('several orders may be it');
    return views.find(({ id }) => id === match.venueOrderId) as OrderView;
  }

  /** How far back a list must go for the orders that are looked for. */
  #reach(at: Instant, live?: readonly Readonly<Order>[]): number {
    let since: number = at;
    for (const { intent } of live ?? this.#state()?.orders.live.values() ?? []) {
      if (intent.at < since) since = intent.at;
    }
    return since - REACH_MS;
  }

  /** Ids of the broker's that belong to orders of ours. */
  #boundIds(): Set<string> {
    const ids = new Set<string>();
    const orders = this.#state()?.orders;
    for (const map of orders === undefined ? [] : [orders.live, orders.done]) {
      for (const { venueOrderId } of map.values()) if (venueOrderId !== null) ids.add(venueOrderId);
    }
    return ids;
  }

  /** Evidence only once nothing that was sent can still arrive or be left out of a reading. */
  #notFound(order: ClientOrderId, asked: number, at: Instant): readonly Report[] {
    const since = asked - (this.#sentAt.get(order) ?? this.#bornAt);
    if (since < this.traits.settleMs) throw new NoAnswer('it may still turn up');
    return [{ kind: 'notFound', order, at }];
  }

  async orderIds(at: Instant): Promise<readonly string[]> {
    return (await this.#list(at - REACH_MS)).map((view) => view.id);
  }

  /** Orders made there since then, page by page. */
  async #list(since: number): Promise<OrderView[]> {
    const views = new Map<string, OrderView>();
    for (let cursor: string | null = null; ;) {
      const page: string | null = cursor;
      const reply: Reply<OrderPage> = await this.#wire.request(
        this.#life,
        `orders ${page ?? ''}`,
        true,
        (now) => this.#broker.orders(since as Instant, now, page),
      );
      if (!reply.ok) throw refusal(reply);
      for (const view of reply.body.orders) views.set(view.id, view);
      cursor = reply.body.next;
      if (cursor === null) return [...views.values()];
    }
  }

  async account(at: Instant): Promise<AccountSeen> {
    const account = await this.#wire.request(this.#life, 'account', true, (now) =>
      this.#broker.account(now),
    );
    if (!account.ok) throw refusal(account);
    const positions = await this.#wire.request(this.#life, 'positions', true, (now) =>
      this.#broker.positions(now),
    );
    if (!positions.ok) throw refusal(positions);
    return accountOf(account.body.cash, positions.body, await this.#list(this.#reach(at)));
  }

  async poll(at: Instant, live: readonly Readonly<Order>[]): Promise<readonly Report[]> {
    const views = await this.#list(this.#reach(at, live));
    const unique = this.traits.clientIds === 'unique';
    const byId = new Map(
      views.map((view) => [unique ? view.clientOrderId : view.id, view] as const),
    );
    const reports: Report[] = [];
    for (const { intent, venueOrderId } of live) {
      const view = byId.get(unique ? intent.clientOrderId : venueOrderId);
      if (view) reports.push(...reportsOf(view, intent.clientOrderId, at));
    }
    reports.push(...(await this.#executions(at)));
    return reports;
  }

  /** What else happened to the account. */
  async activities(): Promise<readonly ActivitySeen[]> {
    await this.#readActivities();
    return this.#handOn((one) => !isOfOrder(one)).flatMap((one) =>
      isOfOrder(one) ? [] : [activityOf(one, this.#price)],
    );
  }

  /** Executions, and what became of them, whether or not their order is done. */
  async #executions(at: Instant): Promise<readonly Report[]> {
    await this.#readActivities();
    return this.#handOn(isOfOrder).flatMap((one) => {
      const order = isOfOrder(one) ? this.#ownIdOf(one.order) : null;
      return order === null || !isOfOrder(one) ? [] : [activityReport(one, order, at)];
    });
  }

  /** Takes out of what was read what one call hands on. */
  #handOn(wanted: (one: ActivityView) => boolean): ActivityView[] {
    const all = this.#unread;
    this.#unread = all.filter((one) => !wanted(one));
    return all.filter(wanted);
  }

  /** The list of activities after the newest one that is known, page by page. */
  async #readActivities(): Promise<void> {
    for (;;) {
      const after = this.#activity;
      const reply = await this.#wire.request(this.#life, 'activities', true, (now) =>
        this.#broker.activities(after, now),
      );
      if (!reply.ok) throw refusal(reply);
      const last = reply.body.at(-1);
      if (last === undefined) return;
      if (this.#activity !== after) continue; // another call read the same page meanwhile
      this.#unread.push(...reply.body);
      this.#activity = last.id;
    }
  }

  nextDue(): Instant | undefined {
    return undefined;
  }

  async closeDay(at: Instant): Promise<readonly Report[]> {
    return this.#executions(at);
  }

  /** What a message of the stream says of an order of ours; nothing for one that is not known. */
  heard(message: StreamMessage, at: Instant): Report[] {
    const { order, clientOrderId } = message;
    const own = (clientOrderId as ClientOrderId | null) ?? this.#ownIdOf(order);
    return own === null ? [] : heardOf(message, own, at);
  }

  #ownIdOf(order: string): ClientOrderId | null {
    const orders = this.#state()?.orders;
    for (const map of orders === undefined ? [] : [orders.live, orders.done]) {
      for (const one of map.values()) {
        if (one.venueOrderId === order) return one.intent.clientOrderId;
      }
    }
    return null;
  }
}

const refusal = (reply: Extract<Reply<unknown>, { ok: false }>): NoAnswer =>
  new NoAnswer(`${reply.status} ${reply.code}: ${reply.message}`);

/** What a reply of the hostile broker means, by the same table as that of every other one. */
const meant = (endpoint: Endpoint, reply: Reply<unknown>): Meaning =>
  reply.ok
    ? meaningOf('simulator', endpoint, reply.status, reply.body !== null)
    : meaningOf('simulator', endpoint, reply.status, reply.documented, reply.message);

function proveTerms(intent: Intent, view: OrderView): void {
  const difference = verifyTerms(intent, listedOf(view));
  if (difference !== null) throw new NoAnswer(difference);
}

function whole<T>(body: T | null): T {
  if (body === null) throw new NoAnswer('the answer is empty');
  return body;
}
