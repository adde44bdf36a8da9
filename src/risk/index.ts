/**
 * risk: what may pass.
 *
 * In: a proposed order at its worst price, book and account with everything pending, limits.
 * Out: null or a refusal with code, found and limit; slippage tiers; loss breakers; data checks.
 * Invariants: absence blocks; every order of every origin passes `review`, the last gate; an order
 * that only shrinks a position is never refused for exposure; UNKNOWN counts in full.
 * Begin with `review.ts`: `CHECKS` is the table.
 */
export * from './breaker.ts';
export * from './data-checks.ts';
export * from './limits.ts';
export * from './review.ts';
export * from './room.ts';
export * from './slippage.ts';
