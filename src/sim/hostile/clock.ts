import { assert, HOUR_MS, type Instant } from '../../base/index.ts';
import { drawOf } from '../random.ts';

/**
 * Time of a simulated machine. `now` is the world's own time, which the broker and the market live
 * by; `wall` is what the machine believes it is, and may step and drift; `monotonic` is the time
 * since the machine came up, which does neither.
 */
export class VirtualClock {
  readonly #origin: Instant;
  #now: Instant;
  #offsetMs = 0;
  #driftPpm = 0;
  #driftFrom: Instant;

  constructor(start: Instant) {
    this.#origin = start;
    this.#now = start;
    this.#driftFrom = start;
  }

  get now(): Instant {
    return this.#now;
  }

  /** What the machine's wall clock shows. */
  get wall(): Instant {
    return (this.#now + this.offsetMs) as Instant;
  }

  /** Milliseconds since the machine came up; never steps. */
  get monotonic(): number {
    return this.#now - this.#origin;
  }

  /** Wall clock minus world's time, in milliseconds; above zero is ahead. */
  get offsetMs(): number {
    const drifted = ((this.#now - this.#driftFrom) * this.#driftPpm) / 1_000_000;
    return this.#offsetMs + Math.round(drifted);
  }

  /** Goes on to `at` of the world's time; throws for one that has passed. */
  advance(at: Instant): void {
    assert(at >= this.#now, `Time "${at}" is before "${this.#now}"`);
    this.#now = at;
  }

  /** The wall clock steps; below zero is back (F050). */
  step(byMs: number): void {
    this.#offsetMs += byMs;
  }

  /** From now on the wall clock gains this much; below zero it loses. */
  drift(ppm: number): void {
    this.#offsetMs = this.offsetMs;
    this.#driftFrom = this.#now;
    this.#driftPpm = ppm;
  }

  /** Sets the wall clock right, as time synchronization does. */
  correct(): void {
    this.#offsetMs = 0;
    this.#driftFrom = this.#now;
    this.#driftPpm = 0;
  }
}

/** A step of the wall clock on one day. */
export interface ClockStep {
  readonly at: Instant;
  readonly byMs: number;
}

const STEP_MAX_MS = 2 * HOUR_MS;

/**
 * The steps of one day between two instants, oldest first: mostly none; each from two hours back to
 * two hours forward. `rate` is the share of days that have any.
 */
export function clockSteps(
  seed: number,
  day: number,
  span: { readonly from: Instant; readonly to: Instant; readonly rate: number },
): ClockStep[] {
  if (drawOf(seed, day, 60) >= span.rate) return [];
  const count = 1 + Math.floor(drawOf(seed, day, 61) * 2);
  const steps = Array.from({ length: count }, (_, i): ClockStep => {
    const at = span.from + Math.floor(drawOf(seed, day, 62 + 2 * i) * (span.to - span.from));
    const share = 2 * drawOf(seed, day, 63 + 2 * i) - 1;
    return { at: at as Instant, byMs: Math.round(share ** 3 * STEP_MAX_MS) };
  });
  return steps.sort((a, b) => a.at - b.at);
}
