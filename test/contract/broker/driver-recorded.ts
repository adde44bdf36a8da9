import { AlpacaBroker, AlpacaClient, AlpacaData } from '../../../src/adapters/alpaca/index.ts';
import { RequestBudget } from '../../../src/adapters/budget.ts';
import type { MarketData } from '../../../src/adapters/market-data.ts';
import { Secret } from '../../../src/adapters/secret.ts';
import type { Instant } from '../../../src/base/index.ts';
import {
  type BrokerDriver,
  type BrokerUnderTest,
  unsupported,
  type Venue,
  type World,
} from './kit.ts';
import { KitMarket } from './market.ts';
import { NO_RECORDINGS, type Playback, startPlayback } from './playback.ts';
import { SchwabUnderTest } from './schwab-connection.ts';

const KEYS = { keyId: 'PKKITRECORDED0000001', secret: 'kit-recorded-secret-000000000001' };
const BUDGET = { requestsMax: 10_000, windowMs: 60_000, reserved: 20 } as const;
/** Of `schwab/account_numbers.json`. */
const SCHWAB_NUMBER = '12345678';
const LONG_AGO = 0 as Instant;

interface Adapter {
  readonly broker: BrokerUnderTest;
  readonly data: MarketData;
  close(): Promise<void>;
}

/** The Alpaca adapter, fed with what Alpaca once answered. */
export const recordedAlpacaDriver: BrokerDriver = {
  name: 'recorded-alpaca',
  absent: NO_RECORDINGS,
  start: async ({ answers }) => {
    const playback = await startPlayback(answers);
    const market = new KitMarket();
    const client = new AlpacaClient({
      stage: 'paper',
      keys: { keyId: new Secret(KEYS.keyId), secret: new Secret(KEYS.secret) },
      feed: 'iex',
      url: playback.url,
      budget: new RequestBudget(BUDGET),
    });
    const broker = new AlpacaBroker({ client, since: LONG_AGO });
    const data = new AlpacaData(client, { now: () => market.now() });
    // Only cases that send orders have an account to prove it with.
    await broker.prove('PALPACA_123').catch(() => null);
    return new RecordedWorld(playback, market, { broker, data, close: () => broker.close() });
  },
};

/** The Schwab adapter, fed with what Schwab once answered. */
export const recordedSchwabDriver: BrokerDriver = {
  name: 'recorded-schwab',
  absent: NO_RECORDINGS,
  start: async ({ answers }) => {
    const playback = await startPlayback(answers);
    const market = new KitMarket();
    const adapter = new SchwabUnderTest({
      url: playback.url,
      number: SCHWAB_NUMBER,
      tokens: { access: 'recorded-access-token', refresh: 'recorded-refresh-token' },
      now: () => market.now(),
      since: LONG_AGO,
      held: () => 0,
    });
    return new RecordedWorld(playback, market, adapter);
  },
};

const none = () => unsupported('venue: a recording answers');

class RecordedWorld implements World {
  readonly #playback: Playback;
  readonly #market: KitMarket;
  readonly #adapter: Adapter;
  readonly venue: Venue = { orders: none, fills: none, cash: none, positions: none };

  constructor(playback: Playback, market: KitMarket, adapter: Adapter) {
    this.#playback = playback;
    this.#market = market;
    this.#adapter = adapter;
  }

  get broker(): BrokerUnderTest {
    return this.#adapter.broker;
  }

  get data(): MarketData {
    return this.#adapter.data;
  }

  at(): Instant {
    return this.#market.now();
  }

  async pass(ms: number): Promise<void> {
    this.#market.pass(ms);
  }

  price = none;
  fault = none;
  byHand = none;
  cancelByHand = none;
  replaceByHand = none;
  bust = none;
  correct = none;
  restart = none;

  heal(): void {}

  secrets(): readonly string[] {
    return [];
  }

  unstruck(): readonly string[] {
    return [];
  }

  requests(): number {
    return this.#playback.unanswered.length;
  }

  async close(): Promise<void> {
    await this.#adapter.close();
    await this.#playback.close();
  }
}
