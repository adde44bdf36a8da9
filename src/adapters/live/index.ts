/**
 * adapters/live: a market that lives, on the wall clock.
 *
 * In: a source of market data, the series of a desk. Out: the feed and clock ports. Asking is the
 * truth and streams bring it sooner; bars come complete or not at all; a price that is crossed, too
 * wide, of a halted symbol or too old is none; whatever waits is bounded. Begin with `feed.ts`.
 */
export * from './clock.ts';
export * from './feed.ts';
export { judge, type Judged } from './quality.ts';
export type { LiveSeries } from './series.ts';
