import type { Instant, Money } from '../../base/index.ts';
import type { ClientOrderId, ExecutionId, Order, Report } from '../../orders/index.ts';
import { executionIdOf } from './fills.ts';
import { type Counted, executionOf } from './order-map.ts';
import type { FillJson, OrderJson } from './schema.ts';
import { houseSymbol } from './symbol.ts';

/** An order of ours at the broker, or one leg of it. */
interface Bound {
  readonly order: ClientOrderId;
  /** The leg, where the order has several. */
  readonly symbol: string | undefined;
  /** Executions told so far, with their quantities. */
  readonly told: Map<ExecutionId, number>;
}

const BOUND_MAX = 5_000; // ids kept, more than the busiest day has

/** Which of the broker's order ids are ours, and what was told of their executions. */
export class BoundOrders {
  readonly #bound = new Map<string, Bound>();
  readonly #strangers = new Set<string>();
  readonly #isOurs: (clientOrderId: string) => boolean;

  constructor(isOurs: (clientOrderId: string) => boolean) {
    this.#isOurs = isOurs;
  }

  /** Whether a client order id is of this desk. */
  isOurs(clientOrderId: string | null | undefined): clientOrderId is ClientOrderId {
    return typeof clientOrderId === 'string' && this.#isOurs(clientOrderId);
  }

  /** Binds an order's ids, those of its legs too, to our own id. */
  bind(order: ClientOrderId, json: OrderJson): void {
    this.#add(json.id, order, undefined);
    if (json.order_class !== 'mleg') return;
    for (const leg of json.legs ?? []) this.#add(leg.id, order, houseSymbol(leg.symbol ?? ''));
  }

  #add(id: string, order: ClientOrderId, symbol: string | undefined): void {
    if (this.#bound.has(id)) return;
    this.#bound.set(id, { order, symbol, told: new Map() });
    if (this.#bound.size <= BOUND_MAX) return;
    const [oldest] = this.#bound.keys();
    if (oldest !== undefined) this.#bound.delete(oldest);
  }

  /** Venue order ids of `fills` that nobody has looked at yet. */
  unknownIn(fills: readonly FillJson[]): readonly string[] {
    const ids = new Set(fills.map((fill) => fill.order_id));
    return [...ids].filter((id) => !this.#bound.has(id) && !this.#strangers.has(id));
  }

  /** Notes that an order is none of ours. */
  markStranger(id: string): void {
    if (this.#strangers.size >= BOUND_MAX) this.#strangers.clear();
    this.#strangers.add(id);
  }

  /** Executions of ours, one report each; those of others are left out. */
  reportsOf(fills: readonly FillJson[], at: Instant): Report[] {
    return fills.flatMap((fill) => {
      const bound = this.#bound.get(fill.order_id);
      return bound === undefined ? [] : [fillReport(bound, fill, at)];
    });
  }

  /** Whether this execution of ours was told, and not taken back since. */
  isTold({ id, order_id: order }: FillJson): boolean {
    return this.#bound.get(order)?.told.has(executionIdOf(id)) ?? false;
  }

  /** Notes that an execution was taken back, so that nobody misses it. */
  revoke(venueOrderId: string, executionId: ExecutionId): void {
    this.#bound.get(venueOrderId)?.told.delete(executionId);
  }

  /** Takes back what was told of an order but for the executions that are `listed`. */
  bustsBut(listed: readonly FillJson[], venueOrderId: string, at: Instant): Report[] {
    const bound = this.#bound.get(venueOrderId);
    if (bound === undefined) return [];
    const kept = new Set(listed.map(({ id }) => executionIdOf(id)));
    const gone = [...bound.told.keys()].filter((id) => !kept.has(id));
    const reason = 'the broker does not list it any more, nor count it';
    for (const id of gone) bound.told.delete(id);
    const { order } = bound;
    return gone.map((executionId) => ({ kind: 'bust', order, at, executionId, reason }));
  }

  /** What executions account for so far, of `order` where it is at hand. */
  counted(order?: Readonly<Order>): Counted {
    return (symbol, id) => {
      const told = this.#bound.get(id)?.told.values() ?? [];
      let sum = 0;
      for (const quantity of told) sum += quantity;
      return order === undefined ? sum : Math.max(sum, countedIn(order, symbol));
    };
  }

  /** Shares told of by executions, by venue order id; of orders that `fills` are of. */
  toldIn(fills: readonly FillJson[]): ReadonlyMap<string, number> {
    const counted = this.counted();
    const ids = new Set(fills.map((fill) => fill.order_id).filter((id) => this.#bound.has(id)));
    return new Map([...ids].map((id) => [id, counted(undefined, id)]));
  }
}

function countedIn(order: Readonly<Order>, symbol: string | undefined): number {
  if (symbol === undefined) return order.filled;
  const own = order.executions.filter((fill) => fill.symbol === symbol);
  return own.reduce((sum, fill) => sum + fill.quantity, 0);
}

/** What was charged is told at the day's end, as activities of its own. */
const NO_FEE = 0 as Money;

function fillReport({ order, symbol, told }: Bound, json: FillJson, at: Instant): Report {
  const execution = executionOf(json);
  const executionId = executionIdOf(json.id);
  if (execution === null) {
    return { kind: 'suspended', order, at, status: `execution "${executionId}" is unreadable` };
  }
  told.set(executionId, execution.quantity);
  const fill = { executionId, ...execution, fee: NO_FEE };
  return { kind: 'fill', order, at, fill: symbol === undefined ? fill : { ...fill, symbol } };
}
