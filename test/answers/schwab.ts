import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { RequestBudget, UNLIMITED } from '../../src/adapters/budget.ts';
import { ReplayMarket } from '../../src/adapters/alpaca-server/market/replay.ts';
import { connectSchwab, SchwabData, SchwabStreamer } from '../../src/adapters/schwab/index.ts';
import { SchwabBroker } from '../../src/adapters/schwab-orders/index.ts';
import { Secret } from '../../src/adapters/secret.ts';
import type { BrokerConfig } from '../../src/apps/config/index.ts';
import type { LoadedDesk } from '../../src/apps/load.ts';
import { OpenWorld } from '../../src/apps/world/index.ts';
import {
  BadInput,
  type DateText,
  type Instant,
  type Money,
  priceFromDollars,
  toDollars,
} from '../../src/base/index.ts';
import { accountHeld } from '../../src/engine/index.ts';
import { type Bars, exchangeDate, sessionOn } from '../../src/market/index.ts';
import type { Runner } from '../../src/apps/runner.ts';
import { chicagoMidnight, type SchwabServer, startSchwabServer } from '../schwab/server.ts';
import { SYMBOLS } from './desk.ts';
import { Proxy } from './proxy.ts';
import type { Asked, Counter, CounterTerms, Truth } from './truth.ts';

/** Of one world: the right to an account is held by one process of this machine. */
const accountOf = (seed: number): string =>
  String(10_000_000 + ((process.pid * 7_919 + seed) % 80_000_000));
const HASH = 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789';
const APP = { key: 'answers-app-key-0001', secret: 'answers-app-secret-0001' };
const QUEUE_MS = 5_000;
const STREAM = { backoffMs: 20, backoffMaxMs: 200 } as const;
const OVER = new Set(['FILLED', 'CANCELED', 'REJECTED', 'REPLACED', 'EXPIRED']);

const houseOf = (symbol: string): string => symbol.replace('/', '.');
const schwabOf = (symbol: string): string => symbol.replace('.', '/');

const endpointOf = (method: string, path: string): string => {
  const bare = decodeURIComponent(path.split('?')[0] as string);
  return `${method} ${bare.replace(/\/\d{6,}$/, '/ID').replace(HASH, 'HASH')}`;
};

/** The server in Schwab's place behind the proxy; it has the desk's own clock. */
export async function startSchwab(terms: CounterTerms, series: readonly Bars[]): Promise<Counter> {
  const number = accountOf(terms.seed);
  const market = new ReplayMarket(series, { spreadBps: 2 });
  const server = await startSchwabServer({
    now: terms.now,
    app: APP,
    accounts: [{ number, hash: HASH, cash: 100_000 }],
    market: (symbol, at) => {
      const quote = market.quote(houseOf(symbol), at);
      if (quote === undefined) return undefined;
      const { bid, ask, last } = quote;
      return { bid: toDollars(bid), ask: toDollars(ask), last: toDollars(last) };
    },
    candles: (symbol, query) => candlesOf(market, houseOf(symbol), query, terms.now()),
    isOpen,
    queueMs: QUEUE_MS,
  });
  const proxy = new Proxy({
    ...terms,
    upstream: server.url,
    endpointOf,
    symbols: SYMBOLS.map(schwabOf),
    accounts: new Map([
      [number, '99887766'],
      [HASH, HASH.replaceAll('A', 'F')],
    ]),
    error: (status) => ({ message: 'it is not as it was', errors: [`${status}`] }),
  });
  await proxy.open();
  let tokenAt: string | null = null;
  const signIn = () => {
    if (tokenAt !== null) writeToken(tokenAt, server, terms.now());
  };
  return {
    name: 'schwab',
    account: number,
    proxy,
    open: async (loaded, { from, since, now }) => {
      tokenAt = join(loaded.folder, 'state', 'schwab-token.json');
      signIn();
      return openSchwab(loaded, { url: proxy.url, number, tokenPath: tokenAt, from, since, now });
    },
    morning: signIn,
    orderIn,
    truth: async () => truthOf(server, number),
    close: async () => {
      await proxy.close();
      await server.close();
    },
  };
}

/** A sign-in of this moment, as a login leaves it. */
function writeToken(path: string, server: SchwabServer, now: Instant): void {
  const granted = server.oauth.signIn();
  const at = Math.floor(now / 1_000);
  const text = JSON.stringify({
    creation_timestamp: at,
    token: { ...granted, expires_at: at + Number(granted['expires_in']) },
  });
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.new`, text, { mode: 0o600 });
  renameSync(`${path}.new`, path);
}

interface Opening {
  readonly url: string;
  readonly number: string;
  readonly tokenPath: string;
  readonly from: DateText;
  readonly since: Instant | null;
  readonly now: { at: Instant };
}

/** As `openWorld` does, but that no minute's budget of requests is waited for. */
async function openSchwab(loaded: LoadedDesk, opening: Opening): Promise<OpenWorld> {
  const { desk, folder } = loaded;
  const config = desk.broker as BrokerConfig;
  const holder = { clock: null, runner: null, idStart: null } as {
    clock: { now(): Instant } | null;
    runner: Runner | null;
    idStart: string | null;
  };
  const begin = (sessionOn(opening.from)?.open ?? opening.now.at) as Instant;
  const now = () => {
    const at = holder.clock?.now() ?? (Math.max(opening.now.at, begin) as Instant);
    opening.now.at = Math.max(opening.now.at, at) as Instant;
    return at;
  };
  const connection = connectSchwab({
    app: { key: new Secret(APP.key), secret: new Secret(APP.secret) },
    tokenPath: opening.tokenPath,
    claim: async () => ({ ok: true, release: async () => {} }),
    now,
    origin: new URL(opening.url),
    budget: new RequestBudget(UNLIMITED),
  });
  const { http } = connection;
  const streamer = new SchwabStreamer({ http, now, terms: STREAM });
  const broker = new SchwabBroker({
    http,
    number: opening.number,
    held: (symbol) => (holder.runner === null ? 0 : accountHeld(holder.runner.state, symbol)),
    now,
    since: opening.since ?? now(),
    odd: (text) => holder.runner?.notice({ severity: 'WARNING', code: 'brokerOdd', text }),
    stream: streamer,
    pause: () => Promise.resolve(),
  });
  const close = async () => {
    await broker.close();
    await streamer.close();
    await connection.close();
  };
  try {
    const identity = await broker.identity();
    if (identity.number !== opening.number) throw new BadInput('The account is another one');
  } catch (error) {
    await close();
    throw error;
  }
  const options = { desk, folder, stage: 'live', secrets: () => null, from: opening.from } as const;
  const parts = {
    data: new SchwabData({ http, now, streamer }),
    counterpart: broker,
    probe: broker,
    account: opening.number,
    clockSeen: () => http.clock,
    signInHolds: () => (connection.tokens.age().level === 'dead' ? 'the sign-in has ended' : null),
    tend: () => {},
    signInNotices: () => [],
    close,
  };
  return new OpenWorld(options, { config, connection: parts, now, holder: holder as never });
}

function orderIn(method: string, path: string, body: string): Asked | null {
  if (method !== 'POST' || !/\/accounts\/\w+\/orders$/.test(path)) return null;
  const order = JSON.parse(body) as Record<string, unknown>;
  const [leg] = order['orderLegCollection'] as {
    instruction: string;
    quantity: number;
    instrument: { symbol: string };
  }[];
  return {
    clientOrderId: null,
    symbol: houseOf(leg?.instrument.symbol ?? ''),
    side: leg?.instruction.startsWith('BUY') ? 'buy' : 'sell',
    quantity: Number(leg?.quantity),
    type: String(order['orderType']).toLowerCase(),
    timeInForce: order['duration'] === 'DAY' ? 'day' : 'gtc',
  };
}

function truthOf(server: SchwabServer, number: string): Truth {
  const books = server.books.get(number);
  if (books === undefined) throw new Error('the server has no such account');
  const { orders } = server.world;
  return {
    orders: orders.map(({ id, legs, quantity, filled, status }) => ({
      id: String(id),
      clientOrderId: null,
      symbol: houseOf(legs[0]?.symbol ?? ''),
      side: legs[0]?.instruction.startsWith('BUY') ? 'buy' : 'sell',
      quantity,
      filled,
      isOpen: !OVER.has(status),
    })),
    fills: orders.flatMap(({ id, executions }) =>
      executions
        .filter(({ type }) => type === 'FILL')
        .flatMap(({ legs }) =>
          legs.map(({ quantity, price }) => ({
            orderId: String(id),
            quantity,
            price: priceFromDollars(price),
          })),
        ),
    ),
    cash: Math.round(books.cash) as Money,
    positions: Object.fromEntries(
      [...books.positions].map(([symbol, { quantity }]) => [houseOf(symbol), quantity]),
    ),
  };
}

function isOpen(at: Instant): boolean {
  const session = sessionOn(exchangeDate(at));
  return session !== undefined && at >= session.open && at < session.close;
}

/** Candles as Schwab stamps them: a day at midnight in Chicago, a shorter one at its start. */
function candlesOf(market: ReplayMarket, symbol: string, query: URLSearchParams, now: Instant) {
  const isDaily = query.get('frequencyType') === 'daily';
  const minutes = Number(query.get('frequency'));
  const timeframe = isDaily ? '1d' : minutes === 5 ? '5m' : '1m';
  const from = Number(query.get('startDate')) as Instant;
  const to = Math.min(Number(query.get('endDate')), now) as Instant;
  return market.bars(symbol, timeframe, from, to).map((row) => ({
    open: toDollars(row.open),
    high: toDollars(row.high),
    low: toDollars(row.low),
    close: toDollars(row.close),
    volume: row.volume ?? 0,
    datetime: isDaily ? chicagoMidnight(exchangeDate(row.at)) : row.at - minutes * 60_000,
  }));
}
