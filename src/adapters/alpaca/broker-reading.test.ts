import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { DAY_MS } from '../../base/index.ts';
import {
  ACCOUNT,
  accountBody,
  type Asked,
  AT,
  BROKEN,
  CALLS,
  fillBody,
  intentOf,
  kindsOf,
  later,
  orderBody,
  orderOf,
  startBroker,
  type Stub,
  venueId,
} from './alpaca.fixture.ts';
import type { AlpacaBroker } from './broker.ts';

const INTENT = intentOf();
const ORDER = INTENT.clientOrderId;

let stub: Stub;
let broker: AlpacaBroker;

beforeEach(async () => {
  ({ stub, broker } = await startBroker());
});

afterEach(async () => {
  await broker.close();
  await stub.close();
});

const bound = (more = {}) => orderOf(INTENT, { venueOrderId: venueId(1), ...more });

describe('executions over pages', () => {
  const rows = (from: number, count: number) =>
    Array.from({ length: count }, (_, i) => fillBody(from + i, { qty: '1' }));
  const paged = (all: readonly object[]) => (asked: Asked) => {
    const token = asked.query.get('page_token');
    const start = 1 + all.findIndex((row) => 'id' in row && row.id === token);
    return { body: all.slice(start, start + Number(asked.query.get('page_size'))) };
  };
  beforeEach(() => stub.on(CALLS.orders, { body: [orderBody()] }));
  const fillsOf = async () =>
    (await broker.poll(AT, [bound()])).filter(({ kind }) => kind === 'fill').length;

  test('are all told, and each once', async () => {
    for (const count of [0, 99, 100, 101, 250]) {
      stub.on(CALLS.fills, paged(rows(0, count)));
      expect(await fillsOf()).toBe(count);
    }
  });

  test('are none where one page is missing, or a list does not go on (F033)', async () => {
    const all = rows(0, 250);
    stub.on(CALLS.fills, (asked) =>
      asked.query.get('page_token') === null ? paged(all)(asked) : { status: 503 },
    );
    await expect(fillsOf()).rejects.toThrow(Error);
    stub.on(CALLS.fills, { body: all.slice(0, 100) });
    await expect(fillsOf()).rejects.toThrow('does not go on');
    stub.on(CALLS.fills, paged(all));
    expect(await fillsOf()).toBe(250);
  });

  test('are read on from the newest with an overlap, after a failure from the start', async () => {
    const afters = () =>
      stub.asked
        .filter(({ path }) => path.endsWith('/FILL'))
        .map(({ query }) => Date.parse(query.get('after') ?? '') - AT);
    stub.on(CALLS.fills, { status: 503 });
    await expect(fillsOf()).rejects.toThrow(Error);
    stub.on(CALLS.fills, { body: rows(0, 1) });
    await fillsOf();
    await fillsOf();
    await broker.poll(later(3_600_000), [bound({ sentAt: later(3_500_000) })]);
    expect(afters()).toStrictEqual([-DAY_MS, -DAY_MS, 1_000 - 600_000, 1_000 - 600_000]);
  });
});

describe('an execution that is no longer listed', () => {
  const order = (filled: string) =>
    orderBody(INTENT, { status: 'filled', filled_qty: filled, filled_avg_price: '470' });
  const [first, second] = [fillBody(1, { qty: '60' }), fillBody(2, { qty: '40' })];
  const poll = async () => kindsOf(await broker.poll(AT, []));
  beforeEach(async () => {
    stub.on(CALLS.byId, { body: order('100') });
    stub.on(CALLS.fills, { body: [first, second] });
    await broker.poll(AT, []);
  });

  test('nor counted by its order is taken back, once (F019)', async () => {
    stub.on(CALLS.byId, { body: order('60') });
    stub.on(CALLS.fills, { body: [first] });
    const reports = await broker.poll(AT, []);
    expect(kindsOf(reports)).toBe('bust fill');
    expect(reports[0]).toMatchObject({ executionId: venueId(9_002), order: INTENT.clientOrderId });
    expect(await poll()).toBe('fill');
  });

  test('is replaced by the one that is listed in its place (F019)', async () => {
    stub.on(CALLS.fills, { body: [first, fillBody(3, { qty: '40', price: '471' })] });
    expect(await poll()).toBe('bust fill fill');
  });

  test('is kept while its order counts it, or cannot be read (F033)', async () => {
    for (const rows of [[first], []]) {
      stub.on(CALLS.fills, { body: rows });
      expect(await poll()).not.toContain('bust');
    }
    stub.on(CALLS.byId, { status: 503 });
    await expect(poll()).rejects.toThrow(Error);
    stub.on(CALLS.byId, { body: order('100') });
    stub.on(CALLS.fills, { body: [first, second] });
    expect(await poll()).toBe('fill fill');
  });
});

describe('orders over pages', () => {
  test('are all read, and none where a page is missing (F033)', async () => {
    const all = Array.from({ length: 700 }, (_, i) =>
      orderBody(INTENT, { id: venueId(i), client_order_id: `c-${i}` }),
    );
    const page = ({ query }: Asked) => {
      const before = query.get('before_order_id');
      const start = 1 + all.findIndex((row) => 'id' in row && row.id === before);
      return { body: all.slice(start, start + 500) };
    };
    stub.on(CALLS.orders, page);
    expect((await broker.account()).orders).toHaveLength(700);
    stub.on(CALLS.orders, (asked) =>
      asked.query.has('before_order_id') ? { status: 500 } : page(asked),
    );
    await expect(broker.account()).rejects.toThrow(Error);
    stub.on(CALLS.orders, { body: all.slice(0, 500) });
    await expect(broker.account()).rejects.toThrow('does not go on');
  });
});

describe('the account', () => {
  test('is cash, whole shares with their sign, and open orders', async () => {
    stub.on(CALLS.positions, {
      body: [
        { symbol: 'SPY', qty: '12.75', side: 'long' },
        { symbol: 'QQQ', qty: '-3', side: 'short' },
        { symbol: 'IWM', qty: '4', side: 'short' },
        { symbol: 'TLT', qty: '0.5', side: 'long' },
        { symbol: 'SPY240119C00475000', qty: 2, side: 'long' },
      ],
    });
    stub.on(CALLS.orders, { body: [orderBody()] });
    expect(await broker.account()).toStrictEqual({
      cash: 100_000_010_000,
      positions: { SPY: 12, QQQ: -3, IWM: -4, 'SPY   240119C00475000': 2 },
      orders: [
        {
          venueOrderId: venueId(1),
          clientOrderId: ORDER,
          symbol: 'SPY',
          side: 'buy',
          quantity: 100,
          filled: 0,
        },
      ],
    });
  });

  test.each(BROKEN)('with %s for any part of it is not known (F033)', async (_, answer) => {
    for (const call of [CALLS.account, CALLS.positions, CALLS.orders]) {
      stub.on(CALLS.account, { body: accountBody() });
      stub.on(CALLS.positions, { body: [] });
      stub.on(CALLS.orders, { body: [] });
      stub.on(call, answer);
      await expect(broker.account()).rejects.toThrow(Error);
    }
  });

  test.each(['', null, 'NaN', 'many'])('with a quantity of %j is not known', async (qty) => {
    stub.on(CALLS.positions, { body: [{ symbol: 'SPY', qty, side: 'long' }] });
    await expect(broker.account()).rejects.toThrow('no readable quantity');
  });

  test('of another number than the proven one is none of ours (F057)', async () => {
    expect((await broker.prove(ACCOUNT)).ok).toBe(true);
    expect((await broker.account()).cash).toBe(100_000_010_000);
    stub.on(CALLS.account, { body: accountBody({ account_number: 'PA-OTHER' }) });
    await expect(broker.account()).rejects.toThrow('not the one that was proven');
  });

  test('without readable cash is not known', async () => {
    stub.on(CALLS.account, { body: accountBody({ cash: null }) });
    await expect(broker.account()).rejects.toThrow('cash');
  });
});

describe('activities', () => {
  test('are those since the start, over pages, and none where one is missing', async () => {
    const all = Array.from({ length: 120 }, (_, i) => ({
      id: `20240105::${venueId(i)}`,
      activity_type: 'DIV',
      symbol: 'SPY',
      net_amount: '1.02',
      status: 'executed',
    }));
    const page = ({ query }: Asked) => {
      const start = 1 + all.findIndex(({ id }) => id === query.get('page_token'));
      return { body: all.slice(start, start + 100) };
    };
    stub.on(CALLS.activities, page);
    expect(await broker.activities(AT)).toHaveLength(120);
    const { query } = stub.asked[0] as Asked;
    expect(query.get('category')).toBe('non_trade_activity');
    expect(Date.parse(query.get('after') ?? '')).toBe(AT);
    stub.on(CALLS.activities, (asked) =>
      asked.query.has('page_token') ? { status: 500 } : page(asked),
    );
    await expect(broker.activities(AT)).rejects.toThrow(Error);
  });

  test('a split without a price takes that of the position (F036)', async () => {
    const split = { activity_type: 'SPLIT', symbol: 'SPY', old_rate: '1', new_rate: '4' };
    stub.on(CALLS.activities, { body: [{ id: 'a::1', ...split }] });
    stub.on(CALLS.positions, { body: [{ symbol: 'SPY', qty: '4', current_price: '117.5' }] });
    expect(await broker.activities(AT)).toStrictEqual([
      { id: 'SPLIT:a::1', type: 'split', symbol: 'SPY', numerator: 4, denominator: 1, price: 117_500_000 },
    ]); // prettier-ignore
  });
});

describe('the end of the day', () => {
  test('tells what became of our orders of today, those of others left out', async () => {
    const foreign = orderBody(INTENT, { id: venueId(2), client_order_id: 'by-hand' });
    stub.on(CALLS.orders, { body: [orderBody(INTENT, { status: 'expired' }), foreign] });
    stub.on(CALLS.fills, { body: [fillBody(1)] });
    expect(kindsOf(await broker.closeDay(AT))).toBe('fill accepted expired');
    const { query } = stub.asked[0] as Asked;
    expect(query.get('status')).toBe('all');
    expect(query.get('after')).toBe('2024-01-05T05:00:00.000Z');
    expect(await broker.orderIds(AT)).toStrictEqual([venueId(1), venueId(2)]);
  });
});
