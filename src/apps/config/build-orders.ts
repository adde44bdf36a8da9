import { type Money, parseMoney } from '../../base/index.ts';
import type {
  CapitalRule,
  LeftoverPolicy,
  ReconcilePolicy,
  WatchPolicy,
} from '../../engine/index.ts';
import { type ApprovalPolicy, type Limits, ORDER_CLASSES } from '../../risk/index.ts';
import type { PartialFills } from '../../sim/index.ts';
import type { RawBook, RawDesk } from './schema.ts';
import { watchSchema } from './schema-orders.ts';

const amount = (dollars: number | string): Money => parseMoney(String(dollars));
const toMs = (figure: number, unitMs: number): number => Math.round(figure * unitMs);

/** Orders that fill in pieces; null where all fill whole. */
export function partialFillsOf(raw: RawDesk['simulator']['partial_fills']): PartialFills | null {
  if (raw === undefined) return null;
  const { share_pct, pieces, every_seconds } = raw;
  return { sharePpm: Math.round(share_pct * 10_000), pieces, everyMs: toMs(every_seconds, 1_000) };
}

/** Who must be asked; null: nobody. A book has the desk's rules where it sets none of its own. */
export function approvalsOf({ approvals: raw, books }: RawDesk): ApprovalPolicy | null {
  if (raw === undefined) return null;
  const { opening, reducing, protective, flatten } = raw;
  const rules = { opening, reducing, protective, flatten };
  const own = books.flatMap(({ name, approvals }) => {
    if (approvals === undefined) return [];
    const merged = ORDER_CLASSES.map((one) => [one, approvals[one] ?? rules[one]] as const);
    return [[name, Object.fromEntries(merged) as typeof rules] as const];
  });
  return {
    rules,
    books: Object.fromEntries(own),
    timeoutMs: toMs(raw.timeout_minutes, 60_000),
    driftPctMax: raw.drift_pct_max,
  };
}

/**
 * How a book's positions are guarded; null where neither the book nor its limits ask for more than
 * its orders bring. What `limits` require of stops holds, and their distance where the book has
 * none.
 */
export function watchOf(given: RawBook['watch'], limits: Limits): WatchPolicy | null {
  const { stopRequired = false, defaultStopPct } = limits;
  if (given === undefined && !stopRequired && defaultStopPct === undefined) return null;
  const raw = given ?? watchSchema.parse({});
  return {
    stopLossPct: raw.stop_loss_pct ?? defaultStopPct ?? null,
    takeProfitPct: raw.take_profit_pct ?? null,
    holdDaysMax: raw.hold_days_max ?? null,
    holdDaysMaxAtLoss: raw.hold_days_max_at_loss ?? null,
    stopRequired: raw.stop_required === true || stopRequired,
    brokerHeld: raw.broker_held,
    gapMsMax: toMs(raw.gap_seconds_max, 1_000),
    badTickPct: raw.bad_tick_pct,
    confirmTicks: raw.confirm_ticks,
    confirmMs: toMs(raw.confirm_seconds, 1_000),
    cover:
      raw.cover === 'off'
        ? null
        : {
            deadlineMs: toMs(raw.cover.deadline_seconds, 1_000),
            repairsMax: raw.cover.repairs_max,
            cash: raw.cover.cash,
          },
  };
}

/** What becomes of the rest of an old order; null where all of it is canceled. */
export function leftoverOf(raw: RawBook['leftover']): Required<LeftoverPolicy> | null {
  if (raw === undefined) return null;
  const { market, limit, stop, stop_limit: stopLimit, reprices_max: repricesMax } = raw;
  return { market, limit, stop, stopLimit, repricesMax };
}

export function reconcileOf(raw: RawDesk['reconcile']): Required<ReconcilePolicy> {
  return {
    cashToleranceDay: amount(raw.cash_tolerance_day_dollars),
    cashToleranceMonth: amount(raw.cash_tolerance_month_dollars),
    lagMs: toMs(raw.lag_seconds, 1_000),
    everyMs: toMs(raw.every_minutes, 60_000),
  };
}

/** The shares of the books in percent of all that they have, which add up to 100. */
export function capitalRuleOf({ capital_rule: rule, books }: RawDesk): CapitalRule {
  if (rule === 'fixed') return rule;
  const sum = books.reduce((total, book) => total + book.capital_pct, 0);
  const shares = books.map(({ name, capital_pct: pct }) => [name, (pct * 100) / sum] as const);
  return { kind: rule, pctByBook: Object.fromEntries(shares) };
}
