import { DAY_MS, type DateText, type Instant, MINUTE_MS, type Result } from '../../base/index.ts';
import type { AccountSeen, ActivitySeen, BrokerTraits } from '../../engine/index.ts';
import { exchangeDate, instantOn } from '../../market/index.ts';
import { type Intent, meaningOf, type Order, type Report } from '../../orders/index.ts';
import { type BrokerSession, type Counterpart, COUNTERPART_TRAITS } from '../counterpart.ts';
import type { ClockSeen } from '../http.ts';
import { priceOf, stampOf, wholeOf } from '../number.ts';
import type { AlpacaIdentity } from './account-map.ts';
import { activitiesOf, type PriceNow } from './activity-map.ts';
import { BoundOrders } from './bound.ts';
import type { AlpacaClient } from './client.ts';
import { FillsReader } from './fills.ts';
import { executionOf, reportsOf, restingOf } from './order-map.ts';
import { Listening } from './listening.ts';
import { isLeaveFor, type Leave, proveEnvironment } from './prove.ts';
import * as probe from './probe.ts';
import {
  earlier,
  listActivities,
  listOrders,
  orderByClientId,
  orderById,
  wordsOf,
} from './reading.ts';
import { type ActivityJson, errorJson, type FillJson, type OrderJson, parsed } from './schema.ts';
import { mismatchOf, notSent, submitOrder } from './submit.ts';
import { houseSymbol } from './symbol.ts';
import { plainText } from '../text.ts';
import type { StreamTerms } from './trade-stream.ts';

export const ALPACA_TRAITS: BrokerTraits = COUNTERPART_TRAITS.alpaca;

export interface AlpacaBrokerOptions {
  readonly client: AlpacaClient;
  /**
   * Activities from here on are told: what came before is in the balance that the desk began with.
   */
  readonly since: Instant;
  /** Whether a client order id is of this desk; those of any desk of ours when left out. */
  readonly isOurs?: (clientOrderId: string) => boolean;
  readonly stream?: StreamTerms;
}

const OF_A_DESK = /^pl-[0-9a-f]{6}-e\d+-/;
/** Their clock may be behind ours, and an execution be told late: so much earlier is read. */
const SLACK_MS = 10 * MINUTE_MS;
/** Read on the first poll of a life even where no order is live: executions of what is done. */
const LOOK_BACK_MS = DAY_MS;
/** How long a taken cancel waits for the reading after it. */
const FOLLOW_UP_MS = 300;
/** Activities are told days late, and never later than this. */
const ACTIVITY_BACK_MS = 45 * DAY_MS;

/**
 * Alpaca behind our port. Orders leave only once `prove` has shown whose money it is, and on a live
 * account only with the leave given to `arm`. Readings are the truth, the stream only speeds them.
 */
export class AlpacaBroker implements Counterpart {
  readonly name = 'alpaca';
  readonly traits = ALPACA_TRAITS;
  readonly #options: AlpacaBrokerOptions;
  readonly #client: AlpacaClient;
  readonly #bound: BoundOrders;
  readonly #fills: FillsReader;
  #leave: Leave | null = null;
  /** The account that was proven to be ours; null before. */
  #number: string | null = null;
  #held: AccountSeen['positions'] = {};
  #listening: Listening | null = null;

  constructor(options: AlpacaBrokerOptions) {
    this.#options = options;
    this.#client = options.client;
    this.#bound = new BoundOrders(options.isOurs ?? ((id) => OF_A_DESK.test(id)));
    this.#fills = new FillsReader(options.client);
  }

  /**
   * Reads who we are and compares all parts of the connection. With a paper account orders may
   * leave from then on; for a live one the leave must be given to `arm`. Throws as `identity`.
   */
  async prove(configuredAccount: string): Promise<Result<Leave, readonly string[]>> {
    this.#leave = null;
    const { stage, keys, hosts } = this.#client;
    const identity = await this.identity();
    const proven = proveEnvironment({ stage, keys, hosts, identity, configuredAccount });
    this.#number = proven.ok ? proven.value.account : null;
    if (proven.ok && stage === 'paper') this.#leave = proven.value;
    return proven;
  }

  /** Lets orders leave with a leave of this very connection; false for any other. */
  arm(leave: Leave): boolean {
    const isOurs = isLeaveFor(leave, this.#client);
    this.#leave = isOurs ? leave : null;
    return isOurs;
  }

  async submit(intent: Intent, at: Instant): Promise<readonly Report[]> {
    if (!isLeaveFor(this.#leave, this.#client)) {
      return [notSent(intent, at, 'whose account this is was not proven in this life')];
    }
    const held = (symbol: string) => this.#held[symbol] ?? 0;
    return submitOrder({ client: this.#client, bound: this.#bound, held }, intent, at);
  }

  /**
   * A taken cancel is no more than that (F008): what became of the order is read after it, where
   * that may leave at once; else the next poll tells.
   */
  async cancel(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { clientOrderId } = order.intent;
    const orderId =
      order.venueOrderId ?? (await orderByClientId(this.#client, clientOrderId))?.id ?? null;
    if (orderId === null) return [{ kind: 'notFound', order: clientOrderId, at }];
    const reply = await this.#client.call('cancel', (sdk, init) =>
      sdk.trading.orders.deleteOrderByOrderIDRaw({ orderId }, init),
    );
    const error = parsed(errorJson, reply);
    const meaning = meaningOf('alpaca', 'cancel', reply.status, error !== undefined);
    if (meaning === 'unauthorized' || meaning === 'unknown') {
      throw new Error(`Cancel of "${clientOrderId}": ${wordsOf(reply)}`);
    }
    if (meaning === 'accepted') return within(this.find(order, at), FOLLOW_UP_MS, []);
    const reports = await this.find(order, at);
    if (meaning !== 'refused' || reports.some(isEnd)) return reports;
    return [
      ...reports,
      { kind: 'cancelRefused', order: clientOrderId, at, reason: wordsOf(reply) },
    ];
  }

  async find(order: Readonly<Order>, at: Instant): Promise<readonly Report[]> {
    const { clientOrderId } = order.intent;
    const json = await orderByClientId(this.#client, clientOrderId);
    if (json === null) return [{ kind: 'notFound', order: clientOrderId, at }];
    const wrong = mismatchOf(order.intent, json);
    const look: Report[] =
      wrong === null
        ? []
        : [{ kind: 'suspended', order: clientOrderId, at, status: plainText(wrong) }];
    // An order that was never ours is not taken for it: its id is, and somebody must look (F003).
    if (wrong !== null && order.venueOrderId !== json.id) return look;
    this.#bound.bind(clientOrderId, json);
    const fills = hasFills(json)
      ? await this.#fills.since(earlier(sentAt(order, at), SLACK_MS))
      : [];
    const own = new Set([json.id, ...(json.legs ?? []).map((leg) => leg.id)]);
    const executions = this.#bound.reportsOf(
      fills.filter((fill) => own.has(fill.order_id)),
      at,
    );
    const counted = this.#bound.counted(order);
    return [...look, ...executions, ...reportsOf(clientOrderId, json, at, counted)];
  }

  async poll(at: Instant, live: readonly Readonly<Order>[]): Promise<readonly Report[]> {
    const open = await listOrders(this.#client, { status: 'open' });
    const listed = new Map(open.map((json) => [json.client_order_id, json]));
    const seen = await Promise.all(
      live.map(async (order) => {
        const { clientOrderId } = order.intent;
        const row = listed.get(clientOrderId);
        const isSame = row !== undefined && row.id === (order.venueOrderId ?? row.id);
        const json = isSame ? row : await this.#readUnlisted(order);
        if (json !== null) this.#bound.bind(clientOrderId, json);
        return { order, json };
      }),
    );
    const oldest = Math.min(...live.map((order) => sentAt(order, at) - SLACK_MS));
    const from = earlier(Math.min(oldest, at - LOOK_BACK_MS) as Instant, 0);
    const reports = await this.#takeFills(await this.#fills.recent(from), at);
    for (const { order, json } of seen) {
      if (json === null) continue;
      const counted = this.#bound.counted(order);
      reports.push(...reportsOf(order.intent.clientOrderId, json, at, counted));
    }
    return reports;
  }

  /** An order that is not in the list of open ones; one that was just sent may still arrive. */
  async #readUnlisted({
    intent,
    status,
    venueOrderId,
  }: Readonly<Order>): Promise<OrderJson | null> {
    if (venueOrderId !== null) {
      const json = await orderById(this.#client, venueOrderId);
      return json?.client_order_id === intent.clientOrderId ? json : null;
    }
    return status === 'inFlight' ? null : orderByClientId(this.#client, intent.clientOrderId);
  }

  /** Executions of ours. Orders that nobody knows here are read: they may be of an earlier life. */
  async #takeFills(fills: readonly FillJson[], at: Instant): Promise<Report[]> {
    await Promise.all(
      this.#bound.unknownIn(fills).map(async (id) => {
        const json = await orderById(this.#client, id);
        const own = json?.client_order_id;
        if (json !== null && this.#bound.isOurs(own)) this.#bound.bind(own, json);
        else this.#bound.markStranger(id);
      }),
    );
    const busts = await this.#bustsOf(this.#fills.vanished, at);
    const before = this.#bound.toldIn(fills);
    const reports = this.#bound.reportsOf(fills, at);
    const isNew = ([id, filled]: readonly [string, number]) => filled > (before.get(id) ?? 0);
    this.#listening?.polled(new Map([...this.#bound.toldIn(fills)].filter(isNew)));
    return [...busts, ...reports];
  }

  /**
   * Executions that were taken back unheard (F019): told once, then gone from the list, and so from
   * a second reading of it, which adds up to what their order itself says is filled.
   */
  async #bustsOf(vanished: readonly FillJson[], at: Instant): Promise<Report[]> {
    const ids = new Set(
      vanished.filter((row) => this.#bound.isTold(row)).map((row) => row.order_id),
    );
    const reports = await Promise.all(
      [...ids].map(async (id) => {
        const json = await orderById(this.#client, id);
        if (json === null) return [];
        const from = earlier(stampOf(json.submitted_at) ?? at, SLACK_MS);
        const rows = (await this.#fills.since(from)).filter((row) => row.order_id === id);
        const listed = rows.reduce(
          (sum, row) => sum + (executionOf(row)?.quantity ?? Number.NaN),
          0,
        );
        return listed === wholeOf(json.filled_qty) ? this.#bound.bustsBut(rows, id, at) : [];
      }),
    );
    return reports.flat();
  }

  async account(): Promise<AccountSeen> {
    const [cash, positions, orders] = await Promise.all([
      probe.readCash(this.#client, this.#number),
      probe.readPositions(this.#client),
      listOrders(this.#client, { status: 'open' }),
    ]);
    this.#held = positions;
    return { cash, positions, orders: restingOf(orders) };
  }

  async orderIds(at: Instant): Promise<readonly string[]> {
    const orders = await listOrders(this.#client, { status: 'all', from: midnight(at) });
    return orders.map(({ id }) => id);
  }

  async activities(at: Instant): Promise<readonly ActivitySeen[]> {
    const { since } = this.#options;
    const from = Math.max(since, at - ACTIVITY_BACK_MS) as Instant;
    const rows = await listActivities(this.#client, from);
    return activitiesOf(rows, await this.#pricesFor(rows));
  }

  /** Prices of now, where a split is told without one. */
  async #pricesFor(rows: readonly ActivityJson[]): Promise<PriceNow> {
    const isBare = rows.some((row) => row.activity_type === 'SPLIT' && priceOf(row.price) === null);
    const held = isBare ? await probe.readPositionRows(this.#client) : [];
    const prices = new Map(
      held.map((row) => [houseSymbol(row.symbol), priceOf(row.current_price)]),
    );
    return (symbol) => prices.get(symbol) ?? null;
  }

  nextDue(): undefined {
    return undefined;
  }

  async closeDay(at: Instant): Promise<readonly Report[]> {
    const orders = await listOrders(this.#client, { status: 'all', from: midnight(at) });
    const ours = orders.flatMap((json) => {
      const order = json.client_order_id;
      return this.#bound.isOurs(order) ? [{ order, json }] : [];
    });
    for (const { order, json } of ours) this.#bound.bind(order, json);
    const from = earlier(midnight(at), SLACK_MS);
    const reports = await this.#takeFills(await this.#fills.recent(from), at);
    const counted = this.#bound.counted();
    return [...reports, ...ours.flatMap(({ order, json }) => reportsOf(order, json, at, counted))];
  }

  identity(): Promise<AlpacaIdentity> {
    return probe.readIdentity(this.#client);
  }

  clock(): Promise<ClockSeen> {
    return probe.readClock(this.#client);
  }

  sessions(from: DateText, to: DateText): Promise<readonly BrokerSession[]> {
    return probe.readSessions(this.#client, from, to);
  }

  entitlement(): Promise<string> {
    return probe.readEntitlement(this.#client);
  }

  /** What the broker knows of a symbol, or null. Throws where it cannot be read. */
  asset(symbol: string): Promise<probe.AssetSeen | null> {
    return probe.readAsset(this.#client, symbol);
  }

  get clockSeen(): ClockSeen | null {
    return this.#client.clock;
  }

  listen(hear: (reports: readonly Report[]) => void, state: (up: boolean) => void): void {
    this.#listening?.close();
    const { client, stream: terms } = this.#options;
    this.#listening = new Listening({ client, bound: this.#bound, hear, state, terms });
  }

  async close(): Promise<void> {
    this.#listening?.close();
    this.#listening = null;
    await this.#client.close();
  }
}

const sentAt = ({ sentAt: at, intent }: Readonly<Order>, now: Instant): Instant =>
  Math.min(at > 0 ? at : intent.at, now) as Instant;

/** What `work` brings, or `otherwise` where it fails or takes longer. */
async function within<T>(work: Promise<T>, ms: number, otherwise: T): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<T>((done) => {
    timer = setTimeout(() => done(otherwise), ms);
  });
  try {
    return await Promise.race([work.catch(() => otherwise), late]);
  } finally {
    clearTimeout(timer);
  }
}

const midnight = (at: Instant): Instant => instantOn(exchangeDate(at), '00:00');

const isEnd = ({ kind }: Report): boolean =>
  kind === 'canceled' || kind === 'expired' || kind === 'rejected' || kind === 'notFound';

const hasFills = (json: OrderJson): boolean =>
  [json, ...(json.legs ?? [])].some(({ filled_qty }) => Number(filled_qty ?? 0) !== 0);
