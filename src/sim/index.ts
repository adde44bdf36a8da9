/**
 * sim: a small deterministic world.
 *
 * In: seeds, settings, prices. Out: the built-in broker with its own books (the one of dry run and
 * paper, and the venue of backtests), seeded randomness, synthetic markets. Invariants: everything
 * random belongs to a seed and a count, so that a restarted process draws the same; a client order
 * id makes one order. Begin with `broker.ts`.
 */
export * from './broker.ts';
export * from './prices.ts';
export * from './random.ts';
