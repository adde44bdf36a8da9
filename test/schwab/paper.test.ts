import { dirname, join, normalize } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DateText } from '../../src/base/index.ts';
import { filesBelow, read, scan } from '../source.ts';
import { connect, type Connection, intentOf, StandingClock } from './connect.ts';
import { type SchwabServer, startSchwabServer } from './server.ts';

/** Every file below `src` that is reached from `start` by imports, at its top or later. */
function reachedFrom(start: string): Set<string> {
  const reached = new Set<string>();
  const visit = (path: string) => {
    if (reached.has(path)) return;
    reached.add(path);
    const { code, strings } = scan(read(path));
    for (const { start: at, text } of strings) {
      const before = code.slice(Math.max(0, at - 40), at);
      const isImport = /(?:\bfrom|\bimport|\bimport\s*\(|\brequire\s*\()\s*$/.test(before);
      if (isImport && text.startsWith('.')) visit(normalize(join(dirname(path), text)));
    }
  };
  visit(start);
  return reached;
}

/** Texts of a file that lead to an order endpoint: "/orders" or "previewOrder". */
const orderPaths = (path: string): string[] => {
  const source = read(path);
  const { comments } = scan(source);
  let code = source;
  for (const { start, text } of comments) {
    code = code.slice(0, start) + ' '.repeat(text.length) + code.slice(start + text.length);
  }
  return [...code.matchAll(/\/orders(?=['"`?]|\/\$)|previewOrder/g)].map(([text]) => text);
};

const DOOR = 'src/adapters/schwab/index.ts';
const CLIENT = 'src/adapters/schwab-orders/';

describe('F058 sign-in and market data of Schwab cannot reach an order endpoint', () => {
  test('the files behind their door import nothing of the order client', () => {
    const reached = reachedFrom(DOOR);
    expect(reached.size).toBeGreaterThan(10);
    expect([...reached].filter((path) => path.startsWith(CLIENT))).toEqual([]);
  });

  test('none of them names an order endpoint, and only their HTTP client sends', () => {
    const own = filesBelow('src/adapters/schwab', /(?<!\.test|\.fixture)\.ts$/);
    const reached = [...reachedFrom(DOOR)].filter((path) => path.startsWith('src/adapters/'));
    const naming = [...new Set([...own, ...reached])].filter((path) => orderPaths(path).length > 0);
    expect(naming).toEqual([]);
  });

  test('the order client is the one file that does', () => {
    const all = filesBelow('src/adapters/schwab-orders', /(?<!\.test|\.fixture)\.ts$/);
    expect(all.filter((path) => orderPaths(path).length > 0)).toEqual([`${CLIENT}order-client.ts`]);
  });
});

describe('F058 at the socket', () => {
  let server: SchwabServer;
  let connection: Connection;
  const clock = new StandingClock();

  beforeAll(async () => {
    server = await startSchwabServer({ now: clock.now });
    server.setPrice('SPY', { bid: 500, ask: 500.1, last: 500 });
    connection = connect(server, clock);
  });
  afterAll(async () => {
    await connection.close();
    await server.close();
  });

  test('quotes, hours, history and preferences make no order request (invariant 25)', async () => {
    const { http } = connection;
    const ask = (path: string, query: Record<string, string> = {}) =>
      http.send({ method: 'GET', path, query, lane: 'data' });
    for (let i = 0; i < 20; i++) {
      await ask('/marketdata/v1/quotes', { symbols: 'SPY' });
      await ask('/marketdata/v1/pricehistory', { symbol: 'SPY' });
      await ask('/trader/v1/userPreference');
      clock.pass(60_000);
    }
    await connection.broker.sessions('2025-01-17' as DateText, '2025-01-17' as DateText);
    expect(server.requests.filter(({ path }) => /order/i.test(path))).toEqual([]);
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(server.posts()).toBe(0);
  });

  test('the counter sees one that is made', async () => {
    await connection.broker.submit(intentOf(), clock.at);
    expect(server.posts()).toBe(1);
  });
});
