import { microsOf } from '../../src/adapters/number.ts';
import { type Instant, MINUTE_MS, type Price } from '../../src/base/index.ts';
import type { Effect, Input, State } from '../../src/engine/index.ts';
import { exchangeDate, sessionOn } from '../../src/market/index.ts';
import type { Intent } from '../../src/orders/index.ts';
import { drawOf } from '../../src/sim/index.ts';
import type { Runner } from '../../src/apps/runner.ts';
import type { Setup } from '../../src/engine/index.ts';
import { Violations } from '../hostile/violations.ts';
import { WireChecks } from '../hostile/wire-checks.ts';
import { ORDER_NOTIONAL_MAX } from './desk.ts';
import type { Asked, Counter } from './truth.ts';

export interface WatchTerms {
  readonly seed: number;
  readonly now: () => Instant;
  readonly isLoud: () => boolean;
  /** The market's own last price. */
  readonly price: (symbol: string, at: Instant) => Price | undefined;
}

const LOOK_MS = 30 * MINUTE_MS;
const FAR = 0.1; // of the true price: no order is decided on one that is further from it
const FIGURES = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;
const MICROS = 1_000_000;

/** Looks at what is decided and at what leaves, and is the person who answers. */
export class Watch {
  readonly violations: Violations;
  /** All that people were told: alerts, and what orders and decisions say. */
  readonly alerts: string[] = [];
  readonly counts = new Map<string, number>();
  readonly #terms: WatchTerms;
  #checks: WireChecks | null = null;
  #runner: Runner | null = null;
  #counter: Counter | null = null;
  #lookAt = 0;
  #morning = '';
  /** Figures that market data told, in micro-dollars, and the middles of its quotes. */
  readonly #figures = new Set<number>();
  /** Submits that did not leave yet, oldest first, with the halt when they were asked for. */
  readonly #waiting: { readonly intent: Intent; readonly halt: State['halt'] }[] = [];
  orders = 0;
  /** When the first life began. */
  startedAt: Instant | null = null;

  constructor(terms: WatchTerms) {
    this.#terms = terms;
    this.violations = new Violations(terms.now);
  }

  begin(runner: Runner | null, counter: Counter): void {
    this.#runner = runner;
    this.#counter = counter;
  }

  /** Before a journal is opened: all that lies in it is known. */
  useChecks(setup: Setup): void {
    this.#checks ??= new WireChecks(setup, this.violations, this.#terms.now);
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  /** The runner's observer. */
  taken(input: Input, effects: readonly Effect[], state: State): void {
    this.startedAt ??= input.at;
    this.#early.push([input, effects]);
    if (this.#checks !== null) this.#flush();
    this.#checkPrices(input);
    for (const effect of effects) this.#effect(effect, state);
    this.#person(state);
  }

  /** Inputs that came before the setup was known. */
  readonly #early: [Input, readonly Effect[]][] = [];

  #flush(): void {
    for (const [input, effects] of this.#early.splice(0)) {
      const entries = [
        { kind: 'input', body: input },
        ...effects.map((body) => ({ kind: 'effect', body })),
      ];
      this.#checks?.durable(entries);
    }
  }

  #effect(effect: Effect, { halt }: State): void {
    if (effect.kind === 'submit') this.#waiting.push({ intent: effect.intent, halt });
    if (effect.kind === 'alert') {
      this.alerts.push(`${effect.code}: ${effect.text}`);
      this.count(`alert ${effect.code}`);
    }
    if (effect.kind === 'fill') this.count('fills booked');
    if (effect.kind === 'decision') this.count(`decision ${effect.record.action}`);
  }

  /** A request on its way to the counterpart. */
  asked(method: string, path: string, body: string): void {
    const order = this.#counter?.orderIn(method, path, body) ?? null;
    if (order === null) return;
    this.orders++;
    const found = this.#found(order);
    if (found === null) {
      const text = () => `An order of no intent leaves: ${body.slice(0, 300)}`;
      return this.violations.must(1, false, text);
    }
    const { intent, halt } = found;
    this.#checkTerms(intent, order);
    this.#checkPrice(intent);
    const state = this.#runner?.state;
    if (state === undefined) return;
    this.#checks?.submit(intent, { ...state, halt }, this.#terms.now(), 0);
  }

  #found({ clientOrderId, symbol, side, quantity }: Asked) {
    const at = this.#waiting.findIndex(({ intent }) =>
      clientOrderId === null
        ? intent.symbol === symbol && intent.side === side && intent.quantity === quantity
        : intent.clientOrderId === clientOrderId,
    );
    if (at < 0) return null;
    return this.#waiting.splice(at, 1)[0] ?? null;
  }

  #checkTerms(intent: Intent, order: Asked): void {
    const { symbol, side, quantity, pricing, timeInForce } = intent;
    const wanted = [symbol, side, quantity, pricing.type, timeInForce].join(' ');
    const { type } = order;
    const found = [order.symbol, order.side, order.quantity, type, order.timeInForce].join(' ');
    const text = () => `"${intent.id}" leaves as "${found}", intended was "${wanted}"`;
    this.violations.must(3, wanted === found, text);
  }

  /** F040, F044: an order is decided on a price of its own symbol, near the true one. */
  #checkPrice({ id, symbol, expectedPrice, quantity, side, purpose }: Intent): void {
    const market = this.#terms.price(symbol, this.#terms.now());
    if (market === undefined) return;
    const off = expectedPrice / market - 1;
    const text = () =>
      `"${id}" (${purpose} ${side} ${quantity} ${symbol}) is decided on ` +
      `${expectedPrice / MICROS}, ` +
      `the market is at ${market / MICROS}`;
    this.violations.must(44, Math.abs(off) <= FAR, text);
    const notional = (quantity * market) / MICROS;
    const isLarge = side === 'buy' && notional > ORDER_NOTIONAL_MAX * (1 + FAR);
    this.violations.must(13, !isLarge, () => `"${id}" is of ${notional} dollars`);
  }

  /** Market data as it was told: figures that a decision may stand on. */
  told(path: string, text: string): void {
    if (!/stocks|marketdata|\/v2\/iex|\/ws/.test(path)) return;
    for (const [figure] of text.matchAll(FIGURES)) {
      const micros = microsOf(Number(figure));
      if (micros !== null && micros > 0) this.#figures.add(micros);
    }
    for (const [bid, ask] of sidesIn(text)) this.#figures.add(Math.round((bid + ask) / 2));
  }

  /** F040: nothing is decided on a price that nobody told. */
  #checkPrices(input: Input): void {
    const prices: [string, number | null][] = [];
    if (input.kind === 'observation' || input.kind === 'quotes') {
      for (const { symbol, price } of input.quotes) prices.push([symbol, price]);
    }
    if (input.kind === 'bars') {
      for (const bar of input.bars) {
        for (const price of [bar.open, bar.high, bar.low, bar.close]) {
          prices.push([bar.symbol, Math.round(price * MICROS)]);
        }
      }
    }
    for (const [symbol, price] of prices) {
      if (price === null) continue;
      this.count('prices looked at');
      const isTold = this.#figures.has(price);
      const text = () => `${input.kind}: ${symbol} at ${price / MICROS}, which nobody told`;
      this.violations.must(40, isTold, text);
    }
  }

  /** The person: answers every half hour, and only what is true once all is quiet. */
  #person(state: State): void {
    const now = this.#terms.now();
    const date = exchangeDate(now);
    const session = sessionOn(date);
    if (session === undefined || now < session.open || now > session.close) return;
    if (this.#morning !== date) {
      this.#morning = date;
      this.#counter?.morning();
    }
    if (now < this.#lookAt || this.#runner === null) return;
    this.#lookAt = now + LOOK_MS;
    const runner = this.#runner;
    const isLoud = this.#terms.isLoud();
    const by = 'the owner';
    const draw = drawOf(this.#terms.seed, Math.floor(now / LOOK_MS), 77);
    if (state.halt !== 'NONE' && (!isLoud || draw < 0.8)) {
      this.count(`resumed: ${state.haltReason?.slice(0, 60)}`);
      void runner.command({ command: 'resume', by, reason: 'seen to' });
    }
    state.books.forEach((book, index) => {
      if (book.stopped === null) return;
      this.count('books resumed');
      void runner.command({ command: 'resumeBook', by, book: index, reason: 'seen to' });
    });
    if (isLoud) return;
    for (const { id: question, class: kind } of state.reconcile.questions) {
      this.count(`answered: ${kind}`);
      void runner.command({ command: 'answer', by, question, choice: 'adopt', book: null });
    }
  }
}

/** Bid and ask of every quote in a text that is JSON. */
function* sidesIn(text: string): Generator<readonly [number, number]> {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return;
  }
  const stack = [body];
  while (stack.length > 0) {
    const one = stack.pop();
    if (typeof one !== 'object' || one === null) continue;
    const row = one as Record<string, unknown>;
    const bid = microsOf(row['bp'] ?? row['bidPrice'] ?? row['1']);
    const ask = microsOf(row['ap'] ?? row['askPrice'] ?? row['2']);
    if (bid !== null && ask !== null) yield [bid, ask];
    stack.push(...Object.values(row));
  }
}
