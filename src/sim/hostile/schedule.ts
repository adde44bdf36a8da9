import type { Instant } from '../../base/index.ts';

/** Something that will happen, or did. */
export interface Scheduled<Event> {
  readonly at: Instant;
  /** Its place among all that were ever added, from 1; breaks ties and names it for `drop`. */
  readonly ticket: number;
  readonly event: Event;
}

/**
 * What is still to happen, earliest first and among equals in the order of adding: the same calls
 * give the same order on every machine. A heap: adding and taking cost O(log n).
 */
export class Schedule<Event> {
  readonly #heap: Scheduled<Event>[] = [];
  readonly #dropped = new Set<number>();
  #tickets = 0;

  /** How many events are still to happen. */
  get size(): number {
    return this.#heap.length - this.#dropped.size;
  }

  /** Adds an event; its ticket. */
  add(at: Instant, event: Event): number {
    const ticket = ++this.#tickets;
    this.#heap.push({ at, ticket, event });
    this.#rise(this.#heap.length - 1);
    return ticket;
  }

  /** Takes back an event; one that has been taken already must not come here. */
  drop(ticket: number): void {
    this.#dropped.add(ticket);
    this.#sweep();
  }

  /** When the earliest event happens; undefined when there is none. */
  nextAt(): Instant | undefined {
    return this.#heap[0]?.at;
  }

  /** Takes the earliest event at or before `until`; undefined when there is none. */
  take(until: Instant = Number.POSITIVE_INFINITY as Instant): Scheduled<Event> | undefined {
    const first = this.#heap[0];
    if (first === undefined || first.at > until) return undefined;
    this.#removeFirst();
    this.#sweep();
    return first;
  }

  clear(): void {
    this.#heap.length = 0;
    this.#dropped.clear();
  }

  /** Keeps an event that will happen at the top. */
  #sweep(): void {
    while (this.#dropped.size > 0) {
      const first = this.#heap[0];
      if (first === undefined || !this.#dropped.delete(first.ticket)) return;
      this.#removeFirst();
    }
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop() as Scheduled<Event>;
    if (heap.length === 0) return;
    heap[0] = last;
    this.#sink();
  }

  #rise(from: number): void {
    const heap = this.#heap;
    let i = from;
    const moved = heap[i] as Scheduled<Event>;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const above = heap[parent] as Scheduled<Event>;
      if (!isBefore(moved, above)) break;
      heap[i] = above;
      i = parent;
    }
    heap[i] = moved;
  }

  #sink(): void {
    const heap = this.#heap;
    const moved = heap[0] as Scheduled<Event>;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= heap.length) break;
      const right = heap[child + 1];
      if (right !== undefined && isBefore(right, heap[child] as Scheduled<Event>)) child++;
      const below = heap[child] as Scheduled<Event>;
      if (!isBefore(below, moved)) break;
      heap[i] = below;
      i = child;
    }
    heap[i] = moved;
  }
}

const isBefore = (a: Scheduled<unknown>, b: Scheduled<unknown>): boolean =>
  a.at < b.at || (a.at === b.at && a.ticket < b.ticket);
