import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parsePrice } from '../../src/base/index.ts';
import type { Report } from '../../src/orders/index.ts';
import { Book, connect, type Connection, intentOf, StandingClock } from './connect.ts';
import { type Fault, type SchwabServer, startSchwabServer } from './server.ts';

let clock: StandingClock;
let server: SchwabServer;
let connection: Connection;
let book: Book;

beforeEach(async () => {
  clock = new StandingClock();
  server = await startSchwabServer({ now: clock.now });
  server.setPrice('SPY', { bid: 509.9, ask: 510.1, last: 510 });
  connection = connect(server, clock);
  book = new Book(connection, clock);
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

const ORDERS = /\/orders$/;
const strike = (method: string, path: RegExp, fault: Fault, times = 1) =>
  server.faults.add({ method, path, fault, times });
const kinds = (reports: readonly Report[]) => reports.map(({ kind }) => kind);
const manual = (quantity = 10) => ({
  session: 'NORMAL',
  duration: 'DAY',
  orderType: 'LIMIT',
  price: '500.00',
  orderLegCollection: [
    { instruction: 'BUY', instrument: { assetType: 'EQUITY', symbol: 'SPY' }, quantity },
  ],
  orderStrategyType: 'SINGLE',
});

describe('an order that is taken', () => {
  test('counts as accepted when it reads back as it was intended', async () => {
    const order = await book.send(intentOf());
    expect(order).toMatchObject({ status: 'working', filled: 0 });
    expect(order.venueOrderId).toBe(String(server.orders()[0]?.['orderId']));
    expect(server.posts()).toBe(1);
  });

  test('may come back filled, its fees with the transactions (F015, F035)', async () => {
    server.setPrice('SPY', { bid: 499.8, ask: 499.9, last: 499.9 });
    const order = await book.send(intentOf());
    expect(order).toMatchObject({ status: 'filled', filled: 10, fees: 0 });
    const sold = await book.send(intentOf({ side: 'sell', pricing: { type: 'market' } }, 2));
    expect(sold.status).toBe('filled');
    const activities = await connection.broker.activities(clock.at);
    expect(activities).toMatchObject([{ type: 'fee', symbol: 'SPY', amount: 2_000 }]);
    const { cash, positions } = await connection.broker.account(clock.at);
    expect(positions).toEqual({});
    expect(cash).toBe(parsePrice('100000') - order.notional + sold.notional - 2_000);
  });

  test('F007 may be rejected a moment later, with its reason', async () => {
    const order = await book.send(intentOf());
    server.world.end(Number(order.venueOrderId), 'REJECTED', 'Margin call');
    await book.poll();
    expect(order).toMatchObject({ status: 'rejected', reason: 'Margin call' });
  });

  test('F007 may be rejected at once: what Schwab took is not yet what it works', async () => {
    const sale = intentOf({
      side: 'sell',
      pricing: { type: 'limit', limitPrice: parsePrice('520') },
    });
    const order = await book.send(sale);
    expect(order.status).toBe('working');
    expect(server.requests.at(-2)?.body).toMatchObject({
      orderLegCollection: [{ instruction: 'SELL_SHORT' }],
    });
    const { books } = server;
    books.get('12345678')?.hold('QQQ', 5, 400);
    const held = connect(server, clock, { held: () => 10 });
    const reports = await held.broker.submit(
      intentOf({ symbol: 'QQQ', side: 'sell' }, 2),
      clock.at,
    );
    expect(reports).toMatchObject([{ kind: 'rejected', reason: 'You do not hold 10 of QQQ.' }]);
    await held.close();
  });
});

describe('an outcome that nobody knows', () => {
  const AMBIGUOUS: readonly (readonly [string, Fault])[] = [
    ['F001 the connection ends after it was taken', { kind: 'dropAfter' }],
    ['F004 the Location is missing', { kind: 'location', value: null }],
    ['F004 the Location names no order', { kind: 'location', value: 'http://x/orders/12ab' }],
    ['F004 a page comes in place of the reply', { kind: 'html', done: true }],
    ['F005 a gateway says 503', { kind: 'status', status: 503, done: true }],
    ['F005 a 429 without a body of theirs', { kind: 'status', status: 429, done: true }],
    ['F005 a 400 of a gateway', { kind: 'html', status: 400, done: true }],
    ['F005 a gateway’s fault', { kind: 'status', status: 502, done: true, body: { fault: {} } }],
  ];

  test.each(AMBIGUOUS)(
    '%s: it is found by its terms, sent once (invariants 2, 3)',
    async (_, fault) => {
      server.enter('12345678', manual());
      strike('POST', ORDERS, fault);
      const order = await book.send(intentOf());
      expect(order.status).toBe('unknown');
      await book.find(order);
      expect(order).toMatchObject({ status: 'working' });
      expect(order.venueOrderId).toBe(String(server.orders()[1]?.['orderId']));
      expect(server.posts()).toBe(1);
      expect(book.alarms).toEqual([]);
    },
  );

  test.each([
    ['F001 the connection ends before it was looked at', { kind: 'dropBefore' }],
    ['F005 a gateway says 503', { kind: 'status', status: 503 }],
  ] as const)('%s: a complete list without it is evidence, never more', async (_, fault) => {
    strike('POST', ORDERS, fault);
    const order = await book.send(intentOf());
    expect(order.status).toBe('unknown');
    expect(await book.find(order)).toEqual([
      { kind: 'notFound', order: order.intent.clientOrderId, at: clock.at },
    ]);
    strike('GET', ORDERS, { kind: 'cut', bytes: 1 });
    await expect(book.find(order)).rejects.toThrow('not read in whole');
    expect(server.posts()).toBe(0);
  });

  test('F001 a list that lags has none yet, and has it later', async () => {
    server.faults.listLagMs = 30_000;
    strike('POST', ORDERS, { kind: 'dropAfter' });
    const order = await book.send(intentOf());
    expect(kinds(await book.find(order))).toEqual(['notFound']);
    clock.pass(30_000);
    expect(kinds(await book.find(order))).toEqual(['accepted']);
  });

  test('F001 two new orders that look the same are for a person: nobody guesses', async () => {
    strike('POST', ORDERS, { kind: 'dropAfter' });
    const order = await book.send(intentOf());
    server.enter('12345678', manual());
    const reports = await book.find(order);
    expect(kinds(reports)).toEqual(['suspended']);
    expect(order.status).toBe('unknown');
    for (const { orderId } of server.orders() as { orderId: number }[]) {
      expect(JSON.stringify(reports)).toContain(String(orderId));
    }
  });

  test('F001 a new order of the symbol in other terms: ours is not proven absent', async () => {
    strike('POST', ORDERS, { kind: 'dropBefore' });
    const order = await book.send(intentOf());
    server.enter('12345678', manual(9));
    expect(kinds(await book.find(order))).toEqual(['suspended']);
  });

  test('F001 an order that the list lagged behind is not taken for the next one', async () => {
    const first = await book.send(intentOf());
    server.faults.listLagMs = 20_000;
    clock.pass(1_000);
    strike('POST', ORDERS, { kind: 'dropBefore' });
    const second = await book.send(intentOf({}, 2));
    server.faults.listLagMs = 0;
    expect(second.watermark).toContain(first.venueOrderId);
    expect(kinds(await book.find(second))).toEqual(['notFound']);
  });

  test('F001 one that was entered long before the send is for a person, alike or not', async () => {
    server.faults.listLagMs = 180_000;
    server.enter('12345678', manual());
    clock.pass(120_000);
    strike('POST', ORDERS, { kind: 'dropBefore' });
    const order = await book.send(intentOf());
    clock.pass(60_000);
    expect(kinds(await book.find(order))).toEqual(['suspended']);
    expect(order.status).toBe('unknown');
  });

  test('F002 what it was named is asked for first, and that it lags never undoes it', async () => {
    server.faults.readLagMs = 5_000;
    server.faults.listLagMs = 5_000;
    const order = await book.send(intentOf());
    expect(order.status).toBe('unknown');
    await expect(book.find(order)).rejects.toThrow('cannot be read yet');
    clock.pass(5_000);
    await book.find(order);
    expect(order.status).toBe('working');
    expect(server.posts()).toBe(1);
  });

  test('F003 an order of that name in other terms is never ours', async () => {
    const { id } = server.enter('12345678', manual(9));
    const hash = server.books.get('12345678')?.terms.hash;
    const value = `${server.url}/trader/v1/accounts/${hash}/orders/${id}`;
    strike('POST', ORDERS, { kind: 'location', value });
    const order = await book.send(intentOf());
    expect(order.status).toBe('unknown');
    expect(order.reason).toContain('quantity is "9" at the broker, intended was "10"');
    await expect(book.find(order)).rejects.toThrow('quantity is "9"');
  });

  test('F016 fills of an order that was not named come with the finding', async () => {
    strike('POST', ORDERS, { kind: 'dropAfter' });
    const order = await book.send(intentOf());
    server.fill(server.orders()[0]?.['orderId'] as number, 4, 499.5);
    await book.find(order);
    expect(order).toMatchObject({ status: 'working', filled: 4 });
  });

  test('a watermark that cannot be read in whole is none', async () => {
    strike('GET', ORDERS, { kind: 'html' });
    await expect(connection.broker.orderIds(clock.at)).rejects.toThrow('not read in whole');
    server.enter('12345678', { ...manual(), price: '499.00' });
    expect(await connection.broker.orderIds(clock.at)).toHaveLength(1);
  });
});

describe('a refusal', () => {
  test.each([400, 403])('F005 of status %i with a body of theirs is one', async (status) => {
    const body = { message: 'The order is not good', errors: ['Bad\u0007price'] };
    strike('POST', ORDERS, { kind: 'status', status, body });
    const order = await book.send(intentOf());
    expect(order.status).toBe('rejected');
    expect(order.reason).toContain('The order is not good; Bad price');
    expect(server.posts()).toBe(0);
  });

  test('of our own sends nothing', async () => {
    server.books.get('12345678')?.hold('SPY', 5, 500);
    const order = await book.send(intentOf({ side: 'sell' }));
    expect(order.status).toBe('rejected');
    expect(server.posts()).toBe(0);
  });

  test('F054 a token dies between two legs: the second never was, none goes twice', async () => {
    const first = await book.send(intentOf());
    server.oauth.expire();
    clock.pass(1);
    const at = clock.at;
    const [report] = await connection.broker.submit(intentOf({}, 2), at);
    expect(report).toMatchObject({ kind: 'notSent' });
    expect(connection.renewals).toBe(1);
    expect([first.status, server.posts()]).toEqual(['working', 1]);
    const third = await book.send(intentOf({ quantity: 3 }, 3));
    expect(third.status).toBe('working');
  });

  test('F054 of a token at any request of a send leaves one order at most', async () => {
    for (let after = 0; after < 4; after++) {
      const before = server.posts();
      const body = { errors: [{ status: 401, title: 'Unauthorized', detail: 'no' }] };
      const fault = { kind: 'status', status: 401, body } as const;
      server.faults.clear();
      server.faults.add({ path: /./, after, fault });
      const order = await book.send(intentOf({ quantity: 20 + after }, 10 + after));
      const isSent = server.posts() > before;
      expect(server.posts() - before).toBeLessThanOrEqual(1);
      expect(order.status).toBe(isSent ? 'working' : 'rejected');
    }
  });
});
