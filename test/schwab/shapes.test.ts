import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasShared, recorded } from '../../src/adapters/schwab-orders/shared.fixture.ts';
import { StandingClock } from './connect.ts';
import { chicagoMidnight, type SchwabServer, startSchwabServer } from './server.ts';
import type { DateText } from '../../src/base/index.ts';

/** What a value is made of: its type, or its fields, or what its items are made of together. */
type Shape = string | { readonly [key: string]: Shape };

function shapeOf(value: unknown): Shape {
  if (Array.isArray(value)) return { '[]': value.map(shapeOf).reduce(joined, 'nothing') };
  if (typeof value !== 'object' || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, shapeOf(one)]));
}

function joined(a: Shape, b: Shape): Shape {
  if (a === 'nothing') return b;
  if (typeof a === 'string' || typeof b === 'string') return a;
  const both = { ...a };
  for (const [key, shape] of Object.entries(b)) both[key] = joined(both[key] ?? 'nothing', shape);
  return both;
}

let clock: StandingClock;
let server: SchwabServer;
let authorization: string;
const HASH = 'ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789';
const ACCOUNT = `/trader/v1/accounts/${HASH}`;
const SOLD = 'MRVL  250321C00155000';
const BOUGHT = 'MRVL  250321C00170000';

async function ask(path: string, method = 'GET', body?: unknown): Promise<Response> {
  const headers = { authorization, 'content-type': 'application/json' };
  const init = body === undefined ? {} : { body: JSON.stringify(body) };
  return fetch(server.url + path, { method, headers, ...init });
}
const read = async (path: string): Promise<unknown> => (await ask(path)).json();
const leg = (instruction: string, symbol: string, assetType = 'OPTION') => ({
  instruction,
  instrument: { assetType, symbol },
  quantity: 1,
});
const spread = () => ({
  session: 'NORMAL',
  duration: 'DAY',
  orderType: 'NET_CREDIT',
  complexOrderStrategyType: 'VERTICAL',
  quantity: 1,
  price: '1.20',
  orderLegCollection: [leg('SELL_TO_OPEN', SOLD), leg('BUY_TO_OPEN', BOUGHT)],
  orderStrategyType: 'SINGLE',
});
const single = (one: ReturnType<typeof leg>) => ({
  session: 'NORMAL',
  duration: 'DAY',
  orderType: 'LIMIT',
  price: '0.50',
  orderLegCollection: [one],
  orderStrategyType: 'SINGLE',
});

beforeAll(async () => {
  clock = new StandingClock();
  const candles = [600, 601].map((close, i) => ({
    open: 600,
    high: 602,
    low: 599,
    close,
    volume: 1_000,
    datetime: chicagoMidnight(`2025-06-${18 + i * 2}` as DateText),
  }));
  server = await startSchwabServer({ now: clock.now, autoFill: false, candles: () => candles });
  authorization = `Bearer ${String(server.oauth.signIn()['access_token'])}`;
  server.setPrice('NVDA', { bid: 123.2, ask: 123.22, last: 123.2291 });
  server.setPrice('META  250131P00525000', { bid: 0.43, ask: 0.47, last: 0.46 });
});

afterAll(() => server.close());

const enter = async (body: unknown): Promise<number> => {
  const reply = await ask(`${ACCOUNT}/orders`, 'POST', body);
  expect([reply.status, await reply.text()]).toEqual([201, '']);
  return Number((reply.headers.get('location') ?? '').split('/').at(-1));
};

describe.skipIf(!hasShared)('the server answers in the recorded shapes', () => {
  /** What the server tells there, named as the recorded answer it is to be like. */
  const told = async (path: string, name: string) => ({ [name]: shapeOf(await read(path)) });
  const like = (name: string) => ({ [name]: shapeOf(recorded(name)) });

  test('an order that was filled, canceled, rejected, and the list of orders', async () => {
    const filled = await enter(spread());
    server.fill(filled, 1, [2.06, 0.86]);
    expect(
      await told(`${ACCOUNT}/orders/${filled}`, 'order.vertical.net_credit.filled.json'),
    ).toEqual(like('order.vertical.net_credit.filled.json'));
    const window =
      'fromEnteredTime=2025-01-01T00:00:00.000Z&toEnteredTime=2025-12-31T00:00:00.000Z';
    expect(await told(`${ACCOUNT}/orders?${window}`, 'orders.list.json')).toEqual(
      like('orders.list.json'),
    );
    for (const [one, name] of [
      [leg('BUY', 'CMG', 'EQUITY'), 'order.equity.limit.canceled.json'],
      [leg('SELL_TO_OPEN', 'MRVL  250321P00090000'), 'order.option.single.canceled.json'],
    ] as const) {
      const id = await enter(single(one));
      expect((await ask(`${ACCOUNT}/orders/${id}`, 'DELETE')).status).toBe(200);
      expect(await told(`${ACCOUNT}/orders/${id}`, name)).toEqual(like(name));
    }
    const rejected = await enter(spread());
    server.world.end(rejected, 'REJECTED', 'The account is not approved.');
    const name = 'order.vertical.rejected.options_level.json';
    expect(await told(`${ACCOUNT}/orders/${rejected}`, name)).toEqual(like(name));
  });

  test('account, account numbers, transactions, preferences', async () => {
    expect(await told(`${ACCOUNT}?fields=positions`, 'account.margin.with_positions.json')).toEqual(
      like('account.margin.with_positions.json'),
    );
    expect(await told('/trader/v1/accounts/accountNumbers', 'account_numbers.json')).toEqual(
      like('account_numbers.json'),
    );
    const window =
      'startDate=2025-01-01T00:00:00.000Z&endDate=2025-12-31T00:00:00.000Z&types=TRADE';
    expect(await told(`${ACCOUNT}/transactions?${window}`, 'transactions.json')).toEqual(
      like('transactions.json'),
    );
    expect(await told('/trader/v1/userPreference', 'user_preference.json')).toEqual(
      like('user_preference.json'),
    );
  });

  test('preview', async () => {
    const reply = await ask(`${ACCOUNT}/previewOrder`, 'POST', spread());
    expect(shapeOf(await reply.json())).toEqual(shapeOf(recorded('preview_order.accepted.json')));
  });

  test('quotes, history, expirations, chains, hours', async () => {
    expect(await told('/marketdata/v1/quotes?symbols=NVDA', 'quote.equity.json')).toEqual(
      like('quote.equity.json'),
    );
    const option = encodeURIComponent('META  250131P00525000');
    expect(await told(`/marketdata/v1/quotes?symbols=${option}`, 'quote.option.json')).toEqual(
      like('quote.option.json'),
    );
    const day = '/marketdata/v1/pricehistory?symbol=SPY&periodType=year&frequencyType=daily';
    expect(await told(day, 'pricehistory.daily.json')).toEqual(like('pricehistory.daily.json'));
    expect(
      await told('/marketdata/v1/expirationchain?symbol=SPY', 'option_expiration_chain.json'),
    ).toEqual(like('option_expiration_chain.json'));
    const chain = (await read('/marketdata/v1/chains?symbol=NVDA')) as Record<string, unknown>;
    const ofChain = recorded('option_chain.calls.json') as Record<string, unknown>;
    expect(Object.keys(chain)).toEqual(Object.keys(ofChain));
    expect(contractOf(chain)).toEqual(contractOf(ofChain));
    const open = (await read('/marketdata/v1/markets?markets=equity&date=2022-04-14')) as Markets;
    const hours = recorded('md.markets.GetMarketHours.json') as Markets;
    expect(shapeOf(open.equity)).toEqual(shapeOf(hours.equity));
    const shut = (await read('/marketdata/v1/markets?markets=equity&date=2025-07-20')) as Markets;
    const closed = recorded('market_hours.all.closed.json') as Markets;
    expect(shut.equity).toEqual(closed.equity);
  });

  test('daily candles are stamped at midnight in Chicago', () => {
    const { candles } = recorded('pricehistory.daily.json') as { candles: { datetime: number }[] };
    expect(chicagoMidnight('2025-06-18' as DateText)).toBe(candles[0]?.datetime);
  });

  test('a request without a token that lives', async () => {
    const reply = await fetch(`${server.url}/trader/v1/accounts/accountNumbers`);
    const errors = recorded('errors.seen.json') as { http: number; body: unknown }[];
    expect(await reply.json()).toEqual(errors.find(({ http }) => http === 401)?.body);
  });
});

interface Markets {
  readonly equity: unknown;
}

/** The shape of one contract of a chain, whatever its expiration and strike. */
function contractOf({ callExpDateMap }: Record<string, unknown>): Shape {
  const [strikes] = Object.values(callExpDateMap as Record<string, Record<string, unknown>>);
  const [contracts] = Object.values(strikes ?? {});
  return shapeOf(contracts);
}
