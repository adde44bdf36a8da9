import { type Instant, MINUTE_MS, type Money, type Price, unreachable } from '../../base/index.ts';
import type { Session } from '../../market/index.ts';
import { HostileBooks, type TrueExecution, type TrueFlow } from './books.ts';
import { absurdPrice, fateOf } from './fate.ts';
import {
  executionView,
  filledOf,
  isLive,
  newTrueOrder,
  openQuantity,
  pieceOf,
  pricesNow,
  type TrueOrder,
} from './order.ts';
import { type ActivityDraft, HostileNews, type VenueEvent } from './news.ts';
import { Schedule } from './schedule.ts';
import { Dice, type HostileBrokerSettings, type HostilePrices } from './settings.ts';
import type { HostileStatus, OrderTerms } from './views.ts';

const SWEEP_MS = MINUTE_MS;

/** Orders and what becomes of them, by an event queue of its own. */
export class HostileVenue {
  readonly settings: HostileBrokerSettings;
  readonly dice: Dice;
  readonly books: HostileBooks;
  readonly orders: TrueOrder[] = [];
  readonly byId: Map<string, TrueOrder> = new Map();
  readonly live: Set<TrueOrder> = new Set();
  readonly news: HostileNews;
  readonly queue: Schedule<VenueEvent> = new Schedule();
  readonly #market: HostilePrices;
  readonly #groups = new Map<string, TrueOrder[]>();
  #session: Session | null = null;
  #sweeping = false;
  #executions = 0;
  #isQuiet = false;
  now: Instant = 0 as Instant;

  constructor(settings: HostileBrokerSettings, market: HostilePrices) {
    this.settings = settings;
    this.#market = market;
    this.dice = new Dice(settings.seed, settings.rates);
    this.news = new HostileNews(settings.clientIds === 'unique');
    this.books = new HostileBooks(settings.cash, settings.positionLagMaxMs);
  }

  get session(): Session | null {
    return this.#session;
  }

  get isQuiet(): boolean {
    return this.#isQuiet;
  }

  isOpen(at: Instant = this.now): boolean {
    const session = this.#session;
    return session !== null && at >= session.open && at < session.close;
  }

  startDay(session: Session): void {
    const before = this.#session;
    if (before !== null && this.now < before.close) this.advance(before.close);
    this.#session = session;
    for (const order of this.live) order.stuck = false;
    this.queue.add(session.open, { kind: 'open' });
    this.queue.add(session.close, { kind: 'close' });
  }

  quiet(rates: Dice['rates']): void {
    this.#isQuiet = true;
    this.dice.rates = rates;
    for (const order of this.live) order.stuck = false;
  }

  price(symbol: string): Price | undefined {
    return this.#market.price(symbol, this.now);
  }

  /** Lets happen what is due up to `at`. */
  advance(at: Instant): void {
    for (let due = this.queue.take(at); due !== undefined; due = this.queue.take(at)) {
      if (due.at > this.now) this.now = due.at;
      this.#happen(due.event);
    }
    if (at > this.now) this.now = at;
  }

  /** Takes an order in, whatever its terms. */
  create(terms: OrderTerms, external: boolean): TrueOrder {
    const order = newTrueOrder(this.orders.length + 1, terms, external, this.now);
    this.orders.push(order);
    this.byId.set(order.id, order);
    this.live.add(order);
    if (terms.link !== undefined) {
      const group = this.#groups.get(terms.link.group);
      if (group === undefined) this.#groups.set(terms.link.group, [order]);
      else {
        for (const other of group) order.open -= Math.min(order.open, other.filled);
        group.push(order);
      }
    }
    this.news.say(order, this.now, { kind: 'accepted' });
    this.#endIfDone(order, 'its linked order filled');
    if (isLive(order) && this.isOpen()) this.#startWork(order);
    return order;
  }

  /** A request to cancel a live order was taken; what comes of it is another matter. */
  cancel(order: TrueOrder): void {
    order.cancels++;
    const count = order.number * 16 + (order.cancels & 15);
    const most = this.dice.happens('slowCancel', count) ? 30_000 : 500;
    this.#after(this.dice.wait('cancelMs', count, [1, most]), { kind: 'cancel', order });
  }

  /** Ends an order at once, as its owner may by hand. */
  end(order: TrueOrder, status: HostileStatus, reason: string): void {
    order.status = status;
    order.reason = reason;
    order.endedAt = this.now;
    this.live.delete(order);
    if (status === 'filled') return;
    if (status === 'expired') this.news.say(order, this.now, { kind: 'expired' });
    else
      this.news.say(order, this.now, {
        kind: status === 'rejected' ? 'rejected' : 'canceled',
        reason,
      });
  }

  /** Takes an execution back; false where there is none that counts. */
  bust(executionId: string): boolean {
    const execution = this.books.executions.get(executionId);
    const order = execution && this.byId.get(execution.order);
    if (execution === undefined || order === undefined || execution.busted) return false;
    this.#bust(order, execution);
    return true;
  }

  flow(flow: Omit<TrueFlow, 'id' | 'at'>, activity: ActivityDraft, delayMs: number): void {
    const id = `flow-${this.books.flows.length + 1}`;
    this.books.flow({ ...flow, id, at: this.now });
    this.#after(delayMs, { kind: 'post', activity });
  }

  /** Lets `act` happen at `at`, unless all is quiet by then. */
  later(at: Instant, act: () => void): void {
    this.queue.add(at, { kind: 'act', act });
  }

  #after(ms: number, event: VenueEvent): void {
    this.queue.add((this.now + ms) as Instant, event);
  }

  #happen(event: VenueEvent): void {
    switch (event.kind) {
      case 'open':
        for (const order of this.live) if (order.status === 'accepted') this.#startWork(order);
        return this.#sweepSoon();
      case 'close':
        return this.#close();
      case 'sweep':
        return this.#sweep();
      case 'work':
        return this.#work(event.order);
      case 'fill':
        return this.#fill(event.order);
      case 'cancel':
        return this.#cancelNow(event.order);
      case 'lateReject':
        if (isLive(event.order)) this.end(event.order, 'rejected', 'refused by risk review');
        return;
      case 'lateFill':
        return this.#lateFill(event.order);
      case 'link':
        return this.#takeFromLinked(event.order, event.taken);
      case 'bust':
        if (!this.#isQuiet) this.#bust(event.order, event.execution);
        return;
      case 'correct':
        if (event.certain || !this.#isQuiet) this.#correct(event);
        return;
      case 'post':
        return this.news.post(event.activity);
      case 'split':
        return event.act();
      case 'act':
        if (!this.#isQuiet) event.act();
        return;
      default:
        return unreachable(event);
    }
  }

  #startWork(order: TrueOrder): void {
    const instant = this.dice.happens('instantFill', order.number);
    if (instant && order.terms.pricing.type === 'market') return this.#work(order, true);
    const wait = this.dice.wait('workMs', order.number, this.settings.workMs);
    this.#after(wait, { kind: 'work', order });
  }

  #work(order: TrueOrder, instant = false): void {
    if (order.status !== 'accepted' || !this.isOpen()) return;
    const { dice } = this;
    if (!order.external && dice.happens('lateReject', order.number)) {
      const wait = dice.wait('lateRejectMs', order.number, [100, 20_000]);
      return this.#after(wait, { kind: 'lateReject', order });
    }
    order.status = 'working';
    if (instant) return this.#fill(order);
    this.#tryLater(order, dice.wait('fillMs', order.number, this.settings.fillMs));
    this.#sweepSoon();
  }

  #tryLater(order: TrueOrder, ms: number): void {
    if (order.filling || order.stuck) return;
    if (pricesNow(order, this.now, this.#market) === null) return;
    order.filling = true;
    this.#after(ms, { kind: 'fill', order });
  }

  #sweepSoon(): void {
    if (this.#sweeping || this.live.size === 0) return;
    this.#sweeping = true;
    this.#after(SWEEP_MS, { kind: 'sweep' });
  }

  /** Looks at what rests: the market may have come to it. */
  #sweep(): void {
    this.#sweeping = false;
    if (!this.isOpen()) return;
    for (const order of this.live) {
      if (order.status === 'working') this.#tryLater(order, order.number % 1_000);
    }
    this.#sweepSoon();
  }

  #close(): void {
    const { close } = this.#session as Session;
    for (const order of this.live) {
      order.filling = false;
      if (order.terms.timeInForce === 'day' && order.createdAt < close) {
        this.end(order, 'expired', 'the session is over');
      }
    }
  }

  #fill(order: TrueOrder): void {
    order.filling = false;
    if (order.status !== 'working' || !this.isOpen()) return;
    const prices = pricesNow(order, this.now, this.#market);
    if (prices === null) return;
    const { dice } = this;
    const parts = dice.happens('partialFill', order.number);
    const pieces = parts ? 2 + Math.floor(dice.draw('pieces', order.number) * 3) : 1;
    this.#execute(order, pieceOf(order, pieces), prices);
    if (openQuantity(order) === 0) return;
    if (dice.happens('stuckFill', order.number)) {
      order.stuck = true;
      return;
    }
    const count = order.number * 16 + (order.executions.length & 15);
    this.#tryLater(order, dice.wait('pieceMs', count, [5, 120_000]));
  }

  #execute(order: TrueOrder, quantity: number, prices: readonly Price[]): void {
    const { terms } = order;
    const parts = terms.legs ?? [{ symbol: terms.symbol, side: terms.side, ratio: 1 }];
    parts.forEach(({ symbol, side, ratio }, i) => {
      const n = ++this.#executions;
      const market = prices[i] as Price;
      const absurd = terms.legs === undefined && this.dice.happens('absurdPrice', n);
      const price = absurd ? absurdPrice(this.dice, n, market) : market;
      const shares = quantity * ratio;
      const fee = (this.settings.feePerShare * shares) as Money;
      const execution: TrueExecution = {
        executionId: `x-${n}`,
        order: order.id,
        symbol,
        side,
        quantity: shares,
        price,
        fee,
        at: this.now,
        busted: false,
        correctedBy: null,
      };
      this.#count(order, execution);
      if (terms.legs !== undefined) return;
      const fate = fateOf(this.dice, n, { order, execution }, absurd ? market : null);
      if (fate !== null) this.#after(fate.afterMs, fate.event);
    });
    this.#endIfDone(order, 'nothing is left to fill');
    this.#tellLinked(order, quantity);
  }

  #count(order: TrueOrder, execution: TrueExecution): void {
    this.books.book(execution);
    order.executions.push(execution);
    order.filled = filledOf(order);
    const view = executionView(execution);
    this.news.say(order, this.now, { kind: 'fill', execution: view, filled: order.filled });
    this.news.post({ type: 'fill', order: order.id, execution: view, at: this.now });
  }

  #bust(order: TrueOrder, execution: TrueExecution): void {
    if (execution.busted) return;
    this.books.bust(execution, this.now);
    order.filled = filledOf(order);
    const { executionId } = execution;
    this.news.say(order, this.now, { kind: 'bust', executionId });
    this.news.post({ type: 'bust', order: order.id, executionId, at: this.now });
    this.#shrink(order, execution.quantity);
  }

  /** What was taken back, or filled by a linked order, does not fill again. */
  #shrink(order: TrueOrder, by: number): void {
    order.open = Math.max(order.filled, order.open - by);
    this.#endIfDone(order, 'nothing is left to fill');
  }

  #endIfDone(order: TrueOrder, reason: string): void {
    if (!isLive(order) || openQuantity(order) > 0) return;
    const isWhole = order.filled >= order.terms.quantity;
    this.end(order, isWhole ? 'filled' : 'canceled', isWhole ? 'filled' : reason);
  }

  #correct({ order, execution, price, quantity }: Extract<VenueEvent, { kind: 'correct' }>): void {
    if (execution.busted) return;
    const { executionId } = execution;
    const fresh = { ...execution, executionId: `${executionId}c`, price, quantity, at: this.now };
    const corrected: TrueExecution = fresh;
    this.books.bust(execution, this.now);
    execution.correctedBy = corrected.executionId;
    this.books.book(corrected);
    order.executions.push(corrected);
    order.filled = filledOf(order);
    const told = { executionId, execution: executionView(corrected) };
    this.news.say(order, this.now, { kind: 'correction', ...told });
    this.news.post({ type: 'correction', order: order.id, ...told, at: this.now });
    this.#shrink(order, execution.quantity - quantity);
  }

  #cancelNow(order: TrueOrder): void {
    if (!isLive(order)) return;
    const count = order.number * 16 + (order.cancels & 15);
    if (this.dice.happens('cancelRefused', count)) {
      return this.news.say(order, this.now, {
        kind: 'cancelRefused',
        reason: 'too late to cancel',
      });
    }
    this.end(order, 'canceled', 'canceled on request');
    if (openQuantity(order) > 0 && this.dice.happens('lateFill', order.number)) {
      const wait = this.dice.wait('lateFillMs', order.number, [20, 30_000]);
      this.#after(wait, { kind: 'lateFill', order });
    }
  }

  #lateFill(order: TrueOrder): void {
    const price = this.price(order.terms.symbol);
    const isWhole = order.terms.legs === undefined;
    if (this.#isQuiet || !this.isOpen() || price === undefined || !isWhole) return;
    const most = openQuantity(order);
    if (most === 0) return;
    const part = Math.ceil(this.dice.draw('lateFillPart', order.number) * most);
    this.#execute(order, Math.max(1, part), [price]);
  }

  /** One of a linked pair filled: the other ends, or shrinks by as much. */
  #tellLinked(order: TrueOrder, taken: number): void {
    const { link } = order.terms;
    if (link === undefined) return;
    for (const other of this.#groups.get(link.group) ?? []) {
      if (other === order || !isLive(other)) continue;
      if (this.dice.happens('slowLink', order.number)) {
        const wait = this.dice.wait('linkMs', order.number, [50, 3_000]);
        this.#after(wait, { kind: 'link', order: other, taken });
      } else this.#takeFromLinked(other, taken);
    }
  }

  #takeFromLinked(order: TrueOrder, taken: number): void {
    order.open = Math.max(order.filled, order.open - taken);
    this.#endIfDone(order, 'its linked order filled');
  }
}
