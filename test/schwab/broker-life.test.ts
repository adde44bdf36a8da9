import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type DateText, type Instant, parsePrice } from '../../src/base/index.ts';
import { HttpClient } from '../../src/adapters/http.ts';
import { RequestBudget } from '../../src/adapters/budget.ts';
import type { Report } from '../../src/orders/index.ts';
import { hasShared, recorded } from '../../src/adapters/schwab-orders/shared.fixture.ts';
import { Book, connect, type Connection, intentOf, StandingClock } from './connect.ts';
import { DEFAULT_ACCOUNT, type SchwabServer, startSchwabServer } from './server.ts';

const OTHER = { number: '87654321', hash: 'F'.repeat(64), cash: 7 };
let clock: StandingClock;
let server: SchwabServer;
let connection: Connection;
let book: Book;

beforeEach(async () => {
  clock = new StandingClock();
  server = await startSchwabServer({ now: clock.now, cancelMs: 2_000, autoFill: false });
  server.setPrice('SPY', { bid: 509.9, ask: 510.1, last: 510 });
  connection = connect(server, clock);
  book = new Book(connection, clock);
});

afterEach(async () => {
  await connection.close();
  await server.close();
});

const kinds = (reports: readonly Report[]) => reports.map(({ kind }) => kind);
const cancel = (order: Parameters<typeof connection.broker.cancel>[0]) =>
  connection.broker.cancel(order, clock.at);

describe('a cancel', () => {
  test('F008 that is taken ends nothing: the order is live until it is read as ended', async () => {
    const order = await book.send(intentOf());
    book.take(await cancel(order));
    expect(order.status).toBe('working');
    server.fill(order.venueOrderId as string, 4, 500);
    clock.pass(2_000);
    await book.poll();
    expect(order).toMatchObject({ status: 'canceled', filled: 4 });
  });

  test('F008 that comes after the fill brings the fill', async () => {
    const order = await book.send(intentOf());
    server.fill(order.venueOrderId as string, 10, 500);
    book.take(await cancel(order));
    expect(order).toMatchObject({ status: 'filled', filled: 10 });
    expect(book.alarms).toEqual([]);
  });

  test('of an order without a name finds it first', async () => {
    server.faults.add({ method: 'POST', path: /orders$/, fault: { kind: 'dropAfter' } });
    const order = await book.send(intentOf());
    book.take(await cancel(order));
    clock.pass(2_000);
    await book.poll();
    expect(order.status).toBe('canceled');
  });

  test('refused while the order lives says so, one that nobody answers throws', async () => {
    const order = await book.send(intentOf());
    const body = { message: 'Not now', errors: [] };
    const fault = { kind: 'status', status: 400, body } as const;
    server.faults.add({ method: 'DELETE', path: /orders/, fault });
    expect(kinds(await cancel(order))).toEqual(['accepted', 'cancelRefused']);
    server.faults.add({ method: 'DELETE', path: /orders/, fault: { kind: 'dropBefore' } });
    await expect(cancel(order)).rejects.toThrow(/other side closed|hang up|terminated/i);
  });

  test('F009 an order that somebody replaced has ended, with what it had filled', async () => {
    const order = await book.send(intentOf());
    server.fill(order.venueOrderId as string, 3, 500);
    const old = server.world.find(Number(order.venueOrderId));
    const body = { ...(server.requests.find(({ method }) => method === 'POST')?.body as object) };
    server.world.replace(old as NonNullable<typeof old>, body);
    await book.poll();
    expect(order).toMatchObject({ status: 'canceled', filled: 3 });
    const { orders } = await connection.broker.account(clock.at);
    expect(orders).toMatchObject([{ symbol: 'SPY', quantity: 10, filled: 0 }]);
  });
});

describe('polling', () => {
  test('F014 F015 counts each execution once, however often it is read', async () => {
    const order = await book.send(intentOf());
    for (const part of [3, 3, 4]) {
      server.fill(order.venueOrderId as string, part, 500);
      await book.poll();
      await book.find(order);
      await book.poll();
    }
    expect(order).toMatchObject({ status: 'filled', filled: 10 });
    expect(order.executions).toHaveLength(3);
    expect(book.alarms).toEqual([]);
  });

  test('asks singly for an order that the list does not show', async () => {
    const order = await book.send(intentOf());
    server.faults.listLagMs = 60_000;
    server.fill(order.venueOrderId as string, 10, 500);
    await book.poll();
    expect(order.status).toBe('filled');
  });

  test('tells both legs of a spread, each under its symbol', async () => {
    const [low, high] = ['SPY   250221C00500000', 'SPY   250221C00510000'] as const;
    const legs = [
      { symbol: low, side: 'buy', ratio: 1 },
      { symbol: high, side: 'sell', ratio: 1 },
    ] as const;
    const pricing = { type: 'limit', limitPrice: parsePrice('4.5') } as const;
    const order = await book.send(intentOf({ quantity: 2, pricing, legs }));
    server.fill(order.venueOrderId as string, 1, [12, 7.5]);
    await book.poll();
    expect(order).toMatchObject({ status: 'working', filled: 1, notional: parsePrice('4.5') });
    server.fill(order.venueOrderId as string, 1, [12, 7.6]);
    await book.poll();
    expect(order).toMatchObject({ status: 'filled', filled: 2 });
    const { positions } = await connection.broker.account(clock.at);
    expect(positions).toEqual({ [low]: 2, [high]: -2 });
  });

  test('asks for nothing while nothing is live', async () => {
    await connection.broker.account(clock.at);
    const before = server.requests.length;
    expect(await connection.broker.poll(clock.at, [])).toEqual([]);
    expect(server.requests).toHaveLength(before);
  });
});

describe('F085 another account', () => {
  test('wherever it stands in the list, the account is chosen by its number', async () => {
    for (const accounts of [
      [DEFAULT_ACCOUNT, OTHER],
      [OTHER, DEFAULT_ACCOUNT],
    ]) {
      const two = await startSchwabServer({ now: clock.now, accounts });
      const ours = connect(two, clock, { number: OTHER.number });
      await ours.broker.submit(intentOf(), clock.at);
      expect([two.posts(OTHER.number), two.posts(DEFAULT_ACCOUNT.number)]).toEqual([1, 0]);
      expect(await ours.broker.identity()).toMatchObject({
        number: OTHER.number,
        class: 'live',
        type: 'margin',
        cash: parsePrice('7'),
      });
      await ours.close();
      await two.close();
    }
  });

  test('that this sign-in does not have gets no order', async () => {
    const stranger = connect(server, clock, { number: '11111111' });
    const [report] = await stranger.broker.submit(intentOf(), clock.at);
    expect(report).toMatchObject({ kind: 'notSent' });
    await expect(stranger.broker.account(clock.at)).rejects.toThrow('not among');
    expect(server.posts()).toBe(0);
    await stranger.close();
  });

  test('in a reply is ignored and told, or the reply is none', async () => {
    const order = await book.send(intentOf());
    const fault = { kind: 'wrongAccount', number: '87654321' } as const;
    server.faults.add({ method: 'GET', path: /orders$/, fault });
    await book.poll();
    expect(connection.odd.join()).toContain('another account');
    server.faults.add({ method: 'GET', path: /orders\/\d+$/, fault });
    await expect(book.find(order)).rejects.toThrow('another account');
    server.faults.add({ method: 'GET', path: /accounts\/\w{64}$/, fault });
    await expect(connection.broker.account(clock.at)).rejects.toThrow('another account');
  });
});

describe('the account', () => {
  test('has cash, signed positions in our symbols and what rests, ours and others’', async () => {
    const books = server.books.get(DEFAULT_ACCOUNT.number);
    books?.hold('BRK/B', 3, 400);
    books?.hold('QQQ', -2, 500);
    await book.send(intentOf());
    const seen = await connection.broker.account(clock.at);
    expect(seen).toMatchObject({
      cash: parsePrice('100000'),
      positions: { 'BRK.B': 3, QQQ: -2 },
      orders: [{ symbol: 'SPY', side: 'buy', quantity: 10, filled: 0, clientOrderId: null }],
    });
  });

  test('keeps an old order in sight that rests since before the last days', async () => {
    const order = await book.send(intentOf({ timeInForce: 'gtc' }));
    for (let weeks = 0; weeks < 4; weeks++) {
      const { orders } = await connection.broker.account(clock.at);
      expect(orders).toMatchObject([{ venueOrderId: order.venueOrderId }]);
      clock.pass(10 * 86_400_000);
    }
    server.world.end(Number(order.venueOrderId), 'EXPIRED');
    expect((await connection.broker.account(clock.at)).orders).toEqual([]);
    await book.poll();
    expect(order.status).toBe('expired');
  });

  test('tells what else happened, each under the id that Schwab gave it', async () => {
    const row = {
      activityId: 5,
      time: '2025-01-17T12:00:00+0000',
      type: 'WIRE_IN',
      status: 'VALID',
      netAmount: 250.5,
      transferItems: [],
    };
    const books = server.books.get(DEFAULT_ACCOUNT.number);
    books?.happen(row, 250.5);
    books?.happen({ ...row, activityId: 6, accountNumber: OTHER.number });
    const expected = { type: 'transfer', id: 'schwab-5', book: null, amount: parsePrice('250.5') };
    for (let i = 0; i < 2; i++) {
      expect(await connection.broker.activities(clock.at)).toEqual([expected]);
    }
    const later = connect(server, clock, { since: clock.at });
    expect(await later.broker.activities(clock.at)).toEqual([]);
    expect(connection.odd.join()).toContain('Transaction "6" of another account');
    await later.close();
  });
});

describe('a list of orders', () => {
  const PAIR = {
    orderStrategyType: 'OCO',
    childOrderStrategies: [500, 490].map((price) => ({
      session: 'NORMAL',
      duration: 'DAY',
      orderType: 'LIMIT',
      price: String(price),
      orderLegCollection: [
        { instruction: 'BUY', instrument: { assetType: 'EQUITY', symbol: 'SPY' }, quantity: 1 },
      ],
      orderStrategyType: 'SINGLE',
    })),
  };

  test('names those that hang on others too', async () => {
    const { id, children } = server.enter(DEFAULT_ACCOUNT.number, PAIR);
    const ids = [id, ...children.map((child) => child.id)].map(String);
    expect((await connection.broker.orderIds(clock.at)).toSorted()).toEqual(ids.toSorted());
    const { orders } = await connection.broker.account(clock.at);
    expect(orders?.map(({ venueOrderId }) => venueOrderId)).toEqual(ids.slice(1));
  });

  test('that is too large for the gateway is read in halves, or not at all', async () => {
    const { id } = server.enter(DEFAULT_ACCOUNT.number, PAIR);
    const detail = { errorcode: 'protocol.http.TooBigBody' };
    const body = { fault: { faultstring: 'Body buffer overflow', detail } };
    const fault = { kind: 'status', status: 502, body } as const;
    server.faults.add({ method: 'GET', path: /orders$/, fault, times: 3 });
    expect(await connection.broker.orderIds(clock.at)).toContain(String(id));
    const page = { kind: 'html', status: 502 } as const;
    server.faults.add({ method: 'GET', path: /orders$/, fault: page });
    await expect(connection.broker.orderIds(clock.at)).rejects.toThrow('not read in whole');
  });
});

describe.skipIf(!hasShared)('requests', () => {
  test('are those of a public client, by method, path and query', async () => {
    const order = await book.send(intentOf());
    await cancel(order);
    await connection.broker.account(clock.at);
    await connection.broker.activities(clock.at);
    const { requests } = recorded('golden.requests.schwab-py.json') as {
      requests: { case: string; method: string; path: string; query: Record<string, string> }[];
    };
    const sent = server.requests.map(({ method, path, query }) => {
      const plain = path.replace(DEFAULT_ACCOUNT.hash, 'HASH').replace(/\d{8,}$/, '123');
      return { text: `${method} ${plain}`, query: Object.keys(query) };
    });
    const names = requests.map((one) => one.case);
    const asked = names.filter((name) =>
      /^(?:equity buy market|cancel|get|list|account|transactions)/.test(name),
    );
    expect(asked).toHaveLength(7);
    for (const name of asked) {
      const golden = requests.find((one) => one.case === name);
      const text = `${golden?.method} ${golden?.path}`;
      const ours = sent.find((one) => one.text === text);
      expect(ours?.query).toEqual(expect.arrayContaining(Object.keys(golden?.query ?? {})));
    }
  });
});

describe('the probe', () => {
  test('tells clock, sessions and tape', async () => {
    const { offsetMs } = await connection.broker.clock();
    expect(Math.abs(Date.now() + offsetMs - clock.at)).toBeLessThan(60_000);
    const from = '2025-07-03' as DateText;
    const sessions = await connection.broker.sessions(from, '2025-07-07' as DateText);
    expect(sessions.map(({ date }) => date)).toEqual(['2025-07-03', '2025-07-07']);
    expect(sessions[0]?.close).toBe(Date.parse('2025-07-03T13:00:00-04:00'));
    expect(await connection.broker.entitlement()).toBe('sip');
    server.isRealtime = false;
    expect(await connection.broker.entitlement()).toBe('delayed');
  });

  test('previews an order without sending it', async () => {
    expect(await connection.broker.preview(intentOf())).toMatchObject({ orderId: 0 });
    expect([server.posts(), server.orders()]).toEqual([0, []]);
  });
});

describe('the stream of account activity', () => {
  test('makes an order be read: a row itself books nothing, however often it comes', async () => {
    const rows: ((row: Readonly<Record<string, unknown>>) => void)[] = [];
    const stream = {
      activity: ({ row }: { row: (row: Readonly<Record<string, unknown>>) => void }) => {
        rows.push(row);
        return { close: () => Promise.resolve() };
      },
    };
    await connection.close();
    connection = connect(server, clock, { stream });
    book = new Book(connection, clock);
    const order = await book.send(intentOf());
    const heard: Report[] = [];
    connection.broker.listen(
      (reports) => {
        heard.push(...reports);
        book.take(reports);
      },
      () => {},
    );
    server.fill(order.venueOrderId as string, 10, 500);
    const hint = (account: string) => ({
      '3': JSON.stringify({ SchwabOrderID: order.venueOrderId, AccountNumber: account }),
      seq: 1,
    });
    rows[0]?.(hint('87654321'));
    for (let i = 0; i < 5; i++) rows[0]?.(hint(DEFAULT_ACCOUNT.number));
    await expect.poll(() => order.status).toBe('filled');
    expect(order.executions).toHaveLength(1);
    expect(connection.odd).toHaveLength(1);
    expect(kinds(heard).filter((kind) => kind === 'fill').length).toBeLessThanOrEqual(2);
  });
});

test('a budget that lets nothing out proves that nothing was sent', async () => {
  const budget = new RequestBudget({ requestsMax: 0, windowMs: 1_000, reserved: 0 });
  const terms = { waitMs: 1, timeoutMs: 1_000, bytesMax: 1_000 };
  const client = new HttpClient(new URL(server.url), budget, terms);
  const http = {
    clock: null,
    send: () => client.send({ method: 'GET', path: '/', headers: {}, lane: 'view' }) as never,
  };
  const { broker, close } = connect(server, clock, { http });
  const [report] = await broker.submit(intentOf({ at: 0 as Instant }), clock.at);
  expect(report).toMatchObject({ kind: 'notSent' });
  await close();
  await client.close();
});
