import type { Instant } from '../../src/base/index.ts';
import { Schedule, VirtualClock } from '../../src/sim/hostile/index.ts';

/** What happens in a world, in the order of true time. */
export class Timeline {
  readonly clock: VirtualClock;
  /** Events that ran. */
  count = 0;
  /** Told when the wall clock stepped. */
  readonly stepped: Set<() => void> = new Set();
  readonly #schedule = new Schedule<() => void>();

  constructor(start: Instant) {
    this.clock = new VirtualClock(start);
  }

  get now(): Instant {
    return this.clock.now;
  }

  /** Runs `run` at `at` of true time, or as the next thing where that has passed. */
  at(at: number, run: () => void): void {
    this.#schedule.add(Math.max(Math.ceil(at), this.clock.now) as Instant, run);
  }

  after(ms: number, run: () => void): void {
    this.at(this.clock.now + ms, run);
  }

  /** Runs the next event; false when there is none up to `until`. */
  step(until: Instant): boolean {
    const next = this.#schedule.take(until);
    if (next === undefined) return false;
    this.clock.advance(next.at);
    this.count++;
    next.event();
    return true;
  }

  stepWall(byMs: number): void {
    this.clock.step(byMs);
    this.retime();
  }

  /** The wall clock is set right. */
  correctWall(): void {
    this.clock.correct();
    this.retime();
  }

  retime(): void {
    for (const told of this.stepped) told();
  }
}

/** Lets every promise of the process that can go on do so. */
export const turn = (): Promise<void> =>
  new Promise((resolve) => {
    setImmediate(resolve);
  });

/** The process is gone: thrown out of every call that it still makes. */
export class Dead extends Error {
  override readonly name = 'Dead';
}

/** One life of the process: what reaches it, and whether it still lives or stands still. */
export class Life {
  readonly number: number;
  alive = true;
  /** True when something reached it that its promises may go on with. */
  touched = true;
  /** The disk refused to take what was to be journaled: nothing may leave any more. */
  refused = false;
  #pausedUntil = 0;
  readonly #timeline: Timeline;

  constructor(timeline: Timeline, number: number) {
    this.#timeline = timeline;
    this.number = number;
  }

  /** Throws when the process is gone. */
  check(): void {
    if (!this.alive) throw new Dead('The process is gone');
  }

  /** Stands still until `until` of true time: nothing reaches it before. */
  pause(until: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, until);
  }

  get paused(): boolean {
    return this.#timeline.now < this.#pausedUntil;
  }

  /** Runs `run` inside the process at `at`, later where it stands still, never once it is gone. */
  deliver(at: number, run: () => void): void {
    this.#timeline.at(at, () => this.#arrive(run));
  }

  #arrive(run: () => void): void {
    if (!this.alive) return;
    if (this.paused) return this.#timeline.at(this.#pausedUntil, () => this.#arrive(run));
    this.touched = true;
    run();
  }
}
