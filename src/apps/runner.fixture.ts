import type { DateText, Instant, Money, Price } from '../base/index.ts';
import { BUILT_IN_TRAITS, type Setup } from '../engine/index.ts';
import type { Intent } from '../orders/index.ts';
import { NO_COSTS } from '../portfolio/index.ts';
import type { Limits } from '../risk/index.ts';
import { defineStrategy, rebalance, z } from '../strategy/index.ts';

export const CAPITAL = 100_000_000_000 as Money;
export const PRICE = 100_000_000 as Price;
export const MINUTE_MS = 60_000;

const LIMITS: Limits = {
  positionPctMax: 100,
  cashReservePctMin: 0,
  leverageMax: 1,
  buyingPowerPctMax: 100,
  orderNotionalMax: CAPITAL,
  ordersPerDayMax: 10,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};

const halves = defineStrategy({
  name: 'halves',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => ['A'],
  subscriptions: () => [{ symbol: 'A', timeframe: '1d', warmup: 1, trigger: true }],
  create: () => ({
    onBar: () => {},
    decide: () => rebalance({ A: 0.5 }, 'half of it'),
    facts: () => ({}),
  }),
});

/** A desk of one book that wants half of its $100,000 in A, five minutes before each close. */
export const SETUP: Setup = {
  desk: 'test',
  account: 'test',
  series: [{ symbol: 'A', timeframe: '1d', adjustment: 'raw' }],
  books: [
    {
      name: 'one',
      strategy: halves as never,
      params: {},
      capital: CAPITAL,
      slot: { kind: 'session', anchor: 'close', offsetMs: -5 * MINUTE_MS },
      restart: null,
      sizing: 'changed-targets',
      thresholdPct: 0,
      limits: LIMITS,
      signals: null,
    },
  ],
  limits: LIMITS,
  costs: NO_COSTS,
  slippage: { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
  dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: MINUTE_MS },
  orderTimeoutMs: MINUTE_MS,
  sendWithinMs: 5_000,
  broker: BUILT_IN_TRAITS,
  fenceMs: MINUTE_MS,
  record: 'all',
};

/** An order of that book, to sell ten A at the market unless `terms` say otherwise. */
export const intentOf = (terms: Partial<Intent> = {}): Intent => ({
  id: 'one-2024-01-05-1' as Intent['id'],
  clientOrderId: 'pl-000000-e1-one-2024-01-05-1' as Intent['clientOrderId'],
  book: 'one',
  symbol: 'A',
  side: 'sell',
  quantity: 10,
  pricing: { type: 'market' },
  timeInForce: 'day',
  purpose: 'rebalance',
  expectedPrice: PRICE,
  at: 0 as Instant,
  date: '2024-01-05' as DateText,
  ...terms,
});
