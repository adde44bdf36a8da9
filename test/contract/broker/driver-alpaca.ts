import {
  AlpacaBroker,
  AlpacaClient,
  AlpacaData,
  bracketOrder,
  ocoOrder,
  type StreamTerms,
} from '../../../src/adapters/alpaca/index.ts';
import { type AlpacaServer, startAlpacaServer } from '../../../src/adapters/alpaca-server/index.ts';
import { RequestBudget } from '../../../src/adapters/budget.ts';
import { Secret } from '../../../src/adapters/secret.ts';
import type { Instant, Price } from '../../../src/base/index.ts';
import { priceFromDollars } from '../../../src/base/index.ts';
import { NO_COSTS } from '../../../src/portfolio/index.ts';
import { AlpacaVenue } from './alpaca-venue.ts';
import { alpacaCall, alpacaEdit, alpacaError, isTradeUpdate } from './alpaca-wire.ts';
import type { Intent } from '../../../src/orders/index.ts';
import type { BrokerDriver, Call, Fault, Venue, World, WorldOptions } from './kit.ts';
import { KitMarket } from './market.ts';
import { Wire } from './wire.ts';

const ACCOUNT = 'PA3KITCONTRACT';
const KEYS = { keyId: 'PKKITCONTRACTKEY0001', secret: 'kit-contract-secret-0000000000000001' };
/** Wide enough for a case that polls all the time, and with lanes as in earnest. */
const BUDGET = { requestsMax: 10_000, windowMs: 60_000, reserved: 20 } as const;
const STREAM: StreamTerms = { openMs: 2_000, pingMs: 60_000, backoffMs: [10, 100] };

/** The Alpaca adapter over a wire to the paper broker, all on loopback. */
export const alpacaDriver: BrokerDriver = {
  name: 'alpaca',
  absent: null,
  start: async (options) => {
    const world = new AlpacaWorld(options);
    await world.open();
    return world;
  },
};

interface Live {
  readonly client: AlpacaClient;
  readonly broker: AlpacaBroker;
  readonly data: AlpacaData;
}

class AlpacaWorld implements World {
  readonly #options: WorldOptions;
  readonly #market = new KitMarket();
  readonly #started: Instant;
  #server: AlpacaServer | null = null;
  #wire: Wire | null = null;
  #live: Live | null = null;

  constructor(options: WorldOptions) {
    this.#options = options;
    this.#started = this.#market.now();
  }

  async open(): Promise<void> {
    const { cash, shorting, fillAfterMs, pieces, feePerShare } = this.#options;
    const market = this.#market;
    this.#server = await startAlpacaServer({
      now: () => market.now(),
      keys: KEYS,
      account: { number: ACCOUNT, cash, optionsLevel: 3, shorting, multiplier: 2 },
      settings: {
        seed: 1,
        costs: { ...NO_COSTS, feePerShare },
        delayMs: [fillAfterMs, fillAfterMs],
        shortSelling: shorting,
        ...(pieces > 1 && {
          partialFills: { sharePpm: 1_000_000, pieces, everyMs: Math.max(1, fillAfterMs) },
        }),
      },
      market: {
        quote: (symbol, at) => {
          const price = market.price(symbol);
          return price === undefined ? undefined : { bid: price, ask: price, last: price, at };
        },
        bars: (symbol, timeframe, from, to) => market.bars(symbol, timeframe, from, to),
        symbols: () => market.symbols(),
        options: (underlying) => market.options(underlying),
      },
    });
    this.#wire = new Wire({
      upstream: this.#server.url,
      callOf: alpacaCall,
      edit: alpacaEdit,
      errorOf: alpacaError,
      secretHeader: 'apca-api-secret-key',
      isNews: isTradeUpdate,
    });
    await this.#wire.open();
    await this.#connect();
  }

  async #connect(): Promise<void> {
    const client = new AlpacaClient({
      stage: 'paper',
      keys: { keyId: new Secret(KEYS.keyId), secret: new Secret(KEYS.secret) },
      feed: 'iex',
      url: this.wire.url,
      budget: new RequestBudget(BUDGET),
    });
    const broker = new AlpacaBroker({ client, since: this.#started, stream: STREAM });
    const data = new AlpacaData(client, { now: () => this.#market.now() });
    this.#live = { client, broker, data };
    const proven = await broker.prove(ACCOUNT);
    if (!proven.ok) throw new Error(`the environment is not proven: ${proven.error.join('; ')}`);
  }

  get wire(): Wire {
    return this.#wire as Wire;
  }

  get server(): AlpacaServer {
    return this.#server as AlpacaServer;
  }

  get broker(): AlpacaBroker {
    return (this.#live as Live).broker;
  }

  get data(): AlpacaData {
    return (this.#live as Live).data;
  }

  get venue(): Venue {
    return new AlpacaVenue(this.server.url, KEYS);
  }

  at(): Instant {
    return this.#market.now();
  }

  async pass(ms: number): Promise<void> {
    this.#market.pass(ms);
    this.server.tick();
  }

  price(symbol: string, dollars: number): void {
    this.#market.set(symbol, dollars);
  }

  fault(fault: Fault): void {
    switch (fault.kind) {
      case 'reply':
        return this.wire.fault(fault);
      case 'stream':
        return this.wire.sockets.fault(fault);
      case 'clock':
        this.wire.aheadMs = fault.aheadMs;
        return;
      case 'rejectLater':
        return this.server.faults.add({
          on: 'POST /v2/orders',
          trouble: { kind: 'rejectAfterAccept' },
        });
      case 'halted':
        return this.#market.halt(fault.symbol);
      case 'tokenDies':
      case 'signInDies':
        throw new Error('keys of Alpaca do not die');
    }
  }

  heal(): void {
    this.wire.heal();
    this.server.faults.clear();
  }

  byHand(order: Parameters<World['byHand']>[0]): Promise<string> {
    return new AlpacaVenue(this.server.url, KEYS).place(order);
  }

  cancelByHand(id: string): Promise<void> {
    return new AlpacaVenue(this.server.url, KEYS).end(id);
  }

  replaceByHand(id: string, limit: number): Promise<string> {
    return new AlpacaVenue(this.server.url, KEYS).replace(id, limit);
  }

  async linked(intent: Intent, exits: { stop: number; target: number }): Promise<void> {
    const { clientOrderId, symbol, side, quantity, timeInForce } = intent;
    const [stopPrice, targetPrice] = [exits.stop, exits.target].map(priceFromDollars);
    const terms = {
      clientOrderId,
      symbol,
      side,
      quantity,
      timeInForce,
      stopPrice: stopPrice as Price,
      targetPrice: targetPrice as Price,
    };
    const body = side === 'buy' ? bracketOrder(terms) : ocoOrder(terms);
    const { client } = this.#live as Live;
    const reply = await client.call('submit', (sdk, init) =>
      sdk.trading.orders.postOrderRaw({ postOrderRequest: body }, init),
    );
    if (reply.status !== 200) throw new Error(`the venue took no such order: ${reply.text}`);
  }

  async bust(executionId: string): Promise<void> {
    this.server.bust(executionId);
  }

  async correct(executionId: string, dollars: number): Promise<void> {
    this.server.correct(executionId, priceFromDollars(dollars) as Price);
  }

  async restart(): Promise<void> {
    await this.data.close();
    await this.broker.close();
    await this.#connect();
  }

  secrets(): readonly string[] {
    return [KEYS.secret];
  }

  unstruck(): readonly string[] {
    return this.wire.unstruck();
  }

  requests(call: Call): number {
    return this.wire.requests(call);
  }

  async close(): Promise<void> {
    await this.#live?.data.close();
    await this.#live?.broker.close();
    await this.#wire?.close();
    await this.#server?.close();
  }
}
