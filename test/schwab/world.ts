import type { Instant } from '../../src/base/index.ts';
import { type AccountBooks } from './books.ts';
import {
  type ExecutionState,
  flawOf,
  isOpenState,
  type LegState,
  type OrderState,
} from './orders.ts';
import { isOption } from './shapes.ts';

export interface Quoted {
  readonly bid: number;
  readonly ask: number;
  readonly last: number;
}

export interface WorldTerms {
  readonly now: () => Instant;
  readonly books: ReadonlyMap<string, AccountBooks>;
  /** In dollars; undefined where a symbol is not quoted. */
  readonly quote: (symbol: string, at: Instant) => Quoted | undefined;
  /** How long an order is queued before it works, and a cancel before it holds. */
  readonly queueMs: number;
  readonly cancelMs: number;
  /** Whether the market is open: closed, orders wait as PENDING_ACTIVATION. */
  readonly isOpen: (at: Instant) => boolean;
  /** Whether orders fill by themselves when the market is through their price. */
  readonly autoFill: boolean;
  /** Dollars of one contract, and of one share that is sold. */
  readonly fees: { readonly contract: number; readonly share: number };
  readonly told: (event: string, order: OrderState, execution?: ExecutionState) => void;
}

const FIRST_ORDER = 1_002_613_435_000;
const FIRST_ACTIVITY = 91_176_753_000;

/** Orders at the broker and what becomes of them; deterministic, by the clock it is given. */
export class OrderWorld {
  readonly orders: OrderState[] = [];
  readonly #terms: WorldTerms;
  #orderId = FIRST_ORDER;
  #activityId = FIRST_ACTIVITY;

  constructor(terms: WorldTerms) {
    this.#terms = terms;
  }

  find(id: number): OrderState | undefined {
    const all = this.orders.flatMap((order) => [order, ...order.children]);
    return all.find((order) => order.id === id);
  }

  /** Enters an order, or says what is wrong with it. */
  enter(account: string, body: unknown, tag = 'API_TOS:TRADE_ALL'): OrderState | string {
    const flaw = flawOf(body);
    if (flaw !== null) return flaw;
    const order = this.#make(account, body as Record<string, unknown>, tag);
    this.orders.push(order);
    for (const one of [order, ...order.children]) this.#begin(one);
    this.tick();
    return order;
  }

  #make(account: string, body: Record<string, unknown>, tag: string): OrderState {
    const rows = (body['orderLegCollection'] ?? []) as Record<string, unknown>[];
    const legs = rows.map((leg, i): LegState => {
      const { symbol } = leg['instrument'] as { symbol: string };
      const instruction = String(leg['instruction']);
      return { legId: i + 1, symbol, instruction, quantity: Number(leg['quantity']) };
    });
    const children = (body['childOrderStrategies'] ?? []) as Record<string, unknown>[];
    const number = (name: string) =>
      body[name] === undefined ? {} : { [name]: Number(body[name]) };
    return {
      id: ++this.#orderId,
      account,
      enteredAt: this.#terms.now(),
      session: String(body['session'] ?? 'NORMAL'),
      duration: String(body['duration'] ?? 'DAY'),
      orderType: String(body['orderType'] ?? 'LIMIT'),
      complex: String(body['complexOrderStrategyType'] ?? 'NONE'),
      strategy: String(body['orderStrategyType']),
      quantity: Number(body['quantity'] ?? legs[0]?.quantity ?? 0),
      ...number('price'),
      ...number('stopPrice'),
      legs,
      children: children.map((child) => this.#make(account, child, tag)),
      tag,
      status: 'NEW',
      filled: 0,
      executions: [],
    };
  }

  #begin(order: OrderState): void {
    const { now, queueMs, isOpen, told } = this.#terms;
    told('OrderCreated', order);
    const reason = this.#refusal(order);
    if (reason !== null) {
      order.status = 'REJECTED';
      order.statusDescription = reason;
      order.closedAt = now();
      return told('OrderRejected', order);
    }
    const works = order.stopPrice === undefined ? 'WORKING' : 'AWAITING_STOP_CONDITION';
    const at = (now() + queueMs) as Instant;
    order.status = isOpen(now()) ? 'QUEUED' : 'PENDING_ACTIVATION';
    order.next = { at, status: works };
    told('OrderAccepted', order);
  }

  /** Why the broker rejects an order that it had accepted, or null. */
  #refusal({ account, legs, complex }: OrderState): string | null {
    const books = this.#terms.books.get(account) as AccountBooks;
    const level = books.terms.optionsLevel ?? 3;
    const needed = complex === 'NONE' ? 2 : 3;
    if (legs.some(({ symbol }) => isOption(symbol)) && level < needed) {
      return 'The account is not approved for this level of options trading.';
    }
    for (const { symbol, instruction, quantity } of legs) {
      const held = books.held(symbol);
      const sells = /^SELL(?:_TO_CLOSE)?$/.test(instruction);
      const covers = /^BUY_TO_(?:COVER|CLOSE)$/.test(instruction);
      if (sells && held < quantity) return `You do not hold ${quantity} of ${symbol}.`;
      if (covers && -held < quantity) return `You are not short ${quantity} of ${symbol}.`;
    }
    return null;
  }

  /** Time passed: orders move on, and fill where the market is through their price. */
  tick(): void {
    const at = this.#terms.now();
    for (const order of this.orders.flatMap((one) => [one, ...one.children])) {
      const { next } = order;
      const mayWork = next?.status === 'CANCELED' || this.#terms.isOpen(at);
      if (next !== undefined && next.at <= at && mayWork) {
        delete order.next;
        if (next.status === 'CANCELED') this.#end(order, 'CANCELED');
        else order.status = next.status;
      }
      if (!this.#terms.autoFill || order.legs.length === 0) continue;
      if (order.status === 'AWAITING_STOP_CONDITION' && this.#isStopped(order, at)) {
        order.status = 'WORKING';
      }
      const prices = order.status === 'WORKING' ? this.#pricesOf(order, at) : null;
      if (prices !== null) this.fill(order.id, order.quantity - order.filled, prices);
    }
  }

  #isStopped({ legs, stopPrice }: OrderState, at: Instant): boolean {
    const leg = legs[0] as LegState;
    const last = this.#terms.quote(leg.symbol, at)?.last;
    if (last === undefined || stopPrice === undefined) return false;
    return leg.instruction.startsWith('BUY') ? last >= stopPrice : last <= stopPrice;
  }

  /** What each leg trades at where the market is through the order's price, or null. */
  #pricesOf({ legs, orderType, price }: OrderState, at: Instant): number[] | null {
    const prices: number[] = [];
    let net = 0;
    for (const { symbol, instruction } of legs) {
      const quote = this.#terms.quote(symbol, at);
      if (quote === undefined) return null;
      const buys = instruction.startsWith('BUY');
      prices.push(buys ? quote.ask : quote.bid);
      net += buys ? quote.ask : -quote.bid;
    }
    if (price === undefined) return prices;
    const isSale = orderType === 'NET_CREDIT' || (legs.length === 1 && net < 0);
    return (isSale ? -net >= price - 1e-9 : net <= price + 1e-9) ? prices : null;
  }

  /** One execution over all legs: `quantity` units at `prices`, by leg. */
  fill(id: number, quantity: number, prices: readonly number[]): void {
    const order = this.find(id);
    if (order === undefined) throw new Error(`No order ${id}`);
    const { now, books, told } = this.#terms;
    const at = now();
    const { legs } = order;
    order.filled += quantity;
    const remaining = order.quantity - order.filled;
    const sizes = legs.map((leg) => (leg.quantity / order.quantity) * quantity);
    const activityId = ++this.#activityId;
    const execution: ExecutionState = {
      activityId,
      type: 'FILL',
      quantity,
      remaining,
      at,
      legs: legs.map(({ legId }, i) => ({
        legId,
        quantity: sizes[i] as number,
        price: prices[i] ?? (prices[0] as number),
      })),
    };
    order.executions.push(execution);
    const account = books.get(order.account) as AccountBooks;
    legs.forEach((leg, i) => {
      const size = sizes[i] as number;
      const price = prices[i] ?? (prices[0] as number);
      const signed = leg.instruction.startsWith('BUY') ? size : -size;
      const fee = this.#feeOf(leg, size);
      const own = i === 0 ? activityId : ++this.#activityId;
      const named = { activityId: own, orderId: id, symbol: leg.symbol };
      account.book({ ...named, quantity: signed, price, fee, at });
    });
    if (remaining === 0) {
      order.status = 'FILLED';
      order.closedAt = at;
      this.#endSiblings(order);
    }
    told('OrderFillCompleted', order, execution);
  }

  #feeOf({ symbol, instruction }: LegState, size: number): number {
    const { fees } = this.#terms;
    const each = isOption(symbol) ? fees.contract : instruction.startsWith('SELL') ? fees.share : 0;
    return Math.round(each * size * 1e6) / 1e6;
  }

  /** One child that fills ends the others. */
  #endSiblings(order: OrderState): void {
    const parent = this.orders.find(({ children }) => children.includes(order));
    for (const sibling of parent?.children ?? []) {
      if (sibling !== order && isOpenState(sibling)) this.#end(sibling, 'CANCELED');
    }
  }

  /** Takes a request to cancel; false where the order has ended. */
  cancel(order: OrderState): boolean {
    if (!isOpenState(order)) return false;
    const { now, cancelMs, told } = this.#terms;
    told('CancelAccepted', order);
    if (cancelMs === 0) this.#end(order, 'CANCELED');
    else {
      order.status = 'PENDING_CANCEL';
      order.next = { at: (now() + cancelMs) as Instant, status: 'CANCELED' };
    }
    return true;
  }

  /** A new order in the place of another, which ends as REPLACED. */
  replace(order: OrderState, body: unknown): OrderState | string {
    if (!isOpenState(order)) return 'The order cannot be replaced';
    const next = this.enter(order.account, body);
    if (typeof next !== 'string') this.#end(order, 'REPLACED');
    return next;
  }

  /** Ends an order as the market or a person at the broker would. */
  end(id: number, status: 'CANCELED' | 'REJECTED' | 'EXPIRED', description?: string): void {
    const order = this.find(id);
    if (order === undefined) throw new Error(`No order ${id}`);
    if (description !== undefined) order.statusDescription = description;
    this.#end(order, status);
  }

  /** With the odd record: an EXECUTION of type CANCELED over the rest, at price zero. */
  #end(order: OrderState, status: string): void {
    const at = this.#terms.now();
    const left = order.quantity - order.filled;
    order.status = status;
    order.closedAt = at;
    delete order.next;
    if (status === 'CANCELED' || status === 'REPLACED') {
      const units = order.quantity || 1;
      order.executions.push({
        activityId: ++this.#activityId,
        type: 'CANCELED',
        quantity: left,
        remaining: 0,
        at,
        legs: order.legs.map((leg) => ({
          legId: leg.legId,
          quantity: (leg.quantity / units) * left,
          price: 0,
        })),
      });
    }
    this.#terms.told('OrderUROutCompleted', order);
  }
}
