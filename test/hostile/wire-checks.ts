import { canonical, type Instant } from '../../src/base/index.ts';
import {
  type Effect,
  type Entry,
  type Input,
  isReconciled,
  type Journal,
  type Setup,
  type State,
} from '../../src/engine/index.ts';
import { exchangeDate, sessionOn } from '../../src/market/index.ts';
import { type ClientOrderId, findOrder, type Intent, signOf } from '../../src/orders/index.ts';
import { isAtLeast, isRequired } from '../../src/risk/index.ts';
import type { NamedIntent } from '../../src/sim/hostile/index.ts';
import type { Violations } from './violations.ts';

type Submit = Extract<Effect, { kind: 'submit' }>;

interface Named {
  readonly epoch: number;
  readonly attempt: number;
  readonly terms: string;
  used: boolean;
}

const REDUCING = new Set(['exit', 'protect', 'flatten', 'repair']);
const LATE_MS = 1_000; // between our last look at the clock and the wire

/** What the durable records say may leave, and what left. */
export class WireChecks {
  /** Submit effects on the disk, by client order id. */
  readonly #named = new Map<ClientOrderId, Named[]>();
  readonly #sent = new Map<ClientOrderId, number>();
  readonly #approved = new Set<string>();
  readonly #decided = new Map<string, number>();
  readonly #setup: Setup;
  readonly #violations: Violations;
  readonly #now: () => Instant;
  /** Intents of submit effects on the disk, by client order id, and all of them in order. */
  readonly intents: Map<string, NamedIntent> = new Map();
  readonly submits: Intent[] = [];
  #epoch = 0;
  /** The epoch in which the account was read last. */
  #readIn = -1;
  #records = 0;

  constructor(setup: Setup, violations: Violations, now: () => Instant) {
    this.#setup = setup;
    this.#violations = violations;
    this.#now = now;
  }

  /** Records that the disk has confirmed, or that a new life found there. */
  durable(entries: Iterable<Pick<Entry, 'kind' | 'body'>>): void {
    for (const { kind, body } of entries) {
      this.#records++;
      if (kind === 'input') this.#input(body as Input);
      else if (kind === 'effect') this.#effect(body as Effect);
    }
  }

  /** A new life read the disk: nothing that was durable is gone, and more may be there. */
  reread(journal: Pick<Journal, 'head' | 'read'>): void {
    const { seq } = journal.head();
    const known = this.#records;
    this.#violations.must(1, seq >= known, () => `${known - seq} durable records are gone`);
    this.durable(journal.read(known));
  }

  #input(input: Input): void {
    if (input.kind === 'start') this.#epoch = input.epoch;
    if (input.kind === 'account') this.#readIn = this.#epoch;
    if (input.kind === 'command' && input.command === 'approve') this.#approved.add(input.request);
  }

  #effect(effect: Effect): void {
    if (effect.kind === 'submit') this.#submitEffect(effect);
    if (effect.kind !== 'decision') return;
    const { book, date, action } = effect.record;
    if (action === 'missed') return;
    const slot = this.#setup.books.find((one) => one.name === book)?.slot;
    if (slot?.kind !== 'session') return;
    const key = `${book} ${date}`;
    const count = (this.#decided.get(key) ?? 0) + 1;
    this.#decided.set(key, count);
    this.#violations.must(22, count === 1, () => `${key}: decided ${count} times`);
  }

  #submitEffect({ intent, attempt }: Submit): void {
    const list = this.#named.get(intent.clientOrderId) ?? [];
    const again = list.some((one) => one.attempt === attempt);
    this.#violations.must(2, !again, () => `"${intent.id}": attempt ${attempt} twice`);
    list.push({ epoch: this.#epoch, attempt, terms: canonical(intent), used: false });
    this.#named.set(intent.clientOrderId, list);
    this.submits.push(intent);
    if (attempt === 1) this.#checkApproval(intent);
    if (this.intents.has(intent.clientOrderId)) return;
    this.intents.set(intent.clientOrderId, { intent, seq: this.#records, at: this.#now() });
  }

  /** Invariant 30: what needs a yes has one, on the disk, before the order is. */
  #checkApproval({ id, book, side, purpose }: Intent): void {
    const { approvals } = this.#setup;
    if (approvals === undefined || side !== 'buy' || REDUCING.has(purpose)) return;
    if (!isRequired(approvals, book, 'opening')) return;
    this.#violations.must(30, this.#approved.has(id), () => `"${id}" leaves without an approval`);
  }

  /** A request for a new order is about to leave. */
  submit(intent: Intent, state: State, trueAt: Instant, offsetMs: number): void {
    const must = this.#violations.must.bind(this.#violations);
    const { id, clientOrderId } = intent;
    const newest = this.#named.get(clientOrderId)?.at(-1);
    const named = newest?.used === false ? newest : undefined;
    must(1, named !== undefined, () => `"${id}" leaves without a durable submit`);
    if (named !== undefined) {
      must(26, named.epoch === this.#epoch, () => `"${id}" is of epoch ${named.epoch}`);
      must(3, named.terms === canonical(intent), () => `"${id}" leaves in other terms`);
      named.used = true;
    }
    const sent = (this.#sent.get(clientOrderId) ?? 0) + 1;
    this.#sent.set(clientOrderId, sent);
    const repeats = sent > 1 && this.#setup.broker.clientIds === 'none';
    must(3, !repeats, () => `"${id}" is sent ${sent} times to a broker without ids`);
    must(26, state.epoch === this.#epoch, () => `"${id}" leaves in epoch ${state.epoch}`);
    const reconciled = isReconciled(state) && this.#readIn === this.#epoch;
    must(28, reconciled, () => `"${id}" leaves before the account is reconciled`);
    this.#checkHalt(intent, state);
    this.#checkTerms(intent, state);
    if (Math.abs(offsetMs) < LATE_MS) this.#checkFence(intent, trueAt);
  }

  #checkHalt({ id, purpose }: Intent, state: State): void {
    const must = this.#violations.must.bind(this.#violations);
    const { halt } = state;
    must(16, !isAtLeast(halt, 'CANCEL_ONLY') || isExit(purpose), () => `"${id}" leaves at ${halt}`);
    const raises = isAtLeast(halt, 'NO_NEW_RISK') && !REDUCING.has(purpose);
    must(16, !raises || this.#shrinks(id, state), () => `"${id}" (${purpose}) leaves at ${halt}`);
  }

  #shrinks(id: string, state: State): boolean {
    for (const order of state.orders.live.values()) {
      const { intent } = order;
      if (intent.id !== id) continue;
      const book = state.books.find((one) => one.setup.name === intent.book) ?? state.external;
      const held = book.ledger.positions.get(intent.symbol)?.quantity ?? 0;
      return signOf(intent.side) * held < 0 && intent.quantity <= Math.abs(held);
    }
    return false;
  }

  #checkTerms(intent: Intent, state: State): void {
    const { quantity, pricing, id } = intent;
    const must = this.#violations.must.bind(this.#violations);
    must(19, Number.isSafeInteger(quantity) && quantity > 0, () => `"${id}": ${quantity} shares`);
    for (const price of Object.values(pricing)) {
      if (typeof price !== 'number') continue;
      const net = intent.legs !== undefined;
      const sane = Number.isSafeInteger(price) && (net || price > 0);
      must(19, sane, () => `"${id}": price ${price}`);
    }
    if (!REDUCING.has(intent.purpose) || intent.legs !== undefined) return;
    const known = findOrder(state.orders, intent.clientOrderId) !== undefined;
    must(31, known, () => `"${id}" leaves and is not among the orders`);
    must(19, this.#shrinks(id, state), () => `"${id}" (${intent.purpose}) does not shrink`);
  }

  /** Nothing bound to a session leaves after its last moment, and its id tells its date. */
  #checkFence(intent: Intent, trueAt: Instant): void {
    if (intent.timeInForce === 'gtc' || isExit(intent.purpose)) return;
    const { id, date, purpose } = intent;
    const today = exchangeDate(trueAt);
    const session = sessionOn(today);
    const last = session === undefined ? 0 : session.close - this.#setup.fenceMs + LATE_MS;
    const must = this.#violations.must.bind(this.#violations);
    must(4, date === today, () => `"${id}" (${purpose}) leaves on ${today}`);
    const late = () => `"${id}" (${purpose}) leaves ${trueAt - last} ms after the fence`;
    must(23, trueAt <= last, late);
  }
}

const isExit = (purpose: Intent['purpose']): boolean => purpose === 'flatten';
