import { type KeyStore, PaperBroker } from '../../../src/adapters/paper/index.ts';
import type { Instant, Money } from '../../../src/base/index.ts';
import type { Broker } from '../../../src/engine/index.ts';
import { NO_COSTS } from '../../../src/portfolio/index.ts';
import type { SimBooks, SimBrokerSettings, SimOrder } from '../../../src/sim/index.ts';
import {
  type BrokerDriver,
  type Call,
  type Fault,
  unsupported,
  type Venue,
  type VenueFill,
  type VenueOrder,
  type World,
  type WorldOptions,
} from './kit.ts';
import { KitMarket } from './market.ts';

type CallFault = Extract<Fault, { kind: 'reply' }>;

/** The built-in broker in this process; what a wire would do befalls the call itself. */
export const simulatorDriver: BrokerDriver = {
  name: 'simulator',
  absent: null,
  start: async (options) => new SimulatorWorld(options),
};

class SimulatorWorld implements World {
  readonly data = null;
  readonly #kept = new Map<string, string>();
  readonly #market = new KitMarket();
  readonly #settings: SimBrokerSettings;
  readonly #cash: Money;
  #paper: PaperBroker;
  #faults: { fault: CallFault; skip: number; left: number }[] = [];
  readonly #requests = new Map<Call, number>();

  constructor(options: WorldOptions) {
    const { fillAfterMs, pieces, feePerShare, shorting, cash } = options;
    this.#cash = cash;
    this.#settings = {
      seed: 1,
      costs: { ...NO_COSTS, feePerShare },
      delayMs: [fillAfterMs, fillAfterMs],
      rejectionPpm: 0,
      randomSlippageBps: 0,
      priceStep: 1,
      shortSelling: shorting,
      ...(pieces > 1 && {
        partialFills: { sharePpm: 1_000_000, pieces, everyMs: Math.max(1, fillAfterMs) },
      }),
    };
    this.#paper = this.#made();
  }

  #made(): PaperBroker {
    const kept = this.#kept;
    const store: KeyStore = {
      entries: () => [...kept],
      put: (changes) => changes.forEach(([key, text]) => kept.set(key, text)),
      close: () => {},
    };
    const mark = (symbol: string) => this.#market.price(symbol);
    return new PaperBroker(this.#settings, this.#cash, { store, mark });
  }

  get broker(): Broker {
    const paper = this.#paper;
    const through = <T>(call: Call, run: () => Promise<T>): Promise<T> => this.#through(call, run);
    return {
      traits: paper.traits,
      orderIds: () => paper.orderIds(),
      submit: (intent, at) => through('submit', () => paper.submit(intent, at)),
      cancel: (order, at, reason) => through('cancel', () => paper.cancel(order, at, reason)),
      find: (order, at) => through('find', () => paper.find(order, at)),
      account: () => through('account', () => paper.account()),
      activities: () => paper.activities(),
      // It tells each fill once, so that a poll whose answer is lost never was one.
      poll: (at) => through('list', () => paper.poll(at)),
      nextDue: () => paper.nextDue(),
      closeDay: (at) => paper.closeDay(at),
    };
  }

  async #through<T>(call: Call, run: () => Promise<T>): Promise<T> {
    this.#requests.set(call, this.requests(call) + 1);
    const one = this.#faults.find(({ fault, left }) => fault.on === call && left > 0);
    if (one === undefined || one.skip-- > 0) return run();
    one.left--;
    const { effect, answer } = one.fault;
    if ('lateUntil' in answer) {
      await answer.lateUntil;
      return run();
    }
    if ('heldUntil' in answer) {
      const result = await run();
      await answer.heldUntil;
      return result;
    }
    if (effect) await run();
    throw new Error('the call was lost');
  }

  at(): Instant {
    return this.#market.now();
  }

  async pass(ms: number): Promise<void> {
    this.#market.pass(ms);
  }

  price(symbol: string, dollars: number): void {
    this.#market.set(symbol, dollars);
  }

  fault(fault: Fault): void {
    if (fault.kind === 'halted') {
      return this.#market.halt(fault.symbol);
    }
    if (fault.kind !== 'reply') return unsupported(fault.kind);
    const { answer, after = 0, times = 1 } = fault;
    if (!('cut' in answer || 'heldUntil' in answer || 'lateUntil' in answer))
      return unsupported('reply to change');
    this.#faults.push({ fault, skip: after, left: times });
  }

  heal(): void {
    this.#faults = [];
  }

  byHand(): Promise<string> {
    return unsupported('owner beside us');
  }

  cancelByHand(): Promise<void> {
    return unsupported('owner beside us');
  }

  replaceByHand(): Promise<string> {
    return unsupported('owner beside us');
  }

  bust(): Promise<void> {
    return unsupported('bust');
  }

  correct(): Promise<void> {
    return unsupported('correction');
  }

  async restart(): Promise<void> {
    this.#paper = this.#made();
  }

  secrets(): readonly string[] {
    return [];
  }

  unstruck(): readonly string[] {
    const whole = this.#faults.filter(({ fault, left }) => left === (fault.times ?? 1));
    return whole.map(({ fault }) => `a reply to "${fault.on}"`);
  }

  requests(call: Call): number {
    return this.#requests.get(call) ?? 0;
  }

  async close(): Promise<void> {}

  get venue(): Venue {
    return new SimulatorVenue(this.#kept, this.#cash);
  }
}

/** What lies in the broker's own store. */
class SimulatorVenue implements Venue {
  readonly #kept: ReadonlyMap<string, string>;
  readonly #cash: Money;

  constructor(kept: ReadonlyMap<string, string>, cash: Money) {
    this.#kept = kept;
    this.#cash = cash;
  }

  #orders(): SimOrder[] {
    const found = [...this.#kept].filter(([key]) => key !== 'books');
    return found.map(([, text]) => JSON.parse(text) as SimOrder);
  }

  #books(): SimBooks {
    const text = this.#kept.get('books');
    return text === undefined
      ? { cash: this.#cash, positions: {}, orders: 0 }
      : (JSON.parse(text) as SimBooks);
  }

  async orders(): Promise<readonly VenueOrder[]> {
    return this.#orders().map(({ number, intent, status, fill, filled, reason }) => ({
      id: `sim-${number}`,
      clientOrderId: intent.clientOrderId,
      symbol: intent.legs === undefined ? intent.symbol : '',
      side: intent.side,
      quantity: intent.quantity,
      filled: fill === null ? (filled ?? 0) : intent.quantity,
      status:
        status === 'working'
          ? 'open'
          : status === 'canceled' && reason === 'the day is over'
            ? 'expired'
            : status,
    }));
  }

  async fills(): Promise<readonly VenueFill[]> {
    return this.#orders().flatMap(({ number, intent, fill, parts = [] }) => {
      const { symbol, side, quantity, legs } = intent;
      const whole = fill === null ? [] : [{ symbol, quantity, price: fill.price }];
      return [...whole, ...parts].map((one) => ({
        orderId: `sim-${number}`,
        symbol: one.symbol,
        side: legs?.find((leg) => leg.symbol === one.symbol)?.side ?? side,
        quantity: one.quantity,
        price: one.price,
      }));
    });
  }

  async cash(): Promise<Money> {
    return this.#books().cash;
  }

  async positions(): Promise<Readonly<Record<string, number>>> {
    return this.#books().positions;
  }
}
