import { present } from '../../base/index.ts';
import { defineStrategy, hold, type StrategyDefinition, z } from '../../strategy/index.ts';
import type { Desk } from './desk.ts';
import { type ConfigError, formatConfigErrors } from './error.ts';
import { type DeskOptions, parseDesk } from './parse.ts';

/** What the second book of the sample says of approvals. */
export const SAMPLE_APPROVALS = `    approvals:
      opening: free
      reducing: required
      protective: required
      flatten: required
`;

/** A desk that uses every key once, all figures apart from each other. */
export const SAMPLE_DESK = `# A desk for tests.
version: 1
name: sample-desk
capital: 100000
benchmark: QQQ
data:
  QQQ: { file: data/QQQ.csv, timeframe: 1d, adjustment: all, source: yahoo }
  TQQQ: { synthetic: { of: QQQ, factor: 3, start: 40 } }
  SPY:
    synthetic:
      seed: 7
      from: 2015-01-02
      to: 2024-12-31
      timeframe: 1d
      start: 200
      drift_pct: 8
      volatility_pct: 18
  VIX:
    synthetic:
      seed: 9
      from: 2015-01-02
      to: 2024-12-31
      start: 18
      volatility_pct: 90
      between: [12, 45]
  AAPL: { sample: aapl }
  IWM: { store: { source: yahoo, adjustment: all, timeframe: 1d } }
  DIA: data/DIA.csv
simulator:
  seed: 3
  fill: close
  slippage_pct: 0.1
  fee_per_share: 0.01
  fee_pct: 0.2
  delay_ms: [200, 1500]
  rejection_pct: 2
  random_slippage_bps: 4
  url: http://127.0.0.1:7777
  reserve: true
  partial_fills: { share_pct: 25, pieces: 4, every_seconds: 2 }
execution:
  slippage_warning_pct: 0.3
  slippage_exceeded_pct: 0.5
  slippage_abort_pct: 1.0
  order_timeout_minutes: 60
  fence_seconds: 30
  send_within_seconds: 6
  flatten_within_seconds: 20
  flatten_at_open: true
data_checks:
  corporate_action_pct: 20
  lookback_days: 5
  quote_age_seconds_max: 60
approvals:
  opening: required
  reducing: free
  protective: free
  flatten: free
  timeout_minutes: 45
  drift_pct_max: 0.8
reconcile:
  cash_tolerance_day_dollars: 0.02
  cash_tolerance_month_dollars: 0.5
  lag_seconds: 90
  every_minutes: 10
crossing: inside
capital_rule: rebalance-at-close
books:
  - name: trend
    strategy: sample-trend
    capital_pct: 60
    schedule: close - 5m
    history: { restart: 250 }
    sizing: all-targets
    threshold_pct: 5
    params:
      symbol: QQQ
      fast: 20
      slow: 100
      bands: { upper: 2 }
    limits:
      position_pct_max: 80
      order_notional_max: 60000
    watch:
      stop_loss_pct: 7
      take_profit_pct: 21
      hold_days_max: 40
      hold_days_max_at_loss: 15
      stop_required: true
      broker_held: false
      gap_seconds_max: 4
      bad_tick_pct: 2.5
      confirm_ticks: 3
      confirm_seconds: 12
      cover: { deadline_seconds: 90, repairs_max: 4, cash: false }
    leftover:
      market: cancel
      limit: reprice
      stop: carry
      stop_limit: cancel
      reprices_max: 2
  - name: ticks
    signals: signals.jsonl
    capital_pct: 30
    schedule: every bar
    history: continuous
    sizing: changed-targets
    signal_filters:
      min_confidence: 0.6
      min_profit_bp: 3
      risk_percent: 1
      cooldown_seconds: 0.1
      notional_pct_max: 10
${SAMPLE_APPROVALS}limits:
  position_pct_max: 90
  cash_reserve_pct_min: 5
  leverage_max: 3.0
  buying_power_pct_max: 95
  order_notional_max: 100000
  orders_per_day_max: 100
  daily_loss_pct_max: 4
  drawdown_pct_max: 20
  short_selling: false
`;

/** The sample with every limit and rule that it leaves out. */
export const LIMITED_DESK = `${SAMPLE_DESK}  position_dollars_max: 85000
  order_pct_max: 45
  cash_reserve_dollars_min: 4500
  gross_exposure_dollars_max: 310000
  net_exposure_pct_max: 220
  net_exposure_dollars_max: 230000
  positions_max: 11
  new_positions_per_day_max: 7
  daily_loss_dollars_max: 3900
  drawdown_dollars_max: 19000
  loss_streak_max: 6
  stop_required: true
  default_stop_pct: 7.5
  order_quantity_max: 6000
  limit_collar_pct: 6
  orders_per_second_max: 12
  orders_per_minute_max: 110
  identical_orders_per_minute_max: 9
  rejects_in_a_row_max: 4
  day_notional_dollars_max: 700000
  breakers: { loss: CANCEL_ONLY, rate: STOP }
  symbols:
    TQQQ: { position_pct_max: 33, short_selling: false, orders_per_minute_max: 15 }
rules:
  broker: alpaca
  account: margin
  intraday_margin_from: 2026-09-01
  wash_sale: refuse
`;

/** A strategy whose objects are not strict, as an owner may write one. */
export const SAMPLE_TREND = defineStrategy({
  name: 'sample-trend',
  version: '1.0.0',
  params: z
    .object({
      symbol: z.string().default('QQQ'),
      fast: z.int().min(2).max(300).default(20),
      slow: z.int().min(2).max(300).default(100),
      bands: z.object({ upper: z.number().positive() }).default({ upper: 1 }),
    })
    .refine((p) => p.fast < p.slow, { path: ['fast'], error: '"fast" is not below "slow"' }),
  universe: (p) => [p.symbol, 'TQQQ'],
  subscriptions: (p) => [{ symbol: p.symbol, timeframe: '1d', warmup: p.slow, trigger: true }],
  create: () => ({ onBar: () => {}, decide: () => hold('sample'), facts: () => ({}) }),
}) as unknown as StrategyDefinition;

export const OPTIONS: DeskOptions = {
  path: 'desk.yaml',
  env: {},
  strategies: { builtIn: [SAMPLE_TREND] },
};

/** The desk of a text that must be right. */
export function deskOf(text: string, options: Partial<DeskOptions> = {}): Desk {
  const result = parseDesk(text, { ...OPTIONS, ...options });
  if (!result.ok) throw new Error(`Desk refused:\n${formatConfigErrors(result.error)}`);
  return result.value;
}

/** The errors of a text that must be wrong. */
export function errorsIn(text: string, options: Partial<DeskOptions> = {}): ConfigError[] {
  const result = parseDesk(text, { ...OPTIONS, ...options });
  return result.ok ? [] : result.error;
}

/** The sample with `from`, which must be in it once, replaced. */
export function edited(from: string, to: string, text = SAMPLE_DESK): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" is ${parts.length - 1} times in the sample`);
  return parts.join(to);
}

/** The one error of a sample edited at one place. */
export function errorOf(from: string, to: string, options: Partial<DeskOptions> = {}): ConfigError {
  const errors = errorsIn(edited(from, to), options);
  if (errors.length !== 1) throw new Error(`Wanted one error:\n${formatConfigErrors(errors)}`);
  return present(errors[0], 'error');
}
