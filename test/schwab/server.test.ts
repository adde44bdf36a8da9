import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { StandingClock } from './connect.ts';
import { type SchwabServer, startSchwabServer } from './server.ts';

let clock: StandingClock;
let server: SchwabServer;

beforeEach(async () => {
  clock = new StandingClock();
  server = await startSchwabServer({ now: clock.now, autoFill: true, queueMs: 100, cancelMs: 50 });
});

afterEach(() => server.close());

const REDIRECT = 'https://127.0.0.1:8182';

async function code(): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: server.app.key,
    redirect_uri: REDIRECT,
    state: 'x1',
  });
  const reply = await fetch(`${server.url}/v1/oauth/authorize?${query}`, { redirect: 'manual' });
  const target = new URL(reply.headers.get('location') ?? '');
  expect([reply.status, target.origin, target.searchParams.get('state')]).toEqual([
    302,
    REDIRECT,
    'x1',
  ]);
  return target.searchParams.get('code') as string;
}

async function grant(form: Record<string, string>): Promise<[number, Record<string, unknown>]> {
  const pair = Buffer.from(`${server.app.key}:${server.app.secret}`).toString('base64');
  const reply = await fetch(`${server.url}/v1/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${pair}` },
    body: new URLSearchParams(form),
  });
  return [reply.status, (await reply.json()) as Record<string, unknown>];
}

const byCode = async (text: string) =>
  grant({ grant_type: 'authorization_code', code: text, redirect_uri: REDIRECT });

const isLet = async (token: unknown): Promise<boolean> => {
  const headers = { authorization: `Bearer ${String(token)}` };
  const reply = await fetch(`${server.url}/trader/v1/accounts/accountNumbers`, { headers });
  return reply.status === 200;
};

describe('sign-in', () => {
  test('a code is good once and for 30 seconds', async () => {
    const first = await code();
    const [status, body] = await byCode(first);
    expect([status, body['expires_in'], await isLet(body['access_token'])]).toEqual([
      200,
      1_800,
      true,
    ]);
    expect((await byCode(first))[0]).toBe(400);
    const second = await code();
    clock.pass(30_001);
    expect((await byCode(second))[0]).toBe(400);
  });

  test('access lives 30 minutes, refresh seven days from the sign-in', async () => {
    const [, { access_token: access, refresh_token: refresh }] = await byCode(await code());
    clock.pass(1_799_999);
    expect(await isLet(access)).toBe(true);
    clock.pass(1);
    expect(await isLet(access)).toBe(false);
    const form = { grant_type: 'refresh_token', refresh_token: String(refresh) };
    const [status, renewed] = await grant(form);
    expect([status, renewed['refresh_token']]).toEqual([200, refresh]);
    clock.pass(7 * 86_400_000);
    const [dead, error] = await grant(form);
    expect([dead, error['error']]).toEqual([400, 'unsupported_token_type']);
    expect(error['error_description']).toContain('refresh_token_authentication_error');
  });
});

const body = (terms: Record<string, unknown> = {}) => ({
  session: 'NORMAL',
  duration: 'DAY',
  orderType: 'LIMIT',
  price: '500',
  orderLegCollection: [
    { instruction: 'BUY', instrument: { assetType: 'EQUITY', symbol: 'SPY' }, quantity: 3 },
  ],
  orderStrategyType: 'SINGLE',
  ...terms,
});

describe('the life of an order', () => {
  test('goes from the queue to work to its fill, at the market', () => {
    const order = server.enter('12345678', body());
    expect(order.status).toBe('QUEUED');
    clock.pass(100);
    server.setPrice('SPY', { bid: 500.1, ask: 500.2, last: 500.1 });
    expect(order.status).toBe('WORKING');
    server.setPrice('SPY', { bid: 499.8, ask: 499.9, last: 499.9 });
    expect(order).toMatchObject({ status: 'FILLED', filled: 3 });
    expect(server.books.get('12345678')?.cash).toBe(100_000e6 - 3 * 499.9e6);
  });

  test('a stop waits for its price, then fills at the market', () => {
    server.books.get('12345678')?.hold('SPY', 3, 500);
    const legs = body().orderLegCollection.map((leg) => ({ ...leg, instruction: 'SELL' }));
    const stop = {
      orderType: 'STOP',
      price: undefined,
      stopPrice: '490',
      orderLegCollection: legs,
    };
    const order = server.enter('12345678', body(stop));
    clock.pass(100);
    server.setPrice('SPY', { bid: 491, ask: 491.1, last: 491 });
    expect(order.status).toBe('AWAITING_STOP_CONDITION');
    server.setPrice('SPY', { bid: 489, ask: 489.1, last: 489.9 });
    expect(order.status).toBe('FILLED');
  });

  test('of two that end each other, the one that fills ends the other', () => {
    server.books.get('12345678')?.hold('SPY', 3, 500);
    const legs = body().orderLegCollection.map((leg) => ({ ...leg, instruction: 'SELL' }));
    const target = body({ price: '510', orderLegCollection: legs });
    const stop = body({ orderType: 'STOP', stopPrice: '490', orderLegCollection: legs });
    const pair = { orderStrategyType: 'OCO', childOrderStrategies: [target, stop] };
    const { children } = server.enter('12345678', pair);
    clock.pass(100);
    server.setPrice('SPY', { bid: 511, ask: 511.1, last: 511 });
    expect(children.map(({ status }) => status)).toEqual(['FILLED', 'CANCELED']);
  });

  test('a cancel is pending before it holds, a closed market keeps orders waiting', async () => {
    const order = server.enter('12345678', body());
    clock.pass(100);
    server.tick();
    expect(server.world.cancel(order)).toBe(true);
    expect(order.status).toBe('PENDING_CANCEL');
    clock.pass(50);
    server.tick();
    expect(order).toMatchObject({ status: 'CANCELED', filled: 0 });
    expect(order.executions).toMatchObject([{ type: 'CANCELED', quantity: 3 }]);
    expect(server.world.cancel(order)).toBe(false);
    const shut = await startSchwabServer({ now: clock.now, isOpen: () => false });
    expect(shut.enter('12345678', body()).status).toBe('PENDING_ACTIVATION');
    await shut.close();
  });

  test('twice the same life is the same, number by number', async () => {
    const twin = await startSchwabServer({ now: clock.now });
    const again = await startSchwabServer({ now: clock.now });
    for (const one of [twin, again]) {
      one.setPrice('SPY', { bid: 499, ask: 499.1, last: 499 });
      one.enter('12345678', body());
      one.enter('12345678', body({ price: '498' }));
    }
    expect(twin.orders()).toEqual(again.orders());
    await Promise.all([twin.close(), again.close()]);
  });
});

test('the streamer logs in, subscribes, and tells quotes and what becomes of orders', async () => {
  const socket = new WebSocket(server.streamUrl);
  const frames: Record<string, unknown>[] = [];
  socket.on('message', (data) => frames.push(JSON.parse(String(data)) as Record<string, unknown>));
  await new Promise((done) => socket.once('open', done));
  const send = (service: string, command: string, parameters: Record<string, string>) =>
    socket.send(JSON.stringify({ requests: [{ service, command, requestid: '1', parameters }] }));
  const token = String(server.oauth.signIn()['access_token']);
  send('ADMIN', 'LOGIN', { Authorization: token });
  send('LEVELONE_EQUITIES', 'SUBS', { keys: 'SPY', fields: '0,1,2,3' });
  send('ACCT_ACTIVITY', 'SUBS', { keys: 'Account Activity', fields: '0,1,2,3' });
  await expect.poll(() => frames.length).toBe(3);
  server.setPrice('SPY', { bid: 1, ask: 2, last: 1.5 });
  const { id } = server.enter('12345678', body());
  await expect.poll(() => frames.length).toBeGreaterThan(4);
  expect(frames[3]).toMatchObject({
    data: [{ service: 'LEVELONE_EQUITIES', content: [{ key: 'SPY', '1': 1, '2': 2, '3': 1.5 }] }],
  });
  const [told] = (frames[4]?.['data'] ?? []) as { content: Record<string, string>[] }[];
  expect(JSON.parse(told?.content[0]?.['3'] ?? '')).toMatchObject({ SchwabOrderID: String(id) });
  server.streamer.isMute = true;
  server.streamer.heartbeat();
  socket.terminate();
});
