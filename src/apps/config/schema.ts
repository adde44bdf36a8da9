import { z } from 'zod';
import {
  count,
  date,
  dollars,
  figure,
  name,
  percent,
  slot,
  symbol,
  text,
  timeframe,
  word,
} from './field.ts';
import { brokerSchema } from './schema-broker.ts';
import { bookLimitsSchema, limitsSchema, rulesSchema } from './schema-limits.ts';
import {
  approvalsSchema,
  bookApprovalsSchema,
  brokerKeys,
  capitalRule,
  crossing,
  leavingKeys,
  leftoverSchema,
  reconcileSchema,
  watchSchema,
} from './schema-orders.ts';

/*
 * The desk file, version 1, as people write it. Rules between fields are in `check.ts` and
 * `check-book.ts`, so that they are told together with what is wrong here.
 */

const adjustment = () => word(['raw', 'splits', 'all']);

const ofFile = z
  .strictObject({
    file: text('the path of a file of bars, relative to the desk file'),
    timeframe: timeframe().default('1d'),
    adjustment: adjustment().default('raw'),
    source: text('where the bars are from, such as "yahoo"').default('file'),
  })
  .meta({ description: 'bars from a CSV or Parquet file' });

const startPrice = () => dollars({ from: 0.1, to: 100_000, such: 100 }).default(100);

const levelPrice = () => dollars({ from: 0.1, to: 100_000, such: 12 });

const ofFund = z
  .strictObject({
    of: symbol(),
    factor: figure('a daily factor', { from: -5, to: 5, least: 0.1, such: 3 }),
    start: startPrice(),
  })
  .meta({ description: 'a fund that is reset every day to a factor of another symbol' });

const ofChance = z
  .strictObject({
    seed: count('seed', { from: 0, to: 4_294_967_295, such: 7 }),
    from: date(),
    to: date(),
    timeframe: timeframe().default('1d'),
    start: startPrice(),
    drift_pct: percent({ from: -50, to: 100, least: 0.5, zero: true, such: 8 }).default(8),
    volatility_pct: percent({ from: 1, to: 200, such: 18 }).default(18),
    between: z
      .tuple([levelPrice(), levelPrice()], {
        error: 'the lowest and the highest level such as [12, 45]',
      })
      .optional()
      .meta({ description: 'the price stays between these two, as an index of volatility does' }),
  })
  .meta({ description: 'invented prices, the same for the same seed' });

const ofStore = z.strictObject({
  source: text('the source it was fetched from, such as "yahoo"'),
  adjustment: adjustment(),
  timeframe: timeframe().default('1d'),
});

const synthetic = z.union([ofFund, ofChance], {
  error: '{ of: QQQ, factor: 3 } or { seed: 7, from: 2015-01-02, to: 2024-12-31 }',
});

const dataSchema = z.union(
  [
    text('a path').meta({ description: 'the path of a file of daily bars, raw' }),
    ofFile,
    z.strictObject({ synthetic }),
    z.strictObject({ sample: word(['aapl']) }).meta({ description: 'real sample prices' }),
    z.strictObject({ store: ofStore }).meta({ description: 'bars that were fetched before' }),
  ],
  { error: 'the path of a file, or a map with "file", "synthetic", "sample" or "store"' },
);

const simulator = z.strictObject({
  seed: count('seed', { from: 0, to: 4_294_967_295, such: 1 }).default(1),
  fill: word(['close', 'next-open']).default('close'),
  slippage_pct: percent({ from: 0.005, to: 3, zero: true, such: 0.05 }).default(0.05),
  fee_per_share: dollars({ from: 0, to: 1, such: 0.01 }).default(0),
  fee_pct: percent({ from: 0.005, to: 2, zero: true, such: 0.1 }).default(0),
  delay_ms: z
    .tuple(
      [
        count('milliseconds', { from: 0, to: 600_000, such: 100 }),
        count('milliseconds', { from: 0, to: 600_000, such: 800 }),
      ],
      { error: 'shortest and longest delay in milliseconds such as [100, 800]' },
    )
    .default([100, 800]),
  rejection_pct: percent({ from: 0.5, to: 50, zero: true, such: 2 }).default(0),
  random_slippage_bps: figure('basis points', { from: 0.1, to: 100, zero: true, such: 2 }).default(
    0,
  ),
  ...brokerKeys,
});

const execution = z.strictObject({
  slippage_warning_pct: percent({ from: 0.02, to: 10, such: 0.3 }).default(0.3),
  slippage_exceeded_pct: percent({ from: 0.02, to: 10, such: 0.5 }).default(0.5),
  slippage_abort_pct: percent({ from: 0.02, to: 10, such: 1 }).default(1),
  order_timeout_minutes: figure('minutes', { from: 0.1, to: 390, such: 60 }).default(60),
  fence_seconds: figure('seconds', { from: 0, to: 3_600, such: 30 }).default(30),
  ...leavingKeys,
});

const dataChecks = z.strictObject({
  corporate_action_pct: percent({ from: 5, to: 90, such: 20 }).default(20),
  lookback_days: count('days', { from: 1, to: 250, such: 5 }).default(5),
  quote_age_seconds_max: figure('seconds', { from: 0.1, to: 3_600, such: 60 }).default(60),
});

export const signalFiltersSchema = z.strictObject({
  min_confidence: figure('a fraction', { from: 0, to: 1, such: 0.6 }).default(0.6),
  min_profit_bp: figure('basis points', { from: 0.1, to: 1_000, zero: true, such: 3 }).default(3),
  risk_percent: percent({ from: 0.05, to: 20, such: 1 }).default(1),
  cooldown_seconds: figure('seconds', { from: 0, to: 86_400, such: 0.1 }).default(0.1),
  notional_pct_max: percent({ from: 1, to: 100, such: 10 }).default(10),
});

const strategy = z.union(
  [
    text('the name of a built-in strategy'),
    z.strictObject({ file: text('the path of a strategy, relative to the desk file') }),
  ],
  { error: 'the name of a built-in strategy or { file: strategies/my-own.ts }' },
);

const history = z.union(
  [
    z.literal('continuous'),
    z.strictObject({ restart: count('bars', { from: 2, to: 5_000, such: 250 }) }),
  ],
  { error: '"continuous" or { restart: 250 }' },
);

const bookSchema = z.strictObject({
  name: name(),
  strategy: strategy.optional(),
  params: z
    .record(z.string(), z.unknown(), { error: "a map of the strategy's parameters" })
    .default({}),
  signals: text('the path of a file of signals, one JSON object a line').optional(),
  signal_filters: signalFiltersSchema.optional(),
  capital_pct: percent({ from: 1, to: 100, such: 50 }),
  schedule: slot(),
  history: history.default('continuous'),
  sizing: word(['changed-targets', 'all-targets']).default('changed-targets'),
  threshold_pct: percent({ from: 0.1, to: 50, zero: true, such: 5 }).default(5),
  limits: bookLimitsSchema.optional(),
  approvals: bookApprovalsSchema.optional(),
  watch: watchSchema.optional(),
  leftover: leftoverSchema.optional(),
});

export const deskSchema = z
  .strictObject({
    version: z.literal(1, { error: '1' }),
    name: name(),
    capital: dollars({ from: 100, to: 100_000_000, such: 100_000 }),
    benchmark: symbol().optional(),
    data: z.record(z.string(), dataSchema, { error: 'a map of data by symbol' }),
    broker: brokerSchema.optional(),
    simulator: simulator.prefault({}),
    execution: execution.prefault({}),
    data_checks: dataChecks.prefault({}),
    approvals: approvalsSchema.optional(),
    reconcile: reconcileSchema.prefault({}),
    crossing: crossing(),
    capital_rule: capitalRule(),
    books: z
      .array(bookSchema, { error: 'a list of books' })
      .min(1, { error: 'at least one book' })
      .max(100, { error: 'at most 100 books' }),
    limits: limitsSchema,
    rules: rulesSchema.optional(),
  })
  .meta({ title: 'Plimsoll desk, version 1' });

export type RawDesk = z.output<typeof deskSchema>;
export type RawBook = z.output<typeof bookSchema>;
export type RawData = z.output<typeof dataSchema>;
export type RawLimits = z.output<typeof limitsSchema>;
