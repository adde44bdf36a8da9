/**
 * adapters/replay: recorded bars on a virtual clock.
 *
 * In: bars in columns, a speed. Out: the feed and clock ports, so that a recorded month runs
 * through the same code as a live one, in seconds or paced. Nothing later than the clock is ever
 * shown, but for today's own daily bar: of it a recording has only the whole. Begin with `feed.ts`.
 */
export * from './clock.ts';
export * from './feed.ts';
export * from './stream.ts';
