import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { BadInput, type Instant, type Money, type Price } from '../../base/index.ts';
import { type ClientOrderId, type Intent, newOrder, type Order } from '../../orders/index.ts';
import { NO_COSTS } from '../../portfolio/index.ts';
import { PaperBroker, type KeyStore } from './broker.ts';
import { RemoteBroker } from './client.ts';
import { type BrokerFault, type BrokerServerOptions, startBrokerServer } from './server.ts';

const SETTINGS = {
  seed: 1,
  costs: NO_COSTS,
  delayMs: [0, 0] as const,
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1,
  shortSelling: false,
};
const CASH = 100_000_000_000 as Money;
const at = (ms: number) => ms as Instant;
const PRICE = 100_000_000 as Price;
const mark = (symbol: string) => (symbol === 'NONE' ? undefined : PRICE);

const closing: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function memory(): KeyStore & { readonly map: Map<string, string> } {
  const map = new Map<string, string>();
  return {
    map,
    entries: () => map.entries(),
    put: (changes) => changes.forEach(([key, text]) => map.set(key, text)),
    close: () => {},
  };
}

async function pair(options: Partial<BrokerServerOptions> = {}, timeoutMs = 2_000) {
  const store = memory();
  const server = await startBrokerServer({
    settings: SETTINGS,
    cash: CASH,
    store,
    port: 0,
    ...options,
  });
  const broker = new RemoteBroker({ url: server.url, mark, timeoutMs });
  closing.push(
    () => broker.close(),
    () => server.close(),
  );
  const orders = () => [...store.map.keys()].filter((key) => key !== 'books');
  return { server, broker, store, orders };
}

function intent(n: number, more: Partial<Intent> = {}): Intent {
  return {
    id: `one-2024-01-03-${n}` as never,
    clientOrderId: `c-${n}` as ClientOrderId,
    book: 'one',
    symbol: 'SPY',
    side: 'buy',
    quantity: 10,
    pricing: { type: 'market' },
    timeInForce: 'day',
    purpose: 'rebalance',
    expectedPrice: PRICE,
    at: at(0),
    date: '2024-01-03' as never,
    ...more,
  };
}

const orderOf = (one: Intent): Order => newOrder(one);
const limited = (n: number) =>
  intent(n, { pricing: { type: 'limit', limitPrice: 90_000_000 as Price } });

describe('the built-in broker over HTTP', () => {
  test('answers every call as it does in the process', async () => {
    const { broker } = await pair();
    const near = new PaperBroker(SETTINGS, CASH, { store: memory(), mark });
    for (const one of [intent(1), limited(2), intent(3, { symbol: 'NONE' })]) {
      expect(await broker.submit(one, at(5))).toEqual(await near.submit(one, at(5)));
      expect(await broker.find(orderOf(one), at(6))).toEqual(await near.find(orderOf(one), at(6)));
    }
    expect(await broker.orderIds(at(6))).toEqual(await near.orderIds());
    expect(await broker.account(at(6))).toMatchObject(await near.account());
    const [two, strange] = [orderOf(limited(2)), orderOf(intent(9))];
    expect(await broker.cancel(two, at(7), 'enough')).toEqual(
      await near.cancel(two, at(7), 'enough'),
    );
    expect(await broker.find(strange, at(8))).toEqual([{ kind: 'notFound', order: 'c-9', at: 8 }]);
    expect(await broker.closeDay(at(9))).toEqual(await near.closeDay(at(9)));
  });

  test('lists what rests there with the account', async () => {
    const { broker } = await pair();
    await broker.submit(limited(1), at(1));
    await broker.submit(intent(2), at(1));
    const { orders } = await broker.account(at(2));
    expect(orders).toEqual([
      {
        venueOrderId: 'sim-1',
        clientOrderId: 'c-1',
        symbol: 'SPY',
        side: 'buy',
        quantity: 10,
        filled: 0,
      },
    ]);
    await broker.cancel(orderOf(limited(1)), at(3), 'x');
    expect((await broker.account(at(3))).orders).toEqual([]);
  });

  test('says when the next fill is due, and fills it there', async () => {
    const { broker } = await pair({ settings: { ...SETTINGS, delayMs: [200, 200] } });
    const one = intent(1);
    expect(await broker.submit(one, at(1_000))).toMatchObject([{ kind: 'accepted' }]);
    expect(broker.nextDue()).toBe(1_200);
    expect(await broker.poll(at(1_199), [orderOf(one)])).toMatchObject([{ kind: 'accepted' }]);
    expect(await broker.poll(at(1_200), [orderOf(one)])).toMatchObject([
      { kind: 'fill', at: 1_200 },
    ]);
    expect(broker.nextDue()).toBeUndefined();
  });

  test('a poll that cannot fill what is due is not asked for again at once', async () => {
    const { broker } = await pair({ settings: { ...SETTINGS, delayMs: [200, 200] } });
    await broker.submit(intent(1), at(1_000));
    await broker.poll(at(1_200), []);
    expect(broker.nextDue()).toBeUndefined();
  });

  test('tells each thing once to a cursor, and all of a live order to a new caller', async () => {
    const { broker, server } = await pair();
    const one = limited(1);
    await broker.poll(at(0), []);
    await broker.submit(one, at(1));
    expect(await broker.poll(at(2), [])).toMatchObject([{ kind: 'accepted', order: 'c-1' }]);
    expect(await broker.poll(at(3), [])).toEqual([]);
    const anew = new RemoteBroker({ url: server.url, mark });
    closing.push(() => anew.close());
    expect(await anew.poll(at(4), [orderOf(one)])).toMatchObject([{ kind: 'accepted' }]);
    expect(await anew.poll(at(5), [])).toEqual([]);
  });

  test('started again on its store, it has its books, its orders and its ids (F003)', async () => {
    const first = await pair();
    await first.broker.submit(intent(1), at(1));
    await first.broker.submit(limited(2), at(1));
    await first.server.close();
    const { broker, orders } = await pair({ store: first.store });
    expect(await broker.account(at(2))).toMatchObject({ positions: { SPY: 10 }, orders: [{}] });
    await broker.submit(intent(1), at(3));
    expect(await broker.account(at(4))).toMatchObject({ positions: { SPY: 10 } });
    expect(orders()).toEqual([]);
    expect(first.orders()).toEqual(['c-1', 'c-2']);
  });
});

const FAULTS: readonly (readonly [string, BrokerFault, number])[] = [
  ['the reply is lost', { effect: true, reply: 'none' }, 1],
  ['the reply is late', { effect: true, reply: 'whole', delayMs: 400 }, 1],
  ['a gateway says 502 after it was taken', { effect: true, reply: { status: 502 } }, 1],
  ['a gateway says 200 with a page', { effect: true, reply: { status: 200 } }, 1],
  ['a gateway says 400 without a body of the broker', { effect: true, reply: { status: 400 } }, 1],
  ['it answers 503, not taken', { effect: false, reply: 'whole' }, 0],
  ['the request is lost', { effect: false, reply: 'none' }, 0],
];

describe('a submit whose answer is no verified order is unknown (F001, F004, F005)', () => {
  test.each(FAULTS)('%s', async (_, fault, taken) => {
    let faulty = true;
    const { broker, orders } = await pair({ fault: () => (faulty ? fault : null) }, 200);
    await expect(broker.submit(intent(1), at(1))).rejects.toThrow(/./);
    await expect.poll(orders).toHaveLength(taken);
    faulty = false;
    const known = (await broker.find(orderOf(intent(1)), at(2))).map(({ kind }) => kind);
    expect(known).toEqual(taken === 1 ? ['accepted', 'fill'] : ['notFound']);
    await broker.submit(intent(1), at(3));
    expect(orders()).toHaveLength(1);
  });

  test('the answer is cut at each of its bytes', async () => {
    let cutAt = 0;
    const fault = ({ name }: { name: string }): BrokerFault | null =>
      name === 'submit' && cutAt < whole ? { effect: true, reply: { cutAt } } : null;
    let whole = 0;
    const { broker, orders } = await pair({ fault });
    whole = 10_000;
    let n = 0;
    let [thrown, taken] = [0, 0];
    for (; cutAt < whole && taken === 0; cutAt++) {
      try {
        await broker.submit(intent(++n, { quantity: 1 }), at(1));
        taken++;
      } catch {
        thrown++;
      }
    }
    expect(taken).toBe(1);
    expect(thrown).toBeGreaterThan(200);
    expect(orders()).toHaveLength(n);
  });

  test('an intent that the broker documents as malformed is rejected, and not there', async () => {
    const { broker, orders } = await pair();
    const bad = intent(1, { quantity: 0 });
    expect(await broker.submit(bad, at(1))).toMatchObject([
      { kind: 'rejected', order: 'c-1', reason: expect.stringContaining('quantity') },
    ]);
    expect(orders()).toEqual([]);
  });
});

/** A server that answers everything with one body. */
async function liar(body: object): Promise<RemoteBroker> {
  const server: Server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const broker = new RemoteBroker({ url: `http://127.0.0.1:${port}`, mark });
  closing.push(
    () => broker.close(),
    () => void server.close(),
  );
  return broker;
}

describe('an answer is read strictly (F004)', () => {
  const one = intent(1);
  const order = {
    venueOrderId: 'sim-1',
    clientOrderId: 'c-1',
    symbol: 'SPY',
    side: 'buy',
    quantity: 10,
    pricing: { type: 'market' },
    timeInForce: 'day',
  };
  const reports = [{ kind: 'accepted', order: 'c-1', at: 1, venueOrderId: 'sim-1' }];
  const good = { nextDue: null, order, reports };

  test('the answer that reads back as the order is taken', async () => {
    expect(await (await liar(good)).submit(one, at(1))).toEqual(reports);
  });

  test.each<[string, object]>([
    ['another id', { ...good, order: { ...order, clientOrderId: 'c-2' } }],
    ['another quantity', { ...good, order: { ...order, quantity: 100 } }],
    ['another side', { ...good, order: { ...order, side: 'sell' } }],
    ['another symbol', { ...good, order: { ...order, symbol: 'QQQ' } }],
    ['another type', { ...good, order: { ...order, pricing: { type: 'limit', limitPrice: 1 } } }],
    ['another time in force', { ...good, order: { ...order, timeInForce: 'gtc' } }],
    ['no order', { ...good, order: null }],
    ['no reports', { ...good, reports: [] }],
    ['a report of another order', { ...good, reports: [{ ...reports[0], order: 'c-2' }] }],
    ['a report of an unknown kind', { ...good, reports: [{ ...reports[0], kind: 'maybe' }] }],
    ['a field more', { ...good, more: 1 }],
    ['an empty object', {}],
  ])('%s is unknown', async (_, body) => {
    await expect((await liar(body)).submit(one, at(1))).rejects.toThrow(/./);
  });

  test.each([
    'https://127.0.0.1:1',
    'http://example.com:80',
    'http://127.0.0.1:1/x',
    'http://a@localhost:1',
    'x',
  ])('only a port of this machine is called, not %s (invariant 25)', (url) => {
    expect(() => new RemoteBroker({ url, mark })).toThrow(BadInput);
  });
});
