import type { Instant } from '../../base/index.ts';
import type { Clock } from '../../engine/index.ts';

const LOOK_MS = 10_000; // longest sleep in one piece: a step of the wall clock is seen by then
const STEP_MS = 2_000; // wall and monotonic clock further apart than this between two looks

/** The wall clock, as the runner waits by it. A step or a pause of the machine is told. */
export class LiveClock implements Clock {
  readonly #stepped: (byMs: number) => void;
  #wake: (() => void) | null = null;
  /** Woken between two pieces of one sleep. */
  #isWoken = false;
  readonly #now: () => number;
  #wall: number;
  #steady: number = performance.now();

  /**
   * `stepped`: the wall clock moved by so much more than time passed, or less (F050, F051). `now`
   * is that clock, in milliseconds.
   */
  constructor(stepped: (byMs: number) => void = () => {}, now: () => number = () => Date.now()) {
    this.#stepped = stepped;
    this.#now = now;
    this.#wall = now();
  }

  now(): Instant {
    return this.#now() as Instant;
  }

  async sleepUntil(at: Instant): Promise<boolean> {
    this.#isWoken = false;
    for (;;) {
      this.#look();
      if (this.#isWoken) return false;
      const wait = at - this.#now();
      if (wait <= 0) return true;
      if (!(await this.#waited(Math.min(wait, LOOK_MS)))) return false;
    }
  }

  wake(): void {
    this.#isWoken = true;
    this.#wake?.();
  }

  #look(): void {
    const [wall, steady] = [this.#now(), performance.now()];
    const by = wall - this.#wall - (steady - this.#steady);
    this.#wall = wall;
    this.#steady = steady;
    if (Math.abs(by) > STEP_MS) this.#stepped(Math.round(by));
  }

  /** Waits; false when it was woken before the time. */
  #waited(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const end = (slept: boolean) => {
        clearTimeout(timer);
        this.#wake = null;
        resolve(slept);
      };
      const timer = setTimeout(() => end(true), Math.max(0, waitMs));
      this.#wake = () => end(false);
    });
  }
}
