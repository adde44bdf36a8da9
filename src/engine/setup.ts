import { BadInput, type Money } from '../base/index.ts';
import {
  type Adjustment,
  type Instrument,
  instrumentOf,
  type Slot,
  type Timeframe,
} from '../market/index.ts';
import type { Costs, SignalFilters, SizingMethod } from '../portfolio/index.ts';
import type {
  ApprovalPolicy,
  DataLimits,
  Limits,
  RuleSetup,
  SlippageTiers,
} from '../risk/index.ts';
import type { StrategyDefinition } from '../strategy/index.ts';
import type { BrokerTraits } from './ports.ts';
import type { LeftoverPolicy, WatchPolicy } from './watch/policy.ts';

/** One book as its owner set it up. */
export interface BookSetup {
  readonly name: string;
  readonly strategy: StrategyDefinition;
  /** Parsed by the strategy's own schema. */
  readonly params: unknown;
  /** What it starts with. */
  readonly capital: Money;
  readonly slot: Slot;
  /**
   * A fresh strategy over the last so many completed bars at each decision; null: one that lives
   * on.
   */
  readonly restart: number | null;
  readonly sizing: SizingMethod;
  readonly thresholdPct: number;
  readonly limits: Limits;
  /** Filters of the signals this book is given; null where its strategy decides. */
  readonly signals: SignalFilters | null;
  /** How its positions are guarded; left out: only by what its orders bring. */
  readonly watch?: WatchPolicy;
  /** What becomes of the rest of an order at its timeout; left out: it is canceled. */
  readonly leftover?: LeftoverPolicy;
}

/** One series the desk follows; a symbol has one timeframe in a desk. */
export interface SeriesSetup {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly adjustment: Adjustment;
}

/** How the account is compared with the ledgers. */
export interface ReconcilePolicy {
  /**
   * Unexplained cash that is let pass, summed by size over a day and a month; a cent if left out.
   */
  readonly cashToleranceDay?: Money;
  readonly cashToleranceMonth?: Money;
  /** How long the broker's positions may lag a fill, in milliseconds; two minutes if left out. */
  readonly lagMs?: number;
  /** Between two readings while all is quiet, in milliseconds; five minutes if left out. */
  readonly everyMs?: number;
}

/**
 * How the books share the account's cash: each keeps what it has, or at every close cash moves
 * towards these percentages of the books' equity, which add up to 100.
 */
export type CapitalRule =
  | 'fixed'
  | { readonly kind: 'rebalance-at-close'; readonly pctByBook: Readonly<Record<string, number>> };

/** All that stays the same in a run. The engine never learns which stage it serves. */
export interface Setup {
  readonly desk: string;
  readonly account: string;
  readonly series: readonly SeriesSetup[];
  readonly books: readonly BookSetup[];
  readonly limits: Limits;
  readonly costs: Costs;
  readonly slippage: SlippageTiers;
  readonly dataLimits: DataLimits;
  readonly orderTimeoutMs: number;
  /** What is decided leaves within this time or not at all. */
  readonly sendWithinMs: number;
  readonly broker: BrokerTraits;
  readonly fenceMs: number;
  /** Rules of broker and regulator that the account is under; none where left out. */
  readonly rules?: RuleSetup;
  /** Which orders a person must approve; none where left out. */
  readonly approvals?: ApprovalPolicy;
  /** How long an emergency exit waits for proof before it goes on with what is proven. */
  readonly flattenWithinMs?: number;
  /** An emergency exit outside of the session goes on at the next open, instead of ending. */
  readonly flattenAtOpen?: boolean;
  /** Which decisions leave a record: every one, those that trade, or none (a sweep, a bench). */
  readonly record: 'all' | 'trades' | 'none';
  readonly reconcile?: ReconcilePolicy;
  /** Opposite wishes of two books meet inside the desk; if left out, the last gate sees them. */
  readonly crossing?: 'inside';
  /** Fixed if left out. */
  readonly capitalRule?: CapitalRule;
}

/** Look-ups made once from a setup. */
export interface Plan {
  readonly index: ReadonlyMap<string, number>;
  readonly instruments: readonly Instrument[];
  /** Books whose living strategy folds the series at this index. */
  readonly folding: readonly (readonly number[])[];
  /** Books that a bar of the series at this index asks for a decision. */
  readonly triggered: readonly (readonly number[])[];
  /** Completed bars kept of each series: enough for restarts and data checks; 0 keeps none. */
  readonly kept: readonly number[];
  /** True when any series keeps bars. */
  readonly keeps: boolean;
}

/** Throws `BadInput` when a book follows a series the desk does not have, or none triggers it. */
export function planOf(setup: Setup): Plan {
  const index = new Map(setup.series.map((series, i) => [series.symbol, i] as const));
  const folding: number[][] = setup.series.map(() => []);
  const triggered: number[][] = setup.series.map(() => []);
  const kept = setup.series.map(() => 0);
  setup.books.forEach((book, b) => {
    const subscriptions = book.strategy.subscriptions(book.params);
    if (subscriptions.filter((one) => one.trigger === true).length !== 1) {
      throw new BadInput(`Book "${book.name}": its strategy needs exactly one trigger series`);
    }
    for (const subscription of subscriptions) {
      const series = index.get(subscription.symbol);
      if (series === undefined && subscription.optional === true) continue;
      if (series === undefined || setup.series[series]?.timeframe !== subscription.timeframe) {
        const wanted = `"${subscription.symbol}" in bars of ${subscription.timeframe}`;
        throw new BadInput(`Book "${book.name}": the desk has no data for ${wanted}`);
      }
      if (book.restart === null) folding[series]?.push(b);
      if (subscription.trigger) triggered[series]?.push(b);
      const daily = subscription.timeframe.endsWith('d');
      const need = Math.max(book.restart ?? 0, daily ? subscription.warmup : 0);
      kept[series] = Math.max(kept[series] ?? 0, need);
    }
  });
  const instruments = setup.series.map((series) => instrumentOf(series.symbol));
  return { index, instruments, folding, triggered, kept, keeps: kept.some((count) => count > 0) };
}

/** What all books start with. */
export const capitalOf = (setup: Setup): Money =>
  setup.books.reduce((sum, book) => sum + book.capital, 0) as Money;
