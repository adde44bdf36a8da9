import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type Answer,
  AT,
  BROKEN,
  CALLS,
  errorBody,
  fillBody,
  intentOf,
  kindsOf,
  NOT_FOUND,
  orderBody,
  orderOf,
  startBroker,
  type Stub,
  venueId,
} from './alpaca.fixture.ts';
import { ALPACA_TRAITS, type AlpacaBroker } from './broker.ts';

const INTENT = intentOf();
const ORDER = INTENT.clientOrderId;
const PARTLY = { status: 'partially_filled', filled_qty: '40', filled_avg_price: '470.2' };

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

describe('a cancel', () => {
  beforeEach(() => stub.on(CALLS.byClientId, { body: orderBody() }));

  test('that is taken tells no more than what is read after it (F008)', async () => {
    stub.on(CALLS.cancel, { status: 204 });
    expect(kindsOf(await broker.cancel(bound(), AT))).toBe('accepted');
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { status: 'canceled' }) });
    expect(kindsOf(await broker.cancel(bound(), AT))).toBe('accepted canceled');
    const filled = { status: 'filled', filled_qty: '100', filled_avg_price: '470' };
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, filled) });
    expect(kindsOf(await broker.cancel(bound(), AT))).toBe('accepted cumulative');
  });

  test('that is refused is told so while the order lives, else its end is', async () => {
    stub.on(CALLS.cancel, { status: 422, body: errorBody(42210000, 'order is not cancelable') });
    expect(kindsOf(await broker.cancel(bound(), AT))).toBe('accepted cancelRefused');
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { status: 'expired' }) });
    expect(kindsOf(await broker.cancel(bound(), AT))).toBe('accepted expired');
  });

  test('that is taken does not wait for the reading after it (F006)', async () => {
    stub.on(CALLS.cancel, { status: 204, headers: { 'x-quiet': '1' } });
    stub.on(CALLS.byClientId, { status: 429, headers: { 'retry-after': '5' } });
    expect(await broker.cancel(bound(), AT)).toStrictEqual([]);
    const began = performance.now();
    expect(await broker.cancel(bound(), AT)).toStrictEqual([]);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(stub.count(CALLS.cancel)).toBe(2);
    expect(stub.count(CALLS.byClientId)).toBe(1);
  });

  test('of an order whose venue id is not known asks for it first', async () => {
    stub.on(CALLS.cancel, { status: 204 });
    await broker.cancel(orderOf(), AT);
    expect(stub.asked.map(({ method }) => method)).toStrictEqual(['GET', 'DELETE', 'GET']);
    stub.on(CALLS.byClientId, NOT_FOUND);
    expect(kindsOf(await broker.cancel(orderOf(), AT))).toBe('notFound');
    expect(stub.count(CALLS.cancel)).toBe(1);
  });

  test.each([401, 429, 500, 503])('with status %i has no known outcome', async (status) => {
    stub.on(CALLS.cancel, { status, body: errorBody(status * 100_000, 'no') });
    await expect(broker.cancel(bound(), AT)).rejects.toThrow(`reply ${status}`);
  });
});

describe('a question for one order', () => {
  test('is answered with its executions and its standing', async () => {
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, PARTLY) });
    stub.on(CALLS.fills, { body: [fillBody(1), fillBody(2, { order_id: venueId(77) })] });
    const reports = await broker.find(orderOf(), AT);
    expect(reports).toStrictEqual([
      {
        kind: 'fill',
        order: ORDER,
        at: AT,
        fill: { executionId: venueId(9_001), quantity: 40, price: 470_200_000, fee: 0 },
      },
      { kind: 'accepted', order: ORDER, at: AT, venueOrderId: venueId(1) },
    ]);
  });

  test('tells the total where executions are not listed yet (F017)', async () => {
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { ...PARTLY, filled_qty: '60' }) });
    stub.on(CALLS.fills, { body: [fillBody(1)] });
    const reports = await broker.find(orderOf(), AT);
    expect(kindsOf(reports)).toBe('fill accepted cumulative');
    expect(reports[2]).toMatchObject({ filled: 60 });
  });

  test('is "not found" only in the words of the broker', async () => {
    stub.on(CALLS.byClientId, NOT_FOUND);
    expect(kindsOf(await broker.find(orderOf(), AT))).toBe('notFound');
    stub.on(CALLS.byClientId, { status: 404, type: 'text/html', body: '<html></html>' });
    await expect(broker.find(orderOf(), AT)).rejects.toThrow('reply 404');
    stub.on(CALLS.byClientId, { status: 404 });
    await expect(broker.find(orderOf(), AT)).rejects.toThrow(Error);
  });

  test('about an id that another order has must be looked at, binding nothing (F003)', async () => {
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { qty: '7' }) });
    expect(kindsOf(await broker.find(orderOf(), AT))).toBe('suspended');
    expect(kindsOf(await broker.find(bound(), AT))).toBe('suspended accepted');
  });

  test('that is answered with another order throws (invariant 31)', async () => {
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { client_order_id: 'by-hand' }) });
    await expect(broker.find(orderOf(), AT)).rejects.toThrow('another one was answered with');
  });

  test.each(BROKEN)('that is answered with %s throws', async (_, answer) => {
    stub.on(CALLS.byClientId, answer);
    await expect(broker.find(orderOf(), AT)).rejects.toThrow(Error);
  });

  test.each(BROKEN)('whose executions are %s throws', async (_, answer) => {
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, PARTLY) });
    stub.on(CALLS.fills, answer);
    await expect(broker.find(orderOf(), AT)).rejects.toThrow(Error);
  });

  test('of legs reads them where they do not come with it (F011)', async () => {
    const leg = { id: venueId(11), symbol: 'SPY240119C00475000', side: 'buy', ratio_qty: '1' };
    const legs = [{ ...leg, status: 'filled', qty: '1', filled_qty: '1', filled_avg_price: '2' }];
    const mleg = { order_class: 'mleg', symbol: '', side: '', qty: '1', status: 'filled' };
    stub.on(CALLS.byClientId, { body: orderBody(INTENT, { ...mleg, filled_qty: '1' }) });
    stub.on(CALLS.byId, { body: orderBody(INTENT, { ...mleg, legs, filled_qty: '1' }) });
    stub.on(CALLS.fills, { body: [fillBody(1, { order_id: venueId(11), qty: '1', price: '2' })] });
    const order = orderOf(
      intentOf({
        quantity: 1,
        legs: [{ symbol: 'SPY   240119C00475000', side: 'buy', ratio: 1 }],
      }),
    );
    const reports = await broker.find(order, AT);
    expect(kindsOf(reports)).toBe('fill accepted');
    expect(reports[0]).toMatchObject({
      fill: { symbol: 'SPY   240119C00475000', quantity: 1, price: 2_000_000 },
    });
    expect(stub.asked.at(-2)?.query.get('nested')).toBe('true');
  });
});

describe('a poll', () => {
  test('reads open orders, those that are live and not among them, and executions', async () => {
    const other = intentOf({
      id: 'hav-2024-01-05-2' as never,
      clientOrderId: 'pl-0a0a0a-e1-hav-2024-01-05-2' as never,
    });
    const done = { id: venueId(2), status: 'canceled' };
    stub.on(CALLS.orders, { body: [orderBody(INTENT, PARTLY)] });
    stub.on(`GET /v2/orders/${venueId(2)}`, { body: orderBody(other, done) });
    stub.on(CALLS.fills, { body: [fillBody(1)] });
    const reports = await broker.poll(AT, [bound(), orderOf(other, { venueOrderId: venueId(2) })]);
    expect(kindsOf(reports)).toBe('fill accepted accepted canceled');
    expect(stub.asked[0]?.query.toString()).toBe(
      'status=open&limit=500&direction=desc&nested=true',
    );
  });

  test('takes no other order for ours, in the list or asked for (invariant 31)', async () => {
    const foreign = orderBody(INTENT, { id: venueId(7), client_order_id: 'by-hand' });
    const renamed = orderBody(INTENT, { id: venueId(7) });
    stub.on(CALLS.byId, { body: orderBody() });
    for (const row of [foreign, renamed]) {
      stub.on(CALLS.orders, { body: [row] });
      const [report] = await broker.poll(AT, [bound()]);
      expect(report).toMatchObject({ kind: 'accepted', venueOrderId: venueId(1) });
    }
    stub.on(CALLS.byId, { body: orderBody(INTENT, { client_order_id: 'by-hand' }) });
    expect(await broker.poll(AT, [bound()])).toStrictEqual([]);
    stub.on(CALLS.byId, { body: renamed });
    await expect(broker.poll(AT, [bound()])).rejects.toThrow('another one');
  });

  test('leaves an order alone that was just sent and is not listed', async () => {
    expect(await broker.poll(AT, [orderOf(INTENT, { status: 'inFlight' })])).toStrictEqual([]);
    expect(stub.asked).toHaveLength(2);
    stub.on(CALLS.byClientId, NOT_FOUND);
    expect(await broker.poll(AT, [orderOf(INTENT, { status: 'unknown' })])).toStrictEqual([]);
  });

  test('tells an execution as often as it is listed, under one name (F015)', async () => {
    stub.on(CALLS.orders, { body: [orderBody(INTENT, PARTLY)] });
    stub.on(CALLS.fills, { body: [fillBody(1), fillBody(1), fillBody(2, { qty: '7' })] });
    for (let i = 0; i < 3; i++) {
      const fills = (await broker.poll(AT, [bound()])).filter(({ kind }) => kind === 'fill');
      expect(fills).toHaveLength(2);
    }
  });

  test('leaves out executions of others, and asks once whose they are', async () => {
    const foreign = { id: venueId(5), client_order_id: 'by-hand' };
    stub.on(`GET /v2/orders/${venueId(5)}`, { body: orderBody(INTENT, foreign) });
    stub.on(CALLS.fills, { body: [fillBody(1, { order_id: venueId(5), qty: '0.25' })] });
    expect(await broker.poll(AT, [])).toStrictEqual([]);
    expect(await broker.poll(AT, [])).toStrictEqual([]);
    expect(stub.count(`GET /v2/orders/${venueId(5)}`)).toBe(1);
  });

  test('finds executions of an order that ended in an earlier life', async () => {
    stub.on(CALLS.byId, { body: orderBody(INTENT, { status: 'filled' }) });
    stub.on(CALLS.fills, { body: [fillBody(1)] });
    expect(kindsOf(await broker.poll(AT, []))).toBe('fill');
  });

  test.each([
    ['in parts of a share', { qty: '1.5' }],
    ['without a quantity', { qty: null }],
    ['of no share', { qty: '0' }],
    ['without a price', { price: '' }],
    ['at zero', { price: '0' }],
  ])('an execution of ours %s must be looked at (F040)', async (_, more) => {
    stub.on(CALLS.orders, { body: [orderBody()] });
    stub.on(CALLS.fills, { body: [fillBody(1, more)] });
    expect(kindsOf(await broker.poll(AT, [bound()]))).toBe('suspended accepted');
  });

  test.each(BROKEN)(
    'with %s for any of its readings throws, and tells none (F033)',
    async (_, it) => {
      for (const call of [CALLS.orders, CALLS.fills, CALLS.byId]) {
        const calls = new Map<string, Answer>([
          [CALLS.orders, { body: [] }],
          [CALLS.fills, { body: [] }],
          [CALLS.byId, { body: orderBody() }],
        ]);
        for (const [one, answer] of calls) stub.on(one, one === call ? it : answer);
        await expect(broker.poll(AT, [bound()])).rejects.toThrow(Error);
      }
    },
  );
});

test('the traits say that ids are unique and pairs are the engine’s own', () => {
  expect(broker.traits).toBe(ALPACA_TRAITS);
  expect(ALPACA_TRAITS).toMatchObject({ clientIds: 'unique', stops: true, oco: false });
  expect(broker.nextDue()).toBeUndefined();
});
