/**
 * sim: a small deterministic world, and a hostile one.
 *
 * In: seeds, settings, prices. Out: the built-in broker with its own books (the one of dry run and
 * paper, and the venue of backtests), seeded randomness, synthetic markets; below `hostile/` a
 * broker as another company runs it, a network, a market, a clock and a disk that fail by seed, and
 * the checks that need only the truth about them. Invariants: everything random belongs to a seed
 * and a count, so that a restarted process draws the same; a client order id makes one order.
 * Begin with `broker.ts`.
 */
export * from './broker-order.ts';
export * from './broker.ts';
export * from './hostile/index.ts';
export * from './prices.ts';
export * from './random.ts';
