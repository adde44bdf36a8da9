import type { Instant } from '../../src/base/index.ts';
import type { Clock } from '../../src/engine/index.ts';
import type { Life, Timeline } from './timeline.ts';

interface Sleep {
  readonly at: Instant;
  readonly end: (reached: boolean) => void;
}

/** The clock of one life: shows the wall, and sleeps while the world goes on. */
export class ProcessClock implements Clock {
  readonly #life: Life;
  readonly #timeline: Timeline;
  #sleep: Sleep | null = null;
  readonly #retime = (): void => this.#plan();

  constructor(life: Life, timeline: Timeline) {
    this.#life = life;
    this.#timeline = timeline;
    timeline.stepped.add(this.#retime);
  }

  now(): Instant {
    return this.#timeline.clock.wall;
  }

  sleepUntil(at: Instant): Promise<boolean> {
    if (at <= this.now()) return Promise.resolve(true);
    return new Promise((resolve) => {
      this.#sleep = { at, end: resolve };
      this.#plan();
    });
  }

  wake(): void {
    const sleep = this.#sleep;
    this.#sleep = null;
    sleep?.end(false);
  }

  /** A timer for the sleep under way; where the wall stepped meanwhile, it is set once more. */
  #plan(): void {
    const sleep = this.#sleep;
    if (!this.#life.alive) this.#timeline.stepped.delete(this.#retime);
    else if (sleep !== null && Number.isFinite(sleep.at)) {
      this.#life.deliver(sleep.at - this.#timeline.clock.offsetMs, () => this.#ring(sleep));
    }
  }

  #ring(sleep: Sleep): void {
    if (this.#sleep !== sleep) return;
    if (this.now() < sleep.at) return this.#plan();
    this.#sleep = null;
    sleep.end(true);
  }
}
