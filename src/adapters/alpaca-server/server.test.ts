import { request } from 'node:http';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { KEYS, MemoryStore, open, order, type World, world } from './server.fixture.ts';

describe('durability and determinism', () => {
  const script = async ({ ask, goTo }: World) => {
    await ask('POST', '/v2/orders', order({ client_order_id: 'a' }));
    await ask(
      'POST',
      '/v2/orders',
      order({ client_order_id: 'b', type: 'limit', limit_price: '450', time_in_force: 'gtc' }),
    );
    goTo('2024-03-06', '10:00');
  };
  const state = async ({ ask }: World) =>
    Promise.all(
      ['/v2/orders?status=all', '/v2/positions', '/v2/account', '/v2/account/activities'].map(
        async (path) => (await ask('GET', path)).body,
      ),
    );

  test('the same seed and requests give the same ids, times and books', async () => {
    const [a, b] = [await open(), await open()];
    await script(a);
    await script(b);
    expect(await state(a)).toEqual(await state(b));
    const other = await open({ settings: { seed: 8 } });
    await script(other);
    expect((await state(other))[0][0].id).not.toBe((await state(a))[0][0].id);
  });

  test('F021: a restarted server has orders, positions, ids and what rests goes on', async () => {
    const store = new MemoryStore();
    const first = await world({ store });
    await script(first);
    const before = await state(first);
    await first.server.close();
    const again = await open({ store });
    again.goTo('2024-03-06', '10:00');
    expect(await state(again)).toEqual(before);
    expect((await again.ask('POST', '/v2/orders', order({ client_order_id: 'b' }))).status).toBe(
      422,
    );
    again.market.set('SPY', 449, 449.02);
    again.goTo('2024-03-06', '10:01');
    expect(
      (await again.ask('GET', '/v2/orders:by_client_order_id?client_order_id=b')).body.status,
    ).toBe('filled');
  });

  test('a stop limit that was reached stays so over a restart', async () => {
    const store = new MemoryStore();
    const first = await world({ store });
    await first.ask('POST', '/v2/orders', order({}));
    const terms = { side: 'sell', type: 'stop_limit', stop_price: '495', limit_price: '497' };
    await first.ask('POST', '/v2/orders', order({ ...terms, client_order_id: 's' }));
    first.market.set('SPY', 494.9, 494.92);
    first.goTo('2024-03-05', '10:01');
    await first.server.close();
    const again = await open({ store });
    again.market.set('SPY', 498, 498.02);
    again.goTo('2024-03-05', '10:02');
    const seen = await again.ask('GET', '/v2/orders:by_client_order_id?client_order_id=s');
    expect(seen.body).toMatchObject({ status: 'filled', filled_avg_price: '498' });
  });

  test('an order is on the disk before it is answered, and reading writes nothing', async () => {
    const store = new MemoryStore();
    const { ask } = await open({ store });
    const puts = store.puts;
    await ask('GET', '/v2/account');
    expect(store.puts).toBe(puts);
    await ask('POST', '/v2/orders', order({ client_order_id: 'a' }));
    expect([...store.map.values()].join()).toContain('"clientOrderId":"a"');
  });

  test('a disk that refuses makes the server stand still', async () => {
    const store = new MemoryStore();
    const { ask } = await open({ store });
    store.put = () => {
      throw new Error('full');
    };
    expect((await ask('POST', '/v2/orders', order({}))).status).toBe(500);
    expect((await ask('GET', '/v2/account')).status).toBe(500);
  });

  test('a caller may move the clock forward by a header, never back', async () => {
    const { ask } = await open({ followHeader: true });
    const read = async (ms: number) =>
      (await ask('GET', '/v2/clock', undefined, { 'x-plimsoll-at': String(ms) })).body.timestamp;
    expect(await read(Date.parse('2024-03-07T15:00:00Z'))).toBe('2024-03-07T10:00:00-05:00');
    expect(await read(Date.parse('2024-03-06T15:00:00Z'))).toBe('2024-03-07T10:00:00-05:00');
  });
});

describe('who may ask', () => {
  const status = (server: World['server'], headers: Record<string, string>, body = '') =>
    new Promise<number | undefined>((resolve, reject) => {
      const sent = request(
        `${server.url}/v2/account`,
        { method: body === '' ? 'GET' : 'POST', headers },
        (reply) => {
          reply.resume();
          resolve(reply.statusCode);
        },
      );
      sent.once('error', reject).end(body);
    });
  const keys = { 'apca-api-key-id': KEYS.keyId, 'apca-api-secret-key': KEYS.secret };

  test('F077: only callers with the keys, for this machine by name, and no web page', async () => {
    const { server } = await open();
    expect(await status(server, keys)).toBe(200);
    expect(await status(server, {})).toBe(401);
    expect(await status(server, { ...keys, 'apca-api-secret-key': 'wrong' })).toBe(401);
    expect(await status(server, { ...keys, host: 'evil.example' })).toBe(403);
    expect(await status(server, { ...keys, origin: 'https://evil.example' })).toBe(403);
    expect(await status(server, { ...keys, 'content-type': 'text/plain' }, '{}')).toBe(415);
    expect(
      await status(server, { ...keys, 'content-type': 'application/json' }, 'x'.repeat(70_000)),
    ).toBe(413);
    const broken = status(server, { ...keys, 'content-type': 'application/json' }, '{"a":');
    expect(await broken).toBe(400);
  });

  test('the stream tells nothing to those without the keys', async () => {
    const found = await open();
    const socket = new WebSocket(found.server.streamUrl);
    const frames: any[] = [];
    socket.on('message', (data) => frames.push(JSON.parse(String(data))));
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(JSON.stringify({ action: 'listen', data: { streams: ['trade_updates'] } }));
    socket.send(JSON.stringify({ action: 'authenticate', data: { key_id: 'a', secret_key: 'b' } }));
    await new Promise((resolve) => socket.once('close', resolve));
    expect(frames.map(({ stream, data }) => [stream, data.status, data.action])).toEqual([
      ['authorization', 'unauthorized', 'listen'],
      ['authorization', 'unauthorized', 'authenticate'],
    ]);
  });
});
