import { canonical, type Instant, type Money, money, type Price, times } from '../base/index.ts';
import {
  type ClientOrderId,
  type Intent,
  type OrderLink,
  type Report,
  type Side,
} from '../orders/index.ts';
import type { Draw, Market, SimBooks, SimBrokerSettings, SimOrder } from './broker-order.ts';
import { fillReport, partReport, reportsOf } from './broker-reports.ts';
import {
  fillPrice,
  isTriggered,
  isWithinLimit,
  legsOf,
  multiplierOf,
  netPrice,
} from './contract.ts';
import { leftOf, SimFunds } from './funds.ts';
import { drawOf } from './random.ts';

const PURPOSES = { reject: 0, slippage: 1, delay: 2, pieces: 3 } as const;
const DONE_KEPT = 1_000; // at least: orders a client may still ask for
const LINKED = 'its linked order filled';

/**
 * The built-in broker: client order ids are unique (a repeated one answers with the first order),
 * orders fill at the market of their due instant with costs, slippage and fees. Stops rest until
 * the market that it is shown reaches them; of linked orders one ends the others; several legs fill
 * together or not at all. It keeps books of its own, and knows nothing of the engine.
 */
export class SimBroker {
  readonly settings: SimBrokerSettings;
  readonly #funds: SimFunds;
  #orders = 0;
  readonly working: Map<ClientOrderId, SimOrder> = new Map();
  done: Map<ClientOrderId, SimOrder> = new Map();
  readonly #draw: Draw;
  /** No setting makes an order fill in another way than whole and as it was taken in. */
  readonly #isPlain: boolean;

  constructor(settings: SimBrokerSettings, cash: Money, draw?: Draw) {
    this.settings = settings;
    this.#funds = new SimFunds(settings, cash);
    this.#draw = draw ?? ((order, purpose) => drawOf(settings.seed, order, PURPOSES[purpose]));
    this.#isPlain = settings.reserve !== true && settings.partialFills === undefined;
  }

  /** Cash, signed shares by symbol, and how many orders it was ever given. */
  get books(): SimBooks {
    return {
      cash: this.#funds.cash,
      positions: Object.fromEntries(this.#funds.positions),
      orders: this.#orders,
    };
  }

  /** Takes an order in that waits for the next `advance`, as for the next bar's open. */
  hold(intent: Intent, at: Instant, market: Market): Report[] {
    return this.submit(intent, at, market, true);
  }

  /**
   * Takes an order in; the reports that follow at once. A known id is answered with what became of
   * it.
   */
  submit(intent: Intent, at: Instant, market: Market, waits = false): Report[] {
    const known = this.find(intent.clientOrderId);
    if (known) return reportsOf(known, at);
    const number = ++this.#orders;
    const reason = this.#refusal(intent, number, market);
    const [least, most] = this.settings.delayMs;
    const delay = most === 0 ? 0 : Math.round(least + this.#draw(number, 'delay') * (most - least));
    const dueAt = (at + delay) as Instant;
    const order: SimOrder = {
      number,
      intent,
      status: 'working',
      acceptedAt: at,
      dueAt,
      reason,
      fill: null,
    };
    if (reason !== null) {
      this.#finish(order, 'rejected');
      return reportsOf(order, at);
    }
    const fillsNow = delay === 0 && !waits;
    if (!this.#fillsPlainly(intent)) return this.#takeIn(order, at, market, fillsNow);
    if (fillsNow && this.#fillAtMarket(order, at, market)) return [fillReport(order)];
    this.working.set(intent.clientOrderId, order);
    return reportsOf(order, at);
  }

  /** Takes in an order that may fill in parts, or end others. */
  #takeIn(order: SimOrder, at: Instant, market: Market, fillsNow: boolean): Report[] {
    const { intent } = order;
    if (this.settings.reserve === true) order.held = this.#holds(order, market);
    this.working.set(intent.clientOrderId, order);
    if (intent.link !== undefined && this.#isTaken(order)) return reportsOf(order, at);
    const reports = fillsNow ? this.#fillParts(order, at, market) : [];
    const linked = reports.filter((report) => report.order !== intent.clientOrderId);
    return [...reportsOf(order, at), ...linked];
  }

  /** Takes off what linked orders filled before; whether nothing is left of it. */
  #isTaken(order: SimOrder): boolean {
    const { group } = order.intent.link as OrderLink;
    let taken = 0;
    for (const orders of [this.working, this.done]) {
      for (const other of orders.values()) {
        if (other.intent.link?.group === group) taken += other.filled ?? 0;
      }
    }
    if (taken === 0) return false;
    order.taken = Math.min(taken, order.intent.quantity);
    if (leftOf(order) > 0) return false;
    order.reason = LINKED;
    this.#finish(order, 'canceled');
    return true;
  }

  /** Whether an order fills whole, by itself and without a stop: the path of nearly all of them. */
  #fillsPlainly(intent: Intent): boolean {
    if (!this.#isPlain || intent.legs !== undefined || intent.link !== undefined) return false;
    const { type } = intent.pricing;
    return type === 'market' || type === 'limit';
  }

  /** Instant of the next fill that only waits for time; undefined when nothing waits. */
  nextDue(): Instant | undefined {
    let next: Instant | undefined;
    for (const order of this.working.values()) {
      const { type } = order.intent.pricing;
      if (type !== 'market' && (type !== 'stop' || order.triggered !== true)) continue;
      if (next === undefined || order.dueAt < next) next = order.dueAt;
    }
    return next;
  }

  /** Fills what is due at `at`, in the order of acceptance. */
  advance(at: Instant, market: Market): Report[] {
    if (this.working.size === 0) return [];
    const reports: Report[] = [];
    for (const order of this.working.values()) {
      if (order.dueAt > at) continue;
      if (!this.#fillsPlainly(order.intent)) reports.push(...this.#fillParts(order, at, market));
      else if (this.#fillAtMarket(order, at, market)) reports.push(fillReport(order));
    }
    return reports;
  }

  cancel(id: ClientOrderId, at: Instant, reason: string): Report[] {
    const order = this.working.get(id);
    if (!order) {
      const known = this.done.get(id);
      return known ? this.reportsOf(known, at) : [{ kind: 'notFound', order: id, at }];
    }
    order.reason = reason;
    this.#finish(order, 'canceled');
    return reportsOf(order, at);
  }

  /** Orders good for the day end with it, those accepted before `before`. */
  closeDay(at: Instant, before = Infinity): Report[] {
    const ended: Report[] = [];
    for (const order of this.working.values()) {
      if (order.intent.timeInForce !== 'day' || order.acceptedAt >= before) continue;
      order.reason = 'the day is over';
      this.#finish(order, 'canceled');
      ended.push({ kind: 'expired', order: order.intent.clientOrderId, at });
    }
    return ended;
  }

  find(id: ClientOrderId): SimOrder | undefined {
    return (this.working.size === 0 ? undefined : this.working.get(id)) ?? this.done.get(id);
  }

  /** All that a client would learn by asking for this order. */
  reportsOf(order: SimOrder, at: Instant): Report[] {
    return reportsOf(order, at);
  }

  #refusal(intent: Intent, number: number, market: Market): string | null {
    const { rejectionPpm, shortSelling } = this.settings;
    if (rejectionPpm > 0 && this.#draw(number, 'reject') * 1_000_000 < rejectionPpm) {
      return 'refused at random, as set';
    }
    if (intent.legs !== undefined || this.settings.reserve === true) {
      return this.#lacking(intent, market);
    }
    const price = market(intent.symbol);
    if (price === undefined) return `no market in ${intent.symbol}`;
    const held = this.#funds.heldOf(intent.symbol);
    if (intent.side === 'sell' && intent.quantity > held && !shortSelling) {
      return `insufficient quantity: ${held} of ${intent.quantity} held`;
    }
    if (intent.side === 'buy' && held >= 0) {
      const cost = times(price, intent.quantity, multiplierOf(intent.symbol));
      if (cost > this.#funds.cash) return 'insufficient buying power';
    }
    return null;
  }

  /** What there is too little of, open orders counted where they hold what they need. */
  #lacking(intent: Intent, market: Market): string | null {
    const { symbol, side, quantity, legs } = intent;
    const missing = legsOf(intent).find((leg) => market(leg.symbol) === undefined);
    if (missing) return `no market in ${missing.symbol}`;
    const held = this.#funds.heldOf(symbol);
    if (legs === undefined && side === 'sell') {
      const free = held - this.#funds.heldForSells(intent, this.working);
      if (quantity <= free || this.settings.shortSelling) return null;
      return `insufficient quantity: ${free} of ${quantity} held and free`;
    }
    if (legs === undefined && held < 0) return null;
    const prices = this.#legPrices(intent, 0, market);
    const cost = prices === null ? 0 : this.#funds.costOf(intent, prices, quantity, true);
    return cost > this.#funds.cash - this.#funds.heldForBuys(this.working)
      ? 'insufficient buying power'
      : null;
  }

  /** Cash that an order holds while it works: its cost now, or at its limit; 0 for sells. */
  #holds({ intent, number }: SimOrder, market: Market): Money {
    const isBuy = intent.side === 'buy' || intent.legs !== undefined;
    const prices = isBuy ? this.#legPrices(intent, number, market) : null;
    if (prices === null) return money(0);
    return money(Math.max(0, this.#funds.costOf(intent, prices, intent.quantity, true)));
  }

  /** Prices of the legs with costs and slippage, one a leg; null where one is not quoted. */
  #legPrices(intent: Intent, number: number, market: Market): Price[] | null {
    const prices: Price[] = [];
    for (const { symbol, side } of legsOf(intent)) {
      const quoted = market(symbol);
      if (quoted === undefined) return null;
      prices.push(this.#priceOf(number, side, quoted));
    }
    return prices;
  }

  /** Fills a piece of an order, or all of it, with what follows for linked orders; or nothing. */
  #fillParts(order: SimOrder, at: Instant, market: Market): Report[] {
    const { intent } = order;
    if (order.status !== 'working') return [];
    if (order.triggered !== true && !this.#trigger(order, market)) return [];
    const prices = this.#legPrices(intent, order.number, market);
    if (prices === null) return [];
    const net = netPrice(legsOf(intent), prices);
    const price = intent.legs === undefined ? (prices[0] as Price) : net;
    if (!isWithinLimit(intent, price)) return [];
    const quantity = this.#pieceOf(order);
    if (this.settings.reserve === true && this.#funds.lacksAtFill(intent, prices, quantity)) {
      order.reason = 'insufficient funds or shares when it filled';
      this.#finish(order, 'rejected');
      return [{ kind: 'rejected', order: intent.clientOrderId, at, reason: order.reason }];
    }
    const first = order.parts?.length ?? 0;
    const parts = this.#funds.bookParts(intent, prices, quantity, at);
    order.parts = [...(order.parts ?? []), ...parts];
    order.filled = (order.filled ?? 0) + quantity;
    const isShort = order.taken !== undefined;
    const isOver = leftOf(order) === 0;
    if (isOver) this.#finish(order, isShort ? 'canceled' : 'filled');
    else order.dueAt = (at + (this.settings.partialFills?.everyMs ?? 0)) as Instant;
    const reports = parts.map((part, i) => partReport(order, part, first + i));
    if (isOver && isShort) reports.push(this.#linkedEnd(order, at));
    return intent.link === undefined
      ? reports
      : [...reports, ...this.#endLinked(order, quantity, at)];
  }

  #trigger(order: SimOrder, market: Market): boolean {
    const quoted = market(order.intent.symbol);
    const { type } = order.intent.pricing;
    if (type === 'market' || type === 'limit') return true;
    if (quoted === undefined || !isTriggered(order.intent, quoted)) return false;
    order.triggered = true;
    return true;
  }

  #pieceOf(order: SimOrder): number {
    const left = leftOf(order);
    const { intent, number } = order;
    const { partialFills } = this.settings;
    if (partialFills === undefined) return left;
    const inPieces = this.#draw(number, 'pieces') * 1_000_000 < partialFills.sharePpm;
    return inPieces ? Math.min(left, Math.ceil(intent.quantity / partialFills.pieces)) : left;
  }

  /** Of linked orders one filled: the others end, or have so much less to fill. */
  #endLinked(order: SimOrder, quantity: number, at: Instant): Report[] {
    const reports: Report[] = [];
    for (const other of this.working.values()) {
      if (other === order || other.intent.link?.group !== order.intent.link?.group) continue;
      const left = leftOf(other);
      other.taken = (other.taken ?? 0) + Math.min(left, quantity);
      if (left > quantity) continue;
      this.#finish(other, 'canceled');
      reports.push(this.#linkedEnd(other, at));
    }
    return reports;
  }

  #linkedEnd(order: SimOrder, at: Instant): Report {
    order.reason = LINKED;
    return { kind: 'canceled', order: order.intent.clientOrderId, at, reason: LINKED };
  }

  #fillAtMarket(order: SimOrder, at: Instant, market: Market): boolean {
    const { intent } = order;
    const quoted = market(intent.symbol);
    if (quoted === undefined) return false;
    const price = this.#priceOf(order.number, intent.side, quoted);
    if (!isWithinLimit(intent, price)) return false;
    const fee = this.#funds.book(intent.symbol, intent.side, intent.quantity, price);
    order.fill = { at, price, fee };
    this.#finish(order, 'filled');
    return true;
  }

  #priceOf(number: number, side: Side, quoted: Price): Price {
    const { randomSlippageBps } = this.settings;
    const draw = randomSlippageBps > 0 ? this.#draw(number, 'slippage') : 0;
    return fillPrice(this.settings, side, quoted, draw);
  }

  #finish(order: SimOrder, status: SimOrder['status']): void {
    const id = order.intent.clientOrderId;
    order.status = status;
    if (this.working.size > 0) this.working.delete(id);
    this.done.set(id, order);
    if (this.done.size >= 2 * DONE_KEPT) this.#forget();
  }

  /** Forgets the older half at once: a map that loses its first key with each order gets slow. */
  #forget(): void {
    let left = this.done.size - DONE_KEPT;
    const newest = new Map<ClientOrderId, SimOrder>();
    for (const [id, order] of this.done) if (left-- <= 0) newest.set(id, order);
    this.done = newest;
  }

  /** Its books and orders as canonical JSON. */
  save(): string {
    const { books } = this;
    return canonical({ books, working: [...this.working.values()], done: [...this.done.values()] });
  }

  restore(text: string): void {
    const saved = JSON.parse(text) as { books: SimBooks; working: SimOrder[]; done: SimOrder[] };
    this.#funds.cash = saved.books.cash;
    this.#orders = saved.books.orders;
    this.#funds.positions.clear();
    for (const [symbol, held] of Object.entries(saved.books.positions)) {
      this.#funds.positions.set(symbol, held);
    }
    this.working.clear();
    this.done.clear();
    for (const order of saved.working) this.working.set(order.intent.clientOrderId, order);
    for (const order of saved.done) this.done.set(order.intent.clientOrderId, order);
  }

  /** Cash comes in or goes out. */
  transfer(amount: Money): void {
    this.#funds.transfer(amount);
  }
}
