import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LoadedDesk } from '../../src/apps/load.ts';
import { formatConfigErrors, parseDesk } from '../../src/apps/config/index.ts';
import { addDays, type DateText, parseDate } from '../../src/base/index.ts';
import type { Bars } from '../../src/market/index.ts';
import { drawOf, syntheticBars } from '../../src/sim/index.ts';
import { builtinStrategies } from '../../src/strategies/index.ts';
import { defineStrategy, rebalance, type StrategyDefinition, z } from '../../src/strategy/index.ts';

/** First prices in dollars, far enough from each other that none passes for another's. */
export const STARTS = { SPY: 470, QQQ: 310, IWM: 190, 'BRK.B': 105, DIA: 60 } as const;
export const SYMBOLS: readonly string[] = Object.keys(STARTS);
const MARKET_FROM = parseDate('2024-01-02');
const MARKET_TO = parseDate('2024-04-30');

/** Five-minute bars of all symbols that never were. */
export const seriesOf = (seed: number): Bars[] =>
  Object.entries(STARTS).map(([symbol, start], i) =>
    syntheticBars({
      symbol,
      seed: seed * 16 + i,
      from: MARKET_FROM,
      to: MARKET_TO,
      timeframe: '5m',
      start,
      driftPct: 5,
      volatilityPct: 12,
      between: null,
    }),
  );

/** Other weights every day: something is bought and sold at each slot. */
const turns = defineStrategy({
  name: 'turns',
  version: '1.0',
  params: z.strictObject({ seed: z.number(), symbols: z.array(z.string()).min(1) }),
  universe: ({ symbols }) => symbols,
  subscriptions: ({ symbols }) =>
    symbols.map((symbol, i) => ({
      symbol,
      timeframe: '1d' as const,
      warmup: 2,
      trigger: i === 0,
    })),
  create: ({ seed, symbols }) => ({
    onBar: () => {},
    decide: ({ date }) => {
      const day = Number(date.replaceAll('-', ''));
      const shares = symbols.map((_, i) => 0.1 + 0.35 * drawOf(seed, day, i));
      const weights = Object.fromEntries(symbols.map((one, i) => [one, shares[i] as number]));
      return rebalance(weights, 'another day');
    },
    facts: () => ({}),
  }),
}) as unknown as StrategyDefinition;

export interface DeskTerms {
  readonly broker: 'alpaca' | 'schwab';
  readonly url: string;
  readonly account: string;
  readonly seed: number;
  /** A third book that follows a stream of bars. */
  readonly streams: boolean;
}

/** What an order of these books may be worth in dollars. */
export const ORDER_NOTIONAL_MAX = 40_000;

/** Schwab's bars are adjusted for splits alone. */
const dataOf = (broker: string): string =>
  SYMBOLS.map((symbol) => {
    const timeframe = symbol === 'DIA' ? '5m' : '1d';
    const adjustment = broker === 'schwab' ? 'splits' : 'raw';
    const store = `source: ${broker}, adjustment: ${adjustment}, timeframe: ${timeframe}`;
    return `  ${symbol}: { store: { ${store} } }`;
  }).join('\n');

const STREAM_BOOK = `
  - name: cross
    strategy: ma-crossover
    capital_pct: 20
    schedule: every bar
    params: { symbol: DIA, timeframe: 5m, fast: 2, slow: 4, qty: 20 }`;

const textOf = ({ broker, url, account, seed, streams }: DeskTerms): string => `version: 1
name: answers
capital: 100000
data:
${dataOf(broker)}
broker:
  name: ${broker}
  accounts: { ${broker === 'alpaca' ? 'paper' : 'live'}: "${account}" }
  url: ${url}
  clock: recorded
  mark_every_seconds: 1800
  close_minutes_after: 0
execution: { order_timeout_minutes: 10 }
reconcile: { every_minutes: 60 }
books:
  - name: morning
    strategy: turns
    capital_pct: 40
    schedule: open + 60m
    params: { seed: ${seed}, symbols: [SPY, BRK.B] }
    threshold_pct: 0.5
  - name: evening
    strategy: turns
    capital_pct: 40
    schedule: close - 30m
    params: { seed: ${seed + 1}, symbols: [QQQ, IWM] }
    threshold_pct: 0.5${streams ? STREAM_BOOK : ''}
limits:
  position_pct_max: 60
  cash_reserve_pct_min: 1
  leverage_max: 1
  buying_power_pct_max: 99
  order_notional_max: ${ORDER_NOTIONAL_MAX}
  orders_per_day_max: 200
  daily_loss_pct_max: 100
  drawdown_pct_max: 100
  short_selling: ${streams}
`;

/** A desk in a folder of its own; `remove` ends both. */
export function deskAt(terms: DeskTerms): { loaded: LoadedDesk; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-answers-'));
  const path = join(folder, 'desk.yaml');
  const text = textOf(terms);
  writeFileSync(path, text);
  const builtIn = [...builtinStrategies, turns];
  const parsed = parseDesk(text, {
    path,
    env: {},
    sets: [],
    bars: {},
    strategies: { builtIn, ofFile: () => undefined },
  });
  if (!parsed.ok) throw new Error(formatConfigErrors(parsed.error));
  const definitions = (name: string) => builtIn.find((one) => one.name === name);
  const loaded = {
    desk: parsed.value,
    path,
    folder,
    definitions,
    configHash: '0',
    strategies: { turns: '1.0', 'ma-crossover': '1.0' },
    warnings: [],
  } as unknown as LoadedDesk;
  return { loaded, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** The first day of a world, with enough history before it. */
export const firstDay = (seed: number): DateText => addDays(parseDate('2024-02-20'), seed % 40);
