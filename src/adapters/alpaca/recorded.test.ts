import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { meaningOf } from '../../orders/index.ts';
import { AT, kindsOf } from './alpaca.fixture.ts';
import { identityOf, positionsOf } from './account-map.ts';
import { activitiesOf } from './activity-map.ts';
import { BoundOrders } from './bound.ts';
import { executionIdOf } from './fills.ts';
import { executionOf, listedOf, reportsOf, restingOf } from './order-map.ts';
import * as schema from './schema.ts';
import { eventReports } from './trade-event.ts';

const FIXTURES = join(import.meta.dirname, '../../../../shared/specs/brokers/fixtures/alpaca');
const EXTRACT = join(FIXTURES, '../../alpaca-trade-updates.extract.json');
const isThere = existsSync(FIXTURES);
const load = (name: string): unknown => JSON.parse(readFileSync(join(FIXTURES, name), 'utf8'));
const none = () => 0;
const all = new BoundOrders(() => true);

test.skipIf(isThere)('the recorded answers of ../shared are not here: they are not tested', () => {
  expect(isThere).toBe(false);
});

describe.skipIf(!isThere)('recorded orders', () => {
  const order = (name: string) => schema.orderJson.parse(load(name));

  test('a limit order in shares', () => {
    const json = order('order.equity.pending_new.json');
    expect(listedOf(json)).toStrictEqual({
      venueOrderId: '7b08df51-c1ac-453c-99f9-323a5f075f0d',
      clientOrderId: '5680c4bc-9ac1-4a12-a44c-df427ba53032',
      symbol: 'AAPL',
      side: 'buy',
      quantity: 2,
      filled: 0,
      type: 'limit',
      limitPrice: 150_000_000,
      stopPrice: null,
      timeInForce: 'gtc',
      enteredAt: Date.parse('2023-12-12T22:31:24.577Z'),
    });
    expect(kindsOf(reportsOf('x' as never, json, AT, none))).toBe('accepted');
  });

  test('a quantity as a number, and a symbol that is none', () => {
    const listed = listedOf(order('order.market.accepted.json'));
    expect(listed).toMatchObject({
      quantity: 1,
      symbol: 'AAPL`',
      type: 'market',
      limitPrice: null,
    });
  });

  test('an option comes in padded', () => {
    const listed = listedOf(order('order.option.json'));
    expect(listed).toMatchObject({ symbol: 'AAPL  250620C00100000', quantity: 2 });
  });

  test('legs whose parent has neither symbol nor side (F011)', () => {
    const json = order('order.mleg.pending_new.json');
    const listed = listedOf(json);
    expect(listed?.legs).toStrictEqual([
      { symbol: 'AAPL  241213C00250000', side: 'buy', ratio: 3 },
      { symbol: 'AAPL  241213C00260000', side: 'sell', ratio: 1 },
    ]);
    expect(listed).toMatchObject({ symbol: '', side: 'other', limitPrice: 10_000_000 });
    const reports = reportsOf('x' as never, json, AT, none);
    expect(reports.slice(1)).toMatchObject([
      { kind: 'cumulative', symbol: 'AAPL  241213C00250000', filled: 3, averagePrice: 430_000 },
      { kind: 'cumulative', symbol: 'AAPL  241213C00260000', filled: 1, averagePrice: 10_000 },
    ]);
    expect(restingOf([json])).toStrictEqual([]);
  });
});

describe.skipIf(!isThere)('recorded activities', () => {
  test.each(['activity.fill.json', 'activity.trade.json'])('an execution: %s', (name) => {
    const json = schema.fillJson.parse(load(name));
    expect(executionOf(json)).toStrictEqual({ quantity: 2, price: 174_780_000 });
    expect(executionIdOf(json.id)).toBe('2d7be4ff-d1f3-43e9-856a-0f5cf5c5088e');
  });

  test('a dividend', () => {
    const row = schema.activityJson.parse(load('activity.nontrade.json'));
    expect(activitiesOf([row], () => null)).toMatchObject([
      { type: 'dividend', symbol: 'T', amount: 1_020_000, book: null },
    ]);
  });

  test('an exercise: the price beside its shares is wrong, the net amount right (F037)', () => {
    const rows = schema.activitiesJson.parse(load('nta.option_exercise.json'));
    expect(activitiesOf(rows, () => null)).toStrictEqual([
      {
        id: 'OPEXC:20190801011955195::5f596936-6f23-4cef-bdf1-3806aae57dbf',
        type: 'exercise',
        symbol: 'AAPL  230721C00150000',
        contracts: 2,
      },
    ]);
  });
});

describe.skipIf(!isThere)('recorded accounts', () => {
  test('of both generations', () => {
    const now = identityOf(schema.accountJson.parse(load('account.json')), 'paper');
    expect(now).toMatchObject({
      number: 'PALPACA_123',
      type: 'margin',
      blocked: [],
      cash: 122_086_500_000,
      optionsLevel: 2,
      shorting: true,
      dayTrading: null,
    });
    const then = identityOf(
      schema.accountJson.parse(load('account.with_pdt_fields.2021.json')),
      'live',
    );
    expect(then).toMatchObject({
      cash: -23_140_200_000,
      optionsLevel: 1,
      blocked: [],
      dayTrading: { flagged: false, count: 0 },
    });
  });

  test('a position, an asset', () => {
    const row = schema.positionJson.parse(load('position.equity.json'));
    expect(positionsOf([row])).toStrictEqual({ AAPL: 5 });
    expect(schema.assetJson.parse(load('asset.json'))).toMatchObject({ symbol: 'AAPL' });
  });
});

describe.skipIf(!isThere)('recorded errors', () => {
  const seen = isThere
    ? (load('errors.seen.json') as { http: number; body: Record<string, unknown> }[])
    : [];
  test.each(seen)('$http $body.message is a refusal (F005)', ({ http, body }) => {
    const error = schema.errorJson.parse(body);
    expect(meaningOf('alpaca', 'submit', http, true, error.message)).toBe('refused');
    expect(meaningOf('alpaca', 'submit', http, false, error.message)).toBe('unknown');
  });

  test('one with a field of its own is one too', () => {
    const json = schema.errorJson.parse(load('error.generic.extra_field.json'));
    expect(json).toStrictEqual({ code: 1_234_567, message: 'custom error message' });
  });
});

describe.skipIf(!isThere)('recorded frames', () => {
  test('the frames of a session', () => {
    const frames = load('stream.trading.control_frames.json') as { stream?: string }[];
    const told = frames.filter(({ stream }) => stream !== undefined);
    expect(told.map((one) => schema.frameJson.safeParse(one).success)).not.toContain(false);
  });

  test('a fill with mixed offsets and nanoseconds: parts of a coin are looked at', () => {
    const frame = schema.frameJson.parse(load('stream.trade_updates.fill.json'));
    const event = schema.eventJson.parse(frame.data);
    const reports = eventReports(event, all);
    expect(kindsOf(reports)).toBe('accepted suspended');
    expect(reports[0]?.at).toBe(Date.parse('2022-04-19T17:45:05.024Z'));
  });

  test('a new order', () => {
    const event = schema.eventJson.parse(load('trade_update.new.event.json'));
    expect(kindsOf(eventReports(event, all))).toBe('accepted');
  });

  test('a fill of legs is told leg by leg, by their own orders (F011)', () => {
    const { examples } = JSON.parse(readFileSync(EXTRACT, 'utf8')) as {
      examples: { TradeUpdateEventV2MultilegOptionsFill: { value: unknown } };
    };
    const event = schema.eventJson.parse(examples.TradeUpdateEventV2MultilegOptionsFill.value);
    expect(eventReports(event, all).slice(1)).toMatchObject([
      { kind: 'cumulative', symbol: 'AAPL  250117P00200000', filled: 1, averagePrice: 40_000 },
      { kind: 'cumulative', symbol: 'AAPL  250117C00250000', filled: 1, averagePrice: 30_000 },
    ]);
  });
});
