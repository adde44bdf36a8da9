import type { ExecutionId, Fill, Report } from '../../orders/index.ts';

/** Executions of one order as they were told. */
interface Told {
  ids: Set<ExecutionId>;
  /** The newest reading that contradicted them, by its ids; null where none did. */
  odd: string | null;
}

const ORDERS_MAX = 10_000; // of one life of the process

/**
 * Executions that readings have told, order by order. An execution that was told does not go away
 * while a new one turns up, and none fills more than was ordered: one reading that says so is
 * passed over, or the same shares would be booked twice. Where the next one says the same it
 * counts, and what it does not know any more is taken back (F015, F019, invariant 7).
 */
export class ExecutionsTold {
  readonly #orders = new Map<string, Told>();

  /** What the engine has of an order that this process has not read yet. */
  begin(venueOrderId: string, executions: readonly Pick<Fill, 'executionId'>[]): void {
    if (this.#orders.has(venueOrderId) || executions.length === 0) return;
    const ids = new Set(executions.map(({ executionId }) => executionId));
    this.#keep(venueOrderId, { ids, odd: null });
  }

  /** The reports of one reading of an order over `quantity`, as far as they may be believed. */
  believed(
    venueOrderId: string,
    quantity: number | null,
    reports: readonly Report[],
  ): readonly Report[] {
    const told = this.#orders.get(venueOrderId) ?? { ids: new Set(), odd: null };
    const fills = reports.flatMap((one) => (one.kind === 'fill' ? [one.fill] : []));
    const ids = new Set(fills.map(({ executionId }) => executionId));
    const gone = [...told.ids].filter((id) => !ids.has(id));
    const isRenamed = gone.length > 0 && [...ids].some((id) => !told.ids.has(id));
    if (!isRenamed && !isAbove(fills, quantity)) {
      this.#keep(venueOrderId, { ids: new Set([...told.ids, ...ids]), odd: null });
      return reports;
    }
    const odd = fills.map((fill) => `${fill.executionId} ${fill.quantity}`).join(', ');
    if (told.odd !== odd) {
      this.#keep(venueOrderId, { ids: told.ids, odd });
      return reports.filter(({ kind }) => kind === 'accepted');
    }
    this.#keep(venueOrderId, { ids, odd });
    return [...(isRenamed ? bustsOf(gone, reports) : []), ...reports];
  }

  #keep(venueOrderId: string, told: Told): void {
    this.#orders.set(venueOrderId, told);
    if (this.#orders.size <= ORDERS_MAX) return;
    for (const oldest of this.#orders.keys()) {
      this.#orders.delete(oldest);
      return;
    }
  }
}

/** Whether an order of one symbol fills beyond its quantity. */
const isAbove = (fills: readonly Fill[], quantity: number | null): boolean =>
  quantity !== null &&
  fills.every(({ symbol }) => symbol === undefined) &&
  fills.reduce((sum, fill) => sum + fill.quantity, 0) > quantity;

function bustsOf(gone: readonly ExecutionId[], reports: readonly Report[]): Report[] {
  const reason = 'Schwab tells it under another name';
  const [first] = reports;
  if (first === undefined) return [];
  const { order, at } = first;
  return gone.map((executionId) => ({ kind: 'bust', order, at, executionId, reason }));
}
