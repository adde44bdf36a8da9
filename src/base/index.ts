/**
 * base: exact values that all else stands on.
 *
 * In: nothing. Out: money in whole micro-dollars, instants and dates, canonical JSON with its hash,
 * assertions, results. Invariants: no float touches an amount; every rounding has a name; equal
 * values have equal canonical text. The one import from outside is node's SHA-256, a pure function.
 * Begin with `money.ts`.
 */
export * from './assert.ts';
export * from './brand.ts';
export * from './canonical.ts';
export * from './money.ts';
export * from './time.ts';
