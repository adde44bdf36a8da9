/**
 * strategy: the SDK, all that a strategy's author imports.
 *
 * In: bars of subscribed series and a read-only view of the book. Out: a decision with its reason.
 * Invariants: a strategy reads no clock and no network; what it keeps is made by `tools`, so that
 * it can be saved, restored and replayed; a bar that is provisional is taken back before the final
 * one.
 * Begin with `strategy.ts`; `decision.ts` has the answers, `indicators/` the indicators.
 */
export { z } from 'zod';
export * from './decision.ts';
export * from './indicator.ts';
export * from './indicators/index.ts';
export * from './strategy.ts';
export * from './tools.ts';
export type { BarCopy, BarView, Timeframe } from '../market/index.ts';
export type { DateText, Instant, Money, Price } from '../base/index.ts';
