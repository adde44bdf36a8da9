import { createServer, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import type { Instant, Price } from '../../base/index.ts';
import { isLoopback, Keys } from './access.ts';
import { Desk } from './desk.ts';
import { Faults } from './faults.ts';
import { Front } from './front.ts';
import { marketRoutes } from './market/rest.ts';
import { marketSockets } from './market/stream.ts';
import type { MarketContext, MarketSockets } from './market/source.ts';
import { type AlpacaServerOptions, settingsOf } from './options.ts';
import { tradingRoutes } from './routes.ts';
import { TradeUpdates } from './trade-updates.ts';

/** The paper broker, as it stands on loopback. */
export interface AlpacaServer {
  /** Origin of the trading REST; its paths begin "/v2". */
  readonly url: string;
  /** `trade_updates`. */
  readonly streamUrl: string;
  /** Origin of the market data REST. */
  readonly dataUrl: string;
  /** Origin of the market data streams; their paths are Alpaca's own. */
  readonly dataStreamUrl: string;
  readonly port: number;
  readonly faults: Faults;
  /** Fills what is due and tells it. Throws where the store refused the books. */
  tick(): void;
  /** The server's clock. */
  now(): Instant;
  /** Takes an execution back, or changes its price, as a venue does afterwards. */
  bust(executionId: string): void;
  correct(executionId: string, price: Price): void;
  close(): Promise<void>;
}

const HOST = '127.0.0.1';
const REQUEST_MS = 10_000;
const IDLE_MS = 3_600_000; // a client's connection stays open between two slots
const FRAME_MAX = 65_536; // bytes

/**
 * Starts the paper broker: the simulated broker behind Alpaca's Trading API, its `trade_updates`
 * and market data, on loopback. Each answer is durable before it leaves where there is a store.
 */
export async function startAlpacaServer(options: AlpacaServerOptions): Promise<AlpacaServer> {
  const faults = new Faults();
  const desk = new Desk({
    ...options,
    settings: settingsOf(options.settings),
    lagMs: () => faults.positionsLagMs,
  });
  const keys = new Keys(options.keys);
  const context: MarketContext = {
    now: () => desk.now(),
    market: options.market,
    keysOk: (headers) => keys.areIn(headers),
    ...(options.corporateActions && { corporateActions: options.corporateActions }),
    leaving: (frames) => (faults.muteData ? [] : frames),
  };
  const updates = new TradeUpdates(keys, faults);
  desk.hear((events) => updates.tell(events));
  const front = new Front({
    desk,
    keys,
    faults,
    options,
    trading: tradingRoutes(desk),
    data: marketRoutes(context),
  });
  const server = createServer((request, response) => front.take(request, response));
  server.requestTimeout = REQUEST_MS;
  server.keepAliveTimeout = IDLE_MS;
  const data = marketSockets(context);
  const sockets = openSockets(server, updates, data);
  const port = await listening(server, options.port ?? 0);
  const origin = `${HOST}:${port}`;
  return {
    url: `http://${origin}`,
    streamUrl: `ws://${origin}/stream`,
    dataUrl: `http://${origin}`,
    dataStreamUrl: `ws://${origin}`,
    port,
    faults,
    tick: () => {
      desk.tick();
      data.tick();
    },
    now: () => desk.now(),
    bust: (id) => desk.bust(id),
    correct: (id, price) => desk.correct(id, price),
    close: async () => {
      sockets.close();
      await closed(server);
    },
  };
}

async function listening(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/** WebSockets of this server: `trade_updates` at "/stream", market data at its own paths. */
function openSockets(server: Server, updates: TradeUpdates, data: MarketSockets) {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX });
  server.on('upgrade', (request, socket: Socket, head) => {
    const path = (request.url ?? '').split('?')[0] as string;
    const isMine = path === '/stream';
    if (!isLoopback(request.headers) || !(isMine || data.handles(path))) {
      socket.end('HTTP/1.1 403 Forbidden\r\nconnection: close\r\n\r\n');
    } else if (isMine) {
      sockets.handleUpgrade(request, socket, head, (opened) => updates.connect(opened));
    } else {
      data.upgrade(request, socket, head);
    }
  });
  return {
    close(): void {
      data.close();
      for (const open of sockets.clients) open.terminate();
      sockets.close();
    },
  };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
