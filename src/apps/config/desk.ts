import type { Money } from '../../base/index.ts';
import type {
  CapitalRule,
  LeftoverPolicy,
  ReconcilePolicy,
  WatchPolicy,
} from '../../engine/index.ts';
import type { Adjustment, Slot, Timeframe } from '../../market/index.ts';
import type { Costs, SignalFilters } from '../../portfolio/index.ts';
import type {
  ApprovalPolicy,
  DataLimits,
  Limits,
  RuleSetup,
  SlippageTiers,
} from '../../risk/index.ts';
import type { PartialFills, SyntheticMarket } from '../../sim/index.ts';

/** One deployment as configured: plain data, every default filled in. Percent figures: 5 is 5 %. */
export interface Desk {
  readonly version: 1;
  readonly name: string;
  /** Where relative paths start: the folder of the desk file, as that was named. Not hashed. */
  readonly folder: string;
  readonly capital: Money;
  readonly benchmark: string | null;
  readonly data: Readonly<Record<string, DataSource>>;
  /** Of a market that lives; null for a desk on recorded bars alone. */
  readonly broker: BrokerConfig | null;
  readonly simulator: SimulatorConfig;
  readonly execution: ExecutionConfig;
  readonly dataChecks: DataLimits;
  readonly books: readonly BookConfig[];
  readonly limits: Limits;
  /** Rules of broker and regulator; null where the file names none. */
  readonly rules: RuleSetup | null;
  /** Which orders a person must approve; null where nothing needs it. */
  readonly approvals: ApprovalPolicy | null;
  readonly reconcile: Required<ReconcilePolicy>;
  /** Whether opposite wishes of two books meet inside the desk, or the later one is refused. */
  readonly crossing: 'inside' | 'refuse';
  readonly capitalRule: CapitalRule;
}

/** Where a symbol's bars come from. */
export type DataSource =
  | {
      readonly kind: 'file';
      /** As written; `deskFile` makes a path of it. */
      readonly file: string;
      readonly timeframe: Timeframe;
      readonly adjustment: Adjustment;
      readonly source: string;
    }
  | {
      readonly kind: 'store';
      readonly source: string;
      readonly adjustment: Adjustment;
      readonly timeframe: Timeframe;
    }
  | { readonly kind: 'sample'; readonly sample: 'aapl' }
  /** Each day `factor` times the return of `of`, another symbol of the desk. `start` in dollars. */
  | {
      readonly kind: 'fund';
      readonly of: string;
      readonly factor: number;
      readonly start: number;
    }
  | ({ readonly kind: 'synthetic' } & Omit<SyntheticMarket, 'symbol'>);

/** A broker of another company, and how its market is followed. */
export interface BrokerConfig {
  readonly name: 'alpaca' | 'schwab';
  /** Account numbers by whose money they hold; null where the desk names none. */
  readonly accounts: { readonly paper: string | null; readonly live: string | null };
  /** The tape that quotes come from. */
  readonly feed: 'iex' | 'sip';
  /** A process of this machine in the broker's place; null for the broker itself. */
  readonly url: string | null;
  /** `recorded`: the process at `url` is told the time, and plays a recorded market to it. */
  readonly clock: 'system' | 'recorded';
  /** Nothing that adds risk leaves while our clock is further from the broker's. */
  readonly clockSkewMsMax: number;
  /** Quotes that are wider, in percent of their middle, are no price. */
  readonly spreadPctMax: number;
  /** Time between two marks of what is held. */
  readonly markEveryMs: number;
  /** How long after the close the day's official bars are waited for. */
  readonly closeAfterMs: number;
}

/** The built-in broker, and what sizing expects trading to cost. */
export interface SimulatorConfig {
  readonly seed: number;
  /** The price of daily bars at which a backtest's orders fill. */
  readonly fill: 'close' | 'next-open';
  readonly costs: Costs;
  /** Paper stage: an answer takes between these. */
  readonly delayMs: { readonly min: number; readonly max: number };
  /** Paper stage: share of orders the broker rejects. */
  readonly rejectionPct: number;
  /** Paper stage: adverse, uniform from 0 to this, on top of the slippage. */
  readonly randomSlippageBps: number;
  /** Of a broker in a process of its own on this machine; null for the one in this process. */
  readonly url: string | null;
  /** Paper stage: open orders hold the cash or the shares that they may take. */
  readonly reserve: boolean;
  /** Paper stage: orders that fill in pieces; null where all fill whole. */
  readonly partialFills: PartialFills | null;
}

export interface ExecutionConfig {
  readonly slippage: SlippageTiers;
  readonly orderTimeoutMs: number;
  /** Nothing is sent later than this before the close. */
  readonly fenceMs: number;
  /** What is decided leaves within this time or not at all. */
  readonly sendWithinMs: number;
  /** How long an emergency exit waits for proof before it goes on with what is proven. */
  readonly flattenWithinMs: number;
  /** An emergency exit outside of the session goes on at the next open, instead of ending. */
  readonly flattenAtOpen: boolean;
}

export type StrategyReference =
  | { readonly kind: 'built-in'; readonly name: string }
  /** As written; `deskFile` makes a path of it. */
  | { readonly kind: 'file'; readonly file: string };

/** What a book acts on: a strategy's decisions or a file of signals. */
export type BookOrigin =
  | {
      readonly kind: 'strategy';
      readonly strategy: StrategyReference;
      /** As the strategy's schema gave them, with defaults; as written where it was not known. */
      readonly params: unknown;
      /** False where the strategy was not known yet and nothing was checked against it. */
      readonly checked: boolean;
    }
  | { readonly kind: 'signals'; readonly file: string };

export interface BookConfig {
  readonly name: string;
  readonly origin: BookOrigin;
  /** Share of the desk's capital. */
  readonly capitalPct: number;
  readonly schedule: Slot;
  /** Whether a strategy lives on, or starts anew each time on the last `bars` bars. */
  readonly history:
    | { readonly kind: 'continuous' }
    | { readonly kind: 'restart'; readonly bars: number };
  /** Whether only symbols whose target changed trade, or every symbol. */
  readonly sizing: 'changed-targets' | 'all-targets';
  /** Of `all-targets`: the smallest trade, percent of equity; exits are never filtered. */
  readonly thresholdPct: number;
  /** Of a book of signals; null for any other. */
  readonly signalFilters: SignalFilters | null;
  /** The desk's limits with the book's own in their place. */
  readonly limits: Limits;
  /** How its positions are guarded; null: only by what its orders bring. */
  readonly watch: WatchPolicy | null;
  /** What becomes of the rest of an order at its timeout; null: it is canceled. */
  readonly leftover: Required<LeftoverPolicy> | null;
}
