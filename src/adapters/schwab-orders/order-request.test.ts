import validator from 'openapi-request-validator';
import { describe, expect, test } from 'vitest';
import { BadInput, parsePrice, type Price } from '../../base/index.ts';
import type { Intent, Side } from '../../orders/index.ts';
import { intentOf } from './intent.fixture.ts';
import { orderRequestOf, priceText } from './order-request.ts';
import { hasShared, published, recorded } from './shared.fixture.ts';

const limit = (text: string) => ({ type: 'limit', limitPrice: parsePrice(text) }) as const;
const LOW = 'SPXW  260116C06900000';
const HIGH = 'SPXW  260116C06950000';
const vertical = (low: Side, high: Side, net: string): Partial<Intent> => ({
  symbol: 'SPXW',
  side: low,
  quantity: 10,
  pricing: limit(net),
  legs: [
    { symbol: LOW, side: low, ratio: 1 },
    { symbol: HIGH, side: high, ratio: 1 },
  ],
});

/** Each golden request of a public client, as an intent of ours and what is held before it. */
const GOLDEN: readonly (readonly [string, Partial<Intent>, Readonly<Record<string, number>>])[] = [
  ['equity buy market 10 AAPL', { symbol: 'AAPL', pricing: { type: 'market' } }, {}],
  [
    'equity sell market 650 TQQQ',
    { symbol: 'TQQQ', side: 'sell', quantity: 650, pricing: { type: 'market' } },
    { TQQQ: 650 },
  ],
  [
    'equity buy limit 5 QQQ 486.25',
    { symbol: 'QQQ', quantity: 5, pricing: limit('486.25') },
    { QQQ: 5 },
  ],
  [
    'equity sell limit 5 QQQ 0.1869 (price below 1 keeps 4 decimals)',
    { symbol: 'PENY', side: 'sell', quantity: 5, pricing: limit('0.1869') },
    { PENY: 5 },
  ],
  [
    'equity stop sell',
    {
      symbol: 'QQQ',
      side: 'sell',
      quantity: 3,
      pricing: { type: 'stop', stopPrice: parsePrice('470') },
      timeInForce: 'gtc',
    },
    { QQQ: 5 },
  ],
  [
    'option buy to open limit',
    { symbol: 'SPY   260116P00680000', quantity: 2, pricing: limit('3.10') },
    {},
  ],
  ['bull call vertical open NET_DEBIT', vertical('buy', 'sell', '3.20'), {}],
  [
    'bull call vertical close NET_CREDIT',
    vertical('sell', 'buy', '-4.80'),
    { [LOW]: 10, [HIGH]: -10 },
  ],
];

const requestOf = (terms: Partial<Intent>, held: Readonly<Record<string, number>> = {}) =>
  orderRequestOf(intentOf(terms), (symbol) => held[symbol] ?? 0);

describe('an order as Schwab takes it', () => {
  test.skipIf(!hasShared)('is what a public client really sends, key by key in its order', () => {
    const { requests } = recorded('golden.requests.schwab-py.json') as {
      requests: { case: string; body: unknown }[];
    };
    for (const [name, terms, held] of GOLDEN) {
      const golden = requests.find((one) => one.case === name);
      const told = [name, JSON.stringify(requestOf(terms, held))];
      expect(told).toEqual([name, JSON.stringify(golden?.body)]);
    }
  });

  test.skipIf(!hasShared)('passes the published schema of requests, where that is right', () => {
    const published = requestValidator();
    for (const [name, terms, held] of GOLDEN) {
      const body = JSON.parse(JSON.stringify(requestOf(terms, held))) as Record<string, unknown>;
      const found = published.validateRequest({
        headers: { 'content-type': 'application/json' },
        body,
      });
      expect([name, found]).toEqual([name, undefined]);
    }
    const wrong = published.validateRequest({
      headers: { 'content-type': 'application/json' },
      body: { ...requestOf({}), duration: 'FOREVER' },
    }) as { errors: unknown[] };
    expect(wrong.errors).not.toEqual([]);
  });

  test('carries both prices of a stop-limit order, a net price without its sign', () => {
    const pricing = {
      type: 'stopLimit',
      stopPrice: parsePrice('470'),
      limitPrice: parsePrice('469.5'),
    } as const;
    const stop = requestOf({ side: 'sell', quantity: 3, pricing }, { SPY: 3 });
    expect(stop).toMatchObject({ orderType: 'STOP_LIMIT', price: '469.50', stopPrice: '470.00' });
    const credit = requestOf(vertical('sell', 'buy', '-0.85'));
    expect(credit).toMatchObject({ orderType: 'NET_CREDIT', price: '0.8500' });
    const zero = requestOf(vertical('sell', 'buy', '0'));
    expect(zero.orderType).toBe('NET_ZERO');
    expect(zero).not.toHaveProperty('price');
  });

  test.each([
    ['SPY', 'buy', 0, 'BUY'],
    ['SPY', 'buy', 20, 'BUY'],
    ['SPY', 'buy', -10, 'BUY_TO_COVER'],
    ['SPY', 'sell', 10, 'SELL'],
    ['SPY', 'sell', 0, 'SELL_SHORT'],
    ['SPY', 'sell', -5, 'SELL_SHORT'],
    [LOW, 'buy', 0, 'BUY_TO_OPEN'],
    [LOW, 'buy', -12, 'BUY_TO_CLOSE'],
    [LOW, 'sell', 10, 'SELL_TO_CLOSE'],
    [LOW, 'sell', -1, 'SELL_TO_OPEN'],
  ] as const)('%s %s with %i held is %s', (symbol, side, held, instruction) => {
    const { orderLegCollection } = requestOf({ symbol, side }, { [symbol]: held });
    expect(orderLegCollection[0]?.instruction).toBe(instruction);
  });

  test('has class shares as Schwab writes them', () => {
    const [leg] = requestOf({ symbol: 'BRK.B' }).orderLegCollection;
    expect(leg?.instrument).toEqual({ assetType: 'EQUITY', symbol: 'BRK/B' });
  });
});

describe('what Schwab cannot say', () => {
  test.each([
    ['a sale through zero', { side: 'sell', quantity: 10 }, { SPY: 5 }],
    ['a purchase through zero', { quantity: 10 }, { SPY: -5 }],
    ['a holding that nobody knows', {}, { SPY: Number.NaN }],
    ['a price finer than a cent', { pricing: limit('500.005') }, {}],
    ['a price finer than its tick below a dollar', { pricing: limit('0.12345') }, {}],
    ['a price of nothing', { pricing: limit('0') }, {}],
    ['orders that end each other', { link: { group: 'g', role: 'stop' } }, {}],
    [
      'a spread at the market',
      { ...vertical('buy', 'sell', '1'), pricing: { type: 'market' } },
      {},
    ],
    ['two legs bought', vertical('buy', 'buy', '1'), {}],
  ] as const)('%s is refused before it is sent', (_, terms, held) => {
    expect(() => requestOf(terms as Partial<Intent>, held)).toThrow(BadInput);
  });

  test('a spread over two expirations is refused: it is no vertical', () => {
    const legs = [
      { symbol: LOW, side: 'buy', ratio: 1 },
      { symbol: 'SPXW  260220C06950000', side: 'sell', ratio: 1 },
    ] as const;
    expect(() => requestOf({ ...vertical('buy', 'sell', '1'), legs })).toThrow('no vertical');
  });
});

test.each([
  ['1', '1.00'],
  ['0.9999', '0.9999'],
  ['0.5', '0.5000'],
  ['486.25', '486.25'],
  ['100000', '100000.00'],
  ['0', '0.00'],
])('the price %s leaves as %s', (price, text) => {
  expect(priceText(parsePrice(price))).toBe(text);
  expect(priceText(-parsePrice(price) as Price)).toBe(text);
});

type RequestValidator = InstanceType<typeof validator.default>;
/** A module of the older kind: its class is the default export, or one level deeper. */
const RequestValidator =
  'default' in validator
    ? validator.default
    : (validator as unknown as typeof import('openapi-request-validator').default);

/**
 * The published schema of a request with its three known faults mended: `instrument.name` is
 * required and never sent, `oneOf` over instruments is always ambiguous, and prices, numbers by the
 * schema, are texts in what a public client really sends.
 */
function requestValidator(): RequestValidator {
  const { components } = published('schwab-trader.openapi.json') as {
    components: { schemas: Record<string, Record<string, unknown>> };
  };
  const { schemas } = components;
  schemas['AccountsBaseInstrument'] = {
    ...schemas['AccountsBaseInstrument'],
    required: ['assetType', 'symbol'],
  };
  schemas['AccountsInstrument'] = { $ref: '#/components/schemas/AccountsBaseInstrument' };
  const request = schemas['OrderRequest'] as { properties: Record<string, unknown> };
  const price = { type: 'string', pattern: '^\\d+\\.(?:\\d{2}|\\d{4})$' };
  Object.assign(request.properties, { price, stopPrice: price });
  const schema = { ...request, additionalProperties: false };
  const inlined = JSON.parse(JSON.stringify(inline(schema, schemas, 0))) as object;
  return new RequestValidator({
    requestBody: { content: { 'application/json': { schema: inlined } } },
  });
}

/** The schema with its references put in, as deep as an order goes; deeper ones take anything. */
function inline(node: unknown, schemas: Record<string, unknown>, depth: number): unknown {
  if (Array.isArray(node)) return node.map((one) => inline(one, schemas, depth));
  if (typeof node !== 'object' || node === null) return node;
  const { $ref } = node as { $ref?: string };
  if ($ref !== undefined) {
    const name = $ref.split('/').at(-1) as string;
    return depth > 4 ? {} : inline(schemas[name], schemas, depth + 1);
  }
  const entries = Object.entries(node).filter(([key]) => key !== 'xml' && key !== 'discriminator');
  return Object.fromEntries(entries.map(([key, one]) => [key, inline(one, schemas, depth)]));
}
