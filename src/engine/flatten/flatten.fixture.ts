import type { Instant } from '../../base/index.ts';
import type { ClientOrderId, ExecutionId, Intent } from '../../orders/index.ts';
import { type Desk, date, deskSaying, want } from '../desk.fixture.ts';
import type { Effect } from '../effect.ts';
import type { AccountInput, OrderSeen } from '../input.ts';
import type { Setup } from '../setup.ts';
import { restoreState, saveState } from '../snapshot.ts';
import type { State } from '../state.ts';
import { accountCash } from '../state.ts';
import { wakeAt } from '../step.ts';

interface Held {
  readonly intent: Intent;
  left: number;
  done: 'no' | 'filled' | 'canceled' | 'rejected';
}

/** What becomes of the next thing that reaches the broker. */
export type Fate = 'fill' | 'part' | 'reject' | 'silent' | 'lost' | 'rest';

/**
 * A broker with books of its own behind a desk: what it is asked is kept and done when told to. It
 * fails the test when an order of an emergency exit raises a position or crosses zero.
 */
export class FlattenWorld {
  readonly desk: Desk;
  /** Signed, as they are. */
  readonly positions: Record<string, number>;
  readonly orders = new Map<ClientOrderId, Held>();
  readonly resting: OrderSeen[] = [];
  queue: Effect[] = [];
  fate: Fate = 'fill';
  /** Positions are shown as they were this long ago. */
  lagMs = 0;
  /** What a reading shows instead of the truth, or null. */
  shows: Record<string, number> | null = null;
  readonly history: { at: Instant; positions: Record<string, number> }[] = [];
  /** The ledger claims more than there is: what a strategy sells may then go short. */
  ledgerLies = false;
  #executions = 0;

  constructor(desk: Desk, positions: Record<string, number>) {
    this.desk = desk;
    this.positions = { ...positions };
    this.history.push({ at: 0 as Instant, positions: { ...positions } });
    const take = desk.take.bind(desk);
    desk.take = (input) => {
      const effects = take(input);
      this.queue.push(...effects);
      return effects;
    };
  }

  get state(): State {
    return this.desk.state;
  }

  flatten(by = 'ann'): this {
    const { at } = this.state;
    this.desk.take({ kind: 'command', at, by, command: 'flatten', reason: 'storm' });
    return this;
  }

  /** Does the oldest thing asked for; false when there is none. */
  deliver(): boolean {
    const effect = this.queue.shift();
    if (effect === undefined) return false;
    if (effect.kind === 'submit') this.#submit(effect.intent);
    else if (effect.kind === 'cancel') this.#cancel(effect.order);
    else if (effect.kind === 'query') this.#find(effect.order);
    else if (effect.kind === 'readAccount') this.#read();
    return true;
  }

  deliverAll(): this {
    for (let i = 0; i < 10_000 && this.deliver(); i++);
    return this;
  }

  /** Lets time pass until nothing is left to do, or an hour is over. */
  settle(): this {
    const end = this.state.at + 3_600_000;
    for (let i = 0; i < 2_000; i++) {
      this.deliverAll();
      if (this.state.flatten?.phase === 'ended') break;
      const next = wakeAt(this.desk.setup, this.state);
      if (next === null || next > end) break;
      this.pass(Math.max(1, next - this.state.at));
    }
    return this;
  }

  pass(ms: number): void {
    this.desk.take({ kind: 'time', at: (this.state.at + ms) as Instant });
  }

  /** The process dies: what was asked and not done is lost, and a new life begins. */
  restart(): void {
    const { desk } = this;
    this.queue = [];
    (desk as { state: State }).state = restoreState(desk.setup, saveState(desk.state));
    const { at, epoch } = this.state;
    const start = { build: 'b', config: 'c', strategies: {}, stage: 'test' };
    desk.take({ kind: 'start', at, epoch: epoch + 1, ...start });
  }

  get left(): Record<string, number> {
    return Object.fromEntries(Object.entries(this.positions).filter(([, held]) => held !== 0));
  }

  get sold(): string[] {
    return [...this.orders.values()]
      .filter(({ intent }) => intent.purpose === 'flatten')
      .map(
        ({ intent: { book, side, quantity, symbol } }) => `${book}: ${side} ${quantity} ${symbol}`,
      );
  }

  #submit(intent: Intent): void {
    const id = intent.clientOrderId;
    if (this.orders.has(id) || this.fate === 'lost') return this.#answer(id);
    const order: Held = { intent, left: intent.quantity, done: 'no' };
    this.orders.set(id, order);
    if (this.fate === 'reject') order.done = 'rejected';
    if (this.fate === 'silent') {
      this.#execute(order, order.left, false);
      return void this.desk.report({ kind: 'unknown', order: id, reason: 'no answer' });
    }
    if (order.done === 'no') {
      this.desk.report({ kind: 'accepted', order: id, venueOrderId: `v-${id}` });
    }
    if (this.fate === 'fill') this.#execute(order, order.left, true);
    if (this.fate === 'part') this.#execute(order, Math.ceil(order.left / 2), true);
    if (order.done === 'rejected') this.#answer(id);
  }

  /** Executes what rests of an order. */
  fillResting(): void {
    for (const order of this.orders.values()) this.#execute(order, order.left, true);
  }

  #execute(order: Held, quantity: number, told: boolean): void {
    if (order.done !== 'no' || quantity === 0) return;
    const { symbol, side, purpose, clientOrderId: id } = order.intent;
    const before = this.positions[symbol] ?? 0;
    const after = before + (side === 'buy' ? quantity : -quantity);
    if (purpose === 'flatten' && (Math.abs(after) > Math.abs(before) || before * after < 0)) {
      throw new Error(`An exit moved ${symbol} from ${before} to ${after}`);
    }
    if (after < 0 && before >= 0 && !this.ledgerLies)
      throw new Error(`${purpose} went short in ${symbol}: ${after}`);
    this.positions[symbol] = after;
    this.history.push({ at: this.state.at, positions: { ...this.positions } });
    order.left -= quantity;
    if (order.left === 0) order.done = 'filled';
    this.#untold.push({ id, quantity });
    if (told) this.#tell(id);
  }

  readonly #untold: { id: ClientOrderId; quantity: number }[] = [];

  #tell(id: ClientOrderId): void {
    for (const one of this.#untold.filter((fill) => fill.id === id)) {
      this.#untold.splice(this.#untold.indexOf(one), 1);
      const { intent } = this.orders.get(id) as Held;
      const executionId = `x${++this.#executions}` as ExecutionId;
      const price = intent.expectedPrice;
      const fill = { executionId, quantity: one.quantity, price, fee: 0 as never };
      this.desk.report({ kind: 'fill', order: id, fill });
    }
  }

  #cancel(id: ClientOrderId): void {
    const order = this.orders.get(id);
    if (order === undefined || this.fate === 'silent') return;
    if (order.done === 'no') order.done = 'canceled';
    this.#answer(id);
  }

  #find(id: ClientOrderId): void {
    if (this.fate !== 'silent') this.#answer(id);
  }

  #answer(id: ClientOrderId): void {
    const order = this.orders.get(id);
    if (order === undefined) {
      // No proof while a send of it is still under way.
      const underWay = (one: Effect) => one.kind === 'submit' && one.intent.clientOrderId === id;
      if (this.queue.some(underWay)) return;
      this.desk.report({ kind: 'notFound', order: id });
      return;
    }
    this.#tell(id);
    const reason = 'as the broker says';
    if (order.done === 'rejected') this.desk.report({ kind: 'rejected', order: id, reason });
    if (order.done === 'canceled') this.desk.report({ kind: 'canceled', order: id, reason });
    if (order.done === 'no') {
      this.desk.report({ kind: 'accepted', order: id, venueOrderId: `v-${id}` });
    }
  }

  #read(): void {
    const { at } = this.state;
    const seen = this.history.findLast((one) => one.at <= at - this.lagMs) ?? this.history[0];
    const shown = this.shows ?? seen?.positions ?? {};
    const positions = Object.fromEntries(Object.entries(shown).filter(([, held]) => held !== 0));
    const account = { cash: accountCash(this.state), positions, orders: this.resting };
    this.desk.take({ kind: 'account', at, account } as AccountInput);
  }
}

/** A desk that holds 500 A and 600 B after its slot, and a broker that holds `positions`. */
export function worldOf(desk: Desk, positions: Record<string, number> = { A: 500, B: 600 }) {
  desk.decideOn('2024-01-03');
  desk.fillAll();
  const world = new FlattenWorld(desk, positions);
  return world;
}

/** Noon of the next trading day, when there is time enough before its close. */
export const noon = (on: string): Instant =>
  Date.parse(`${date(on)}T17:00:00Z`) as number as Instant;

export const NEXT = '2024-01-04';
export const flattened = ({ desk }: FlattenWorld) =>
  desk.of('flattened').map(({ record }) => record);

/** A desk that holds 500 A and 600 B at noon of the next day, and its broker. */
export function holding(
  positions?: Record<string, number>,
  setup: Partial<Setup> = {},
  next = want({ A: 0.8 }),
): FlattenWorld {
  const world = worldOf(deskSaying([want({ A: 0.5, B: 0.3 }), next], setup), positions);
  world.desk.close('2024-01-03');
  world.desk.take({ kind: 'time', at: noon(NEXT) });
  world.queue = [];
  return world;
}

/** The book decides now, once. */
export function decide({ desk }: FlattenWorld): void {
  const { at } = desk.state;
  desk.take({ kind: 'slot', at, book: 0, date: date(NEXT) });
  desk.observe(NEXT, { at });
}
