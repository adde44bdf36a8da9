import { readFileSync, existsSync } from 'node:fs';
import * as requests from 'openapi-request-validator';
import * as responses from 'openapi-response-validator';
import { parse } from 'yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Instant, MINUTE_MS, money, parseInstant } from '../../../base/index.ts';
import { NOON, startMarket, type TestServer, testMarket } from '../market.fixture.ts';

interface Bar {
  t: string;
  o: number;
  h: number;
  l: number;
  c: number;
  v: number;
}
type Bars = { bars: Record<string, Bar[]>; next_page_token: string | null };

let server: TestServer;
beforeAll(async () => {
  server = await startMarket(testMarket(), {
    corporateActions: (date) =>
      date === '2024-06-03'
        ? [
            { kind: 'dividend', symbol: 'SPY', perShare: money(1_250_000) },
            { kind: 'split', symbol: 'AAPL', from: 1, to: 4 },
          ]
        : [],
  });
});
afterAll(() => server.close());

const bodyOf = async <T>(path: string): Promise<T> => {
  const { status, body } = await server.get(path);
  expect({ path, status }).toEqual({ path, status: 200 });
  return body as T;
};

describe('bars', () => {
  test('are stamped with their start, days at midnight in New York', async () => {
    const days = await bodyOf<Bars>(
      '/v2/stocks/bars?symbols=SPY,AAPL&timeframe=1Day&start=2024-05-30&end=2024-05-31',
    );
    expect(days.bars.SPY?.map((bar) => bar.t)).toEqual([
      '2024-05-30T04:00:00Z',
      '2024-05-31T04:00:00Z',
    ]);
    expect(days.bars.AAPL).toHaveLength(2);
    const minutes = await bodyOf<Bars>(
      '/v2/stocks/bars?symbols=SPY&timeframe=1Min&start=2024-06-03T14:58:00Z',
    );
    expect(minutes.bars.SPY?.map((bar) => bar.t)).toEqual([
      '2024-06-03T14:58:00Z',
      '2024-06-03T14:59:00Z',
    ]);
  });

  test("today's day is shown as far as it has come, and nothing of what comes after", async () => {
    const { bars } = await bodyOf<Bars>(
      '/v2/stocks/bars?symbols=AAPL,SPY&timeframe=1Day&start=2024-06-03&end=2024-06-07',
    );
    expect(bars.SPY).toHaveLength(1);
    const whole = await bodyOf<Bars>(
      '/v2/stocks/bars?symbols=SPY&timeframe=1Min&start=2024-06-03&end=2024-06-04',
    );
    const minutes = whole.bars.SPY as Bar[];
    expect(bars.SPY?.[0]?.h).toBe(Math.max(...minutes.map((bar) => bar.h)));
    expect(bars.SPY?.[0]?.c).toBe(minutes.at(-1)?.c);
    const [aapl] = bars.AAPL as [Bar];
    expect([aapl.h, aapl.l, aapl.c]).toEqual([aapl.o, aapl.o, aapl.o]);
  });

  test('of an hour, week and month are made of shorter ones', async () => {
    const ask = (timeframe: string) =>
      bodyOf<Bars>(
        `/v2/stocks/bars?symbols=SPY&timeframe=${timeframe}&start=2024-05-20&end=2024-05-31`,
      );
    const days = (await ask('1Day')).bars.SPY as Bar[];
    const weeks = (await ask('1Week')).bars.SPY as Bar[];
    expect(weeks.map((bar) => bar.t)).toEqual(['2024-05-20T04:00:00Z', '2024-05-27T04:00:00Z']);
    expect(weeks[0]?.o).toBe(days[0]?.o);
    expect(weeks[0]?.h).toBe(Math.max(...days.slice(0, 5).map((bar) => bar.h)));
    const hours = (await ask('1Hour')).bars.SPY as Bar[];
    expect(hours.slice(0, 2).map((bar) => bar.t)).toEqual([
      '2024-05-20T13:00:00Z',
      '2024-05-20T14:00:00Z',
    ]);
    const months = await bodyOf<Bars>(
      '/v2/stocks/bars?symbols=SPY&timeframe=1Month&start=2024-05-01&end=2024-05-31',
    );
    expect(months.bars.SPY?.map((bar) => [bar.t, bar.c])).toEqual([
      ['2024-05-01T04:00:00Z', days.at(-1)?.c],
    ]);
  });

  test.each(['asc', 'desc'])('%s pages of any size give every bar once', async (sort) => {
    const what = 'symbols=SPY,BRK.B,AAPL&timeframe=1Hour&start=2024-05-28';
    const path = `/v2/stocks/bars?${what}&sort=${sort}`;
    const whole = await bodyOf<Bars>(path);
    expect(whole.next_page_token).toBeNull();
    for (const limit of [1, 7, 10, 23]) {
      const found: Record<string, Bar[]> = {};
      let token: string | null = '';
      for (let pages = 0; token !== null && pages < 200; pages++) {
        const page: Bars = await bodyOf(`${path}&limit=${limit}&page_token=${token}`);
        for (const [symbol, bars] of Object.entries(page.bars)) {
          (found[symbol] ??= []).push(...bars);
        }
        expect(Object.values(page.bars).flat().length).toBeLessThanOrEqual(limit);
        token = page.next_page_token;
      }
      expect(found).toEqual(whole.bars);
    }
  });
});

describe('what is latest', () => {
  test('a quote stands around the last trade, by the clock of the server', async () => {
    type Quotes = { quotes: Record<string, { ap: number; bp: number; t: string }> };
    type Trades = { trades: Record<string, { p: number; t: string }> };
    const { quotes } = await bodyOf<Quotes>('/v2/stocks/quotes/latest?symbols=SPY,BRK.B,NONE');
    const { trades } = await bodyOf<Trades>('/v2/stocks/trades/latest?symbols=SPY');
    expect(Object.keys(quotes)).toEqual(['BRK.B', 'SPY']);
    expect(quotes.SPY?.t).toBe('2024-06-03T15:00:30Z');
    expect(trades.SPY?.t).toBe('2024-06-03T15:00:00Z');
    expect(quotes.SPY?.ap).toBeGreaterThan(trades.SPY?.p as number);
    expect(quotes.SPY?.bp).toBeLessThan(trades.SPY?.p as number);
  });

  test('the delayed tape is fifteen minutes behind', async () => {
    const { quotes } = await bodyOf<{ quotes: Record<string, { t: string }> }>(
      '/v2/stocks/quotes/latest?symbols=SPY&feed=delayed_sip',
    );
    expect(quotes.SPY?.t).toBe('2024-06-03T14:45:30Z');
  });

  test('a snapshot has the minute, the day and the day before', async () => {
    type Snapshot = Record<'minuteBar' | 'dailyBar' | 'prevDailyBar', Bar | undefined>;
    const all = await bodyOf<Record<string, Snapshot>>('/v2/stocks/snapshots?symbols=SPY,AAPL');
    expect(all.SPY?.minuteBar?.t).toBe('2024-06-03T14:59:00Z');
    expect(all.SPY?.dailyBar?.t).toBe('2024-06-03T04:00:00Z');
    expect(all.SPY?.prevDailyBar?.t).toBe('2024-05-31T04:00:00Z');
    expect(all.AAPL?.minuteBar).toBeUndefined();
  });
});

describe('options', () => {
  test('a chain is listed by page, with greeks, and is filtered', async () => {
    type Chain = { snapshots: Record<string, object>; next_page_token: string | null };
    const path = '/v1beta1/options/snapshots/SPY?type=call&expiration_date=2024-06-07';
    const found: string[] = [];
    let token: string | null = '';
    while (token !== null) {
      const page: Chain = await bodyOf(`${path}&limit=5&page_token=${token}`);
      found.push(...Object.keys(page.snapshots));
      token = page.next_page_token;
    }
    expect(found.length).toBeGreaterThan(10);
    expect(new Set(found).size).toBe(found.length);
    expect(found.every((name) => /^SPY240607C\d{8}$/.test(name))).toBe(true);
  });

  test('call minus put is the forward, but for the cents', async () => {
    type Trades = { trades: Record<string, { p: number }> };
    const [call, put] = ['SPY240719C00100000', 'SPY240719P00100000'];
    const { trades } = await bodyOf<Trades>(
      `/v1beta1/options/trades/latest?symbols=${call},${put}`,
    );
    const spot = await bodyOf<{ trade: { p: number } }>('/v2/stocks/SPY/trades/latest');
    const years = (parseInstant('2024-07-19T20:00:00Z') - NOON) / (365 * 86_400_000);
    const forward = spot.trade.p - 100 * Math.exp(-0.04 * years);
    expect((trades[call]?.p ?? 0) - (trades[put]?.p ?? 0)).toBeCloseTo(forward, 1);
  });

  test('one that has expired has no quote', async () => {
    const { quotes } = await bodyOf<{ quotes: object }>(
      '/v1beta1/options/quotes/latest?symbols=SPY240524C00100000',
    );
    expect(quotes).toEqual({});
  });
});

test('dividends and splits of the broker are told as corporate actions', async () => {
  type Actions = { corporate_actions: Record<string, { symbol: string }[]> };
  const path = '/v1/corporate-actions?start=2024-06-01&end=2024-06-30';
  const { corporate_actions: all } = await bodyOf<Actions>(path);
  expect(all.cash_dividends?.map((one) => one.symbol)).toEqual(['SPY']);
  expect(all.forward_splits?.map((one) => one.symbol)).toEqual(['AAPL']);
  const one = await bodyOf<Actions>(`${path}&types=forward_split`);
  expect(Object.keys(one.corporate_actions)).toEqual(['forward_splits']);
});

const BARS = '/v2/stocks/bars?symbols=SPY&timeframe=1Day';
test.each([
  ['/v2/stocks/bars?timeframe=1Day', 400, 'symbols is required'],
  ['/v2/stocks/bars?symbols=SPY', 400, 'timeframe is required'],
  ['/v2/stocks/bars?symbols=SPY&timeframe=1Fortnight', 400, 'invalid timeframe: 1Fortnight'],
  ['/v2/stocks/bars?symbols=no%20symbol&timeframe=1Day', 400, 'invalid symbol: no symbol'],
  [`${BARS}&start=yesterday`, 400, 'start: invalid time format: yesterday'],
  [`${BARS}&start=2024-06-02&end=2024-06-01`, 400, 'end should not be before start'],
  [`${BARS}&limit=0`, 400, 'limit should be between 1 and 10000'],
  [`${BARS}&page_token=%21`, 400, 'invalid page_token'],
  [`${BARS}&feed=cnn`, 400, 'invalid feed: cnn'],
  [`${BARS}&adjustment=none`, 400, 'invalid adjustment: none'],
  [`${BARS}&sort=up`, 400, 'invalid sort: up'],
  ['/v2/stocks/NONE/quotes/latest', 404, 'no quote found for NONE'],
  ['/v2/stocks/SPY/fortune', 404, 'endpoint not found'],
  ['/v1beta1/options/quotes/latest?symbols=SPY', 400, 'invalid symbol: SPY'],
])('a wrong request %s is answered %i with one clear error', async (path, status, message) => {
  expect(await server.get(path)).toEqual({ status, body: { message } });
});

test('nobody without the keys is answered', async () => {
  for (const headers of [{}, { 'apca-api-key-id': 'PKOTHER', 'apca-api-secret-key': 'x' }]) {
    const reply = await server.get('/v2/stocks/SPY/quotes/latest', headers);
    expect(reply).toEqual({ status: 401, body: { message: 'Unauthorized' } });
  }
});

/** Both packages are CommonJS: the class is the default of the default. */
const classOf = (module: { default: unknown }): new (terms: object) => Validator => {
  const found = module.default as { default?: unknown };
  return (found.default ?? found) as new (terms: object) => Validator;
};

interface Validator {
  validateRequest(request: object): unknown;
  validateResponse(status: number, body: unknown): unknown;
}

const SPEC = new URL(
  '../../../../../shared/specs/brokers/alpaca-data.openapi.yaml',
  import.meta.url,
);

describe.skipIf(!existsSync(SPEC))('by the OpenAPI document (absent: skipped)', () => {
  const range = 'start=2024-05-30T00:00:00Z&end=2024-06-03T15:00:00Z';
  const option = 'symbols=SPY240607C00100000,SPY240607P00100000';
  test.each([
    ['/v2/stocks/bars', `symbols=SPY,AAPL&timeframe=1Day&${range}`],
    ['/v2/stocks/{symbol}/bars', `timeframe=5Min&${range}&limit=7`],
    ['/v2/stocks/bars/latest', 'symbols=SPY,AAPL'],
    ['/v2/stocks/{symbol}/bars/latest', ''],
    ['/v2/stocks/quotes', `symbols=SPY,AAPL&${range}&limit=50`],
    ['/v2/stocks/{symbol}/quotes', range],
    ['/v2/stocks/quotes/latest', 'symbols=SPY,BRK.B&feed=iex'],
    ['/v2/stocks/{symbol}/quotes/latest', ''],
    ['/v2/stocks/trades', `symbols=SPY,AAPL&${range}&sort=desc`],
    ['/v2/stocks/{symbol}/trades', range],
    ['/v2/stocks/trades/latest', 'symbols=SPY,AAPL'],
    ['/v2/stocks/{symbol}/trades/latest', ''],
    ['/v2/stocks/auctions', `symbols=SPY,AAPL&${range}`],
    ['/v2/stocks/{symbol}/auctions', range],
    ['/v2/stocks/snapshots', 'symbols=SPY,AAPL,BRK.B'],
    ['/v2/stocks/{symbol}/snapshot', ''],
    ['/v2/stocks/meta/exchanges', ''],
    ['/v2/stocks/meta/conditions/{ticktype}', 'tape=A'],
    ['/v1beta1/options/bars', `${option}&timeframe=1Day&${range}`],
    ['/v1beta1/options/trades', `${option}&${range}&limit=20`],
    ['/v1beta1/options/quotes/latest', option],
    ['/v1beta1/options/trades/latest', option],
    ['/v1beta1/options/snapshots', option],
    ['/v1beta1/options/snapshots/{underlying_symbol}', 'limit=20&type=put'],
    ['/v1beta1/options/meta/exchanges', ''],
    ['/v1beta1/options/meta/conditions/{ticktype}', ''],
    ['/v1/corporate-actions', 'start=2024-06-01&end=2024-06-30'],
  ])('GET %s asks and answers as it should', async (path, query) => {
    const spec = parse(readFileSync(SPEC, 'utf8')) as Spec;
    const params = { symbol: 'SPY', underlying_symbol: 'SPY', ticktype: 'trade' };
    const real = path.replace(/\{(\w+)\}/g, (_, name: keyof typeof params) => params[name]);
    const { status, body } = await server.get(`${real}?${query}`);
    expect(status).toBe(200);
    expect(body).not.toEqual({});
    const { get, parameters = [] } = spec.paths[path] as Spec['paths'][string];
    const given = new URLSearchParams(query);
    const request = new (classOf(requests))({
      parameters: [...parameters, ...(get.parameters ?? [])].map((one) => resolved(spec, one)),
      schemas: {},
      componentSchemas: spec.components.schemas,
    }).validateRequest({
      headers: {},
      params,
      query: {
        ...Object.fromEntries(given),
        ...(given.has('limit') && { limit: Number(given.get('limit')) }),
      },
    });
    expect(request).toBeUndefined();
    const response = new (classOf(responses))({
      responses: { 200: resolved(spec, get.responses['200']) },
      components: spec.components,
    }).validateResponse(200, body);
    expect(response).toBeUndefined();
  });
});

interface Spec {
  components: { schemas: object };
  paths: Record<
    string,
    {
      parameters?: object[];
      get: { parameters?: object[]; responses: Record<string, object> };
    }
  >;
}

function resolved(spec: Spec, one: object | undefined): object {
  const reference = (one as { $ref?: string } | undefined)?.$ref;
  if (reference === undefined) return one ?? {};
  const found = reference
    .slice(2)
    .split('/')
    .reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], spec);
  const schema = (found as { schema?: object }).schema;
  return schema ? { ...(found as object), schema: resolved(spec, schema) } : (found as object);
}

test('a market that knows a symbol only from a stream shows it from then on', async () => {
  const { RelayMarket } = await import('./relay.ts');
  const relay = new RelayMarket();
  const at = NOON;
  const price = 100_000_000;
  relay.push({ kind: 'trade', symbol: 'SPY', at, price: price as never, size: 5 });
  expect(relay.quote('SPY', (at - 1) as Instant)).toBeUndefined();
  expect(relay.quote('SPY', (at + MINUTE_MS) as Instant)?.last).toBe(price);
});
