import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  ACCOUNT,
  accountBody,
  type Answer,
  AT,
  clientOf,
  errorBody,
  intentOf,
  orderBody,
  startStub,
  type Stub,
  venueId,
} from './alpaca.fixture.ts';
import { AlpacaBroker } from './broker.ts';

const POST = 'POST /v2/orders';
const BY_ID = 'GET /v2/orders:by_client_order_id';
const ORDER = intentOf().clientOrderId;
const HTML = '<html><body><h1>502 Bad Gateway</h1></body></html>';

let stub: Stub;
let broker: AlpacaBroker;

beforeEach(async () => {
  stub = await startStub();
  broker = new AlpacaBroker({ client: clientOf(stub.url), since: AT });
  stub.on('GET /v2/account', { body: accountBody() });
  await broker.prove(ACCOUNT);
});

afterEach(async () => {
  await broker.close();
  await stub.close();
});

const submit = () => broker.submit(intentOf(), AT);

describe('an order that reads back as it was sent', () => {
  test.each([200, 201])('is accepted with status %i', async (status) => {
    stub.on(POST, { status, body: orderBody() });
    expect(await submit()).toStrictEqual([
      { kind: 'accepted', order: ORDER, at: AT, venueOrderId: venueId(1) },
    ]);
    expect(JSON.parse(stub.asked.at(-1)?.body ?? '')).toStrictEqual({
      client_order_id: ORDER,
      symbol: 'SPY',
      side: 'buy',
      qty: '100',
      type: 'limit',
      limit_price: '470.25',
      time_in_force: 'day',
    });
  });

  test('is accepted with fields that nobody knows, and numbers as numbers', async () => {
    stub.on(POST, { body: orderBody(intentOf(), { qty: 100, limit_price: 470.25, novel: {} }) });
    expect((await submit())[0]?.kind).toBe('accepted');
  });

  test('and is filled already tells so (F016)', async () => {
    const filled = { status: 'filled', filled_qty: '100', filled_avg_price: '470.2' };
    stub.on(POST, { body: orderBody(intentOf(), filled) });
    expect((await submit()).map(({ kind }) => kind)).toStrictEqual(['accepted', 'cumulative']);
  });
});

describe('an answer that is no proof leaves the order UNKNOWN', () => {
  const whole = JSON.stringify(orderBody());
  test.each<[string, Answer]>([
    ['a page with status 200 (F004)', { type: 'text/html', body: HTML }],
    ['a page that calls itself JSON (F004)', { body: HTML }],
    ['an order that calls itself a page (F004)', { type: 'text/html', body: whole }],
    ['no body (F004)', { status: 200 }],
    ['status 204 (F004)', { status: 204 }],
    ['status 202', { status: 202, body: orderBody() }],
    ['an empty object (F004)', { body: {} }],
    ['a list (F004)', { body: [orderBody()] }],
    ['half an order (F004)', { body: whole.slice(0, 200) }],
    ['an order without an id (F004)', { body: orderBody(intentOf(), { id: undefined }) }],
    ['an order of an odd id (F004)', { body: orderBody(intentOf(), { id: '1; drop' }) }],
    ['an order without a status (F004)', { body: orderBody(intentOf(), { status: null }) }],
    ['an order without our id', { body: orderBody(intentOf(), { client_order_id: null }) }],
    ['an order of another id', { body: orderBody(intentOf(), { client_order_id: 'other' }) }],
    ['more shares (F004)', { body: orderBody(intentOf(), { qty: '1000' }) }],
    ['the other side (F004)', { body: orderBody(intentOf(), { side: 'sell' }) }],
    ['another symbol (F004)', { body: orderBody(intentOf(), { symbol: 'QQQ' }) }],
    ['another price (F004)', { body: orderBody(intentOf(), { limit_price: '471' }) }],
    ['a redirect', { status: 302, headers: { location: '/v2/orders' } }],
    ['404 (F005)', { status: 404, body: errorBody(40410000, 'not found') }],
    ['408 (F005)', { status: 408, body: errorBody(40810000, 'late') }],
    ['409 (F005)', { status: 409, body: errorBody(40910000, 'conflict') }],
    ['429 with a body of the broker (F005)', { status: 429, body: errorBody(42910000, 'slow') }],
    ['429 without one (F005)', { status: 429 }],
    ['500 (F005)', { status: 500, body: errorBody(50010000, 'internal') }],
    ['502 with a page (F005)', { status: 502, type: 'text/html', body: HTML }],
    ['503 (F005)', { status: 503 }],
    ['504 (F005)', { status: 504, type: 'text/html', body: HTML }],
    ['400 with a page (F005)', { status: 400, type: 'text/html', body: HTML }],
    ['401 with a page (F005)', { status: 401, type: 'text/html', body: HTML }],
    ['403 with a page (F005)', { status: 403, type: 'text/html', body: HTML }],
    ['422 with a page (F005)', { status: 422, type: 'text/html', body: HTML }],
    ['422 without a code (F005)', { status: 422, body: { message: 'no' } }],
    ['422 cut in half (F005)', { status: 422, body: '{"code": 42210000, "mess' }],
    ['the connection ends before the reply (F001)', { cut: 'before' }],
    ['the connection ends within the reply (F001)', { cut: 'within', body: whole }],
  ])('%s', async (_, answer) => {
    stub.on(POST, answer);
    await expect(submit()).rejects.toThrow(Error);
    expect(stub.count(POST)).toBe(1);
  });

  test('cut at any byte (F004)', async () => {
    for (let length = 0; length < whole.length; length += 7) {
      stub.on(POST, { body: whole.slice(0, length) });
      await expect(submit()).rejects.toThrow(Error);
    }
  });
});

describe('a documented refusal ends the order', () => {
  test.each([400, 403, 422])('status %i with the form of an error (F005)', async (status) => {
    stub.on(POST, { status, body: errorBody(40310000, 'insufficient buying power') });
    expect(await submit()).toStrictEqual([
      {
        kind: 'rejected',
        order: ORDER,
        at: AT,
        reason: `reply ${status}, "insufficient buying power"`,
      },
    ]);
  });

  test('its words come out clean, short, and without secrets (invariant 32)', async () => {
    const message = `no\u0007 s3cret-of-tests ${'x'.repeat(1_000)}`;
    stub.on(POST, { status: 422, body: errorBody(42210000, message) });
    const [report] = await submit();
    expect(report?.kind === 'rejected' && report.reason).toMatch(
      /^reply 422, "no {1,2}\[secret\] x+$/,
    );
    expect(report?.kind === 'rejected' && report.reason.length).toBe(500);
  });

  test('401 says that it was not looked at: not sent, not rejected (F054)', async () => {
    stub.on(POST, { status: 401, body: errorBody(40110000, 'request is not authorized') });
    expect(await submit()).toMatchObject([{ kind: 'notSent', order: ORDER }]);
  });
});

describe('an id that is taken', () => {
  const TAKEN = { status: 422, body: errorBody(40010001, 'client_order_id must be unique') };

  test('is the proof that the first sending arrived, and is bound (F003)', async () => {
    stub.on(POST, TAKEN);
    stub.on(BY_ID, { body: orderBody(intentOf(), { status: 'accepted' }) });
    expect(await submit()).toMatchObject([{ kind: 'accepted', venueOrderId: venueId(1) }]);
    expect(stub.asked.at(-1)?.query.get('client_order_id')).toBe(ORDER);
  });

  test('by other terms is a collision, and thrown (F003)', async () => {
    stub.on(POST, TAKEN);
    stub.on(BY_ID, { body: orderBody(intentOf(), { qty: '7' }) });
    await expect(submit()).rejects.toThrow('quantity is "7" at the broker');
  });

  test('that cannot be looked at is UNKNOWN', async () => {
    stub.on(POST, TAKEN);
    for (const answer of [{ status: 404, body: errorBody(40410000, 'no') }, { status: 500 }]) {
      stub.on(BY_ID, answer);
      await expect(submit()).rejects.toThrow(Error);
    }
  });
});

test('terms that the broker never takes are not sent', async () => {
  const pricing = { type: 'limit', limitPrice: 470_251_000 } as never;
  expect(await broker.submit(intentOf({ pricing }), AT)).toStrictEqual([
    {
      kind: 'notSent',
      order: ORDER,
      at: AT,
      reason: 'The limit price "470.251" is not in whole cents above zero',
    },
  ]);
  expect(stub.count(POST)).toBe(0);
});
