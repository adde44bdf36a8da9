/**
 * indicators: streaming figures of inputs or bars; amortized constant work, nothing allocated.
 *
 * In: one finite input at a time; NaN and infinities throw, so feed one indicator from another only
 * once that is `ready`. Out: the value after it, NaN until warm; `ready` says when it is defined.
 * Invariants: `replace` leaves the state as if the replaced input had never been (before any update
 * it is an update); a restored snapshot goes on to the same bits; values depend on the past only.
 * A value of several fields is one object per indicator, rewritten by each update: copy it to keep.
 */
export * from './adx.ts';
export * from './atr.ts';
export * from './bollinger.ts';
export { type EmaSeed, ema, emaAdjusted } from './ema.ts';
export * from './extremes.ts';
export * from './kalman.ts';
export * from './macd.ts';
export * from './realized-volatility.ts';
export * from './ring.ts';
export * from './roc.ts';
export * from './rsi.ts';
export * from './sma.ts';
export * from './stdev.ts';
export * from './vwap.ts';
export * from './wma.ts';
