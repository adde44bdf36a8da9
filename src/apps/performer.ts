import { masked } from '../adapters/index.ts';
import type { Instant } from '../base/index.ts';
import { type Broker, type Command, type Effect, type Input, type State } from '../engine/index.ts';
import type { ClientOrderId, Intent, Order, Report } from '../orders/index.ts';
import { type HaltLevel, isAtLeast } from '../risk/index.ts';
import { isNews } from './news.ts';

/** Inputs that came, made at the moment in which they are taken: one durable group. */
export type Arrival = () => readonly Input[];

/** A halt that lies outside of the journal: it counts before any process has read it. */
export interface Latch {
  readonly level: HaltLevel;
  readonly by: string;
  readonly reason: string;
}

export interface PerformerParts {
  /** Why an order that was asked for may not leave any more, or null. */
  readonly heldBack: (order: ClientOrderId) => string | null;
  readonly state: State;
  readonly broker: Broker;
  readonly now: () => Instant;
  readonly latch: () => Latch | null;
  /** Why nothing that adds risk may leave now, or null. */
  readonly guard: () => string | null;
  /** Called when something came, from any turn of the process. */
  readonly arrived: (arrival: Arrival) => void;
  /** Called when a call is over, whatever came of it. */
  readonly settled: () => void;
}

type Submit = Extract<Effect, { kind: 'submit' }>;

/**
 * Does what the engine asks of the broker. Calls run beside each other and beside all else: what
 * they bring arrives as inputs, and a call that fails is a question, never an answer.
 */
export class Performer {
  /** Calls without an answer yet. */
  readonly calls: Set<Promise<void>> = new Set();
  readonly #parts: PerformerParts;
  #polls = false;

  constructor(parts: PerformerParts) {
    this.#parts = parts;
  }

  /** Begins what `effect` asks of the broker; nothing for what is only told. */
  perform(effect: Effect): void {
    switch (effect.kind) {
      case 'submit':
        return this.#submit(effect);
      case 'watermark':
        return this.#watermark(effect.order);
      case 'cancel':
        return this.#about(effect.order, (order, at) =>
          this.#parts.broker.cancel(order, at, effect.reason),
        );
      case 'query':
        return this.#about(effect.order, (order, at) => this.#parts.broker.find(order, at));
      case 'readAccount':
        return this.readAccount();
      default:
    }
  }

  /** Runs `work` beside all else; what it throws is dropped, the engine asks again. */
  call(work: () => Promise<void>): void {
    const { settled } = this.#parts;
    const call: Promise<void> = work()
      .catch(() => {})
      .finally(() => {
        this.calls.delete(call);
        settled();
      });
    this.calls.add(call);
  }

  /** What the broker knows of every live order, as far as it is news. */
  poll(): void {
    const { broker, state, now } = this.#parts;
    if (this.#polls) return;
    this.#polls = true;
    this.call(async () => {
      try {
        this.reports(await broker.poll(now(), [...state.orders.live.values()]));
      } finally {
        this.#polls = false;
      }
    });
  }

  /** Orders, activities and the account, in this order: what explains a difference comes first. */
  readAccount(): void {
    const { broker, state, now, arrived } = this.#parts;
    this.call(async () => {
      if (Number.isFinite(broker.traits.pollMs)) {
        this.reports(await broker.poll(now(), [...state.orders.live.values()]));
      }
      for (const activity of await broker.activities(now())) {
        arrived(() => {
          if (state.activities.has(activity.id)) return [];
          return [{ ...activity, kind: 'activity', at: now() } as Input];
        });
      }
      const account = await broker.account(now());
      arrived(() => [{ kind: 'account', at: now(), account }]);
    });
  }

  /** Takes in what the broker told, one input each; what changes nothing is left out. */
  reports(reports: readonly Report[]): void {
    const { arrived, state, now } = this.#parts;
    for (const report of reports) {
      arrived(() => {
        if (!isNews(state.orders, report)) return [];
        return [{ kind: 'report', at: Math.max(report.at, now()) as Instant, report }];
      });
    }
  }

  /** The last look before the wire: a pause or a halt since the decision ends the order here. */
  #submit({ intent, sendBy }: Submit): void {
    const { broker, now, heldBack } = this.#parts;
    const at = now();
    const late = at > sendBy ? 'it came to the wire too late' : null;
    const reason = this.#held(intent) ?? late ?? heldBack(intent.clientOrderId);
    if (reason !== null) {
      return this.reports([{ kind: 'notSent', order: intent.clientOrderId, at, reason }]);
    }
    this.call(async () => {
      let reports: readonly Report[];
      try {
        reports = await broker.submit(intent, at);
      } catch (error) {
        const why = masked(error instanceof Error ? error.message : String(error));
        reports = [{ kind: 'unknown', order: intent.clientOrderId, at: now(), reason: why }];
      }
      this.reports(reports);
    });
  }

  /** Why a halt that the engine has not seen yet keeps an order back, or null. */
  #held({ purpose }: Intent): string | null {
    const reduces = purpose !== 'rebalance' && purpose !== 'signal';
    const latch = this.#parts.latch();
    if (latch === null || latch.level === 'NONE') return reduces ? null : this.#parts.guard();
    this.#tellHalt(latch);
    if (reduces && !isAtLeast(latch.level, 'CANCEL_ONLY')) return null;
    return `halted to ${latch.level} by ${latch.by}: ${latch.reason}`;
  }

  /** Brings a halt that lies beside the journal into it. */
  #tellHalt({ level, by, reason }: Latch): void {
    const { arrived, now, state } = this.#parts;
    if (isAtLeast(state.halt, level)) return;
    const command: Command = { command: 'halt', by, level, reason };
    arrived(() => [{ kind: 'command', at: now(), ...command }]);
  }

  /** Takes a halt in that was set while no process ran. */
  checkLatch(): void {
    const latch = this.#parts.latch();
    if (latch !== null) this.#tellHalt(latch);
  }

  /** What cannot be compared with is not sent: the order ends here, proven never to have left. */
  #watermark(order: ClientOrderId): void {
    const { broker, now, arrived } = this.#parts;
    this.call(async () => {
      try {
        const ids = await broker.orderIds(now());
        arrived(() => [{ kind: 'watermark', at: now(), order, ids }]);
      } catch {
        const reason = 'the orders at the broker could not be read before it';
        this.reports([{ kind: 'notSent', order, at: now(), reason }]);
      }
    });
  }

  #about(
    id: ClientOrderId,
    ask: (order: Readonly<Order>, at: Instant) => Promise<readonly Report[]>,
  ): void {
    const order = this.#parts.state.orders.live.get(id);
    if (order === undefined) return;
    const { attempts } = order;
    this.call(async () => {
      const reports = await ask(order, this.#parts.now());
      // An absence seen before the order was sent again says nothing of what was sent since.
      const isStale = order.attempts !== attempts;
      this.reports(isStale ? reports.filter(({ kind }) => kind !== 'notFound') : reports);
    });
  }
}
