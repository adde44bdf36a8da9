import type { Instant, Price } from '../../base/index.ts';
import { ratio } from '../../base/index.ts';
import type { Fill, Report } from '../../orders/index.ts';
import type { SimBrokerSettings } from '../../sim/index.ts';
import { dollarText } from '../number.ts';
import type { Account } from './account.ts';
import { bookExecution, fillMore } from './fills.ts';
import { isExtended, isRegular } from './hours.ts';
import { nanoText } from './ids.ts';
import type { FeeSchedule } from './options.ts';
import type { OrdersBook } from './orders-book.ts';
import { type DeskActivity, type DeskOrder, isOpen, leftOf } from './records.ts';
import { wireSymbol } from './symbols.ts';
import { Ticket } from './ticket.ts';

export interface FloorParts {
  readonly account: Account;
  readonly orders: OrdersBook;
  readonly settings: SimBrokerSettings;
  readonly fees: FeeSchedule;
  readonly tell: (event: string, order: DeskOrder, at: Instant, more?: object) => void;
}

type Ended = 'canceled' | 'expired' | 'rejected';

/** Where orders work: each with those linked to it in a simulated broker, filled as it says. */
export class Floor {
  readonly #parts: FloorParts;
  readonly tickets: Map<number, { readonly ticket: Ticket; readonly lead: DeskOrder }> = new Map();
  /** Tickets that changed since they were last kept. */
  readonly changed: Set<number> = new Set();
  /** Legs of the piece of a multi-leg order that is being booked. */
  #piece: DeskActivity[] = [];

  constructor(parts: FloorParts) {
    this.#parts = parts;
  }

  /** Fills what is due, routes what waited for the market, moves trailing stops. */
  advance(at: Instant): void {
    for (const order of this.#parts.orders.open) {
      if (!this.#mayWork(order, at)) continue;
      if (order.status === 'accepted' || order.status === 'pending_new') this.route(order, at);
      else if (order.terms.type === 'trailing_stop' && order.ticket === 0) this.#trail(order, at);
    }
    for (const [number, { ticket, lead }] of this.tickets) {
      if (!this.#mayWork(lead, at)) continue;
      const before = ticket.triggered;
      const reports = ticket.advance(at);
      if (reports.length > 0 || ticket.triggered !== before) this.changed.add(number);
      this.#apply(reports, at);
      if (ticket.isDone) this.#drop(number);
    }
  }

  /** The next instant at which a fill is due by time alone, after `at`. */
  nextDue(at: Instant): Instant | undefined {
    let next: Instant | undefined;
    for (const { ticket } of this.tickets.values()) {
      const due = ticket.nextDue();
      if (due !== undefined && due > at && (next === undefined || due < next)) next = due;
    }
    return next;
  }

  #mayWork({ terms }: DeskOrder, at: Instant): boolean {
    if (terms.timeInForce === 'opg' || terms.timeInForce === 'cls') return false;
    return isRegular(at) || (terms.extendedHours && isExtended(at));
  }

  /** Sends an order to the market; one without a market goes on waiting. */
  route(order: DeskOrder, at: Instant): void {
    const { orders } = this.#parts;
    const legs = order.terms.orderClass === 'mleg' ? orders.legsOf(order) : [];
    const parts = legs.length > 0 ? legs : [order];
    const { market } = this.#parts.account;
    if (parts.some(({ terms }) => market.quote(terms.symbol, at) === undefined)) return;
    if (order.terms.type === 'trailing_stop') {
      order.hwm = market.quote(order.terms.symbol, at)?.last ?? null;
      this.#work([order], at);
      this.#trail(order, at);
      return;
    }
    const linked = order.terms.orderClass === 'oco' ? orders.legsOf(order) : [];
    this.#submit([order, ...linked], legs, at);
  }

  /** Puts orders of one group into one simulated broker, and what it reports into the books. */
  #submit(group: readonly DeskOrder[], legs: readonly DeskOrder[], at: Instant): void {
    const [lead] = group as readonly [DeskOrder];
    const number = lead.ticket === 0 ? lead.number : lead.ticket;
    const known = this.tickets.get(number)?.ticket;
    const ticket = known ?? this.#newTicket(number, lead);
    this.tickets.set(number, { ticket, lead });
    this.changed.add(number);
    for (const order of group) {
      if (!isOpen(order)) continue;
      order.ticket = number;
      const reports = ticket.submit(order, legs, at);
      if (reports[0]?.kind !== 'rejected') this.#work([order, ...legs], at);
      this.#apply(reports, at);
      const isNow = order.terms.timeInForce === 'ioc' || order.terms.timeInForce === 'fok';
      if (isNow && isOpen(order)) this.cancel(order, at);
    }
    if (ticket.isDone) this.#drop(number);
  }

  #newTicket(number: number, { terms }: DeskOrder): Ticket {
    const { settings, account } = this.#parts;
    const isAtOnce = terms.timeInForce !== 'day' && terms.timeInForce !== 'gtc';
    const { partialFills: _, ...whole } = settings;
    const own: SimBrokerSettings = isAtOnce ? { ...whole, delayMs: [0, 0] } : settings;
    return new Ticket(number, own, account.market);
  }

  restoreTicket(number: number, lead: DeskOrder, text: string): void {
    const ticket = this.#newTicket(number, lead);
    ticket.restore(text);
    this.tickets.set(number, { ticket, lead });
  }

  #drop(number: number): void {
    this.tickets.delete(number);
    this.changed.add(number);
  }

  /** Orders that the venue has now. A stop beside a resting target is held, as at Alpaca. */
  #work(group: readonly DeskOrder[], at: Instant): void {
    const { orders } = this.#parts;
    for (const order of group) {
      const isPaired = order.role === 'stop' && order.terms.orderClass !== 'oto';
      order.status = isPaired ? 'held' : 'new';
      order.updatedAt = at;
      orders.changed.add(order);
    }
    this.#parts.tell('new', group[0] as DeskOrder, at);
  }

  #trail(order: DeskOrder, at: Instant): void {
    const { terms } = order;
    const quote = this.#parts.account.market.quote(terms.symbol, at);
    if (quote === undefined || order.hwm === null) return;
    const isSell = terms.side === 'sell';
    const best = isSell ? Math.max(order.hwm, quote.last) : Math.min(order.hwm, quote.last);
    order.hwm = best as Price;
    const { trailPrice, trailPercent } = terms;
    const distance = trailPrice ?? ratio(best, trailPercent as number, 100_000_000, 'half-even');
    const stopPrice = (isSell ? best - distance : best + distance) as Price;
    if (stopPrice !== terms.stopPrice) order.terms = { ...terms, stopPrice };
    this.#parts.orders.changed.add(order);
    if (isSell ? quote.last <= stopPrice : quote.last >= stopPrice) this.#trigger(order, at);
  }

  #trigger(order: DeskOrder, at: Instant): void {
    const number = order.number;
    const ticket = this.#newTicket(number, order);
    order.ticket = number;
    this.tickets.set(number, { ticket, lead: order });
    this.changed.add(number);
    this.#apply(ticket.submit(order, [], at), at);
    if (ticket.isDone) this.#drop(number);
  }

  #apply(reports: readonly Report[], at: Instant): void {
    for (const report of reports) {
      const order = this.#parts.orders.find(report.order) as DeskOrder;
      if (report.kind === 'fill') this.#fill(order, report.fill, at);
      else if (report.kind === 'canceled' && isOpen(order)) this.finish(order, 'canceled', at);
      else if (report.kind === 'rejected' && isOpen(order)) {
        order.reason = report.reason;
        this.finish(order, 'rejected', at);
      }
    }
  }

  #fill(order: DeskOrder, fill: Fill, at: Instant): void {
    const { account, fees, orders, tell } = this.#parts;
    const leg = orders.legsOf(order).find(({ terms }) => terms.symbol === fill.symbol);
    const { quantity, price } = fill;
    const filled = leg ?? order;
    const made = bookExecution(account, fees, { order: filled, quantity, price, at }, fill.fee);
    orders.changed.add(filled).add(order);
    if (leg !== undefined) this.#fillLeg(order, made, at);
    else {
      const position = account.books.quantityOf(order.terms.symbol);
      tell(eventOf(order), order, at, fillMore(made, position));
    }
    if (order.status === 'filled' && leg === undefined) this.#activate(order, at);
  }

  /** Once all legs of a piece are booked, the order they belong to has it. */
  #fillLeg(parent: DeskOrder, made: DeskActivity, at: Instant): void {
    const { orders, account, tell } = this.#parts;
    const legs = orders.legsOf(parent);
    this.#piece.push(made);
    if (this.#piece.length < legs.length) return;
    const piece = this.#piece;
    this.#piece = [];
    const units = (piece[0]?.quantity as number) / (legs[0]?.terms.ratio as number);
    let net = 0;
    piece.forEach(({ price }, i) => {
      const { side, ratio: count } = (legs[i] as DeskOrder).terms;
      net += (side === 'buy' ? 1 : -1) * (count as number) * (price as number);
    });
    parent.filled += units;
    parent.paid += net * units;
    parent.updatedAt = at;
    parent.status = leftOf(parent) === 0 ? 'filled' : 'partially_filled';
    if (parent.status === 'filled') parent.filledAt = at;
    tell(eventOf(parent), parent, at, {
      price: dollarText(net as Price),
      qty: String(units),
      timestamp: nanoText(at, made.number),
      legs: piece.map((each, i) => ({
        execution_id: each.uuid,
        order_id: legs[i]?.id,
        symbol: wireSymbol(each.symbol as string),
        price: dollarText(each.price as Price),
        qty: String(each.quantity),
        timestamp: nanoText(at, each.number),
        position_qty: String(account.books.quantityOf(each.symbol as string)),
      })),
    });
  }

  /** The exits of an entry that filled go to work, for as much as filled. */
  #activate(entry: DeskOrder, at: Instant): void {
    const { orderClass } = entry.terms;
    if (orderClass !== 'bracket' && orderClass !== 'oto') return;
    const exits = this.#parts.orders.legsOf(entry).filter((exit) => exit.ticket === 0);
    for (const exit of exits) exit.terms = { ...exit.terms, quantity: entry.filled };
    if (exits.length > 0) this.#submit(exits, [], at);
  }

  /** Ends an order, with its legs; exits of an entry that filled in part stay for that part. */
  finish(order: DeskOrder, how: Ended, at: Instant): void {
    const { orders, tell } = this.#parts;
    order.status = how;
    order.updatedAt = at;
    if (how === 'canceled') order.canceledAt = at;
    else if (how === 'expired') order.expiredAt = at;
    else order.failedAt = at;
    orders.changed.add(order);
    if (order.terms.ratio !== null) return; // a leg ends with its order, and is told with it
    const stamp = { timestamp: nanoText(at, order.number) };
    tell(how, order, at, order.reason === null ? stamp : { ...stamp, reason: order.reason });
    const legs = orders.legsOf(order).filter(isOpen);
    const hasExits = order.terms.orderClass === 'bracket' || order.terms.orderClass === 'oto';
    if (hasExits && order.filled > 0) this.#activate(order, at);
    else for (const leg of legs) this.finish(leg, how, at);
  }

  /** Takes an order off the market, with those linked to it. */
  cancel(order: DeskOrder, at: Instant): void {
    for (const each of this.groupOf(order)) {
      if (!isOpen(each)) continue;
      this.withdraw(each, at);
      this.#parts.tell('pending_cancel', each, at);
      this.finish(each, 'canceled', at);
    }
  }

  expire(order: DeskOrder, at: Instant): void {
    this.withdraw(order, at);
    this.finish(order, 'expired', at);
  }

  reject(order: DeskOrder, at: Instant, reason: string): void {
    this.withdraw(order, at);
    order.reason = reason;
    this.finish(order, 'rejected', at);
  }

  /** Takes an order out of its simulated broker, and says nothing. */
  withdraw({ ticket, id }: DeskOrder, at: Instant): void {
    const found = this.tickets.get(ticket)?.ticket;
    if (found === undefined) return;
    found.cancel(id, at);
    this.changed.add(ticket);
    if (found.isDone) this.#drop(ticket);
  }

  /** Puts the order that replaces another to work where that one did. */
  resume(order: DeskOrder, at: Instant): void {
    if (order.terms.type === 'trailing_stop') this.#work([order], at);
    else this.#submit([order], [], at);
  }

  /** An order, and those that end with it: an exit's other exit, an OCO's other order. */
  groupOf(order: DeskOrder): readonly DeskOrder[] {
    const { orders } = this.#parts;
    const parent = order.parent === null ? undefined : orders.find(order.parent);
    if (parent === undefined)
      return order.terms.orderClass === 'oco' ? [order, ...orders.legsOf(order)] : [order];
    const siblings = orders.legsOf(parent);
    return parent.terms.orderClass === 'oco' ? [parent, ...siblings] : siblings;
  }
}

const eventOf = ({ status }: DeskOrder): string => (status === 'filled' ? 'fill' : 'partial_fill');
