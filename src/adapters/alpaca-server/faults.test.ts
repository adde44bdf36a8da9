import { describe, expect, test } from 'vitest';
import { dollars, listener, open, order, type World } from './server.fixture.ts';

describe('faults', () => {
  const post = 'POST /v2/orders';
  const orders = async ({ ask }: World) => (await ask('GET', '/v2/orders?status=all')).body.length;

  test.each([
    ['dropBefore', { kind: 'dropBefore' }, 0],
    ['dropAfter', { kind: 'dropAfter' }, 1],
    ['cut body', { kind: 'cut', bytes: 30 }, 1],
    ['page', { kind: 'page', effect: true }, 1],
    ['gateway page', { kind: 'status', status: 502, body: 'page', effect: true }, 1],
    ['bare status', { kind: 'status', status: 503, body: 'none', effect: false }, 0],
  ] as const)('%s: the caller learns nothing, F001 F004 F005', async (_, trouble, taken) => {
    const found = await open();
    found.server.faults.add({ on: post, trouble });
    const told = found.ask('POST', '/v2/orders', order({}));
    expect(
      await told.then(
        ({ body }) => body?.id ?? 'nothing',
        () => 'nothing',
      ),
    ).toBe('nothing');
    expect(await orders(found)).toBe(taken);
    expect((await found.ask('POST', '/v2/orders', order({}))).status).toBe(200);
  });

  test('a rate limit, a duplicate id, a missing id, a missing page, a late rejection', async () => {
    const found = await open();
    const { ask, server } = found;
    server.faults.add({ on: post, trouble: { kind: 'rateLimit', retryAfterS: 2 } });
    const limited = await ask('POST', '/v2/orders', order({}));
    expect([limited.status, limited.headers.get('retry-after')]).toEqual([429, '2']);
    server.faults.add({ on: post, trouble: { kind: 'duplicateId' } });
    expect((await ask('POST', '/v2/orders', order({}))).body.message).toContain('unique');
    server.faults.add({ on: post, trouble: { kind: 'missingId' } });
    expect((await ask('POST', '/v2/orders', order({}))).body.id).toBeUndefined();
    server.faults.add({ on: post, trouble: { kind: 'rejectAfterAccept' } });
    const { body } = await ask('POST', '/v2/orders', order({}));
    expect(body.status).toBe('pending_new');
    expect((await ask('GET', `/v2/orders/${body.id}`)).body.status).toBe('rejected');
    server.faults.add({ on: 'GET /v2/account/activities', trouble: { kind: 'missingPage' } });
    expect((await ask('GET', '/v2/account/activities')).body).toEqual([]);
    expect((await ask('GET', '/v2/account/activities')).body).toHaveLength(2);
  });

  test('frames are lost, repeated, out of order, before the answer, or not told', async () => {
    const found = await open();
    const { ask, server } = found;
    const { events, frames } = await listener(found);
    server.faults.addFrame({ trouble: 'lose', event: 'new' });
    server.faults.addFrame({ trouble: 'repeat', event: 'fill' });
    await ask('POST', '/v2/orders', order({}));
    await expect.poll(events).toEqual(['pending_new', 'fill', 'fill']);
    frames.length = 2;
    server.faults.addFrame({ trouble: 'hold', event: 'new' });
    server.faults.add({ on: post, trouble: { kind: 'fillBeforeAck', ms: 50 } });
    const answer = ask('POST', '/v2/orders', order({}));
    await expect.poll(events).toEqual(['pending_new', 'fill', 'new']);
    await answer;
    frames.length = 2;
    server.faults.mute = true;
    await ask('POST', '/v2/orders', order({}));
    expect(events()).toEqual([]);
  });

  test('F019: a bust and a correction change books, orders, activities, and are told', async () => {
    const found = await open();
    const { ask, server } = found;
    const { events, frames } = await listener(found);
    await ask('POST', '/v2/orders', order({}));
    await ask('POST', '/v2/orders', order({}));
    await expect.poll(events).toHaveLength(6);
    const [first, second] = frames
      .filter(({ data }) => data.event === 'fill')
      .map(({ data }) => data.execution_id);
    server.bust(first);
    server.correct(second, dollars(499) as never);
    await expect.poll(events).toHaveLength(8);
    expect(frames.at(-1).data).toMatchObject({
      event: 'trade_correct',
      previous_execution_id: second,
      price: '499',
    });
    expect((await ask('GET', '/v2/positions/SPY')).body.qty).toBe('10');
    expect((await ask('GET', '/v2/account')).body.cash).toBe('95010');
    expect((await ask('GET', '/v2/account/activities')).body).toMatchObject([{ price: '499' }]);
  });

  test('positions and cash are shown late', async () => {
    const { ask, server, goTo } = await open();
    server.faults.positionsLagMs = 60_000;
    await ask('POST', '/v2/orders', order({}));
    expect([
      (await ask('GET', '/v2/positions')).body,
      (await ask('GET', '/v2/account')).body.cash,
    ]).toEqual([[], '100000']);
    goTo('2024-03-05', '10:02');
    expect((await ask('GET', '/v2/positions')).body).toHaveLength(1);
  });

  test('troubles by seed are the same in every run', async () => {
    const run = async () => {
      const { ask, server } = await open();
      server.faults.rates({ seed: 3, dropAfterPpm: 300_000, unavailablePpm: 200_000 });
      const told: number[] = [];
      for (let i = 0; i < 20; i++)
        told.push(
          await ask('GET', '/v2/clock').then(
            ({ status }) => status,
            () => 0,
          ),
        );
      return told;
    };
    const first = await run();
    expect(new Set(first)).toEqual(new Set([0, 200]));
    expect(await run()).toEqual(first);
  });
});
