import type { Instant } from '../../base/index.ts';
import type { Clock } from '../../engine/index.ts';

/** `max` does not wait; a number is how many seconds pass in one. */
export type Speed = 'max' | number;

/** A clock that jumps to the next thing to do, or walks there at `speed` times real time. */
export class VirtualClock implements Clock {
  #now: Instant;
  readonly #speed: Speed;

  constructor(start: Instant, speed: Speed) {
    this.#now = start;
    this.#speed = speed;
  }

  now(): Instant {
    return this.#now;
  }

  async sleepUntil(at: Instant): Promise<void> {
    if (at <= this.#now) return;
    const waitMs = this.#speed === 'max' ? 0 : (at - this.#now) / this.#speed;
    if (waitMs > 0) {
      await new Promise<void>((resolve) => {
        setTimeout(resolve, Math.min(waitMs, 2 ** 31 - 1));
      });
    }
    this.#now = at;
  }
}
