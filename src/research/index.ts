/**
 * research: what history says.
 *
 * In: a setup, bars in columns, options. Out: a backtest by the one engine and the built-in broker,
 * without a journal. Invariants: no answer sees a bar later than its own; the same setup and bars
 * give the same decisions, fills and equity. Begin with `backtest.ts`.
 */
export * from './backtest.ts';
