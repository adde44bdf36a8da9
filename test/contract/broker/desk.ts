import {
  type DateText,
  type Instant,
  type Money,
  money,
  type Price,
  priceFromDollars,
} from '../../../src/base/index.ts';
import type { ActivitySeen } from '../../../src/engine/index.ts';
import { instrumentOf } from '../../../src/market/index.ts';
import {
  addIntent,
  type AppliedReport,
  applyReport,
  clientOrderId,
  findOrder,
  type Intent,
  intentId,
  isDone,
  newOrders,
  type Order,
  type Orders,
  type Report,
  signOf,
} from '../../../src/orders/index.ts';
import { must, type World } from './kit.ts';

/** What a case says of an order; dollars are given with `limit`, `stop`. */
export type Terms = Pick<Intent, 'symbol' | 'side' | 'quantity'> &
  Partial<Pick<Intent, 'pricing' | 'timeInForce' | 'purpose' | 'legs' | 'link' | 'replaces'>>;

const ACCOUNT = 'contract';
const EPOCH = 7;
/** How long a condition may take, in real time, before the case fails. */
export const DEADLINE_MS = 4_000;
const WAIT_MS_MAX = 40;
/** Virtual time of one round of polling. */
const ROUND_MS = 200;

export const limit = (dollars: number): Intent['pricing'] => ({
  type: 'limit',
  limitPrice: priceFromDollars(dollars),
});
export const stop = (dollars: number): Intent['pricing'] => ({
  type: 'stop',
  stopPrice: priceFromDollars(dollars),
});
export const stopLimit = (stopAt: number, limitAt: number): Intent['pricing'] => ({
  type: 'stopLimit',
  stopPrice: priceFromDollars(stopAt),
  limitPrice: priceFromDollars(limitAt),
});

/** Plays the engine against one broker: real orders by the real table, and a ledger of sums. */
export class Desk {
  readonly world: World;
  readonly orders: Orders = newOrders();
  readonly intents: Intent[] = [];
  /** Every report as it came, whatever brought it. */
  readonly heard: Report[] = [];
  /** Reports on no order of ours. */
  readonly strangers: Report[] = [];
  readonly alarms: string[] = [];
  readonly activities: Map<string, ActivitySeen> = new Map();
  readonly positions: Map<string, number> = new Map();
  /** True where the case makes something happen at which somebody must look. */
  expectsAlarm = false;
  /** True where the case leaves an order whose fate nobody can know. */
  leavesUnknown = false;
  /** Ids at the venue of orders that are not ours. */
  readonly foreign: Set<string> = new Set();
  cash: Money;
  /** How often an order was handed to the adapter. */
  sends = 0;
  streamUp = 0;
  streamDown = 0;
  #count = 0;

  readonly #deadlineMs: number;

  constructor(world: World, cash: Money, deadlineMs = DEADLINE_MS) {
    this.#deadlineMs = deadlineMs;
    this.world = world;
    this.cash = cash;
  }

  intentOf(terms: Terms): Intent {
    const at = this.world.at();
    const date = new Date(at).toISOString().slice(0, 10) as DateText;
    const id = intentId('kit', date, ++this.#count);
    return {
      pricing: { type: 'market' },
      timeInForce: 'day',
      purpose: 'rebalance',
      expectedPrice: priceFromDollars(100),
      ...terms,
      id,
      clientOrderId: clientOrderId(ACCOUNT, EPOCH, id),
      book: 'kit',
      at,
      date,
    };
  }

  /** Sends a new order, as the performer does: a throw is an unknown outcome. */
  async send(terms: Terms): Promise<Order> {
    const order = this.make(terms);
    await this.transmit(order);
    return order;
  }

  /** A durable intent that has not left yet. */
  make(terms: Terms): Order {
    const intent = this.intentOf(terms);
    this.intents.push(intent);
    return addIntent(this.orders, intent);
  }

  async transmit(order: Order): Promise<void> {
    const { broker } = this.world;
    const { clientOrderId: id } = order.intent;
    const at = this.world.at();
    if (broker.traits.clientIds === 'none') {
      try {
        order.watermark = await broker.orderIds(at);
      } catch {
        return this.hear([{ kind: 'notSent', order: id, at, reason: 'no watermark' }]);
      }
    }
    order.attempts++;
    this.sends++;
    order.sentAt = at;
    try {
      this.hear(await broker.submit(order.intent, at));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.throws.push(reason);
      this.hear([{ kind: 'unknown', order: id, at, reason }]);
    }
  }

  /** Asks for a cancel; what it throws leaves all as it was. */
  async cancel(order: Order): Promise<void> {
    const at = this.world.at();
    this.hear([{ kind: 'cancelRequested', order: order.intent.clientOrderId, at }]);
    try {
      this.hear(await this.world.broker.cancel(order, at, 'asked for by a case'));
    } catch (error) {
      this.#threw(error);
    }
  }

  /** What calls that failed threw, and the newest of it. */
  readonly throws: string[] = [];
  lastThrow: unknown = null;

  #threw(error: unknown): void {
    this.lastThrow = error;
    this.throws.push(String(error));
  }

  /** Asks about one order; "no such order" counts only once it could not still arrive. */
  async ask(order: Order): Promise<void> {
    const { broker } = this.world;
    const at = this.world.at();
    try {
      const reports = await broker.find(order, at);
      const isEarly = at < order.sentAt + broker.traits.settleMs;
      this.hear(isEarly ? reports.filter(({ kind }) => kind !== 'notFound') : reports);
    } catch (error) {
      this.#threw(error);
    }
  }

  /** One reading of what became of all live orders and of the account's activities. */
  async poll(): Promise<void> {
    const { broker } = this.world;
    try {
      this.hear(await broker.poll(this.world.at(), [...this.orders.live.values()]));
      for (const activity of await broker.activities(this.world.at())) this.#book(activity);
    } catch (error) {
      this.#threw(error);
    }
    for (const order of this.orders.live.values()) {
      if (order.status === 'unknown' || order.status === 'canceling') await this.ask(order);
    }
  }

  /** Hears the stream beside all else. */
  listen(): void {
    must(this.world.broker.listen !== undefined, 'the adapter has no stream');
    this.world.broker.listen(
      (reports) => this.hear(reports),
      (up) => void (up ? this.streamUp++ : this.streamDown++),
    );
  }

  hear(reports: readonly Report[]): void {
    for (const report of reports) {
      this.heard.push(report);
      const applied: AppliedReport = applyReport(this.orders, report);
      if (!applied.known) {
        this.strangers.push(report);
        continue;
      }
      if (applied.alarm !== null) this.alarms.push(applied.alarm);
      for (const { fill, sign } of applied.postings) {
        const { symbol, side, legs } = applied.order.intent;
        const leg = legs?.find((one) => one.symbol === fill.symbol);
        this.#post(leg?.symbol ?? symbol, (leg?.side ?? side) as 'buy' | 'sell', fill, sign);
      }
    }
  }

  #post(
    symbol: string,
    side: 'buy' | 'sell',
    { quantity, price, fee }: { quantity: number; price: Price; fee: Money },
    sign: number,
  ): void {
    const signed = sign * signOf(side) * quantity;
    const held = (this.positions.get(symbol) ?? 0) + signed;
    if (held === 0) this.positions.delete(symbol);
    else this.positions.set(symbol, held);
    this.cash = money(this.cash - signed * price * instrumentOf(symbol).multiplier - sign * fee);
  }

  #book(activity: ActivitySeen): void {
    if (this.activities.has(activity.id)) return;
    this.activities.set(activity.id, activity);
    if (!('amount' in activity)) return;
    this.cash = money(this.cash + (activity.type === 'fee' ? -activity.amount : activity.amount));
  }

  /** Polls, time passing, until `holds`; a case fails that waits beyond the deadline. */
  async until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const deadline = performance.now() + this.#deadlineMs;
    for (let waitMs = 1; !(await holds()); waitMs = Math.min(2 * waitMs, WAIT_MS_MAX)) {
      if (performance.now() > deadline) {
        const thrown = this.lastThrow === null ? '' : `; last throw: ${String(this.lastThrow)}`;
        throw new Error(`waited in vain until ${what}: ${this.#states()}${thrown}`);
      }
      await this.world.pass(ROUND_MS);
      await this.poll();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
    }
  }

  /** Waits, without polling, until what the stream or another call brings is there. */
  async quietlyUntil(holds: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + this.#deadlineMs;
    while (!holds()) {
      if (performance.now() > deadline) {
        throw new Error(`waited in vain until ${what}: ${this.#states()}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  #states(): string {
    const all = this.intents.map(({ clientOrderId: id }) => findOrder(this.orders, id) as Order);
    return all
      .map(({ intent, status, filled, reason }) => {
        const why = reason === null ? '' : ` (${reason})`;
        return `${intent.side} ${intent.symbol} is ${status}, ${filled} filled${why}`;
      })
      .join('; ');
  }

  /** Waits until `order` has `status`. */
  reaches(order: Order, status: Order['status']): Promise<void> {
    return this.until(() => {
      const isOver = isDone(order) && order.status !== status;
      must(!isOver, `wanted ${status}, but ${this.#states()}`);
      return order.status === status;
    }, `the order is ${status}`);
  }

  /** Sends an order and waits until it has filled whole. */
  async fills(terms: Terms): Promise<Order> {
    const order = await this.send(terms);
    await this.reaches(order, 'filled');
    return order;
  }

  /** Executions heard of an order, one each. */
  executions(order: Order): readonly string[] {
    const ids = this.heard.flatMap((report) =>
      report.kind === 'fill' && report.order === order.intent.clientOrderId
        ? [report.fill.executionId as string]
        : [],
    );
    return [...new Set(ids)];
  }

  /** Reports of one kind on an order, as heard. */
  told<K extends Report['kind']>(order: Order, kind: K): readonly Extract<Report, { kind: K }>[] {
    const { clientOrderId: id } = order.intent;
    return this.heard.filter(
      (report): report is Extract<Report, { kind: K }> =>
        report.kind === kind && report.order === id,
    );
  }

  at(): Instant {
    return this.world.at();
  }
}

/** Hears the stream, once it stands. */
export async function listening(desk: Desk): Promise<void> {
  desk.listen();
  await desk.quietlyUntil(() => desk.streamUp > 0, 'the stream is up');
}
