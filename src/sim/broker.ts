import {
  add,
  canonical,
  type Instant,
  type Money,
  money,
  type Price,
  ratio,
  subtract,
  times,
} from '../base/index.ts';
import {
  type ClientOrderId,
  type ExecutionId,
  type Intent,
  type Report,
  signOf,
} from '../orders/index.ts';
import { type Costs, feeOf, slippedPrice } from '../portfolio/index.ts';
import { drawOf } from './random.ts';

/** How the built-in broker behaves. Everything random comes from `seed` and the order's number. */
export interface SimBrokerSettings {
  readonly seed: number;
  readonly costs: Costs;
  /** Time from acceptance to the fill of a marketable order, uniform. */
  readonly delayMs: readonly [number, number];
  /** Share of orders refused, in millionths. */
  readonly rejectionPpm: number;
  /** Adverse and uniform from 0, on top of the costs' slippage. */
  readonly randomSlippageBps: number;
  /** Prices are rounded to multiples of this many micro-dollars, half to even. */
  readonly priceStep: number;
  readonly shortSelling: boolean;
}

export interface SimOrder {
  /** The broker's count, from 1. */
  readonly number: number;
  readonly intent: Intent;
  status: 'working' | 'filled' | 'canceled' | 'rejected';
  readonly acceptedAt: Instant;
  /** When a marketable order fills. */
  readonly dueAt: Instant;
  reason: string | null;
  fill: { at: Instant; price: Price; fee: Money } | null;
}

/** The broker's own books: what it would know of us if it were another company. */
export interface SimBooks {
  readonly cash: Money;
  readonly positions: Readonly<Record<string, number>>;
  readonly orders: number;
}

/** Newest price of a symbol, or undefined where nothing is quoted. */
export type Market = (symbol: string) => Price | undefined;

export type Draw = (order: number, purpose: 'reject' | 'slippage' | 'delay') => number;

const PURPOSES = { reject: 0, slippage: 1, delay: 2 } as const;
const DONE_KEPT = 1_000; // at least: orders a client may still ask for

/**
 * The built-in broker: client order ids are unique (a repeated one answers with the first order),
 * orders fill at the market of their due instant with costs, slippage and fees. It keeps books of
 * its own, and knows nothing of the engine.
 */
export class SimBroker {
  readonly settings: SimBrokerSettings;
  #cash: Money;
  readonly #positions = new Map<string, number>();
  #orders = 0;
  readonly working: Map<ClientOrderId, SimOrder> = new Map();
  done: Map<ClientOrderId, SimOrder> = new Map();
  readonly #draw: Draw;

  constructor(settings: SimBrokerSettings, cash: Money, draw?: Draw) {
    this.settings = settings;
    this.#cash = cash;
    this.#draw = draw ?? ((order, purpose) => drawOf(settings.seed, order, PURPOSES[purpose]));
  }

  /** Cash, signed shares by symbol, and how many orders it was ever given. */
  get books(): SimBooks {
    return {
      cash: this.#cash,
      positions: Object.fromEntries(this.#positions),
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
    if (known) return this.reportsOf(known, at);
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
      return this.reportsOf(order, at);
    }
    if (delay === 0 && !waits && this.#fillAtMarket(order, at, market)) {
      return [this.#fillReport(order)];
    }
    this.working.set(intent.clientOrderId, order);
    return this.reportsOf(order, at);
  }

  /** Instant of the next fill that only waits for time; undefined when nothing waits. */
  nextDue(): Instant | undefined {
    let next: Instant | undefined;
    for (const order of this.working.values()) {
      if (order.intent.pricing.type !== 'market') continue;
      if (next === undefined || order.dueAt < next) next = order.dueAt;
    }
    return next;
  }

  /** Fills what is due at `at`, in the order of acceptance. */
  advance(at: Instant, market: Market): Report[] {
    if (this.working.size === 0) return [];
    const reports: Report[] = [];
    for (const order of this.working.values()) {
      if (order.dueAt <= at && this.#fillAtMarket(order, at, market)) {
        reports.push(this.#fillReport(order));
      }
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
    return this.reportsOf(order, at);
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
    const id = order.intent.clientOrderId;
    const venueOrderId = `sim-${order.number}`;
    if (order.status === 'rejected') {
      return [{ kind: 'rejected', order: id, at, reason: order.reason ?? 'no reason' }];
    }
    const reports: Report[] = [{ kind: 'accepted', order: id, at, venueOrderId }];
    if (order.fill !== null) reports.push(this.#fillReport(order));
    if (order.status === 'canceled') {
      reports.push({ kind: 'canceled', order: id, at, reason: order.reason ?? 'no reason' });
    }
    return reports;
  }

  #fillReport(order: SimOrder): Report {
    const fill = order.fill as NonNullable<SimOrder['fill']>;
    return {
      kind: 'fill',
      order: order.intent.clientOrderId,
      at: fill.at,
      fill: {
        executionId: `sim-${order.number}-1` as ExecutionId,
        quantity: order.intent.quantity,
        price: fill.price,
        fee: fill.fee,
      },
    };
  }

  #refusal(intent: Intent, number: number, market: Market): string | null {
    const { rejectionPpm, shortSelling } = this.settings;
    if (rejectionPpm > 0 && this.#draw(number, 'reject') * 1_000_000 < rejectionPpm) {
      return 'refused at random, as set';
    }
    const price = market(intent.symbol);
    if (price === undefined) return `no market in ${intent.symbol}`;
    const held = this.#positions.get(intent.symbol) ?? 0;
    if (intent.side === 'sell' && intent.quantity > held && !shortSelling) {
      return `insufficient quantity: ${held} of ${intent.quantity} held`;
    }
    if (intent.side === 'buy' && held >= 0 && times(price, intent.quantity) > this.#cash) {
      return 'insufficient buying power';
    }
    return null;
  }

  #fillAtMarket(order: SimOrder, at: Instant, market: Market): boolean {
    const { intent } = order;
    const quoted = market(intent.symbol);
    if (quoted === undefined) return false;
    const price = this.#priceOf(order, quoted);
    if (intent.pricing.type === 'limit') {
      const { limitPrice } = intent.pricing;
      if (intent.side === 'buy' ? price > limitPrice : price < limitPrice) return false;
    }
    const fee = feeOf(price, intent.quantity, this.settings.costs);
    order.fill = { at, price, fee };
    const signed = signOf(intent.side) * intent.quantity;
    this.#cash = subtract(subtract(this.#cash, times(price, signed)), fee);
    const after = (this.#positions.get(intent.symbol) ?? 0) + signed;
    if (after === 0) this.#positions.delete(intent.symbol);
    else this.#positions.set(intent.symbol, after);
    this.#finish(order, 'filled');
    return true;
  }

  #priceOf(order: SimOrder, quoted: Price): Price {
    const { costs, randomSlippageBps, priceStep } = this.settings;
    const { side } = order.intent;
    let price = slippedPrice(quoted, side, costs);
    if (randomSlippageBps > 0) {
      const extra = this.#draw(order.number, 'slippage') * randomSlippageBps * 100;
      const slippagePpm = Math.round(extra * 1000) / 1000;
      const parts = Math.round((1_000_000 + signOf(side) * slippagePpm) * 1000);
      price = ratio(price, parts, 1_000_000_000, 'half-even') as Price;
    }
    if (priceStep === 1) return price;
    return Math.max(priceStep, ratio(price, 1, priceStep, 'half-even') * priceStep) as Price;
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
    this.#cash = saved.books.cash;
    this.#orders = saved.books.orders;
    this.#positions.clear();
    for (const [symbol, held] of Object.entries(saved.books.positions)) {
      this.#positions.set(symbol, held);
    }
    this.working.clear();
    this.done.clear();
    for (const order of saved.working) this.working.set(order.intent.clientOrderId, order);
    for (const order of saved.done) this.done.set(order.intent.clientOrderId, order);
  }

  /** Cash comes in or goes out. */
  transfer(amount: Money): void {
    this.#cash = money(add(this.#cash, amount));
  }
}
