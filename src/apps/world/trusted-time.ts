import type { ClockSeen } from '../../adapters/index.ts';

const HEARD_MS_MAX = 10 * 60_000; // a clock drifts little in that time

/**
 * Why our clock is not good enough to add risk by, or null: it is further from the broker's than
 * `skewMsMax`, or the broker's was not heard for long (invariant 24, F050). `now` is monotonic.
 */
export function clockHolds(
  seen: ClockSeen | null,
  skewMsMax: number,
  now: number = performance.now(),
): string | null {
  if (seen === null) return "the broker's clock is not known yet";
  const heardMs = now - seen.at;
  if (heardMs > HEARD_MS_MAX) {
    return `the broker's clock was not heard for ${Math.round(heardMs / 1_000)} s`;
  }
  const off = Math.abs(seen.offsetMs);
  if (off <= skewMsMax) return null;
  return `our clock is ${Math.round(off)} ms from the broker's, the limit is ${skewMsMax} ms`;
}

/** Whether the broker's clock is to be asked for before it counts as not heard. */
export const isClockOld = (seen: ClockSeen | null, now: number = performance.now()): boolean =>
  seen === null || now - seen.at > HEARD_MS_MAX / 2;
