import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { RequestBudget, UNLIMITED } from './budget.ts';
import { HttpClient, type HttpTerms, jsonOf, NotSent } from './http.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function talk(listener: RequestListener, terms: Partial<HttpTerms> = {}) {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const origin = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const all = { waitMs: 100, timeoutMs: 300, bytesMax: 1_000, ...terms };
  const client = new HttpClient(origin, new RequestBudget(UNLIMITED), all);
  open.push(client, { close: () => server.closeAllConnections() }, server);
  const get = () => client.send({ method: 'GET', path: '/', headers: {}, lane: 'data' });
  return { client, get, origin };
}

describe('one HTTP client for all borders', () => {
  test('tells status, headers and text as they came, and sends what it was given', async () => {
    const seen: unknown[] = [];
    const { client } = await talk((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        seen.push(request.method, request.url, request.headers['x-key'], Buffer.concat(parts) + '');
        response.writeHead(201, { 'content-type': 'application/json', Location: '/orders/7' });
        response.end('{"a":1}');
      });
    });
    const headers = { 'x-key': 'k' };
    const ask = { method: 'POST', path: '/v2/orders?x=1', headers, body: '{}' } as const;
    const reply = await client.send({ ...ask, lane: 'submit' });
    expect(seen).toEqual(['POST', '/v2/orders?x=1', 'k', '{}']);
    expect([reply.status, reply.headers['location'], jsonOf(reply)]).toEqual([
      201,
      '/orders/7',
      { a: 1 },
    ]);
  });

  test('follows no redirect, and sends nothing twice (F081)', async () => {
    let requests = 0;
    const { get } = await talk((_request, response) => {
      requests++;
      response.writeHead(307, { location: 'http://127.0.0.1:1/' }).end();
    });
    expect((await get()).status).toBe(307);
    expect(requests).toBe(1);
  });

  test.each([
    ['that ends the connection', (response: { destroy(): void }) => response.destroy()],
    ['that says nothing', () => {}],
  ])('a server %s leaves the outcome open: not "not sent" (F001)', async (_what, answer) => {
    let requests = 0;
    const { get } = await talk((_request, response) => {
      requests++;
      answer(response);
    });
    const error: unknown = await get().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(NotSent);
    expect(requests).toBe(1);
  });

  test('a reply that is too large is given up (F088)', async () => {
    const { get } = await talk((_request, response) => response.end('x'.repeat(2_000)));
    await expect(get()).rejects.toThrow('above 1000 bytes');
  });

  test('what the budget keeps back was not sent', async () => {
    let requests = 0;
    const { origin } = await talk((_request, response) => {
      requests++;
      response.end();
    });
    const budget = new RequestBudget({ requestsMax: 1, windowMs: 60_000, reserved: 1 });
    const terms = { waitMs: 20, timeoutMs: 300, bytesMax: 100 };
    const client = new HttpClient(origin, budget, terms);
    open.push(client);
    const ask = { method: 'GET', path: '/', headers: {}, lane: 'data' } as const;
    await expect(client.send(ask)).rejects.toBeInstanceOf(NotSent);
    expect(requests).toBe(0);
  });

  test('the clock of the other side is read off its replies (F050)', async () => {
    const { client, get } = await talk((_request, response) => {
      response.setHeader('date', new Date(Date.now() + 60_000).toUTCString());
      response.end();
    });
    expect(client.clock).toBeNull();
    await get();
    expect(Math.abs((client.clock?.offsetMs ?? 0) - 60_000)).toBeLessThan(1_500);
  });

  test('a page that is not said to be JSON is none (F004)', () => {
    const text = '{"id":"1"}';
    expect(jsonOf({ headers: { 'content-type': 'text/html' }, text })).toBeUndefined();
    expect(jsonOf({ headers: {}, text })).toBeUndefined();
    const problem = { 'content-type': 'application/problem+json; charset=utf-8' };
    expect(jsonOf({ headers: problem, text })).toEqual({ id: '1' });
    expect(jsonOf({ headers: problem, text: '{"id"' })).toBeUndefined();
  });
});
