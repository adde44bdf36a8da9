import { type DateText, type Money, parseMoney } from '../../base/index.ts';
import { parseSlot, type Timeframe } from '../../market/index.ts';
import type { SignalFilters } from '../../portfolio/index.ts';
import type { Limits } from '../../risk/index.ts';
import { bookLimitsOf, limitsOf, rulesOf } from './build-limits.ts';
import {
  approvalsOf,
  capitalRuleOf,
  leftoverOf,
  partialFillsOf,
  reconcileOf,
  watchOf,
} from './build-orders.ts';
import type { BookConfig, BookOrigin, DataSource, Desk } from './desk.ts';
import { type RawBook, type RawData, type RawDesk, signalFiltersSchema } from './schema.ts';

/** The desk of a file that passed every check; `origins` by book. */
export function buildDesk(raw: RawDesk, origins: readonly BookOrigin[], folder: string): Desk {
  const limits = limitsOf(raw.limits);
  return {
    version: raw.version,
    name: raw.name,
    folder,
    capital: amount(raw.capital),
    benchmark: raw.benchmark ?? null,
    data: Object.fromEntries(
      Object.entries(raw.data).map(([symbol, entry]) => [symbol, dataOf(entry)]),
    ),
    broker: brokerOf(raw.broker),
    simulator: simulatorOf(raw.simulator),
    execution: executionOf(raw.execution),
    dataChecks: {
      corporateActionPct: raw.data_checks.corporate_action_pct,
      lookbackDays: raw.data_checks.lookback_days,
      quoteAgeMsMax: toMs(raw.data_checks.quote_age_seconds_max, 1_000),
    },
    books: raw.books.map((book, i) => bookOf(book, origins[i] as BookOrigin, limits)),
    limits,
    rules: rulesOf(raw.rules),
    approvals: approvalsOf(raw),
    reconcile: reconcileOf(raw.reconcile),
    crossing: raw.crossing,
    capitalRule: capitalRuleOf(raw),
  };
}

const amount = (dollars: number | string): Money => parseMoney(String(dollars));
const timeframeOf = (text: string): Timeframe => text as Timeframe;
const toMs = (figure: number, unitMs: number): number => Math.round(figure * unitMs);
/** Millionths of a percentage; whole, since percentages have at most four decimals. */
const toPpm = (pct: number): number => Math.round(pct * 10_000);

function dataOf(entry: RawData): DataSource {
  if (typeof entry === 'string') {
    return { kind: 'file', file: entry, timeframe: '1d', adjustment: 'raw', source: 'file' };
  }
  if ('file' in entry) {
    return { kind: 'file', ...entry, timeframe: timeframeOf(entry.timeframe) };
  }
  if ('sample' in entry) return { kind: 'sample', sample: entry.sample };
  if ('store' in entry) {
    return { kind: 'store', ...entry.store, timeframe: timeframeOf(entry.store.timeframe) };
  }
  const { synthetic } = entry;
  const start = Number(synthetic.start);
  if ('of' in synthetic) return { kind: 'fund', of: synthetic.of, factor: synthetic.factor, start };
  return {
    kind: 'synthetic',
    seed: synthetic.seed,
    from: synthetic.from as DateText,
    to: synthetic.to as DateText,
    timeframe: timeframeOf(synthetic.timeframe),
    start,
    driftPct: synthetic.drift_pct,
    volatilityPct: synthetic.volatility_pct,
    between: synthetic.between
      ? [Number(synthetic.between[0]), Number(synthetic.between[1])]
      : null,
  };
}

function brokerOf(raw: RawDesk['broker']): Desk['broker'] {
  if (raw === undefined) return null;
  return {
    name: raw.name,
    accounts: { paper: raw.accounts.paper ?? null, live: raw.accounts.live ?? null },
    feed: raw.feed,
    url: raw.url ?? null,
    clock: raw.clock,
    clockSkewMsMax: toMs(raw.clock_skew_seconds_max, 1_000),
    spreadPctMax: raw.spread_pct_max,
    markEveryMs: toMs(raw.mark_every_seconds, 1_000),
    closeAfterMs: toMs(raw.close_minutes_after, 60_000),
  };
}

function simulatorOf(raw: RawDesk['simulator']): Desk['simulator'] {
  return {
    seed: raw.seed,
    fill: raw.fill,
    costs: {
      slippagePpm: toPpm(raw.slippage_pct),
      feePerShare: amount(raw.fee_per_share),
      feePpm: toPpm(raw.fee_pct),
    },
    delayMs: { min: raw.delay_ms[0], max: raw.delay_ms[1] },
    rejectionPct: raw.rejection_pct,
    randomSlippageBps: raw.random_slippage_bps,
    url: raw.url ?? null,
    reserve: raw.reserve,
    partialFills: partialFillsOf(raw.partial_fills),
  };
}

function executionOf(raw: RawDesk['execution']): Desk['execution'] {
  return {
    slippage: {
      warningPct: raw.slippage_warning_pct,
      exceededPct: raw.slippage_exceeded_pct,
      abortPct: raw.slippage_abort_pct,
    },
    orderTimeoutMs: toMs(raw.order_timeout_minutes, 60_000),
    fenceMs: toMs(raw.fence_seconds, 1_000),
    sendWithinMs: toMs(raw.send_within_seconds, 1_000),
    flattenWithinMs: toMs(raw.flatten_within_seconds, 1_000),
    flattenAtOpen: raw.flatten_at_open,
  };
}

function bookOf(raw: RawBook, origin: BookOrigin, deskLimits: Limits): BookConfig {
  const limits = bookLimitsOf(deskLimits, raw.limits ?? {});
  return {
    name: raw.name,
    origin,
    capitalPct: raw.capital_pct,
    schedule: parseSlot(raw.schedule),
    history:
      raw.history === 'continuous'
        ? { kind: 'continuous' }
        : { kind: 'restart', bars: raw.history.restart },
    sizing: raw.sizing,
    thresholdPct: raw.threshold_pct,
    signalFilters: origin.kind === 'signals' ? filtersOf(raw.signal_filters) : null,
    limits,
    watch: watchOf(raw.watch, limits),
    leftover: leftoverOf(raw.leftover),
  };
}

function filtersOf(given: RawBook['signal_filters']): SignalFilters {
  const raw = given ?? signalFiltersSchema.parse({});
  return {
    minConfidence: raw.min_confidence,
    minProfitBps: raw.min_profit_bp,
    riskPct: raw.risk_percent,
    cooldownMs: toMs(raw.cooldown_seconds, 1_000),
    notionalPctMax: raw.notional_pct_max,
  };
}
