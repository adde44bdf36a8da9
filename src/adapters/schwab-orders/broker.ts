import { type DateText, DAY_MS, type Instant } from '../../base/index.ts';
import type { AccountSeen, ActivitySeen, BrokerTraits } from '../../engine/index.ts';
import type { ClientOrderId, Intent, Order, Report } from '../../orders/index.ts';
import {
  type BrokerSession,
  type Counterpart,
  COUNTERPART_TRAITS,
  type Identity,
} from '../counterpart.ts';
import { type ClockSeen, NotSent } from '../http.ts';
import { hintOf } from './activity-hint.ts';
import { AccountReader } from './account-reader.ts';
import { hashOf } from './account.ts';
import { Bindings } from './bindings.ts';
import { OrderClient, reasonOf } from './order-client.ts';
import { CLOCK_SLACK_MS, OrderFinder, WATERMARK_MS } from './order-find.ts';
import { type Held, orderRequestOf } from './order-request.ts';
import { isSameAccount, type SchwabOrder } from './order-schema.ts';
import type { SchwabActivityPort, SchwabHttpPort } from './port.ts';
import { clockOf, entitlementOf, sessionsOf } from './probe.ts';
import { plainText } from '../text.ts';

export const SCHWAB_TRAITS: BrokerTraits = COUNTERPART_TRAITS.schwab;

export interface SchwabBrokerOptions {
  readonly http: SchwabHttpPort;
  /** Number of the account to trade in: the hash is looked up by it, never by its place (F085). */
  readonly number: string;
  /** What is held of a symbol, booked fills only: Schwab wants to know what an order closes. */
  readonly held: Held;
  readonly now: () => Instant;
  /** When the books were opened: what happened to the account before is in them. */
  readonly since: Instant;
  /** Index of the book whose order this was; null, or left out, where nobody knows. */
  readonly bookOf?: (venueOrderId: string) => number | null;
  /** The account-activity stream; without it polling alone tells. */
  readonly stream?: SchwabActivityPort;
  /** Told of what does not belong here, as a sentence: another account, an odd holding. */
  readonly odd?: (text: string) => void;
  readonly pause?: (ms: number) => Promise<void>;
}

/** Waits before each reading of an order that was just taken. */
const READ_BACK_MS = [0, 250, 1_000];

/**
 * Charles Schwab behind the broker's port, for one account. It knows no ids of ours: each send
 * leaves once, counts as taken when the order of the name that came back reads as the one that was
 * intended, and is looked for by its terms else. Reading is the truth; the stream says when.
 */
export class SchwabBroker implements Counterpart {
  readonly name = 'schwab';
  readonly traits = SCHWAB_TRAITS;
  readonly #options: SchwabBrokerOptions;
  readonly #bindings = new Bindings();
  #ready: Promise<Parts> | null = null;
  #stream: { close(): Promise<void> } | null = null;

  constructor(options: SchwabBrokerOptions) {
    this.#options = options;
  }

  get clockSeen(): ClockSeen | null {
    return this.#options.http.clock;
  }

  /** All orders entered in the last days, of every status, and those that a list may lag behind. */
  async orderIds(at: Instant): Promise<readonly string[]> {
    const { client } = await this.#parts();
    const from = (at - WATERMARK_MS) as Instant;
    const orders = await client.list(from, (at + CLOCK_SLACK_MS) as Instant);
    return [...new Set([...orders.map(({ orderId }) => orderId), ...this.#bindings.ids()])];
  }

  async submit(intent: Intent, at: Instant): Promise<readonly Report[]> {
    const order = intent.clientOrderId;
    const notSent = (error: unknown): readonly Report[] => [
      { kind: 'notSent', order, at, reason: plainText(messageOf(error)) },
    ];
    let ready: Parts;
    let body: ReturnType<typeof orderRequestOf>;
    try {
      body = orderRequestOf(intent, this.#options.held);
      ready = await this.#parts();
    } catch (error) {
      return notSent(error);
    }
    let said: Awaited<ReturnType<OrderClient['submit']>>;
    try {
      said = await ready.client.submit(body);
    } catch (error) {
      if (error instanceof NotSent) return notSent(error);
      throw error;
    }
    if (said.kind === 'unauthorized') return notSent(said.reason);
    if (said.kind === 'refused') return [{ kind: 'rejected', order, at, reason: said.reason }];
    this.#bindings.name(order, said.venueOrderId);
    return this.#readBack(intent, said.venueOrderId, at);
  }

  /** What Schwab would say to an order, as it says it; nothing is sent to a market. */
  async preview(intent: Intent): Promise<unknown> {
    const { client } = await this.#parts();
    return client.preview(orderRequestOf(intent, this.#options.held));
  }

  async #readBack(intent: Intent, id: string, at: Instant): Promise<readonly Report[]> {
    const { client, finder } = await this.#parts();
    const pause = this.#options.pause ?? sleep;
    let why = 'Schwab does not show it yet';
    for (const ms of READ_BACK_MS) {
      if (ms > 0) await pause(ms);
      const found = await client.get(id).catch((error: unknown) => {
        why = messageOf(error);
        return null;
      });
      if (found !== null) return finder.told(intent, found, at);
    }
    throw new Error(plainText(`Order "${id}" was taken and cannot be read back: ${why}`));
  }

  /** A taken request to cancel says nothing of what became of the order: it is read (F008). */
  async cancel(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { clientOrderId } = order.intent;
    const { client, finder } = await this.#parts();
    let id = order.venueOrderId ?? this.#bindings.named(clientOrderId);
    if (id === null) {
      const before = await finder.find(order, at);
      const accepted = before.find((report) => report.kind === 'accepted');
      if (accepted === undefined) return before;
      id = accepted.venueOrderId;
    }
    const said = await client.cancel(id);
    const after = await finder.find({ ...order, venueOrderId: id }, at);
    if (typeof said === 'string' || after.some(isEnd)) return after;
    return [...after, { kind: 'cancelRefused', order: clientOrderId, at, reason: said.refused }];
  }

  async find(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    return (await this.#parts()).finder.find(order, at);
  }

  async account(at: Instant): Promise<AccountSeen> {
    return (await this.#parts()).reader.account(at);
  }

  async activities(at: Instant): Promise<readonly ActivitySeen[]> {
    return (await this.#parts()).reader.activities(at);
  }

  /** One list for all that are live or ended a moment ago; what it lacks is asked for by name. */
  async poll(at: Instant, live: readonly Readonly<Order>[]): Promise<readonly Report[]> {
    const bound = live.filter(({ venueOrderId }) => venueOrderId !== null);
    for (const order of bound) {
      this.#bindings.bind(order.venueOrderId as string, order.intent.clientOrderId, at);
      this.#bindings.booked(order);
    }
    if (!this.#bindings.isWatching(at)) return [];
    const { client, finder } = await this.#parts();
    const oldest = Math.min(at, ...bound.map(({ sentAt }) => sentAt));
    const from = Math.max(at - WATERMARK_MS, oldest - DAY_MS) as Instant;
    const orders = await client.list(from, (at + CLOCK_SLACK_MS) as Instant);
    const reports = orders.flatMap((order) => this.#reportsOf(order, at));
    const listed = new Set(orders.map(({ orderId }) => orderId));
    for (const order of bound) {
      if (listed.has(order.venueOrderId as string)) continue;
      reports.push(...(await finder.find(order, at)));
    }
    return reports;
  }

  #reportsOf(order: SchwabOrder, at: Instant): readonly Report[] {
    const id = this.#bindings.of(order.orderId);
    return id === null ? [] : this.#bindings.reportsOf(order, id, at);
  }

  /** Nobody knows beforehand. */
  nextDue(): Instant | undefined {
    return undefined;
  }

  /** Schwab itself ends orders that were good for the day; a reading tells. */
  async closeDay(): Promise<readonly Report[]> {
    return [];
  }

  /** Opens the stream of account activity: each row makes its order be read, once at a time. */
  listen(hear: (reports: readonly Report[]) => void, state: (up: boolean) => void): void {
    const { stream } = this.#options;
    if (stream === undefined || this.#stream !== null) return;
    const readings = new Map<string, 'reading' | 'again'>();
    this.#stream = stream.activity({
      row: (row) => this.#hint(row, hear, readings),
      up: () => state(true),
      down: () => state(false),
    });
  }

  #hint(
    row: Readonly<Record<string, unknown>>,
    hear: (reports: readonly Report[]) => void,
    readings: Map<string, 'reading' | 'again'>,
  ): void {
    const hint = hintOf(row);
    if (hint === null) return;
    const { venueOrderId: id } = hint;
    if (!isSameAccount(hint.accountNumber, this.#options.number)) {
      return this.#options.odd?.(`Order "${id}" of another account was streamed, and is ignored`);
    }
    const order = this.#bindings.of(id);
    if (order === null) return;
    if (readings.has(id)) return void readings.set(id, 'again');
    readings.set(id, 'reading');
    void this.#readHinted(id, order, hear, readings);
  }

  /** Reads an order until no further hint came meanwhile; a reading that fails is polling's. */
  async #readHinted(
    id: string,
    order: ClientOrderId,
    hear: (reports: readonly Report[]) => void,
    readings: Map<string, 'reading' | 'again'>,
  ): Promise<void> {
    try {
      const { client } = await this.#parts();
      do {
        readings.set(id, 'reading');
        const found = await client.get(id);
        if (found !== null) hear(this.#bindings.reportsOf(found, order, this.#options.now()));
      } while (readings.get(id) === 'again');
    } catch {
      // Hints are not promises: the next poll reads what this one could not.
    } finally {
      readings.delete(id);
    }
  }

  async identity(): Promise<Identity> {
    return (await this.#parts()).reader.identity();
  }

  clock(): Promise<ClockSeen> {
    return clockOf(this.#options.http);
  }

  sessions(from: DateText, to: DateText): Promise<readonly BrokerSession[]> {
    return sessionsOf(this.#options.http, from, to);
  }

  entitlement(): Promise<string> {
    return entitlementOf(this.#options.http);
  }

  async close(): Promise<void> {
    await this.#stream?.close();
    this.#stream = null;
  }

  /** What needs the account's hash: looked up once, again where that failed. */
  #parts(): Promise<Parts> {
    this.#ready ??= this.#connect().catch((error: unknown) => {
      this.#ready = null;
      throw error;
    });
    return this.#ready;
  }

  async #connect(): Promise<Parts> {
    const { http, number, since } = this.#options;
    const path = '/trader/v1/accounts/accountNumbers';
    const reply = await http.send({ method: 'GET', path, lane: 'order' });
    if (reply.status !== 200) throw new Error(`No account numbers: ${reasonOf(reply)}`);
    const hash = hashOf(reply.json, number);
    const odd = this.#options.odd ?? (() => {});
    const client = new OrderClient({ http, number, hash, odd });
    const finder = new OrderFinder(client, this.#bindings);
    const bookOf = this.#options.bookOf ?? (() => null);
    const reader = new AccountReader({ http, number, hash, odd, client, since, bookOf });
    return { client, finder, reader };
  }
}

interface Parts {
  readonly client: OrderClient;
  readonly finder: OrderFinder;
  readonly reader: AccountReader;
}

const isEnd = ({ kind }: Report): boolean =>
  kind === 'canceled' || kind === 'rejected' || kind === 'expired';

const sleep = (ms: number): Promise<void> => new Promise((done) => void setTimeout(done, ms));

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
