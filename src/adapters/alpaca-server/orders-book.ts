import type { Instant, Money } from '../../base/index.ts';
import { uuidOf } from './ids.ts';
import { type DeskOrder, type DeskStatus, isOpen, type Terms } from './records.ts';

export interface NewOrder {
  readonly terms: Terms;
  readonly at: Instant;
  readonly status: DeskStatus;
  readonly expiresAt: Instant;
  readonly clientOrderId?: string | null;
  readonly parent?: string | null;
  readonly role?: DeskOrder['role'];
  readonly reserved?: Money;
  readonly replaces?: string | null;
  readonly ticket?: number;
}

/** All orders the account ever had: an id, ours or the client's, is used once. */
export class OrdersBook {
  readonly #seed: number;
  readonly #all: Map<string, DeskOrder> = new Map();
  readonly #byClientId: Map<string, string> = new Map();
  readonly #open: Map<string, DeskOrder> = new Map();
  /** Orders that changed since they were last kept. */
  readonly changed: Set<DeskOrder> = new Set();

  constructor(seed: number) {
    this.#seed = seed;
  }

  get all(): Iterable<DeskOrder> {
    return this.#all.values();
  }

  /** Orders that may still fill, oldest first. */
  get open(): readonly DeskOrder[] {
    for (const [id, order] of this.#open) if (!isOpen(order)) this.#open.delete(id);
    return [...this.#open.values()];
  }

  find(id: string): DeskOrder | undefined {
    return this.#all.get(id);
  }

  byClientId(clientOrderId: string): DeskOrder | undefined {
    return this.#all.get(this.#byClientId.get(clientOrderId) ?? '');
  }

  legsOf({ legs }: DeskOrder): DeskOrder[] {
    return legs.map((id) => this.#all.get(id) as DeskOrder);
  }

  add(given: NewOrder): DeskOrder {
    const number = this.#all.size + 1;
    const order: DeskOrder = {
      number,
      id: uuidOf(this.#seed, 'order', number),
      clientOrderId: given.clientOrderId ?? uuidOf(this.#seed, 'client', number),
      terms: given.terms,
      parent: given.parent ?? null,
      legs: [],
      ticket: given.ticket ?? 0,
      role: given.role ?? null,
      status: given.status,
      filled: 0,
      paid: 0,
      createdAt: given.at,
      updatedAt: given.at,
      expiresAt: given.expiresAt,
      filledAt: null,
      canceledAt: null,
      expiredAt: null,
      failedAt: null,
      replacedAt: null,
      replaces: given.replaces ?? null,
      replacedBy: null,
      reserved: given.reserved ?? (0 as Money),
      hwm: null,
      reason: null,
    };
    this.#put(order);
    this.changed.add(order);
    return order;
  }

  restore(order: DeskOrder): void {
    this.#put(order);
  }

  #put(order: DeskOrder): void {
    this.#all.set(order.id, order);
    this.#byClientId.set(order.clientOrderId, order.id);
    if (isOpen(order)) this.#open.set(order.id, order);
  }
}
