import type { Life } from './timeline.ts';

/** Ownership of a desk as the system gives it: one process at a time, free once that is gone. */
export class WorldOwnership {
  #holder: Life | null = null;

  /** True where `life` owns the desk from now on; one that does not may do nothing at all. */
  claim(life: Life): boolean {
    if (this.#holder?.alive === true) return false;
    this.#holder = life;
    return true;
  }
}
