import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  askBroker,
  begin,
  brokerDesk,
  type BrokerOrder,
  brokerOrders,
  FIRST,
  FORTNIGHT,
  liveArgs,
  serveBroker,
  Wire,
} from './broker.fixture.ts';
import {
  copyExample,
  effectsOf,
  type Json,
  ranIn,
  recordsOf,
  type Running,
  scratch,
  told,
} from './cli.fixture.ts';

const folder = scratch('brokers-kill');
const market = copyExample('hierarchical-adaptive', join(folder, 'market'));

interface Outcome {
  readonly state: { readonly positions: Json };
}

async function ran(desk: string): Promise<Outcome> {
  const { code, out, err } = await ranIn({}, [
    ...liveArgs('run', desk, 'paper', ...FORTNIGHT),
    '--json',
  ]);
  if (code !== 0) throw new Error(`Ended with ${code}: ${err}`);
  return JSON.parse(out) as Outcome;
}

/** Symbol, side and what was filled, in the order of the broker's list. */
const plain = (orders: readonly BrokerOrder[]): string[] =>
  orders.map(({ symbol, side, filled_qty: filled }) => `${side} ${filled} ${symbol}`);

/** One order an intent at the broker, every fill in the books once, books and account the same. */
async function expectWhole(desk: string, url: string): Promise<string[]> {
  const orders = await brokerOrders(url);
  const ids = orders.map((order) => order.client_order_id);
  expect(new Set(ids).size).toBe(ids.length);
  const intents = recordsOf(desk, 'submit').map(
    ({ body }) => (body['intent'] as Json)['clientOrderId'],
  );
  expect(new Set(intents)).toEqual(new Set(ids));
  const filled = orders.reduce((sum, order) => sum + Number(order.filled_qty), 0);
  const booked = effectsOf(desk, 'fill').map(({ quantity }) => Number(quantity));
  expect(booked.reduce((sum, quantity) => sum + quantity, 0)).toBe(filled);
  const held = await askBroker<Json[]>(url, '/v2/positions');
  const { positions, cash } = await told(['status', desk]);
  expect(positions).toEqual(
    Object.fromEntries(held.map(({ symbol, qty }) => [symbol, Number(qty)])),
  );
  expect(Number(cash)).toBeCloseTo(Number((await askBroker(url, '/v2/account'))['cash']), 2);
  expect(await told(['journal', 'verify', desk])).toMatchObject({ ok: true });
  expect(await told(['replay', desk])).toMatchObject({ ok: true, difference: null });
  return plain(orders);
}

/** Counts new orders on the wire, and does something at the nth. */
function atOrder(n: number, then: () => Promise<'drop' | undefined> | 'drop' | undefined) {
  let seen = 0;
  return ({ method, path }: { method: string; path: string }) =>
    method === 'POST' && path === '/v2/orders' && ++seen === n ? then() : undefined;
}

const startRun = (desk: string): Running =>
  begin([...liveArgs('run', desk, 'paper', ...FORTNIGHT), '--json']);

describe('kill -9 in the middle of a rebalance', () => {
  test('one life, for comparison; then a desk killed as the broker hears of an order', async () => {
    const quiet = await serveBroker(market);
    const whole = brokerDesk(join(folder, 'whole'), quiet.url);
    const [alone, noisy] = await Promise.all([ran(whole), serveBroker(market)]);
    const wanted = await expectWhole(whole, quiet.url);
    expect(wanted.length).toBeGreaterThan(10);

    const wire = await Wire.to(noisy.url);
    const desk = brokerDesk(join(folder, 'killed'), wire.url);
    for (const [n, when] of [
      [3, 'before'],
      [4, 'after'],
    ] as const) {
      let run: Running | undefined;
      wire[when] = atOrder(n, () => {
        run?.child.kill('SIGKILL');
        return 'drop';
      });
      run = startRun(desk);
      expect((await run.ended).signal).toBe('SIGKILL');
      wire[when] = () => undefined;
    }
    const end = await ran(desk);
    expect(await expectWhole(desk, noisy.url)).toEqual(wanted);
    expect(end.state.positions).toEqual(alone.state.positions);
    expect(recordsOf(desk, 'start').map(({ body }) => body['epoch'])).toEqual([1, 2, 3]);
  });

  test('a broker killed with an order taken goes on from its store, and the desk too', async () => {
    const store = join(folder, 'broker.db');
    const first = await serveBroker(market, { store });
    const wire = await Wire.to(first.url);
    const desk = brokerDesk(join(folder, 'broker-killed'), wire.url);
    let again: Promise<void> | undefined;
    wire.after = atOrder(4, () => {
      first.running.child.kill('SIGKILL');
      again = first.running.ended
        .then(() => serveBroker(market, { store }))
        .then(({ url }) => void (wire.target = url));
      return 'drop';
    });
    wire.before = async () => void (await again);
    await ran(desk);
    expect(again).toBeDefined();
    await expectWhole(desk, wire.target);
  });

  test('a desk that has lost money starts again', async () => {
    const { url } = await serveBroker(market, { cash: '100000' });
    const desk = brokerDesk(join(folder, 'loser'), url);
    const args = [...liveArgs('once', desk, 'paper', '--from', FIRST), '--json'];
    await ranIn({}, args);
    const { code, err } = await ranIn({}, args);
    expect({ code, err: code === 0 ? '' : err }).toEqual({ code: 0, err: '' });
  });
});
