import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { MarketClient } from './client.ts';
import { FakeMarket } from './fake.ts';
import { MarketFeed } from './feed.ts';
import type { MarketContext, MarketSockets } from './source.ts';
import { exchangeOf } from './wire.ts';

/** How often the market is looked at, by the clock on the wall. */
const TICK_MS = 100;
const MESSAGE_MAX = 65_536; // bytes of a client's message
const CLIENTS_MAX = 1_000;

const PATHS = {
  '/v2/iex': { kind: 'stock', feed: 'iex' },
  '/v2/sip': { kind: 'stock', feed: 'sip' },
  '/v2/test': { kind: 'stock', feed: 'test' },
  '/v1beta1/indicative': { kind: 'option', feed: 'indicative' },
  '/v1beta1/opra': { kind: 'option', feed: 'opra' },
} as const;

type Path = keyof typeof PATHS;

/** Alpaca's market data streams: stocks and options as JSON or MessagePack, from one market. */
export function marketSockets(context: MarketContext): MarketSockets {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MESSAGE_MAX,
    perMessageDeflate: false,
  });
  const { feeds, stop } = openFeeds(context);
  const tick = () => {
    const now = context.now();
    for (const feed of feeds.values()) feed.tick(now);
  };
  const timer = setInterval(tick, TICK_MS);
  timer.unref();
  return {
    handles: (path) => Object.hasOwn(PATHS, path),
    upgrade(request: IncomingMessage, socket: Duplex, head: Buffer) {
      const path = (request.url ?? '').split('?')[0] as Path;
      const feed = feeds.get(path);
      if (!feed) {
        socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\n\r\n');
        return;
      }
      server.handleUpgrade(request, socket, head, (opened) => {
        welcome(opened, request, { context, feed, kind: PATHS[path].kind, open: server.clients });
      });
    },
    tick,
    close() {
      clearInterval(timer);
      stop();
      for (const open of server.clients) open.terminate();
      server.close();
    },
  };
}

function openFeeds(context: MarketContext) {
  const { leaving } = context;
  const now = context.now();
  const feeds = new Map<string, MarketFeed>();
  for (const [path, { kind, feed }] of Object.entries(PATHS)) {
    const market = feed === 'test' ? new FakeMarket() : context.market;
    const options = { kind, x: exchangeOf(feed), market, ...(leaving && { leaving }) };
    feeds.set(path, new MarketFeed(options, now));
  }
  const stop = context.market.listen?.((event) => {
    for (const [path, feed] of feeds) if (path !== '/v2/test') feed.hear(event);
  });
  return { feeds, stop: stop ?? (() => {}) };
}

interface Door {
  readonly context: MarketContext;
  readonly feed: MarketFeed;
  readonly kind: 'stock' | 'option';
  readonly open: ReadonlySet<unknown>;
}

/** Takes a reader in; keys in the headers of its request sign it in at once. */
function welcome(
  socket: WebSocket,
  { headers }: IncomingMessage,
  { context, feed, kind, open }: Door,
): void {
  const isPacked = headers['content-type'] === 'application/msgpack';
  const client = new MarketClient(socket, {
    kind,
    isPacked,
    keysOk: (keyId, secret) =>
      typeof keyId === 'string' &&
      typeof secret === 'string' &&
      context.keysOk({ 'apca-api-key-id': keyId, 'apca-api-secret-key': secret }),
    changed: () => feed.changed(),
  });
  if (open.size > CLIENTS_MAX) {
    client.refuse(406);
    return;
  }
  if (kind === 'option' && !isPacked) {
    client.refuse(412);
    return;
  }
  feed.clients.add(client);
  socket.on('close', () => {
    feed.clients.delete(client);
    feed.changed();
  });
  const hasKeys = headers['apca-api-key-id'] !== undefined;
  if (hasKeys && context.keysOk(headers)) client.signIn();
  else if (hasKeys) client.refuse(402);
}
