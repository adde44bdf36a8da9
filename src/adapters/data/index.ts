/**
 * adapters/data: market data at rest.
 *
 * In: files of bars or trades (CSV, JSON lines, both gzip or not, Parquet) and the folder of a
 * store. Out: bars as columns of exact micro-dollars, streams of ticks in constant memory, a store
 * of Parquet files by source and adjustment with a cache of raw columns, reports on gaps and odd
 * prices. Invariants: a file is taken whole or refused with file, row and column; what is stored is
 * replaced in one step; no series mixes sources or adjustments; the same bars have the same content
 * hash. Begin with `read-bars.ts` and `store.ts`.
 */
export type { LoadedBars } from './bar-columns.ts';
export { contentHash } from './content.ts';
export { mergeBars, type Merged } from './merge.ts';
export { readSignals } from './signals.ts';
export { loadBars, readBars, type ReadOptions } from './read-bars.ts';
export type { SeriesMeta } from './series-file.ts';
export {
  type Imported,
  type ImportOptions,
  openStore,
  type SeriesQuery,
  type Store,
  type StoredSeries,
} from './store.ts';
export type { Tick, TickOptions } from './tick-reader.ts';
export { streamTicks, tickBatches } from './ticks.ts';
export {
  type BarsCheck,
  checkBars,
  type Finding,
  type FindingKind,
  formatCheck,
  type Severity,
} from './check.ts';
