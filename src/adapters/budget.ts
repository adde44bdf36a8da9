/** What a request is for: an earlier one of these always goes first (F006). */
export const LANES = ['cancel', 'order', 'submit', 'data', 'view'] as const;
export type Lane = (typeof LANES)[number];

export interface BudgetTerms {
  /** Requests that may leave in any `windowMs`; never one more, in the first window either. */
  readonly requestsMax: number;
  readonly windowMs: number;
  /** Of these, kept free for cancels and order status. */
  readonly reserved: number;
}

/** For a process of this machine that plays a recorded market: its minutes pass in no time. */
export const UNLIMITED: BudgetTerms = { requestsMax: 1_000_000, windowMs: 1, reserved: 0 };

/** Thrown where no request could leave in time: nothing was sent. */
export class BudgetExhausted extends Error {}

interface Waiting {
  readonly lane: Lane;
  readonly deadline: number;
  readonly go: () => void;
  readonly fail: (error: Error) => void;
}

/**
 * One budget of requests for all that talk to one broker with one key. A sliding window, exact;
 * waiting requests leave by lane, then by age. A broker that says "later" pauses every lane but
 * cancels. `now` is a monotonic clock in milliseconds.
 */
export class RequestBudget {
  readonly #terms: BudgetTerms;
  readonly #now: () => number;
  readonly #left: number[] = [];
  readonly #waiting: Waiting[] = [];
  #pausedUntil = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | null = null;
  #strikes = 0;

  constructor(terms: BudgetTerms, now: () => number = () => performance.now()) {
    this.#terms = terms;
    this.#now = now;
  }

  /** Resolves when a request of `lane` may leave. Throws `BudgetExhausted` after `waitMs`. */
  take(lane: Lane, waitMs: number): Promise<void> {
    if (this.#waiting.length === 0 && this.#waitOf(lane) <= 0) {
      this.#left.push(this.#now());
      return Promise.resolve();
    }
    return new Promise((go, fail) => {
      this.#waiting.push({ lane, deadline: this.#now() + waitMs, go, fail });
      this.#serve();
    });
  }

  /** The broker said "later": backs off, longer each time, with up to a fifth of chance on top. */
  refused(retryAfterMs: number | null, chance: number = Math.random()): void {
    const backoff = Math.min(60_000, 500 * 2 ** this.#strikes) * (1 + chance / 5);
    this.#strikes = Math.min(this.#strikes + 1, 7);
    this.#pausedUntil = Math.max(this.#pausedUntil, this.#now() + (retryAfterMs ?? backoff));
  }

  /** The broker answered as usual. */
  served(): void {
    this.#strikes = 0;
  }

  /** Requests that wait. */
  get queued(): number {
    return this.#waiting.length;
  }

  /** Milliseconds until a request of `lane` may leave, by window, reserve and pause. */
  #waitOf(lane: Lane): number {
    const now = this.#now();
    const { requestsMax, windowMs, reserved } = this.#terms;
    while (this.#left.length > 0 && (this.#left[0] as number) <= now - windowMs) this.#left.shift();
    const isUrgent = lane === 'cancel' || lane === 'order';
    const most = isUrgent ? requestsMax : requestsMax - reserved;
    const over = this.#left.length - most;
    const byWindow = over < 0 ? 0 : (this.#left[over] as number) + windowMs - now;
    return Math.max(byWindow, lane === 'cancel' ? 0 : this.#pausedUntil - now);
  }

  #serve(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#waiting.sort((a, b) => LANES.indexOf(a.lane) - LANES.indexOf(b.lane));
    let soonest = Number.POSITIVE_INFINITY;
    for (let i = 0; i < this.#waiting.length;) {
      const one = this.#waiting[i] as Waiting;
      const wait = this.#waitOf(one.lane);
      if (wait <= 0) {
        this.#waiting.splice(i, 1);
        this.#left.push(this.#now());
        one.go();
      } else if (one.deadline <= this.#now()) {
        this.#waiting.splice(i, 1);
        one.fail(new BudgetExhausted(`No request of lane "${one.lane}" could leave in time`));
      } else {
        soonest = Math.min(soonest, wait, one.deadline - this.#now());
        i++;
      }
    }
    if (this.#waiting.length > 0) {
      this.#timer = setTimeout(() => this.#serve(), Math.max(1, Math.ceil(soonest)));
    }
  }
}
