import {
  type Effect,
  type Input,
  type ObservationInput,
  type Setup,
  type State,
} from '../../src/engine/index.ts';
import type { ClientOrderId, Intent, Order, OrderStatus } from '../../src/orders/index.ts';
import { checkSend } from './exposure.ts';
import { LossChecks } from './losses.ts';
import type { Violations } from './violations.ts';

interface Seen {
  readonly status: OrderStatus;
  readonly filled: number;
}

const DONE: ReadonlySet<OrderStatus> = new Set(['filled', 'canceled', 'rejected', 'expired']);

/** What must hold of the state after every input that was taken. */
export class StateChecks {
  readonly #setup: Setup;
  readonly #violations: Violations;
  readonly #seen = new Map<ClientOrderId, Seen>();
  #epoch = 0;
  #alarmed = false;
  #sends: number[] = [];
  #observation: ObservationInput | null = null;
  readonly #losses: LossChecks;
  fills = 0;
  unknowns = 0;
  orders = 0;
  alerts: Map<string, number> = new Map();

  constructor(setup: Setup, violations: Violations) {
    this.#setup = setup;
    this.#violations = violations;
    this.#losses = new LossChecks(setup, violations);
  }

  taken(input: Input, effects: readonly Effect[], state: State): void {
    if (input.kind === 'start') this.#begin(state);
    if (input.kind === 'observation') this.#observation = input;
    this.#alarmed = effects.some((one) => one.kind === 'alert' && one.code === 'orderAlarm');
    this.#checkOrders(input, state);
    this.#losses.taken(input, state);
    let fills = 0;
    for (const effect of effects) {
      if (effect.kind === 'fill') fills++;
      else if (effect.kind === 'submit') this.#checkSubmit(effect, input, state);
      else if (effect.kind === 'alert') {
        this.alerts.set(effect.code, (this.alerts.get(effect.code) ?? 0) + 1);
        if (effect.code === 'orderUnknown') this.unknowns++;
      }
    }
    this.fills += fills;
    if (fills > 0 || input.kind === 'close') this.#checkMoney(state);
  }

  /** What a life before this one had in memory alone is gone; epochs rise. */
  #begin(state: State): void {
    const text = () => `Epoch ${state.epoch} after ${this.#epoch}`;
    this.#violations.must(26, state.epoch >= this.#epoch, text);
    this.#epoch = state.epoch;
    this.#observation = null;
    this.#seen.clear();
    for (const map of [state.orders.done]) {
      for (const [id, order] of map) this.#seen.set(id, seenOf(order));
    }
  }

  #checkOrders(input: Input, state: State): void {
    for (const [id, order] of state.orders.live) this.#checkOrder(id, order, input);
    if (input.kind !== 'report' && input.kind !== 'start' && input.kind !== 'watermark') return;
    for (const [id, order] of state.orders.done) {
      const before = this.#seen.get(id);
      if (before?.status === order.status && before.filled === order.filled) continue;
      this.#checkOrder(id, order, input);
    }
  }

  #checkOrder(id: ClientOrderId, order: Order, input: Input): void {
    const before = this.#seen.get(id);
    const { status, filled, intent } = order;
    if (before?.status === status && before.filled === filled) return;
    const { must } = this.#bound;
    if (before === undefined) this.orders++;
    else {
      const ended = DONE.has(before.status) && before.status !== status;
      const back = before.status !== 'inFlight' && status === 'inFlight';
      must(6, !ended && !back, () => `"${intent.id}" moved from ${before.status} to ${status}`);
      const named = input.kind === 'report' && /bust|correction|fill|cumul/.test(input.report.kind);
      must(9, filled >= before.filled || named, () => `"${intent.id}": filled fell to ${filled}`);
    }
    // What the broker reports beyond the quantity is booked as reported, and alarms.
    const within = filled >= 0 && (filled <= intent.quantity || this.#alarmed);
    must(7, within, () => `"${intent.id}": ${filled} of ${intent.quantity} filled`);
    this.#seen.set(id, { status, filled });
  }

  get #bound() {
    return { must: this.#violations.must.bind(this.#violations) };
  }

  #checkSubmit(effect: Extract<Effect, { kind: 'submit' }>, input: Input, state: State): void {
    const { intent } = effect;
    checkSend(this.#setup, state, intent, this.#violations);
    this.#losses.checkSend(state, intent);
    if (intent.purpose !== 'flatten' && effect.attempt === 1) this.#checkRates(intent);
    const seen = this.#observation;
    if (input.kind !== 'observation' || seen === null) return;
    const quote = seen.quotes.find((one) => one.symbol === intent.symbol);
    const age = quote === undefined ? Number.POSITIVE_INFINITY : input.at - quote.at;
    const fresh = quote?.price != null && age <= this.#setup.dataLimits.quoteAgeMsMax;
    this.#bound.must(18, fresh, () => `"${intent.id}" is decided on a quote of ${age} ms`);
  }

  /**
   * Invariant 17, by counting the orders made within any second and minute: each counts once,
   * when it is decided. An emergency exit has more room; what a person approves leaves when they
   * do.
   */
  #checkRates({ id, at }: Intent): void {
    const { ordersPerSecondMax, ordersPerMinuteMax } = this.#setup.limits;
    if (this.#setup.approvals !== undefined) return;
    if (ordersPerSecondMax === undefined && ordersPerMinuteMax === undefined) return;
    this.#sends = this.#sends.filter((one) => one > at - 120_000);
    this.#sends.push(at);
    const second = this.#sends.filter((one) => one > at - 1_000 && one <= at).length;
    const most = ordersPerSecondMax ?? Number.POSITIVE_INFINITY;
    this.#bound.must(17, second <= most, () => `"${id}" is number ${second} of a second`);
    const minute = this.#sends.filter((one) => one > at - 60_000 && one <= at).length;
    const mostInMinute = ordersPerMinuteMax ?? Number.POSITIVE_INFINITY;
    this.#bound.must(17, minute <= mostInMinute, () => `"${id}" is number ${minute} of a minute`);
  }

  #checkMoney(state: State): void {
    for (const { ledger, setup } of [...state.books, state.external]) {
      const text = () => `Book "${setup.name}" has cash ${ledger.cash}`;
      this.#bound.must(12, Number.isSafeInteger(ledger.cash), text);
      for (const { symbol, quantity } of ledger.positions.values()) {
        const whole = Number.isSafeInteger(quantity) && quantity !== 0;
        this.#bound.must(12, whole, () => `"${setup.name}" holds ${quantity} ${symbol}`);
      }
    }
  }
}

const seenOf = ({ status, filled }: Order): Seen => ({ status, filled });
