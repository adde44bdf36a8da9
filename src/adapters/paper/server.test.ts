import { request } from 'node:http';
import { afterEach, describe, expect, test } from 'vitest';
import type { Money } from '../../base/index.ts';
import { NO_COSTS } from '../../portfolio/index.ts';
import { type BrokerServer, startBrokerServer } from './server.ts';

let server: BrokerServer | undefined;
afterEach(() => server?.close());

async function start(): Promise<number> {
  const map = new Map<string, string>();
  server = await startBrokerServer({
    settings: {
      seed: 1,
      costs: NO_COSTS,
      delayMs: [0, 0],
      rejectionPpm: 0,
      randomSlippageBps: 0,
      priceStep: 1,
      shortSelling: false,
    },
    cash: 1_000_000 as Money,
    store: {
      entries: () => map.entries(),
      put: (changes) => changes.forEach(([key, text]) => map.set(key, text)),
      close: () => {},
    },
    port: 0,
  });
  return server.port;
}

const JSON_TYPE = { 'content-type': 'application/json' };

function ask(
  port: number,
  { path = '/v1/account', method = 'POST', body = '{"at":1}', headers = {} as object },
): Promise<{ status: number; code: unknown }> {
  return new Promise((resolve, reject) => {
    const all = { ...JSON_TYPE, ...headers };
    const asked = request({ host: '127.0.0.1', port, path, method, headers: all }, (response) => {
      let text = '';
      response.on('data', (part: Buffer) => (text += part.toString()));
      response.on('end', () => {
        const found = JSON.parse(text) as { error?: { code: string } };
        resolve({ status: response.statusCode ?? 0, code: found.error?.code });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

describe('the process of the built-in broker', () => {
  test.each<[string, Parameters<typeof ask>[1], number, string | undefined]>([
    ['a call as it should be', {}, 200, undefined],
    ['a web page', { headers: { origin: 'http://evil.example' } }, 403, 'foreign'],
    ['another host name', { headers: { host: 'evil.example' } }, 403, 'foreign'],
    ['a form', { headers: { 'content-type': 'text/plain' } }, 415, 'notJson'],
    ['a GET', { method: 'GET', body: '' }, 415, 'notJson'],
    ['an unknown call', { path: '/v1/withdraw' }, 404, 'unknownCall'],
    ['a path of its prototype', { path: '/v1/constructor' }, 404, 'unknownCall'],
    ['half a body', { body: '{"at":' }, 400, 'malformed'],
    ['a field more', { body: '{"at":1,"x":2}' }, 400, 'malformed'],
    ['a text for a number', { body: '{"at":"1"}' }, 400, 'malformed'],
    ['too large a body', { body: ' '.repeat(1_048_577) }, 413, 'tooLarge'],
  ])('answers %s with its status', async (_, asked, status, code) => {
    expect(await ask(await start(), asked)).toEqual({ status, code });
  });

  test('listens on the loopback interface alone', async () => {
    await start();
    expect(server?.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
  });

  test('a port that is taken is an error', async () => {
    const port = await start();
    const store = { entries: () => [], put: () => {}, close: () => {} };
    const again = startBrokerServer({ settings: {} as never, cash: 0 as Money, store, port });
    await expect(again).rejects.toThrow('EADDRINUSE');
  });
});
