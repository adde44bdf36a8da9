/**
 * risk: what may pass.
 *
 * In: a proposed order at its worst price, book and account with everything pending, limits.
 * Out: null or a refusal with code, found and limit; slippage tiers; loss breakers; data checks.
 * Invariants: absence blocks; every order of every origin passes `review`, the last gate; an order
 * that only shrinks a position is never refused for exposure; UNKNOWN counts in full.
 * Begin with `review.ts`: `CHECKS` is the table.
 */
export * from './activity.ts';
export * from './approvals.ts';
export * from './breaker.ts';
export * from './cover.ts';
export * from './data-checks.ts';
export * from './gate.ts';
export * from './limits.ts';
export * from './opposite.ts';
export { CHECKS, HALTING, review } from './review.ts';
export { limitsNet, reducesOnly } from './exposure.ts';
export * from './room.ts';
export * from './rule-state.ts';
export * from './rules.ts';
export * from './slippage.ts';
