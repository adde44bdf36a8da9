import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BudgetExhausted, RequestBudget } from '../budget.ts';
import { NotSent } from '../http.ts';
import { Secret } from '../secret.ts';
import { clientOf, KEYS, startStub, type Stub } from './alpaca.fixture.ts';
import { ALPACA_BUDGET, ALPACA_HOSTS, type AlpacaClient, alpacaClient } from './client.ts';

let stub: Stub;
let client: AlpacaClient;

beforeEach(async () => {
  stub = await startStub();
  client = clientOf(stub.url);
});

afterEach(async () => {
  await client.close();
  await stub.close();
});

const askClock = (one: AlpacaClient) =>
  one.call('order', (sdk, init) => sdk.trading.clock.legacyClockRaw(init));

describe('keys', () => {
  const VARIABLES = {
    APCA_API_KEY_ID: 'AKENVIRONMENT001',
    APCA_API_SECRET_KEY: 'environment-secret',
    APCA_API_OAUTH_TOKEN: 'environment-token',
    APCA_API_BASE_URL: 'http://127.0.0.1:1',
  };
  afterEach(() => {
    for (const name of Object.keys(VARIABLES)) delete process.env[name];
  });

  test('of the environment are never sent, and only those that were given are', async () => {
    Object.assign(process.env, VARIABLES);
    const other = clientOf(stub.url);
    stub.on('GET /v2/clock', { body: {} });
    stub.on('POST /v2/orders', { body: {} });
    stub.on('GET /v2/stocks/quotes/latest', { body: {} });
    await askClock(other);
    await other.call('submit', (sdk, init) =>
      sdk.trading.orders.postOrderRaw(
        { postOrderRequest: { type: 'market', timeInForce: 'day', symbol: 'SPY', qty: '1' } },
        init,
      ),
    );
    await other.call('data', (sdk, init) =>
      sdk.marketData.stocks.stockLatestQuotesRaw({ symbols: 'SPY' }, init),
    );
    await other.close();
    expect(stub.asked).toHaveLength(3);
    for (const { headers } of stub.asked) {
      expect(headers['apca-api-key-id']).toBe(KEYS.keyId.reveal());
      expect(headers['apca-api-secret-key']).toBe(KEYS.secret.reveal());
      expect(headers.authorization).toBeUndefined();
    }
    expect(JSON.stringify(stub.asked)).not.toMatch(/environment|AKENV/);
  });

  test.each(['', ' ', '\t', 'two words', 'line\nbreak', 'ü'])(
    'that are blank or no single word are refused, whatever the environment has: %j',
    (value) => {
      Object.assign(process.env, VARIABLES);
      const blank = new Secret(value);
      const { keyId, secret } = KEYS;
      expect(() => clientOf(stub.url, { keys: { keyId: blank, secret } })).toThrow('key id');
      expect(() => clientOf(stub.url, { keys: { keyId, secret: blank } })).toThrow('secret');
      expect(() => clientOf(stub.url, { keys: { keyId: blank, secret: blank } })).toThrow('key id');
    },
  );
});

describe('hosts', () => {
  test.each([
    'https://paper-api.alpaca.markets',
    'http://example.com',
    'https://127.0.0.1:1',
    'http://127.0.0.1.example.com',
    'http://127.0.0.1:80/path',
    'http://user:password@127.0.0.1:80',
    'http://127.0.0.1:80?x=1',
    'http://10.0.0.1:80',
    'file:///etc/passwd',
    'nonsense',
    '',
  ])('other than a port of this machine cannot be set: %j', (url) => {
    expect(() => clientOf(url)).toThrow('of a port of this machine');
  });

  test.each(['paper', 'live'] as const)('of stage "%s" are those in the code (F057)', (stage) => {
    const one = alpacaClient({ stage, keys: KEYS, feed: 'sip' });
    expect(one.hosts).toBe(ALPACA_HOSTS[stage]);
    expect(one.streamUrl).toBe(
      stage === 'paper'
        ? 'wss://paper-api.alpaca.markets/stream'
        : 'wss://api.alpaca.markets/stream',
    );
    return one.close();
  });
});

describe('a call', () => {
  test.each([200, 204, 301, 400, 401, 403, 404, 422, 429, 500, 502, 503, 504])(
    'gives the reply of status %i as it came, and is made once (F006)',
    async (status) => {
      stub.on('GET /v2/clock', {
        status,
        ...(status === 204 ? {} : { body: '{"a": 1.10}' }),
        headers: status === 301 ? { location: `${stub.url}/elsewhere` } : { 'x-extra': 'yes' },
      });
      const reply = await askClock(client);
      expect(reply.status).toBe(status);
      expect(reply.text).toBe(status === 204 ? '' : '{"a": 1.10}');
      expect(stub.asked).toHaveLength(1);
    },
  );

  test('that is cut off throws, and not as one that never left (F001)', async () => {
    for (const cut of ['before', 'within'] as const) {
      stub.on('GET /v2/clock', { body: '{}', cut });
      const call = askClock(client);
      await expect(call).rejects.toThrow(Error);
      await expect(call).rejects.not.toBeInstanceOf(NotSent);
    }
    expect(stub.asked).toHaveLength(2);
  });

  test('that the budget has no room for leaves nothing', async () => {
    class Full extends RequestBudget {
      override take(): Promise<void> {
        return Promise.reject(new BudgetExhausted('none left'));
      }
    }
    const one = clientOf(stub.url, { budget: new Full(ALPACA_BUDGET) });
    await expect(askClock(one)).rejects.toBeInstanceOf(NotSent);
    await one.close();
    expect(stub.asked).toHaveLength(0);
  });

  test('makes one request only, and without one nothing was sent', async () => {
    stub.on('GET /v2/clock', { body: {} });
    const twice = client.call('view', async (sdk, init) => {
      await sdk.trading.clock.legacyClockRaw(init);
      await sdk.trading.clock.legacyClockRaw(init);
    });
    expect((await twice).status).toBe(200);
    await expect(client.call('view', async () => {})).rejects.toBeInstanceOf(NotSent);
    expect(stub.asked).toHaveLength(1);
  });

  test('carries the added headers, which never take the place of the keys', async () => {
    const headers = () => ({ 'x-plimsoll-at': '5', 'APCA-API-KEY-ID': 'other' });
    const one = clientOf(stub.url, { headers });
    stub.on('GET /v2/clock', { body: {} });
    await askClock(one);
    await one.close();
    expect(stub.asked[0]?.headers['x-plimsoll-at']).toBe('5');
    expect(stub.asked[0]?.headers['apca-api-key-id']).toBe(KEYS.keyId.reveal());
  });

  test('tells the clock of the broker by its date', async () => {
    expect(client.clock).toBeNull();
    const date = new Date(Date.now() + 60_000).toUTCString();
    stub.on('GET /v2/clock', { body: {}, headers: { date } });
    await askClock(client);
    expect(client.clock?.offsetMs).toBeGreaterThan(58_000);
    expect(client.clock?.offsetMs).toBeLessThan(62_000);
  });
});

test('the keys appear in no text of the client', () => {
  expect(`${JSON.stringify(client.keys)} ${String(client.keys.secret)}`).not.toContain('s3cret');
});
