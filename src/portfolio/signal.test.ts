import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Money, Price } from '../base/index.ts';
import { type Signal, type SignalFilters, signalRefusal, sizeSignal } from './signal.ts';

const usd = (dollars: number) => Math.round(dollars * 1e6) as Money;
const at = (dollars: number) => Math.round(dollars * 1e6) as Price;

const FILTERS: SignalFilters = {
  minConfidence: 0.6,
  minProfitBps: 3,
  riskPct: 1,
  cooldownMs: 100,
  notionalPctMax: 10,
};
const signalOf = (more: Partial<Signal> = {}): Signal => ({
  symbol: 'SPY',
  at: 0,
  side: 'buy',
  quantity: 10,
  confidence: null,
  expectedProfit: null,
  ...more,
});

describe('filters of a signal (operations.md 9)', () => {
  test.each<[string, Partial<Signal>, number | null, RegExp | null]>([
    ['nothing but a quantity', {}, null, null],
    ['a quantity of 0', { quantity: 0 }, null, /quantity 0 is not above zero/],
    ['a quantity below 0', { quantity: -5 }, null, /quantity -5/],
    ['no quantity', { quantity: Number.NaN }, null, /quantity NaN/],
    ['a confidence at the least', { confidence: 0.6 }, null, null],
    ['a confidence below it', { confidence: 0.59 }, null, /confidence 0.59 is below 0.6/],
    ['a confidence of 0', { confidence: 0 }, null, /confidence/],
    ['a confidence that is no number', { confidence: Number.NaN }, null, /confidence NaN/],
    ['a profit above the least', { expectedProfit: 0.0004 }, null, null],
    ['a profit below it', { expectedProfit: 0.0002 }, null, /expected profit 2 bps is below 3/],
    ['a profit below zero', { expectedProfit: -0.01 }, null, /expected profit -100 bps/],
    ['a profit that is no number', { expectedProfit: Number.NaN }, null, /expected profit NaN/],
    ['a fill one cooldown ago', {}, 100, null],
    ['a fill within the cooldown', {}, 99, /last fill was 99 ms ago, cooldown is 100 ms/],
    ['a fill at this instant', {}, 0, /last fill was 0 ms ago/],
  ])('%s', (_, more, sinceFillMs, refusal) => {
    const found = signalRefusal(signalOf(more), FILTERS, sinceFillMs);
    expect(found === null).toBe(refusal === null);
    expect(found ?? '').toMatch(refusal ?? /^$/);
  });

  test('a profit is compared as the reference compares it, in doubles', () => {
    // 0.0003 x 10,000 is 2.9999999999999996 there and here.
    expect(signalRefusal(signalOf({ expectedProfit: 0.0003 }), FILTERS, null)).not.toBeNull();
    expect(
      signalRefusal(signalOf({ expectedProfit: 0.0025 }), { ...FILTERS, minProfitBps: 25 }, null),
    ).toBeNull();
  });
});

const size = (wanted: number, equity: number, price: number, more: Partial<SignalFilters> = {}) =>
  sizeSignal(wanted, { equity: usd(equity), price: at(price) }, { ...FILTERS, ...more });

describe('size of a signal', () => {
  test('its own quantity when risk and notional allow it', () => {
    expect(size(10, 100_000, 480)).toBe(10);
  });

  test('the risk: 1 % of 100,000 over a loss of 3 bps of 480 is 6,944 shares', () => {
    expect(size(9_999, 100_000, 480, { notionalPctMax: 10_000 })).toBe(6_944);
    expect(size(9_999, 100_000, 480, { notionalPctMax: 10_000, minProfitBps: 0 })).toBe(9_999);
    expect(size(99_999, 100_000, 480, { notionalPctMax: 10_000, minProfitBps: 0 })).toBe(20_833);
    expect(size(9_999, 100_000, 480, { notionalPctMax: 10_000, minProfitBps: 25 })).toBe(833);
  });

  test('the notional: 10 % of 100,000 at 480 is 20 shares', () => {
    expect(size(50, 100_000, 480)).toBe(20);
    expect(size(50, 100_000, 500)).toBe(20);
    expect(size(50, 100_000, 500.01)).toBe(19);
  });

  test('one share always passes the risk, and none the notional when it costs more', () => {
    expect(size(5, 100_000, 480, { riskPct: 0 })).toBe(1);
    expect(size(5, 4_799.99, 480)).toBe(0);
    expect(size(5, 4_800, 480)).toBe(1);
  });

  test('the largest notional is rounded down', () => {
    const market = { equity: 19 as Money, price: 2 as Price };
    expect(sizeSignal(1, market, FILTERS)).toBe(0);
  });

  test('a part of a share is none, and without equity there is nothing to size by', () => {
    expect([size(0.9, 100_000, 480), size(1.9, 100_000, 480)]).toEqual([0, 1]);
    expect([size(5, 0, 480), size(5, -1_000, 480)]).toEqual([0, 0]);
  });

  test('is whole, within the wish and the notional, and never below 0', () => {
    const equity = fc.integer({ min: -1e12, max: 1e15 }).map((one) => one as Money);
    const price = fc.integer({ min: 1, max: 1e9 }).map((one) => one as Price);
    const filters = fc.record({
      minConfidence: fc.constant(0),
      minProfitBps: fc.integer({ min: 0, max: 100_000 }).map((one) => one / 100),
      riskPct: fc.integer({ min: 0, max: 2_000 }).map((one) => one / 100),
      cooldownMs: fc.constant(0),
      notionalPctMax: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(fc.nat({ max: 1e6 }), equity, price, filters, (wanted, value, each, drawn) => {
        const found = sizeSignal(wanted, { equity: value, price: each }, drawn);
        expect(Number.isSafeInteger(found) && found >= 0 && found <= wanted).toBe(true);
        const most = Math.max(0, (value / 100) * drawn.notionalPctMax);
        expect(found * each).toBeLessThanOrEqual(most);
      }),
    );
  });
});
