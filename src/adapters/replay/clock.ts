import type { Instant } from '../../base/index.ts';
import type { Clock } from '../../engine/index.ts';

/** `max` does not wait; a number is how many seconds pass in one. */
export type Speed = 'max' | number;

const TURN_MS = 20; // real time after which timers and signals of the process get their turn

/** A clock that jumps to the next thing to do, or walks there at `speed` times real time. */
export class VirtualClock implements Clock {
  #now: Instant;
  readonly #speed: Speed;
  #turnAt = 0;
  #wake: (() => void) | null = null;

  constructor(start: Instant, speed: Speed) {
    this.#now = start;
    this.#speed = speed;
  }

  now(): Instant {
    return this.#now;
  }

  async sleepUntil(at: Instant, calls?: ReadonlySet<Promise<unknown>>): Promise<boolean> {
    if (calls !== undefined && calls.size > 0) {
      await Promise.race(calls);
      return false;
    }
    if (at <= this.#now) return true;
    if (this.#speed === 'max') await this.#turn();
    else if (!(await this.#waited((at - this.#now) / this.#speed))) return false;
    this.#now = at;
    return true;
  }

  wake(): void {
    this.#wake?.();
  }

  /** Lets the process see its signals, which a loop of synchronous work would keep from it. */
  async #turn(): Promise<void> {
    const now = performance.now();
    if (now - this.#turnAt < TURN_MS) return;
    this.#turnAt = now;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }

  /** Waits; false when it was woken before the time. */
  #waited(waitMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(true), Math.min(waitMs, 2 ** 31 - 1));
      this.#wake = () => {
        clearTimeout(timer);
        resolve(false);
      };
    });
  }
}
