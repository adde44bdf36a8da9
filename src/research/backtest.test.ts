import { describe, expect, test } from 'vitest';
import { type DateText, money, type Money, type Price, priceFromDollars } from '../base/index.ts';
import { type BookSetup, BUILT_IN_TRAITS, type Setup } from '../engine/index.ts';
import { type Bars, barsOfRows, sessionsBetween, type Timeframe } from '../market/index.ts';
import { NO_COSTS } from '../portfolio/index.ts';
import type { SimBrokerSettings } from '../sim/index.ts';
import { type Decision, defineStrategy, hold, rebalance, trade, z } from '../strategy/index.ts';
import { type BacktestOptions, runBacktest } from './backtest.ts';

const BROKER: SimBrokerSettings = {
  seed: 1,
  costs: NO_COSTS,
  delayMs: [0, 0],
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1,
  shortSelling: false,
};
const LIMITS: Setup['limits'] = {
  positionPctMax: 1_000,
  cashReservePctMin: 0,
  leverageMax: 3,
  buyingPowerPctMax: 100,
  orderNotionalMax: money(9e15),
  ordersPerDayMax: 1_000,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};
const PASSING = {
  minConfidence: 0,
  minProfitBps: 0,
  riskPct: 100,
  cooldownMs: 0,
  notionalPctMax: 100,
};
const priced = (dollars: number): Price => priceFromDollars(dollars);
const date = (text: string) => text as DateText;

/** [open, close] of each session from 2024-01-02 on. */
function daily(symbol: string, prices: readonly (readonly [number, number])[]): Bars {
  const sessions = sessionsBetween(date('2024-01-02'), date('2024-03-28'));
  const rows = prices.map(([open, close], i) => ({
    symbol,
    at: sessions[i]!.close,
    day: sessions[i]!.day,
    open: priced(open),
    high: priced(Math.max(open, close)),
    low: priced(Math.min(open, close)),
    close: priced(close),
    volume: 1_000,
  }));
  return barsOfRows({ symbol, timeframe: '1d', source: 'x', adjustment: 'all' }, rows);
}

/** Says `answers` on one bar after the other, then holds. */
const saying = (
  symbols: readonly string[],
  answers: readonly Decision[],
  timeframe: Timeframe = '1d',
) =>
  defineStrategy({
    name: 'saying',
    version: '1',
    params: z.strictObject({}),
    universe: () => symbols,
    subscriptions: () =>
      symbols.map((symbol, i) => ({ symbol, timeframe, warmup: 1, trigger: i === 0 })),
    create: () => {
      const left = [...answers];
      return {
        onBar: () => {},
        decide: () => left.shift() ?? hold('no more'),
        facts: () => ({}),
      };
    },
  });

function run(
  series: readonly Bars[],
  answers: readonly Decision[],
  options: Partial<BacktestOptions> = {},
  limits = LIMITS,
) {
  const symbols = series.map(({ symbol }) => symbol);
  const timeframe = series[0]!.timeframe;
  const book: BookSetup = {
    name: 'one',
    strategy: saying(symbols, answers, timeframe),
    params: {},
    capital: 100_000_000_000 as Money,
    slot: { kind: 'every-bar' },
    restart: null,
    sizing: 'changed-targets',
    thresholdPct: 0,
    limits,
    signals: options.signals ? PASSING : null,
  };
  const setup: Setup = {
    desk: 'test',
    account: 'test',
    series: symbols.map((symbol) => ({ symbol, timeframe, adjustment: 'all' })),
    books: [book],
    limits,
    costs: NO_COSTS,
    slippage: { warningPct: 100, exceededPct: 100, abortPct: 1_000 },
    dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: 86_400_000_000,
    sendWithinMs: 5_000,
    broker: BUILT_IN_TRAITS,
    fenceMs: 0,
    record: 'all',
  };
  return runBacktest(setup, series, { broker: BROKER, fill: 'close', ...options });
}

const want = (weights: Record<string, number>) => rebalance(weights, 'wanted');
const buy = (symbol: string, quantity: number, limit: number) =>
  trade([{ symbol, side: 'buy', quantity, limitPrice: priced(limit) }], 'wished');
const terms = ({ fills }: ReturnType<typeof run>) =>
  fills.map(({ side, quantity, symbol, price }) => `${side} ${quantity} ${symbol} ${price / 1e6}`);

const A = daily('A', [
  [100, 100],
  [104, 110],
  [90, 80],
  [85, 90],
  [95, 100],
]);
const B = daily('B', [
  [50, 50],
  [40, 45],
  [44, 40],
  [41, 50],
  [55, 60],
]);

describe('a fill at the close', () => {
  test('is at the price that was decided on, and the day’s equity counts it', () => {
    const result = run([A], [want({ A: 0.5 })]);
    expect(terms(result)).toEqual(['buy 500 A 100']);
    const equity = [100_000, 105_000, 90_000, 95_000, 100_000];
    expect(result.equity.map((point) => point.equity / 1e6)).toEqual(equity);
    expect(result.equity.map((point) => point.date)).toEqual([
      '2024-01-02',
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
      '2024-01-08',
    ]);
  });

  test('of a switch sells and buys on one bar', () => {
    const result = run([A, B], [want({ A: 1 }), want({ B: 1 })]);
    expect(terms(result)).toEqual(['buy 1000 A 100', 'sell 1000 A 110', 'buy 2444 B 45']);
  });
});

describe('a fill at the next open', () => {
  const fill = 'next-open' as const;

  test('is at the open of the bar after the decision', () => {
    const result = run([A], [want({ A: 0.5 }), hold('x'), want({ A: 0 })], { fill });
    expect(terms(result)).toEqual(['buy 500 A 104', 'sell 500 A 85']);
    expect(result.equity[0]?.positions).toEqual({});
    expect(result.equity[1]?.positions).toEqual({ A: 500 });
  });

  test('of a switch sells and buys at one open, the buy sized by what the sale paid', () => {
    const result = run([A, B], [want({ A: 1 }), hold('x'), want({ B: 1 })], { fill });
    expect(terms(result)).toEqual(['buy 1000 A 104', 'sell 1000 A 85', 'buy 2025 B 41']);
    expect(result.equity[3]?.positions).toEqual({ B: 2025 });
  });

  test('of the last bar never comes', () => {
    const answers = [hold('x'), hold('x'), hold('x'), hold('x'), want({ A: 1 })];
    expect(terms(run([A], answers, { fill }))).toEqual([]);
  });

  test('of a limit order that the open does not reach ends with that day', () => {
    const missed = run([A], [buy('A', 10, 95)], { fill });
    expect(terms(missed)).toEqual([]);
    expect(missed.state.orders.live.size).toBe(0);
    expect(terms(run([A], [hold('x'), buy('A', 10, 95)], { fill }))).toEqual(['buy 10 A 90']);
  });
});

describe('a limit order at the close', () => {
  test('that the close does not reach ends with the day, and is not filled later', () => {
    const result = run([A], [buy('A', 10, 95), hold('x'), want({ A: 0.1 })]);
    expect(terms(result)).toEqual(['buy 125 A 80']);
    expect(result.alerts.map(({ code }) => code)).toEqual(['orderEnded']);
  });

  test('works within its day, at the open of a bar that reaches it', () => {
    const [session] = sessionsBetween(date('2024-01-02'), date('2024-01-02'));
    const rows = [100, 98, 94, 96].map((open, i) => ({
      symbol: 'A',
      at: (session!.open + (i + 1) * 300_000) as never,
      day: session!.day,
      open: priced(open),
      high: priced(101),
      low: priced(90),
      close: priced(100),
      volume: 1,
    }));
    const bars = barsOfRows({ symbol: 'A', timeframe: '5m', source: 'x', adjustment: 'all' }, rows);
    expect(terms(run([bars], [buy('A', 10, 95)]))).toEqual(['buy 10 A 94']);
  });
});

const signal = (at: number, side: 'buy' | 'sell', quantity: number) => ({
  book: 0,
  signal: { symbol: 'A', at, side, quantity, confidence: null, expectedProfit: null },
});

describe('a backtest', () => {
  test('before its first date only folds, and after its last one stops', () => {
    const answers = [want({ A: 0.5 }), want({ A: 0 })];
    const result = run([A], answers, { from: date('2024-01-03'), to: date('2024-01-05') });
    expect(terms(result)).toEqual(['buy 454 A 110', 'sell 454 A 80']);
    expect(result.equity.map((point) => point.date)).toEqual([
      '2024-01-03',
      '2024-01-04',
      '2024-01-05',
    ]);
    expect(result.state.folded[0]).toBe(A.end[3]);
  });

  test('of series of different lengths plays each bar at its instant', () => {
    const late = daily('B', [
      [50, 50],
      [40, 45],
      [44, 40],
      [41, 50],
      [55, 60],
      [61, 62],
    ]);
    const result = run([A, late], [want({ B: 1 })]);
    expect(result.equity.map((point) => point.equity / 1e6)).toEqual([
      100_000, 90_000, 80_000, 100_000, 120_000, 124_000,
    ]);
  });

  test('of a series without bars is refused', () => {
    expect(() => run([A, { ...B, length: 0 }], [])).toThrow('Series "B" has no bars');
  });

  test('tells of its progress, last that it is done', () => {
    const told: number[] = [];
    run([A, B], [], { onProgress: (share) => told.push(share) });
    expect(told.at(-1)).toBe(1);
  });

  test('works signals at the first bar at or after their instant', () => {
    const [first, second, third] = A.end as unknown as [number, number, number];
    const signals = [
      signal(first - 1, 'buy', 3),
      signal(first + 1, 'buy', 4),
      signal(second, 'sell', 2),
      signal(third + 1, 'sell', 5),
    ];
    const result = run([A], [want({ A: 1 })], { signals });
    expect(terms(result)).toEqual(['buy 3 A 100', 'buy 4 A 110', 'sell 2 A 110', 'sell 5 A 90']);
    expect(result.decisions.map(({ action }) => action)).toEqual(Array(4).fill('orders'));
  });
});
