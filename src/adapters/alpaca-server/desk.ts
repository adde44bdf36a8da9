import { assert, type Instant, type Price } from '../../base/index.ts';
import { Account } from './account.ts';
import type { BooksState } from './books.ts';
import { checkOrder, type Standing } from './check-order.ts';
import {
  applyAction,
  chargeBorrow,
  closeBooks,
  deliver,
  expireOptions,
  postFees,
} from './day-end.ts';
import { bustExecution, correctExecution } from './afterwards.ts';
import { DeskStore } from './desk-store.ts';
import { Floor } from './floor.ts';
import {
  checkAuction,
  expiryOf,
  isExtended,
  isRegular,
  type Milestone,
  nextMilestone,
} from './hours.ts';
import { ulidOf, uuidOf } from './ids.ts';
import { type AlpacaServerOptions, FEES_2024 } from './options.ts';
import { OrdersBook } from './orders-book.ts';
import { type DeskEvent, type DeskOrder, isOpen, type Terms } from './records.ts';
import { forbidden, malformed, notFound, unprocessable } from './refused.ts';
import { replacing } from './replace.ts';
import { orderJson } from './show-order.ts';
import type { Wish } from './wish.ts';
import type { SimBrokerSettings } from '../../sim/index.ts';

export type DeskOptions = Omit<AlpacaServerOptions, 'settings'> & {
  readonly settings: SimBrokerSettings;
  /** How much later than they changed holdings and cash are shown. */
  readonly lagMs: () => number;
};

const STEP_MS = 60_000;
const STEPS_MAX = 2_000; // on one jump of the clock

/** The paper broker itself: the account, its orders and the day they live in, kept on the disk. */
export class Desk {
  readonly options: DeskOptions;
  readonly account: Account;
  readonly orders: OrdersBook;
  /** What becomes of the next order, where the server is to misbehave. */
  fate: 'works' | 'rejected' = 'works';
  readonly #floor: Floor;
  readonly #store: DeskStore;
  /** When its books begin. */
  readonly startedAt: Instant;
  #at: Instant;
  #events = 0;
  #outbox: DeskEvent[] = [];
  #listener: (events: readonly DeskEvent[]) => void = () => {};
  /** The books as they were before they changed, while they are shown late. */
  #before: { readonly until: Instant; readonly state: BooksState } | null = null;

  constructor(options: DeskOptions) {
    this.options = options;
    const { account, market, settings, assets = {} } = options;
    this.account = new Account({ account, market, seed: settings.seed, assets });
    this.orders = new OrdersBook(settings.seed);
    this.#floor = new Floor({
      account: this.account,
      orders: this.orders,
      settings,
      fees: { ...FEES_2024, ...options.fees },
      tell: (event, order, at, more = {}) => this.#tell(event, order, at, more),
    });
    const { account: kept, orders } = this;
    this.#store = new DeskStore(options.store, { account: kept, orders, floor: this.#floor });
    const marks = this.#store.load();
    this.#at = marks?.at ?? options.now();
    this.startedAt = marks?.startedAt ?? this.#at;
    this.#events = marks?.events ?? 0;
    this.keep();
  }

  hear(listener: (events: readonly DeskEvent[]) => void): void {
    this.#listener = listener;
  }

  /** The server's clock; it never goes back. */
  now(): Instant {
    if (this.options.followHeader === true) return this.#at;
    return Math.max(this.#at, this.options.now()) as Instant;
  }

  /** Moves the clock forward to `at`, where the server follows its caller's; does what is due. */
  follow(at: Instant): void {
    if (this.options.followHeader === true && at > this.#at) this.#late(() => this.#advanceTo(at));
  }

  tick(): void {
    this.work();
    this.flush();
  }

  /** Does what is due by now, and keeps it; tells nothing yet. */
  work(): void {
    assert(!this.#store.isBroken, 'The paper broker could not keep its books and stands still');
    this.#late(() => this.#advanceTo(this.now()));
    this.keep();
  }

  /** Tells what happened since it was last told. */
  flush(): void {
    const events = this.#outbox;
    this.#outbox = [];
    if (events.length > 0) this.#listener(events);
  }

  #tell(event: string, order: DeskOrder, at: Instant, more: object): void {
    const number = ++this.#events;
    const { seed } = this.options.settings;
    this.#outbox.push({
      event,
      at,
      number,
      order: this.json(order, true),
      more: {
        execution_id: uuidOf(seed, 'event', number),
        ...(order.terms.orderClass === 'mleg' ? { execution_id: undefined } : {}),
        event_id: ulidOf(at, number, seed),
        ...more,
      },
    });
  }

  json(order: DeskOrder, nested: boolean) {
    const isWhole = nested || order.terms.orderClass === 'mleg';
    return orderJson(order, isWhole ? this.orders.legsOf(order) : null);
  }

  #advanceTo(to: Instant): void {
    const step = Math.max(STEP_MS, Math.ceil((to - this.#at) / STEPS_MAX));
    while (this.#at < to) {
      const milestone = nextMilestone(this.#at);
      const isWorking = this.orders.open.length > 0 && isExtended(this.#at);
      const stepTo = isWorking ? this.#at + step : to;
      const due = this.#floor.nextDue(this.#at) ?? to;
      const next = Math.min(milestone.at, stepTo, due, to) as Instant;
      this.#at = next;
      if (next === milestone.at) this.#pass(milestone);
      this.#floor.advance(next);
    }
    this.#floor.advance(to);
  }

  /** Does something that may fill orders, and shows what it did to the books as late as is set. */
  #late(act: () => void): void {
    const lagMs = this.options.lagMs();
    const before = lagMs > 0 ? structuredClone(this.account.books.save()) : null;
    const known = this.account.activities.length;
    act();
    if (before === null || this.account.activities.length === known) return;
    const until = (this.now() + lagMs) as Instant;
    this.#before = { until, state: this.shownBooks ?? before };
  }

  /** The books as they are shown, which may be late. */
  get shownBooks(): BooksState | null {
    if (this.#before !== null && this.now() >= this.#before.until) this.#before = null;
    return this.#before?.state ?? null;
  }

  #pass({ kind, at, session }: Milestone): void {
    const floor = this.#floor;
    if (kind === 'open') {
      const actions = this.options.corporateActions?.(session.date) ?? [];
      for (const action of actions) {
        if (action.kind === 'split') this.#endOrdersIn(action.symbol, at);
        applyAction(this.account, action, at);
      }
    }
    if (kind !== 'dayEnd') this.#auction(kind === 'open' ? 'opg' : 'cls', at);
    if (kind === 'close') closeBooks(this.account, session);
    for (const order of this.orders.open) {
      if (order.expiresAt <= at && isOpen(order)) floor.expire(order, at);
    }
    if (kind !== 'dayEnd') return;
    postFees(this.account, at, session);
    chargeBorrow(this.account, at, session);
    expireOptions(this.account, at, session);
  }

  #auction(timeInForce: 'opg' | 'cls', at: Instant): void {
    for (const order of this.orders.open) {
      if (order.terms.timeInForce !== timeInForce || order.expiresAt > at) continue;
      this.#floor.route(order, at);
      if (isOpen(order)) this.#floor.cancel(order, at);
    }
  }

  #endOrdersIn(symbol: string, at: Instant): void {
    for (const order of this.orders.open) {
      if (order.terms.symbol === symbol && isOpen(order)) this.#floor.cancel(order, at);
    }
  }

  standing(without: readonly DeskOrder[] = []): Standing {
    const orders = this.orders.open.filter((order) => !without.includes(order));
    return { account: this.account, orders, at: this.now() };
  }

  /**
   * Takes an order in; how it is answered. What follows is told at the next `flush`.
   * Throws `Refused`.
   */
  submit(wish: Wish) {
    this.work();
    const { clientOrderId } = wish;
    if (clientOrderId !== null && this.orders.byClientId(clientOrderId) !== undefined) {
      throw malformed('client_order_id must be unique');
    }
    const at = this.now();
    checkAuction(wish.terms, at);
    const reserved = checkOrder(this.standing(), wish);
    const isNow = isRegular(at) || (wish.terms.extendedHours && isExtended(at));
    const isAuction = wish.terms.timeInForce === 'opg' || wish.terms.timeInForce === 'cls';
    const status = isNow && !isAuction ? 'pending_new' : 'accepted';
    const expiresAt = expiryOf(wish.terms, at);
    const role = wish.terms.orderClass === 'oco' ? 'target' : null;
    const order = this.orders.add({
      terms: wish.terms,
      at,
      status,
      expiresAt,
      clientOrderId,
      reserved,
      role,
    });
    this.#addLegs(order, wish);
    const shown = this.json(order, true);
    this.#tell(status, order, at, {});
    if (this.fate === 'rejected') this.#floor.reject(order, at, 'rejected by the venue');
    else this.#late(() => this.#floor.advance(at));
    this.keep();
    return shown;
  }

  #addLegs(order: DeskOrder, { legs, target, stop }: Wish): void {
    const { createdAt: at, expiresAt, id: parent, status } = order;
    const add = (terms: Terms, role: DeskOrder['role'], how: DeskOrder['status']) =>
      this.orders.add({ terms, at, status: how, expiresAt, parent, role }).id;
    const isPair = target !== null && stop !== null;
    const exits = [
      ...(target === null ? [] : [add(target, isPair ? 'target' : null, 'held')]),
      ...(stop === null ? [] : [add(stop, isPair || order.role !== null ? 'stop' : null, 'held')]),
    ];
    order.legs = [...legs.map((leg) => add(leg, null, status)), ...exits];
  }

  /** Cancels an open order, and those linked to it. Throws `Refused`. */
  cancel(id: string): void {
    const order = this.open(id);
    this.#floor.cancel(order, this.now());
    this.keep();
  }

  /** The order, which must still be open and no leg of another. Throws `Refused`. */
  open(id: string): DeskOrder {
    this.work();
    const order = this.find(id);
    if (order.terms.ratio !== null) throw unprocessable('order leg cannot be changed by itself');
    if (!isOpen(order)) throw unprocessable(`order is already in "${order.status}" state`);
    return order;
  }

  find(id: string): DeskOrder {
    const order = this.orders.find(id);
    if (order === undefined) throw notFound(`order not found for ${id.slice(0, 64)}`);
    return order;
  }

  /** Replaces an open order by one with other terms; the new one. Throws `Refused`. */
  replace(id: string, body: unknown) {
    const old = this.open(id);
    const at = this.now();
    const made = replacing(this, old, body);
    this.#tell('pending_replace', old, at, {});
    this.#floor.withdraw(old, at);
    const order = this.orders.add({
      ...made,
      at,
      status: 'pending_new',
      parent: old.parent,
      role: old.role,
      ticket: old.terms.type === 'trailing_stop' ? 0 : old.ticket,
      replaces: old.id,
    });
    order.legs = old.legs;
    for (const leg of this.orders.legsOf(old)) {
      leg.parent = order.id;
      this.orders.changed.add(leg);
    }
    old.legs = [];
    this.#adopt(old, order);
    Object.assign(old, { status: 'replaced', replacedAt: at, updatedAt: at, replacedBy: order.id });
    this.orders.changed.add(old);
    this.#tell('replaced', old, at, {});
    order.hwm = old.hwm;
    const shown = this.json(order, true);
    this.#floor.resume(order, at);
    this.keep();
    return shown;
  }

  #adopt(old: DeskOrder, order: DeskOrder): void {
    const parent = old.parent === null ? undefined : this.orders.find(old.parent);
    if (parent === undefined) return;
    parent.legs = parent.legs.map((leg) => (leg === old.id ? order.id : leg));
    this.orders.changed.add(parent);
  }

  /** Exercises all that is held of an option, now. Throws `Refused`. */
  exercise(symbol: string): void {
    this.work();
    const held = this.account.books.quantityOf(symbol);
    if (held === 0) throw forbidden('no available position for the specified contract');
    if (held < 0) throw forbidden('cannot exercise short position');
    const holding = this.account.books.holdings.get(symbol);
    if (holding !== undefined) deliver(this.account, holding, this.now());
    this.keep();
  }

  /** Takes an execution back. Throws where there is none of this id. */
  bust(executionId: string): void {
    this.work();
    const { order, more } = bustExecution(this, executionId);
    this.#tell('trade_bust', order, this.now(), more);
    this.keep(true);
    this.flush();
  }

  /** Changes the price of an execution. Throws where there is none of this id. */
  correct(executionId: string, price: Price): void {
    this.work();
    const { order, more } = correctExecution(this, executionId, price);
    this.#tell('trade_correct', order, this.now(), more);
    this.keep(true);
    this.flush();
  }

  /** Puts all that changed on the disk. After a failure nothing goes on. */
  keep(all = false): void {
    const { startedAt } = this;
    this.#store.keep({ at: this.#at, startedAt, events: this.#events }, all);
  }
}
