import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { readBars } from '../src/adapters/data/index.ts';
import {
  type DateText,
  type Instant,
  money,
  type Money,
  type Price,
  priceFromDollars,
} from '../src/base/index.ts';
import { type BookSetup, BUILT_IN_TRAITS, type Setup } from '../src/engine/index.ts';
import { type Bars, sliceBars, type Timeframe } from '../src/market/index.ts';
import { type Costs, NO_COSTS } from '../src/portfolio/index.ts';
import type { Limits } from '../src/risk/index.ts';
import { derivedFund, type SimBrokerSettings, syntheticBars } from '../src/sim/index.ts';
import { builtinStrategies } from '../src/strategies/index.ts';
import type { StrategyDefinition } from '../src/strategy/index.ts';

const SHARED = new URL('../../shared/', import.meta.url);

/** Empty where the reference data lies beside the project, otherwise why its tests are skipped. */
export const ABSENT = existsSync(new URL('golden/README.md', SHARED))
  ? ''
  : ' (skipped: no ../shared beside the project)';

const unzipped = (name: string): string =>
  gunzipSync(readFileSync(new URL(`golden/${name}.gz`, SHARED))).toString('utf8');

/** Rows of a reference table by column; `name` has no ".csv". */
export function goldenRows(name: string): Readonly<Record<string, string>>[] {
  const [head, ...lines] = unzipped(`${name}.csv`).trim().split(/\r?\n/);
  const names = (head as string).split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((column, i) => [column, cells[i] ?? '']));
  });
}

/** Cases of a reference file; `name` has no ".jsonl". */
export const goldenCases = <T>(name: string): T[] =>
  unzipped(`${name}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

export const goldenJson = (name: string): Readonly<Record<string, number>> =>
  JSON.parse(readFileSync(new URL(`golden/${name}.json`, SHARED), 'utf8'));

/** Bars of one reference input, from `from` on; `file` has no ".csv". */
export function goldenBars(file: string, symbol: string, timeframe: Timeframe, from = ''): Bars {
  const path = new URL(`data/golden-input/${file}.csv`, SHARED).pathname;
  const bars = readBars(path, { symbol, timeframe, adjustment: 'all' });
  const first = from === '' ? 0 : bars.day.findIndex((day) => day * 86_400_000 >= Date.parse(from));
  return sliceBars(bars, first, bars.length);
}

export const dollars = (amount: number): Money => money(Math.round(amount * 1e6));
export const priced = (amount: number): Price => priceFromDollars(amount);
export const day = (text: string): DateText => text as DateText;
export const at = (text: string): Instant => Date.parse(text) as Instant;

/** Limits that refuse nothing but more than the cash, an oversell and a leverage above 3. */
export const WIDE: Limits = {
  positionPctMax: 1_000,
  cashReservePctMin: 0,
  leverageMax: 3,
  buyingPowerPctMax: 100,
  orderNotionalMax: dollars(1_000_000_000),
  ordersPerDayMax: 1_000_000,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: false,
};

/** The built-in broker when it fills at once, at the mark, for nothing. */
export const PLAIN_BROKER: SimBrokerSettings = {
  seed: 1,
  costs: NO_COSTS,
  delayMs: [0, 0],
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1,
  shortSelling: false,
};

export const builtin = (name: string): StrategyDefinition => {
  const found = builtinStrategies.find((one) => one.name === name);
  if (!found) throw new Error(`No built-in strategy "${name}"`);
  return found;
};

/** A book of $100,000 that decides near the close, unless `book` says otherwise. */
export function bookOf(
  strategy: StrategyDefinition,
  params: unknown,
  book: Partial<BookSetup> = {},
): BookSetup {
  return {
    name: strategy.name,
    strategy,
    params: strategy.params.parse(params),
    capital: dollars(100_000),
    slot: { kind: 'session', anchor: 'close', offsetMs: -300_000 },
    restart: null,
    sizing: 'changed-targets',
    thresholdPct: 0,
    limits: WIDE,
    signals: null,
    ...book,
  };
}

/** A desk of `books` whose series are what they follow, then what they may hold. */
export function deskOf(books: readonly BookSetup[], desk: Partial<Setup> = {}): Setup {
  const series = new Map<string, Setup['series'][number]>();
  for (const { strategy, params } of books) {
    const followed = strategy.subscriptions(params);
    for (const { symbol, timeframe } of followed) {
      series.set(symbol, { symbol, timeframe, adjustment: 'all' });
    }
    const timeframe = followed[0]?.timeframe ?? '1d';
    for (const symbol of strategy.universe(params)) {
      if (!series.has(symbol)) series.set(symbol, { symbol, timeframe, adjustment: 'all' });
    }
  }
  return {
    desk: 'test',
    account: 'test-account',
    series: [...series.values()],
    books,
    limits: WIDE,
    costs: NO_COSTS,
    slippage: { warningPct: 100, exceededPct: 100, abortPct: 100 },
    dataLimits: { corporateActionPct: 99, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: 60_000,
    sendWithinMs: 5_000,
    broker: BUILT_IN_TRAITS,
    fenceMs: 60_000,
    record: 'all',
    ...desk,
  };
}

/** Commission per share in dollars and slippage in millionths. */
export const costs = (slippagePpm: number, feePerShare: number, feePpm = 0): Costs => ({
  slippagePpm,
  feePerShare: dollars(feePerShare),
  feePpm,
});

/** Parameters so short that decisions come early and change often. */
const SHORT_PARAMS: Readonly<Record<string, unknown>> = {
  'hierarchical-adaptive': {
    sma_fast: 3,
    sma_slow: 10,
    realized_vol_window: 5,
    vol_baseline_window: 10,
    T_max: 10,
    bond_sma_fast: 2,
    bond_sma_slow: 6,
    osc_smoothness: 4,
    strength_smoothness: 5,
    use_inverse_hedge: true,
  },
  'trend-vix': { window: 40, trend_ema_period: 15, volatility_lookback: 4, stop_atr: 1 },
  'ma-crossover': { fast: 2, slow: 5, timeframe: '1d', symbol: 'QQQ' },
  momentum: { lookback: 3, timeframe: '1d', symbol: 'QQQ' },
};

/** Every built-in strategy as a book on short parameters, daily bars. */
export const shortBook = (name: string, book: Partial<BookSetup> = {}): BookSetup =>
  bookOf(builtin(name), SHORT_PARAMS[name] ?? {}, book);

export const BUILTIN_NAMES = builtinStrategies.map(({ name }) => name);

const FUNDS: Readonly<Record<string, readonly [string, number]>> = {
  TQQQ: ['QQQ', 3],
  SQQQ: ['QQQ', -3],
  PSQ: ['QQQ', -1],
  TMF: ['TLT', 3],
  TMV: ['TLT', -3],
};

/** Made-up daily bars of every symbol the built-in strategies know, from a seed. */
export function markets(seed: number, from = '2023-01-03', to = '2023-12-29') {
  const range = { timeframe: '1d', from: day(from), to: day(to), driftPct: 8 } as const;
  const market = (symbol: string, i: number, start: number, volatilityPct: number) =>
    syntheticBars({ ...range, symbol, seed: seed + i, start, volatilityPct, between: null });
  const roots = new Map<string, Bars>([
    ['QQQ', market('QQQ', 1, 300, 35)],
    ['TLT', market('TLT', 2, 100, 20)],
    ['SPY', market('SPY', 3, 400, 20)],
    ['VIX', market('VIX', 4, 18, 60)],
  ]);
  return (symbol: string): Bars => {
    const known = roots.get(symbol);
    if (known) return known;
    const [base, factor] = FUNDS[symbol] as readonly [string, number];
    const made = derivedFund(roots.get(base) as Bars, symbol, factor, 50);
    roots.set(symbol, made);
    return made;
  };
}

/** The bars of a desk's series, in their order. */
export const seriesOf = (setup: Setup, market: (symbol: string) => Bars): Bars[] =>
  setup.series.map(({ symbol }) => market(symbol));
