/**
 * market: what the world shows.
 *
 * In: exact values of `base`. Out: instruments (with OCC option symbols and fund factors), bars as
 * columns with one moving view, quotes, the sessions of the New York Stock Exchange 1990-2035, its
 * wall clock, and slots, the planned instants of a session.
 * Invariants: prices are whole micro-dollars; bars are oldest first and strictly rising; a bar of a
 * day ends at that session's close; schedules are exchange-time rules, the same on every host.
 * Begin with `bar.ts` and `session.ts`.
 */
export * from './bar.ts';
export * from './instrument.ts';
export * from './quote.ts';
export * from './row-view.ts';
export * from './session.ts';
export * from './slot.ts';
export * from './zone.ts';
