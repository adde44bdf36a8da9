import { type Instant, MINUTE_MS, type Money, times } from '../../base/index.ts';
import type { Session } from '../../market/index.ts';
import type { TrueExecution, TrueFlow } from './books.ts';
import { multiplierOf } from '../contract.ts';
import { planDay, type Split, windowOf } from './day.ts';
import { isLive, openQuantity, orderView, type TrueOrder } from './order.ts';
import { type HostileBrokerSettings, type HostilePrices, QUIET_BROKER } from './settings.ts';
import { HostileVenue } from './venue.ts';
import type {
  AccountView,
  ActivityView,
  OrderPage,
  OrderTerms,
  OrderView,
  Reply,
  StreamMessage,
} from './views.ts';

/** All that is so at the broker, whatever it tells. The arrays are its own: read, never change. */
export interface BrokerTruth {
  readonly orders: readonly TrueOrder[];
  readonly executions: ReadonlyMap<string, TrueExecution>;
  readonly flows: readonly TrueFlow[];
  /** Signed shares by symbol, flat ones left out. */
  readonly positions: ReadonlyMap<string, number>;
  readonly cash: Money;
  readonly openingCash: Money;
}

interface Window {
  from: number;
  to: number;
}

const PAGE = 50;
const MAINTENANCE_MAX_MS = 10 * MINUTE_MS;
const RESTRICTION_MAX_MS = 180 * MINUTE_MS;

/**
 * A broker as another company runs it: it has books of its own, lets things happen by its own queue
 * of events in virtual time, and answers as its settings say. Each method is one request as it
 * arrives at `at`, never before the one before it; what the network does to request and answer is
 * another's matter.
 */
export class HostileBroker {
  readonly settings: HostileBrokerSettings;
  readonly #venue: HostileVenue;
  readonly #byClientId = new Map<string, TrueOrder>();
  readonly #maintenance: Window = { from: 0, to: 0 };
  readonly #restricted: Window = { from: 0, to: 0 };
  #minute = 0;
  #minuteRequests = 0;
  #requests = 0;

  constructor(settings: HostileBrokerSettings, market: HostilePrices) {
    this.settings = settings;
    this.#venue = new HostileVenue(settings, market);
  }

  /** The next session; call it before that session's open, with the splits of its morning. */
  startDay(session: Session, splits: readonly Split[] = []): void {
    const { dice } = this.#venue;
    this.#venue.startDay(session);
    const { day } = session;
    planDay(this.#venue, session, splits);
    const plan = (window: Window, name: 'maintenanceADay' | 'restrictionsADay', most: number) => {
      if (dice.count(name, day) === 0) return;
      const draws = [dice.draw(name, day, 1), dice.draw(name, day, 2)] as const;
      Object.assign(window, windowOf(session, draws, most));
    };
    plan(this.#maintenance, 'maintenanceADay', MAINTENANCE_MAX_MS);
    plan(this.#restricted, 'restrictionsADay', RESTRICTION_MAX_MS);
  }

  /** From now on nothing goes wrong any more; what had gone wrong is not undone. */
  quiet(): void {
    this.#venue.quiet(QUIET_BROKER);
    this.#maintenance.to = 0;
    this.#restricted.to = 0;
  }

  /** Lets happen what is due up to `at`. */
  advance(at: Instant): void {
    this.#venue.advance(at);
  }

  /** When something happens next; undefined when nothing waits. */
  nextAt(): Instant | undefined {
    return this.#venue.queue.nextAt();
  }

  /** Messages of the stream since the last call, oldest first. */
  takeMessages(): StreamMessage[] {
    return this.#venue.news.takeMessages();
  }

  /** The owner gives an order by hand, past all rules; its id (F031). */
  orderByHand(terms: OrderTerms, at: Instant): string {
    this.#venue.advance(at);
    return this.#venue.create(terms, true).id;
  }

  /** The owner ends an order by hand, ours or not; false where it has ended before. */
  cancelByHand(id: string, at: Instant): boolean {
    this.#venue.advance(at);
    const order = this.#venue.byId.get(id);
    if (order === undefined || !isLive(order)) return false;
    this.#venue.end(order, 'canceled', 'canceled by hand');
    return true;
  }

  /** The owner brings cash, or takes it; told as an activity after `delayMs` (F034). */
  transferByHand(amount: Money, at: Instant, delayMs = 0): void {
    this.#venue.advance(at);
    const flow = { type: 'transfer', amount, symbol: null, shares: 0 } as const;
    this.#venue.flow(flow, { type: 'transfer', amount, at }, delayMs);
  }

  /** Takes an execution back; false where it was taken back before (F019). */
  bust(executionId: string, at: Instant): boolean {
    this.#venue.advance(at);
    return this.#venue.bust(executionId);
  }

  /** Is under maintenance from one instant to another (F033). */
  maintain(from: Instant, to: Instant): void {
    Object.assign(this.#maintenance, { from, to });
  }

  get truth(): BrokerTruth {
    const { orders, books } = this.#venue;
    const { executions, flows, positions, cash, openingCash } = books;
    return { orders, executions, flows, positions, cash, openingCash };
  }

  /** A new order; its reading is in the answer where client ids are enforced, else only its id. */
  submit(terms: OrderTerms, at: Instant): Reply<OrderView | null> {
    const stop = this.#arrive(at, 'submit');
    if (stop !== null) {
      const taken = stop.status === 429 && this.#venue.dice.draw('taken', this.#requests) < 0.5;
      if (taken && this.#refusal(terms) === null) this.#create(terms);
      return stop;
    }
    const refusal = this.#refusal(terms);
    if (refusal !== null) return refusal;
    const order = this.#create(terms);
    const isUnique = this.settings.clientIds === 'unique';
    const missing = this.#venue.dice.happens('locationMissing', order.number);
    const body = isUnique ? this.#view(order) : null;
    return { ok: true, status: 201, body, location: missing ? null : order.id };
  }

  #create(terms: OrderTerms): TrueOrder {
    const order = this.#venue.create(terms, false);
    this.#byClientId.set(terms.clientOrderId, order);
    return order;
  }

  /** Taken, not done: what comes of it is seen later. */
  cancel(id: string, at: Instant): Reply<null> {
    const stop = this.#arrive(at, 'cancel');
    if (stop !== null) return stop;
    const order = this.#venue.byId.get(id);
    if (order === undefined) return refusal(404, 'notFound', `no order "${id}"`);
    if (!isLive(order)) return refusal(422, 'notCancelable', `order "${id}" is ${order.status}`);
    this.#venue.cancel(order);
    return { ok: true, status: 204, body: null, location: null };
  }

  order(id: string, at: Instant): Reply<OrderView> {
    const stop = this.#arrive(at, 'read');
    if (stop !== null) return stop;
    const order = this.#venue.byId.get(id);
    if (order === undefined) return refusal(404, 'notFound', `no order "${id}"`);
    return { ok: true, status: 200, body: this.#view(order), location: null };
  }

  /** Only where client ids are enforced; one that is younger than the lag may not be found. */
  orderByClientId(clientOrderId: string, at: Instant): Reply<OrderView> {
    const stop = this.#arrive(at, 'read');
    if (stop !== null) return stop;
    const order = this.#byClientId.get(clientOrderId);
    const isHidden = order === undefined || order.createdAt > at - this.#listLag();
    if (this.settings.clientIds === 'none' || isHidden) {
      return refusal(404, 'notFound', `no order of the client id "${clientOrderId}"`);
    }
    return { ok: true, status: 200, body: this.#view(order), location: null };
  }

  /** Orders created at or after `since`, newest first, in pages. */
  orders(since: Instant, at: Instant, next: string | null = null): Reply<OrderPage> {
    const stop = this.#arrive(at, 'read');
    if (stop !== null) return stop;
    const { orders, dice } = this.#venue;
    const newest = at - this.#listLag();
    let i = next === null ? orders.length : Number(next);
    while (i > 0 && (orders[i - 1] as TrueOrder).createdAt > newest) i--;
    const page: OrderView[] = [];
    for (; i > 0 && page.length < PAGE; i--) {
      const order = orders[i - 1] as TrueOrder;
      if (order.createdAt < since) break;
      page.push(this.#view(order));
    }
    const hasMore = i > 0 && (orders[i - 1] as TrueOrder).createdAt >= since;
    const isShort = page.length > 1 && dice.happens('missingPage', this.#requests);
    if (isShort) page.length = 1 + Math.floor(dice.draw('missing', this.#requests) * page.length);
    return {
      ok: true,
      status: 200,
      body: { orders: page, next: hasMore && !isShort ? String(i) : null },
      location: null,
    };
  }

  /** Signed shares by symbol; under maintenance an empty list. */
  positions(at: Instant): Reply<Readonly<Record<string, number>>> {
    const stop = this.#arrive(at, 'positions');
    if (stop !== null) return stop;
    if (this.#isIn(this.#maintenance)) return { ok: true, status: 200, body: {}, location: null };
    const { dice, books } = this.#venue;
    const most = this.settings.positionLagMaxMs;
    const isLate = dice.happens('positionLag', this.#requests);
    const lag = isLate ? Math.floor(dice.draw('positionLagMs', this.#requests) * most) : 0;
    const body = books.positionsAt((at - lag) as Instant);
    return { ok: true, status: 200, body, location: null };
  }

  account(at: Instant): Reply<AccountView> {
    const stop = this.#arrive(at, 'read');
    if (stop !== null) return stop;
    const restricted = this.#isIn(this.#restricted);
    const body = { cash: this.#venue.books.cash, restricted };
    return { ok: true, status: 200, body, location: null };
  }

  /** Activities that appeared after the one of that id; null: all. Oldest first, a page at most. */
  activities(after: string | null, at: Instant): Reply<readonly ActivityView[]> {
    const stop = this.#arrive(at, 'read');
    if (stop !== null) return stop;
    const from = after === null ? 0 : Number(after.slice(2));
    const body = this.#venue.news.activities.slice(from, from + 2 * PAGE);
    return { ok: true, status: 200, body, location: null };
  }

  #arrive(at: Instant, kind: 'submit' | 'cancel' | 'read' | 'positions') {
    this.#venue.advance(at);
    this.#requests++;
    const minute = Math.floor(at / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#minuteRequests = 0;
    }
    if (++this.#minuteRequests > this.settings.requestsPerMinute) {
      const wait = (minute + 1) * MINUTE_MS - at;
      return refusal(429, 'tooManyRequests', 'too many requests', false, wait);
    }
    if (kind !== 'positions' && this.#isIn(this.#maintenance)) {
      return refusal(503, 'maintenance', 'under maintenance', false, MINUTE_MS);
    }
    return null;
  }

  #isIn({ from, to }: Window): boolean {
    return this.#venue.now >= from && this.#venue.now < to;
  }

  #listLag(): number {
    const { dice } = this.#venue;
    if (!dice.happens('listLag', this.#requests)) return 0;
    return Math.ceil(dice.draw('listLagMs', this.#requests) * this.settings.listLagMaxMs);
  }

  #view(order: TrueOrder): OrderView {
    const { dice } = this.#venue;
    const isOdd = dice.happens('unknownStatus', this.#requests) && isLive(order);
    return orderView(order, {
      ids: this.settings.clientIds === 'unique',
      executions: !dice.happens('cumulativeOnly', this.#requests),
      status: isOdd ? 'held_for_review' : order.status,
    });
  }

  /** Why the terms are refused, in the broker's documented words; null when they are taken. */
  #refusal(terms: OrderTerms): Refusal | null {
    const { clientOrderId, quantity, side } = terms;
    const isUnique = this.settings.clientIds === 'unique';
    if (isUnique && this.#byClientId.has(clientOrderId)) {
      return refusal(422, 'duplicate', `client order id "${clientOrderId}" must be unique`);
    }
    if (!Number.isSafeInteger(quantity) || quantity <= 0) {
      return refusal(422, 'invalid', `quantity "${quantity}" is not whole and above zero`);
    }
    if (this.#isIn(this.#restricted) && side === 'buy') {
      return refusal(403, 'restricted', 'the account may only close positions');
    }
    if (this.#venue.dice.happens('refused', this.#requests)) {
      return refusal(403, 'refused', 'refused by a rule of the broker');
    }
    return terms.legs === undefined ? this.#lacking(terms) : null;
  }

  /** What there is too little of for an order of one symbol. */
  #lacking(terms: OrderTerms): Refusal | null {
    const { symbol, side, quantity } = terms;
    const { books } = this.#venue;
    if (side === 'sell') {
      if (this.settings.shortSelling) return null;
      const held = books.positions.get(symbol) ?? 0;
      const free = held - this.#heldForSells(symbol, terms.link?.group);
      if (quantity <= free) return null;
      const found = `${free} of ${quantity} available, ${held} held`;
      return refusal(403, 'insufficientQuantity', found);
    }
    if (this.#costOf(terms, quantity) <= books.cash - this.#heldForBuys()) return null;
    return refusal(403, 'insufficientBuyingPower', 'insufficient buying power');
  }

  /** Shares that open sells hold; a linked pair holds them once. */
  #heldForSells(symbol: string, besides: string | undefined): number {
    let sum = 0;
    const groups = new Map<string, number>();
    for (const order of this.#venue.live) {
      const { terms } = order;
      if (terms.symbol !== symbol || terms.side !== 'sell' || terms.legs !== undefined) continue;
      const group = terms.link?.group;
      if (group === undefined) sum += openQuantity(order);
      else if (group !== besides) {
        groups.set(group, Math.max(groups.get(group) ?? 0, openQuantity(order)));
      }
    }
    for (const most of groups.values()) sum += most;
    return sum;
  }

  #heldForBuys(): number {
    let sum = 0;
    for (const order of this.#venue.live) {
      if (order.terms.side === 'buy') sum += this.#costOf(order.terms, openQuantity(order));
    }
    return sum;
  }

  #costOf({ symbol, pricing, legs }: OrderTerms, quantity: number): number {
    if (legs !== undefined) return 0;
    const limit = 'limitPrice' in pricing ? pricing.limitPrice : undefined;
    const price = limit ?? this.#venue.price(symbol);
    return price === undefined ? 0 : times(price, quantity, multiplierOf(symbol));
  }
}

type Refusal = Extract<Reply<never>, { ok: false }>;

function refusal(
  status: number,
  code: string,
  message: string,
  documented = true,
  retryAfterMs: number | null = null,
): Refusal {
  return { ok: false, status, code, message, documented, retryAfterMs };
}
