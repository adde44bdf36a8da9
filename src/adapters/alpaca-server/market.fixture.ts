import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Instant, parseDate, parseInstant } from '../../base/index.ts';
import { syntheticBars } from '../../sim/index.ts';
import { OptionMarket } from './market/option.ts';
import { ReplayMarket } from './market/replay.ts';
import { marketRoutes } from './market/rest.ts';
import type { MarketContext, VenueMarket } from './market/source.ts';
import { marketSockets } from './market/stream.ts';

export const KEYS = { keyId: 'PKTESTKEY00000000001', secret: 'test-secret-of-the-market' };

/** Monday, an ordinary session, at 11:00:30 in New York. */
export const NOON = parseInstant('2024-06-03T15:00:30Z');

const walk = { start: 100, driftPct: 5, volatilityPct: 20, between: null };
const from = parseDate('2024-05-20');
const to = parseDate('2024-06-07');

/** Two symbols by the minute and one by the day, with options on them. */
export const testMarket = (): OptionMarket =>
  new OptionMarket(
    new ReplayMarket(
      [
        syntheticBars({ ...walk, symbol: 'SPY', timeframe: '1m', seed: 1, from, to }),
        syntheticBars({ ...walk, symbol: 'BRK.B', timeframe: '1m', seed: 2, from, to }),
        syntheticBars({ ...walk, symbol: 'AAPL', timeframe: '1d', seed: 3, from, to }),
      ],
      { spreadBps: 4 },
    ),
  );

/** A market's REST and streams by themselves, on loopback, with a clock that is set. */
export interface TestServer {
  readonly url: string;
  readonly wsUrl: string;
  now: Instant;
  /** Sets the clock, and tells what the market has shown until then. */
  tick(at: Instant): void;
  get(path: string, headers?: Record<string, string>): Promise<{ status: number; body: unknown }>;
  close(): Promise<void>;
}

export async function startMarket(
  market: VenueMarket,
  more: Partial<MarketContext> = {},
): Promise<TestServer> {
  const context: MarketContext = {
    market,
    now: () => server.now,
    keysOk: (headers) =>
      headers['apca-api-key-id'] === KEYS.keyId && headers['apca-api-secret-key'] === KEYS.secret,
    ...more,
  };
  const server = { now: NOON } as { now: Instant };
  const routes = marketRoutes(context);
  const sockets = marketSockets(context);
  const http = createServer((request, response) => {
    const { pathname: path, searchParams: query } = new URL(request.url ?? '/', 'http://localhost');
    const { method = 'GET', headers } = request;
    const reply = routes({ method, path, query, headers }) ?? { status: 404, body: {} };
    response.writeHead(reply.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply.body));
  });
  http.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  await new Promise<void>((resolve) => {
    http.listen(0, '127.0.0.1', resolve);
  });
  const origin = `127.0.0.1:${(http.address() as AddressInfo).port}`;
  return Object.assign(server, {
    url: `http://${origin}`,
    wsUrl: `ws://${origin}`,
    tick(at: Instant) {
      server.now = at;
      sockets.tick();
    },
    get: (path: string, headers?: Record<string, string>) =>
      get(`http://${origin}${path}`, headers),
    close: async () => {
      sockets.close();
      await closed(http);
    },
  });
}

async function get(
  url: string,
  headers: Record<string, string> = {
    'apca-api-key-id': KEYS.keyId,
    'apca-api-secret-key': KEYS.secret,
  },
): Promise<{ status: number; body: unknown }> {
  const response = await fetch(url, { headers });
  return { status: response.status, body: await response.json() };
}

const closed = (http: Server): Promise<void> =>
  new Promise((resolve) => {
    http.close(() => resolve());
    http.closeAllConnections();
  });
