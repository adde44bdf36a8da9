import type { Money, Price } from '../base/index.ts';
import type { DecisionRecord, EquityPoint, FillRecord } from '../engine/index.ts';

export type { DecisionRecord, EquityPoint, FillRecord } from '../engine/index.ts';

/** All that a finished run leaves for figures and pages; every list is oldest first. */
export interface RunRecord {
  readonly desk: string;
  readonly stage: 'backtest' | 'dry-run' | 'paper' | 'live';
  readonly startEquity: Money;
  readonly equity: readonly EquityPoint[];
  readonly decisions: readonly DecisionRecord[];
  readonly fills: readonly FillRecord[];
  /** Closes of the benchmark on the dates of `equity`; null where it has none. */
  readonly benchmark: {
    readonly symbol: string;
    readonly closes: readonly (Price | null)[];
  } | null;
  /** Sentences a reader must know: data that is synthetic, books that stopped. */
  readonly notes: readonly string[];
}
