import { createRequire } from 'node:module';
import { Alpaca } from '@alpacahq/alpaca-trade-api';
import { afterEach, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { type Instant, MINUTE_MS, type Price } from '../../../base/index.ts';
import { KEYS, NOON, startMarket, type TestServer, testMarket } from '../market.fixture.ts';
import { RelayMarket } from './relay.ts';

const Alpaca3 = createRequire(import.meta.url)('alpaca-trade-api-3') as new (
  options: object,
) => any; // oxlint-disable-line typescript/no-explicit-any

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function started(...given: Parameters<typeof startMarket>): Promise<TestServer> {
  const server = await startMarket(...given);
  ends.push(() => server.close());
  return server;
}

const later = (ms: number): Instant => (NOON + ms) as Instant;
const seen = (check: () => void) => vi.waitFor(check, { timeout: 5_000, interval: 10 });

function sdk4(server: TestServer): Alpaca {
  const to = (input: unknown, init?: RequestInit) => {
    const { pathname, search } = new URL(String(input));
    return fetch(`${server.url}${pathname}${search}`, init);
  };
  return new Alpaca({ ...KEYS, paper: true, fetchApi: to as typeof fetch });
}

test('SDK 4 reads bars, quotes, trades, snapshots and chains', async () => {
  const { marketData } = sdk4(await started(testMarket()));
  const bars = await marketData.getStockBars({
    symbols: ['SPY', 'AAPL'],
    timeframe: '1Day',
    start: new Date('2024-05-20'),
    end: new Date('2024-05-31T12:00:00Z'),
    limit: 4,
  } as never);
  expect(bars.SPY).toHaveLength(9);
  expect(bars.AAPL).toHaveLength(9);
  const { quote } = await marketData.stocks.stockLatestQuoteSingle({ symbol: 'SPY' });
  expect(quote.ap).toBeGreaterThan(quote.bp);
  expect(await marketData.getLatestPrice('SPY')).toBeGreaterThan(quote.bp);
  const snapshots = await marketData.stocks.stockSnapshots({ symbols: 'SPY,AAPL' });
  expect(Object.keys(snapshots)).toEqual(['AAPL', 'SPY']);
  const chain = await marketData.options.optionChain({ underlyingSymbol: 'SPY', limit: 10 });
  expect(Object.keys(chain.snapshots)).toHaveLength(10);
});

test('SDK 4 hears quotes, trades and bars of stocks, and quotes of options', async () => {
  const server = await started(testMarket());
  const { marketData } = sdk4(server);
  const stream = marketData.stockStream({ url: `${server.wsUrl}/v2/sip` });
  const options = marketData.optionStream({ url: `${server.wsUrl}/v1beta1/opra` });
  ends.push(() => [stream.disconnect(), options.disconnect()]);
  const heard: { kind: string; symbol: string; at: string }[] = [];
  const hear = (kind: string) => (one: { symbol: string; timestamp: Date }) =>
    void heard.push({ kind, symbol: one.symbol, at: one.timestamp.toISOString() });
  stream.onQuote(hear('quote'));
  stream.onTrade(hear('trade'));
  stream.onBar(hear('bar'));
  options.onQuote(hear('option'));
  let ready = 0;
  for (const one of [stream, options]) {
    one.on('subscription', () => void ready++);
    one.connect();
    expect(await one.waitForAuthentication(5_000)).toBe(true);
  }
  stream.subscribeForQuotes(['SPY']);
  stream.subscribeForTrades(['SPY']);
  stream.subscribeForBars(['*']);
  options.subscribeForQuotes(['SPY240607C00100000']);
  await seen(() => expect(ready).toBe(4));
  server.tick(later(10));
  server.tick(later(MINUTE_MS));
  await seen(() => {
    expect(heard).toContainEqual({ kind: 'bar', symbol: 'SPY', at: '2024-06-03T15:00:00.000Z' });
    expect(heard).toContainEqual({ kind: 'bar', symbol: 'BRK.B', at: '2024-06-03T15:00:00.000Z' });
    expect(heard).toContainEqual({ kind: 'trade', symbol: 'SPY', at: '2024-06-03T15:01:00.000Z' });
    expect(heard).toContainEqual({ kind: 'quote', symbol: 'SPY', at: '2024-06-03T15:01:30.000Z' });
    expect(heard.some((one) => one.kind === 'option')).toBe(true);
  });
});

test('SDK 3 reads and hears the same market', async () => {
  const server = await started(testMarket());
  const { keyId, secret } = KEYS;
  const urls = { baseUrl: server.url, dataBaseUrl: server.url, dataStreamUrl: server.url };
  const alpaca = new Alpaca3({ keyId, secretKey: secret, paper: true, ...urls });
  const bars = await alpaca.getMultiBarsV2(['SPY', 'AAPL'], {
    start: '2024-05-20',
    end: '2024-05-31',
    timeframe: '1Day',
    pageLimit: 4,
  });
  expect([bars.get('SPY').length, bars.get('AAPL').length]).toEqual([9, 9]);
  expect((await alpaca.getLatestQuote('SPY')).AskPrice).toBeGreaterThan(0);
  expect((await alpaca.getLatestTrade('SPY')).Price).toBeGreaterThan(0);
  expect(await alpaca.getSnapshots(['SPY', 'AAPL'])).toHaveLength(2);
  expect((await alpaca.getOptionChain('SPY', { limit: 5 })).length).toBeGreaterThan(0);
  const stream = alpaca.data_stream_v2;
  stream.session.url = `${server.wsUrl}/v2/iex`;
  const heard: string[] = [];
  stream.onConnect(() => {
    stream.subscribeForQuotes(['SPY']);
    stream.subscribeForBars(['SPY']);
  });
  stream.onStockQuote((quote: { Symbol: string }) => heard.push(`quote ${quote.Symbol}`));
  stream.onStockBar((bar: { Symbol: string }) => heard.push(`bar ${bar.Symbol}`));
  stream.connect();
  ends.push(() => stream.disconnect());
  await seen(() => expect(stream.getSubscriptions().bars).toEqual(['SPY']));
  server.tick(later(10));
  server.tick(later(MINUTE_MS));
  await seen(() => expect(new Set(heard)).toEqual(new Set(['quote SPY', 'bar SPY'])));
});

interface Reader {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  send(message: unknown): void;
}

async function reader(url: string, headers: Record<string, string> = {}): Promise<Reader> {
  const socket = new WebSocket(url, { headers });
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => frames.push(...JSON.parse(String(data))));
  socket.on('error', () => {});
  ends.push(() => socket.terminate());
  await new Promise((resolve) => {
    socket.once('open', resolve);
  });
  const send = (message: unknown) =>
    socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  return { socket, frames, send };
}

const SIGNED = { 'apca-api-key-id': KEYS.keyId, 'apca-api-secret-key': KEYS.secret };

test('a JSON reader is greeted, and told plainly what is wrong', async () => {
  const server = await started(testMarket());
  const { frames, send, socket } = await reader(`${server.wsUrl}/v2/iex`);
  send('{');
  send({ action: 'subscribe', quotes: ['SPY'] });
  send({ action: 'auth', key: KEYS.keyId, secret: KEYS.secret });
  send({ action: 'auth', key: KEYS.keyId, secret: KEYS.secret });
  send({ action: 'subscribe', quotes: ['no symbol'] });
  await seen(() =>
    expect(frames.map((frame) => frame.msg)).toEqual([
      'connected',
      'invalid syntax',
      'not authenticated',
      'authenticated',
      'already authenticated',
      'invalid syntax',
    ]),
  );
  const wrong = await reader(`${server.wsUrl}/v2/iex`);
  wrong.send({ action: 'auth', key: 'PKOTHER', secret: 'x' });
  await seen(() => expect(wrong.frames.at(-1)).toMatchObject({ code: 402, msg: 'auth failed' }));
  await seen(() => expect(wrong.socket.readyState).toBe(WebSocket.CLOSED));
  const plain = await reader(`${server.wsUrl}/v1beta1/opra`, SIGNED);
  await seen(() => expect(plain.frames.at(-1)).toMatchObject({ code: 412 }));
  expect(socket.readyState).toBe(WebSocket.OPEN);
});

const PRICE = 100_000_000 as Price;
const quoteAt = (at: Instant) => ({ bid: PRICE, ask: PRICE, last: PRICE, at });

test('halts, bands, corrections and better bars of a live source are told on', async () => {
  const relay = new RelayMarket();
  const server = await started(relay);
  const { frames, send } = await reader(`${server.wsUrl}/v2/sip`, SIGNED);
  const all = { statuses: ['*'], lulds: ['*'], updatedBars: ['*'], trades: ['SPY'] };
  send({ action: 'subscribe', ...all });
  await seen(() => expect(frames.at(-1)?.T).toBe('subscription'));
  const head = { symbol: 'SPY', at: NOON };
  const price = { open: PRICE, high: PRICE, low: PRICE, close: PRICE };
  relay.push({ kind: 'halt', ...head, isHalted: true, reason: 'News' });
  relay.push({ kind: 'bands', ...head, down: PRICE, up: PRICE });
  const print = { price: PRICE, size: 1 };
  relay.push({ kind: 'correction', ...head, original: print, corrected: print });
  const row = { ...head, day: 19_877, ...price, volume: 1 };
  relay.push({ kind: 'bar', row, timeframe: '1m', isUpdate: true });
  await seen(() => expect(frames.slice(-4).map((frame) => frame.T)).toEqual(['s', 'l', 'c', 'u']));
});

test('F078, invariant 35: a reader that does not read is dropped, the others are not', async () => {
  const relay = new RelayMarket();
  const server = await started(relay);
  const slow = await reader(`${server.wsUrl}/v2/sip`, SIGNED);
  const quick = await reader(`${server.wsUrl}/v2/sip`, SIGNED);
  for (const one of [slow, quick]) one.send({ action: 'subscribe', quotes: ['*'] });
  await seen(() => expect(quick.frames.at(-1)?.T).toBe('subscription'));
  await seen(() => expect(slow.frames.at(-1)?.T).toBe('subscription'));
  slow.socket.pause();
  let sent = 0;
  for (; sent < 100_000; sent++) {
    relay.push({ kind: 'quote', symbol: 'SPY', quote: quoteAt(later(sent)) });
    if (sent % 500 === 499)
      await vi.waitUntil(() => quick.frames.length > sent, { interval: 2, timeout: 5_000 });
  }
  expect(quick.frames.filter((frame) => frame.T === 'q')).toHaveLength(sent);
  slow.socket.resume();
  await seen(() => expect(slow.socket.readyState).toBe(WebSocket.CLOSED));
  expect(slow.frames.length).toBeLessThan(sent);
}, 30_000);

test('the test stream tells its own symbol, night and day', async () => {
  const server = await started(testMarket());
  const { frames, send } = await reader(`${server.wsUrl}/v2/test`, SIGNED);
  send({ action: 'subscribe', quotes: ['FAKEPACA'], bars: ['FAKEPACA'] });
  await seen(() => expect(frames.at(-1)?.T).toBe('subscription'));
  server.tick(later(12 * 60 * MINUTE_MS));
  await seen(() => expect(frames.map((frame) => frame.T)).toContain('b'));
});
