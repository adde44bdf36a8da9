/**
 * portfolio: from what a strategy wants to the orders it takes.
 *
 * In: target weights, wished orders or signals; the book as it is (held plus pending, cash, marks).
 * Out: legs in the order in which they are worked, each sized in whole shares when its turn comes.
 * Invariants: shares are rounded down; reductions come before raises; buys never take more cash
 * than is there, costs counted; exits are never filtered. Begin with `plan.ts`, then `size.ts`.
 */
export * from './costs.ts';
export * from './plan.ts';
export * from './signal.ts';
export * from './size.ts';
