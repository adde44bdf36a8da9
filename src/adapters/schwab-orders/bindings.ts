import type { Instant } from '../../base/index.ts';
import type { ClientOrderId, Order, Report } from '../../orders/index.ts';
import { wholeOf } from '../number.ts';
import { ExecutionsTold } from './executions-told.ts';
import { reportsOf } from './order-reports.ts';
import type { SchwabOrder } from './order-schema.ts';

const BINDINGS_MAX = 10_000; // orders of one life of the process
const WATCHED_MS = 600_000; // after an order was last live, in which a late fill is looked for

interface Binding {
  readonly order: ClientOrderId;
  /** Until when it is read with the others. */
  watchedUntil: number;
}

/** Which of Schwab's orders is which of ours, as far as this process has proof. */
export class Bindings {
  readonly #byVenue = new Map<string, Binding>();
  readonly #named = new Map<ClientOrderId, string>();
  readonly #executions = new ExecutionsTold();

  /** Takes in that an order is ours: proven by its terms, or by the engine's own record. */
  bind(venueOrderId: string, order: ClientOrderId, at: Instant): void {
    const known = this.#byVenue.get(venueOrderId);
    if (known?.order === order) known.watchedUntil = at + WATCHED_MS;
    else this.#byVenue.set(venueOrderId, { order, watchedUntil: at + WATCHED_MS });
    dropOldest(this.#byVenue);
  }

  /** What the engine has booked of an order that is bound. */
  booked({ venueOrderId, executions }: Readonly<Order>): void {
    if (venueOrderId !== null) this.#executions.begin(venueOrderId, executions);
  }

  /** What one reading of an order of ours says, as far as no earlier one speaks against it. */
  reportsOf(found: SchwabOrder, order: ClientOrderId, at: Instant): readonly Report[] {
    const { orderId, quantity } = found;
    return this.#executions.believed(orderId, wholeOf(quantity), reportsOf(found, order, at));
  }

  /** Takes in the name that the reply to a submit gave, before the order itself was read. */
  name(order: ClientOrderId, venueOrderId: string): void {
    this.#named.set(order, venueOrderId);
    dropOldest(this.#named);
  }

  /** The name that Schwab gave to `order`; null where no reply told one. */
  named(order: ClientOrderId): string | null {
    return this.#named.get(order) ?? null;
  }

  /** Whose order this is, or null. */
  of(venueOrderId: string): ClientOrderId | null {
    return this.#byVenue.get(venueOrderId)?.order ?? null;
  }

  /** Whether any order is live or ended a moment ago. */
  isWatching(at: Instant): boolean {
    for (const { watchedUntil } of this.#byVenue.values()) if (watchedUntil >= at) return true;
    return false;
  }

  /** Every order that is known to be one of ours, but for `except`'s own. */
  ids(except: ClientOrderId | null = null): Set<string> {
    const found = new Set<string>();
    for (const [id, { order }] of this.#byVenue) if (order !== except) found.add(id);
    for (const [order, id] of this.#named) if (order !== except) found.add(id);
    return found;
  }
}

function dropOldest<K, V>(map: Map<K, V>): void {
  if (map.size <= BINDINGS_MAX) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
  }
}
