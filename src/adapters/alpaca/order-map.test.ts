import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Report } from '../../orders/index.ts';
import { verifyTerms } from '../../orders/index.ts';
import { AT, dollars, intentOf, orderBody, venueId } from './alpaca.fixture.ts';
import { executionOf, isOpen, listedOf, reportsOf, restingOf, STATUSES } from './order-map.ts';
import { orderJson } from './schema.ts';

const ORDER = intentOf().clientOrderId;
const json = (more: Record<string, unknown> = {}) => orderJson.parse(orderBody(intentOf(), more));
const none = () => 0;
const kinds = (reports: readonly Report[]) => reports.map(({ kind }) => kind).join(' ');
const partly = { filled_qty: '40', filled_avg_price: '470.123456789' };

const LEGS = [
  { symbol: 'SPY240119C00475000', side: 'buy', ratio_qty: '1', qty: '2' },
  { symbol: 'SPY240119C00480000', side: 'sell', qty: '4' },
].map((leg, i) => ({ id: venueId(10 + i), status: 'new', filled_qty: '0', ...leg }));
const MLEG = { order_class: 'mleg', symbol: '', side: '', qty: '2', legs: LEGS };

describe('a status', () => {
  test.each([
    ['new', 'accepted cumulative'],
    ['accepted', 'accepted cumulative'],
    ['pending_new', 'accepted cumulative'],
    ['accepted_for_bidding', 'accepted cumulative'],
    ['partially_filled', 'accepted cumulative'],
    ['filled', 'accepted cumulative'],
    ['done_for_day', 'accepted cumulative'],
    ['held', 'accepted cumulative'],
    ['stopped', 'accepted cumulative'],
    ['calculated', 'accepted cumulative'],
    ['pending_cancel', 'accepted cumulative'],
    ['pending_replace', 'accepted cumulative'],
    ['canceled', 'accepted cumulative canceled'],
    ['expired', 'accepted cumulative expired'],
    ['rejected', 'cumulative rejected'],
    ['replaced', 'accepted cumulative suspended canceled'],
    ['suspended', 'accepted cumulative suspended'],
    ['restated', 'accepted cumulative suspended'],
  ])('"%s" with a partial fill tells %s (F007, F013)', (status, told) => {
    expect(Object.hasOwn(STATUSES, status)).toBe(true);
    expect(kinds(reportsOf(ORDER, json({ status, ...partly }), AT, none))).toBe(told);
  });

  test('that no table knows is live and must be looked at, whatever its letters (F007)', () => {
    const word = fc.oneof(
      fc.string({ minLength: 1 }),
      fc.constantFrom('constructor', '__proto__', 'NEW', 'toString'),
    );
    fc.assert(
      fc.property(word, (status) => {
        if (Object.hasOwn(STATUSES, status)) return;
        const reports = reportsOf(ORDER, json({ status }), AT, none);
        expect(kinds(reports)).toBe('accepted suspended');
        expect(isOpen({ status })).toBe(true);
      }),
    );
  });

  test('is told in clean words of at most 500 characters', () => {
    const status = `odd\u0000\n\u202e${'x'.repeat(2_000)}`;
    const [, report] = reportsOf(ORDER, json({ status }), AT, none);
    expect(report).toMatchObject({ kind: 'suspended', status: `odd ${'x'.repeat(496)}` });
  });
});

describe('fills of an order', () => {
  test('are told as totals, and only where executions do not account for them (F014)', () => {
    const told = reportsOf(ORDER, json({ status: 'partially_filled', ...partly }), AT, none);
    expect(told[1]).toStrictEqual({
      kind: 'cumulative',
      order: ORDER,
      at: AT,
      filled: 40,
      averagePrice: 470_123_457,
    });
    const again = reportsOf(ORDER, json({ status: 'partially_filled', ...partly }), AT, () => 40);
    expect(kinds(again)).toBe('accepted');
  });

  test.each([
    ['without a price', { filled_qty: '40', filled_avg_price: null }],
    ['in parts of a share', { filled_qty: '40.5', filled_avg_price: '470' }],
    ['that are no number', { filled_qty: 'NaN', filled_avg_price: '470' }],
    ['above what was ordered', { filled_qty: '10000', filled_avg_price: '470' }],
    ['below zero', { filled_qty: '-1', filled_avg_price: '470' }],
  ])('%s hold the end of the order back (F007, F040)', (_, fills) => {
    const reports = reportsOf(ORDER, json({ status: 'canceled', ...fills }), AT, none);
    expect(kinds(reports)).toBe('accepted suspended');
    const known = reportsOf(ORDER, json({ status: 'canceled', ...partly }), AT, () => 40);
    expect(kinds(known)).toBe('accepted canceled');
  });

  test('of legs are told leg by leg (F011)', () => {
    const legs = LEGS.map((leg) => ({ ...leg, filled_qty: leg.qty, filled_avg_price: '1.5' }));
    const filled = json({ ...MLEG, legs, status: 'filled', filled_qty: '2' });
    const reports = reportsOf(ORDER, filled, AT, none);
    expect(kinds(reports)).toBe('accepted cumulative cumulative');
    expect(reports[1]).toMatchObject({ symbol: 'SPY   240119C00475000', filled: 2 });
    expect(reports[2]).toMatchObject({ symbol: 'SPY   240119C00480000', filled: 4 });
    const mute = reportsOf(ORDER, json({ ...MLEG, legs: null, filled_qty: '1' }), AT, none);
    expect(kinds(mute)).toBe('accepted suspended');
  });
});

describe('terms', () => {
  test('read back as the intent they came from', () => {
    for (const pricing of [
      { type: 'market' },
      { type: 'limit', limitPrice: dollars(470.25) },
      { type: 'stop', stopPrice: dollars(0.1234) },
      { type: 'stopLimit', stopPrice: dollars(460), limitPrice: dollars(459.99) },
    ] as const) {
      const intent = intentOf({ pricing });
      const listed = listedOf(orderJson.parse(orderBody(intent)));
      expect(listed && verifyTerms(intent, listed)).toBeNull();
    }
  });

  test('of legs read back, ratios told or not', () => {
    const legs = [
      { symbol: 'SPY   240119C00475000', side: 'buy', ratio: 1 },
      { symbol: 'SPY   240119C00480000', side: 'sell', ratio: 2 },
    ] as const;
    const pricing = { type: 'limit', limitPrice: dollars(-0.35) } as const;
    const intent = intentOf({ legs, quantity: 2, pricing });
    const listed = listedOf(orderJson.parse(orderBody(intent, MLEG)));
    expect(listed && verifyTerms(intent, listed)).toBeNull();
  });

  test.each([
    ['symbol', { symbol: 'SPYG' }],
    ['side', { side: 'sell' }],
    ['side', { side: 'sell_short' }],
    ['quantity', { qty: '99' }],
    ['type', { type: 'trailing_stop', order_type: 'trailing_stop' }],
    ['limit price', { limit_price: '470.26' }],
    ['stop price', { stop_price: '1' }],
    ['time in force', { time_in_force: 'ioc' }],
    ['client order id', { client_order_id: 'pl-0a0a0a-e1-hav-2024-01-05-2' }],
    ['legs', { ...MLEG, limit_price: '470.25' }],
  ])('that differ in %s are seen (F004)', (name, more) => {
    const listed = listedOf(json(more));
    expect(listed && verifyTerms(intentOf(), listed)).toContain(`: ${name} is`);
  });

  test.each([
    { qty: null },
    { qty: '1.5' },
    { qty: '' },
    { limit_price: 'abc' },
    { limit_price: '-1' },
    { stop_price: 'NaN' },
    { filled_qty: '0.5' },
    { ...MLEG, legs: [{ ...LEGS[0], side: '' }] },
    { ...MLEG, legs: [{ ...LEGS[0], ratio_qty: '1.5' }] },
  ])('that cannot be read are none: %j (F040)', (more) => {
    expect(listedOf(json(more))).toBeUndefined();
  });

  test('numbers may be numbers, and a price longer than a micro-dollar is none of ours', () => {
    expect(listedOf(json({ qty: 100, limit_price: 470.25 }))).toMatchObject({
      quantity: 100,
      limitPrice: 470_250_000,
    });
  });
});

test('orders that rest are told with the children of brackets, and legs within their order', () => {
  const child = { ...LEGS[0], symbol: 'SPY', qty: '10', side: 'sell', status: 'held' };
  const bracket = json({ order_class: 'bracket', status: 'filled', legs: [child] });
  const spread = json({ ...MLEG, id: venueId(2) });
  const gone = json({ id: venueId(3), status: 'canceled' });
  const parts = json({ id: venueId(4), qty: '1.5', client_order_id: 'by-hand' });
  expect(restingOf([bracket, spread, gone, parts])).toStrictEqual([
    { venueOrderId: venueId(10), clientOrderId: null, symbol: 'SPY', side: 'sell', quantity: 10, filled: 0 },
    { venueOrderId: venueId(2), clientOrderId: ORDER, symbol: 'SPY', side: 'buy', quantity: 2, filled: 0 },
    { venueOrderId: venueId(4), clientOrderId: 'by-hand', symbol: 'SPY', side: 'buy', quantity: 2, filled: 0 },
  ]); // prettier-ignore
});

test('an execution of more than its order had filled with it is unreadable (F014)', () => {
  expect(executionOf({ qty: '7', price: '470', cum_qty: '7' })).toStrictEqual({
    quantity: 7,
    price: 470_000_000,
  });
  expect(executionOf({ qty: '7', price: '470' })).toMatchObject({ quantity: 7 });
  expect(executionOf({ qty: '700', price: '470', cum_qty: '7' })).toBeNull();
});
