/** How the positions of one book are guarded. Percentages are of a price, 8 is 8 %. */
export interface WatchPolicy {
  /**
   * Loss from the average cost at which a position is closed, for entries that bring no stop of
   * their own; null: none, or `DEFAULT_STOP_LOSS_PCT` where a stop is required.
   */
  readonly stopLossPct: number | null;
  /** Gain from the average cost at which it is closed; null: none. */
  readonly takeProfitPct: number | null;
  /** Sessions after which it is closed, counted from the entry's; null: never. */
  readonly holdDaysMax: number | null;
  /** The same for a position that is below its cost. */
  readonly holdDaysMaxAtLoss: number | null;
  /** Every position has a stop. */
  readonly stopRequired: boolean;
  /** Stops and targets rest at the broker, as far as it takes them; else they are watched here. */
  readonly brokerHeld: boolean;
  /** Time without a working stop at the broker after which a person is told. */
  readonly gapMsMax: number;
  /** A mark farther than this from the last proven one is suspect. */
  readonly badTickPct: number;
  /** Marks in a row that must agree before a position is closed, 2 or more: one never does. */
  readonly confirmTicks: number;
  /** Suspect marks must agree for at least this long. */
  readonly confirmMs: number;
  /** What is done about short option contracts that lost their cover; null: nothing. */
  readonly cover: CoverPolicy | null;
}

/** Short option contracts are covered by long contracts, by shares, or by cash. */
export interface CoverPolicy {
  /** Time without cover after which the contracts are bought back. */
  readonly deadlineMs: number;
  /** How often that is tried before a person must. */
  readonly repairsMax: number;
  /** Puts count as covered by the cash to be assigned on them. */
  readonly cash: boolean;
}

export const DEFAULT_STOP_LOSS_PCT = 8; // DEFAULT_STOP_LOSS_PCT 0.08 of the seeds' risk settings

/** For books that name none: only what an order's own bracket asks for. */
export const DEFAULT_WATCH: WatchPolicy = {
  stopLossPct: null,
  takeProfitPct: null,
  holdDaysMax: null,
  holdDaysMaxAtLoss: null,
  stopRequired: false,
  brokerHeld: true,
  gapMsMax: 5_000,
  badTickPct: 3,
  confirmTicks: 2,
  confirmMs: 10_000,
  cover: { deadlineMs: 60_000, repairsMax: 5, cash: true },
};

/**
 * What becomes of an order that worked longer than the timeout: the rest is canceled; canceled and
 * sent anew with a limit at the market; or left to rest, good till canceled.
 */
export type Leftover = 'cancel' | 'reprice' | 'carry';

/** By how the order was priced; one left out is `cancel`. */
export interface LeftoverPolicy {
  readonly market?: Leftover;
  readonly limit?: Leftover;
  readonly stop?: Leftover;
  readonly stopLimit?: Leftover;
  /** How often the rest of one order is priced anew. */
  readonly repricesMax: number;
}
