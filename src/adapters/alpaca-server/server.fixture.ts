import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { type DateText, type Instant, type Money, type Price } from '../../base/index.ts';
import { type BarRow, instantOn } from '../../market/index.ts';
import type { VenueMarket, VenueQuote } from './market/source.ts';
import type { AlpacaServerOptions, RecordedExchange, ServerStore } from './options.ts';
import { startAlpacaServer } from './server.ts';

export const at = (date: string, clock: string): Instant => instantOn(date as DateText, clock);
export const dollars = (amount: number): Money => Math.round(amount * 1e6) as Money;

const price = (value: number) => Math.round(value * 1e6) as Price;

/** A market that shows what the test says. */
export class HandMarket implements VenueMarket {
  readonly quotes: Map<string, VenueQuote> = new Map();
  listed: string[] = [];

  set(symbol: string, bid: number, ask = bid, last = (bid + ask) / 2): void {
    const quote = { bid: price(bid), ask: price(ask), last: price(last), at: 0 as Instant };
    this.quotes.set(symbol, quote);
  }

  quote(symbol: string, now: Instant): VenueQuote | undefined {
    const found = this.quotes.get(symbol);
    return found && { ...found, at: now };
  }

  bars(): readonly BarRow[] {
    return [];
  }

  symbols(): readonly string[] {
    return [...this.quotes.keys()].filter((symbol) => symbol.length <= 12);
  }

  options(underlying: string): readonly string[] {
    const all = [...this.quotes.keys(), ...this.listed];
    return all.filter((symbol) => symbol.length > 12 && symbol.startsWith(underlying.padEnd(6)));
  }
}

/** A store of this process that counts its transactions. */
export class MemoryStore implements ServerStore {
  readonly map: Map<string, string> = new Map();
  puts = 0;

  entries(): Iterable<readonly [string, string]> {
    return [...this.map];
  }

  put(changes: readonly (readonly [string, string])[]): void {
    this.puts++;
    for (const [key, text] of changes) this.map.set(key, text);
  }
}

export const KEYS = { keyId: 'PKTESTTESTTESTTEST00', secret: 'not-a-secret-of-anyone-1234567890' };
const HEADERS = { 'apca-api-key-id': KEYS.keyId, 'apca-api-secret-key': KEYS.secret };
const OPEN_DAY = '2024-03-05';

export const SPY_CALL = 'SPY   240419C00510000';
export const SPY_CALL_HIGH = 'SPY   240419C00520000';

/** The paper broker on a market of the test's, with a clock of the test's. */
export async function world(options: Partial<AlpacaServerOptions> = {}) {
  const market = new HandMarket();
  market.set('SPY', 499.99, 500.01);
  market.set('QQQ', 439.99, 440.01);
  market.set(SPY_CALL, 8.9, 9.1);
  market.set(SPY_CALL_HIGH, 4.9, 5.1);
  let now = at(OPEN_DAY, '10:00');
  const exchanges: RecordedExchange[] = [];
  const server = await startAlpacaServer({
    now: () => now,
    keys: KEYS,
    account: { number: 'PA0000000001', cash: dollars(100_000), multiplier: 2 },
    settings: { seed: 7 },
    market,
    record: (exchange) => exchanges.push(exchange),
    ...options,
  });
  const ask = async (method: string, path: string, body?: unknown, more: object = {}) => {
    const response = await fetch(server.url + path, {
      method,
      headers: {
        ...HEADERS,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };
  const goTo = (date: string, clock: string) => {
    now = at(date, clock);
    server.tick();
  };
  return { server, market, exchanges, ask, goTo };
}

export const order = (terms: object) => ({
  symbol: 'SPY',
  qty: '10',
  side: 'buy',
  type: 'market',
  time_in_force: 'day',
  ...terms,
});

export type World = Awaited<ReturnType<typeof world>>;

/** A paper broker that ends with its test. */
export async function open(...given: Parameters<typeof world>): Promise<World> {
  const found = await world(...given);
  onTestFinished(() => found.server.close());
  return found;
}

export const account = (terms: object) => ({
  account: { number: 'PA1', cash: dollars(100_000), ...terms },
});

/** A listener on `trade_updates`: its frames as they came, and their events. */
export async function listener({ server }: World) {
  const socket = new WebSocket(server.streamUrl);
  const frames: any[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data))));
  await new Promise((resolve) => socket.once('open', resolve));
  const listen = { action: 'listen', data: { streams: ['trade_updates'] } };
  socket.send(JSON.stringify({ action: 'auth', key: KEYS.keyId, secret: KEYS.secret }));
  socket.send(Buffer.from(JSON.stringify(listen)));
  await expect.poll(() => frames.length).toBe(2);
  const events = () => frames.slice(2).map(({ data }) => data.event);
  return { socket, frames, events };
}
