import type { OrderSeen } from '../../engine/index.ts';
import type { Report } from '../../orders/index.ts';
import type { SimOrder } from '../../sim/index.ts';
import { BOOKS, type KeyStore } from './broker.ts';

/** A store that also keeps in memory what it put on the disk: every order the broker ever had. */
export class OrderStore implements KeyStore {
  readonly #store: KeyStore;
  readonly #orders = new Map<string, SimOrder>();
  readonly #working = new Map<string, SimOrder>();

  constructor(store: KeyStore) {
    this.#store = store;
    for (const [key, text] of store.entries()) this.#note(key, text);
  }

  #note(key: string, text: string): void {
    if (key === BOOKS) return;
    const order = JSON.parse(text) as SimOrder;
    this.#orders.set(key, order);
    if (order.status === 'working') this.#working.set(key, order);
    else this.#working.delete(key);
  }

  entries(): Iterable<readonly [key: string, text: string]> {
    return this.#store.entries();
  }

  put(changes: readonly (readonly [key: string, text: string])[]): void {
    this.#store.put(changes);
    for (const [key, text] of changes) this.#note(key, text);
  }

  /** The store belongs to whoever opened it. */
  close(): void {}

  /** Every order, oldest first. */
  all(): readonly SimOrder[] {
    return [...this.#orders.values()].sort((a, b) => a.number - b.number);
  }

  find(id: string): SimOrder | undefined {
    return this.#orders.get(id);
  }

  /** Orders that rest, as a list of a broker tells them. */
  seen(): OrderSeen[] {
    return [...this.#working.values()].map((order) => ({
      venueOrderId: `sim-${order.number}`,
      clientOrderId: order.intent.clientOrderId,
      symbol: order.intent.symbol,
      side: order.intent.side,
      quantity: order.intent.quantity,
      filled: filledOf(order),
    }));
  }
}

/** Shares of an order that are filled. */
export const filledOf = ({
  fill,
  filled,
  intent,
}: Pick<SimOrder, 'fill' | 'filled' | 'intent'>): number =>
  fill === null ? (filled ?? 0) : intent.quantity;

const KEPT_MAX = 10_000; // reports: hours of a busy desk

/** What happened, in order; a reader goes on where its cursor stands, as far back as is kept. */
export class ReportLog {
  readonly #life: string;
  #first = 0;
  #reports: Report[] = [];

  /** `life` tells this log from that of the process before. */
  constructor(life: string) {
    this.#life = life;
  }

  add(reports: readonly Report[]): void {
    this.#reports.push(...reports);
    if (this.#reports.length < 2 * KEPT_MAX) return;
    const dropped = this.#reports.length - KEPT_MAX;
    this.#first += dropped;
    this.#reports = this.#reports.slice(dropped);
  }

  get cursor(): string {
    return `${this.#life}:${this.#first + this.#reports.length}`;
  }

  /** Reports after `cursor`; null where it is of another life or older than what is kept. */
  since(cursor: string | null): readonly Report[] | null {
    const [life, place] = (cursor ?? '').split(':');
    const from = Number(place) - this.#first;
    if (life !== this.#life || !Number.isSafeInteger(from)) return null;
    return from >= 0 && from <= this.#reports.length ? this.#reports.slice(from) : null;
  }
}
