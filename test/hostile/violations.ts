/** What must hold and did not. */
export interface Violation {
  /** Number in the list of invariants. */
  readonly invariant: number;
  readonly text: string;
  readonly at: number;
}

const KEPT = 20;

/** The violations of one world, the first of them kept. */
export class Violations {
  readonly list: Violation[] = [];
  count = 0;
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Keeps a violation unless `holds`; `text` is made only then. */
  must(invariant: number, holds: boolean, text: () => string): void {
    if (holds) return;
    this.count++;
    if (this.list.length < KEPT) this.list.push({ invariant, text: text(), at: this.#now() });
  }
}
