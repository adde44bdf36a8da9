import { addDays, type DateText, type Instant } from '../../base/index.ts';
import {
  type Adjustment,
  type BarRow,
  exchangeDate,
  mergeRows,
  nextSession,
  previousSession,
  type Session,
  sessionOn,
  type Timeframe,
  timeframeMs,
} from '../../market/index.ts';

/** A series that a live desk follows. */
export interface LiveSeries {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly adjustment: Adjustment;
  /** Bars that strategies need before they answer. */
  readonly warmup: number;
}

const GRACE_MS = 1_500; // after a bar's end, until its source is asked for it
const AGAIN_MS = 1_000; // until it is asked again
const GIVE_UP_MS = 15_000; // nobody traded in that time: there is no such bar
const QUEUE_MAX = 1_000; // rows that wait; beyond it the newest ones are one

/** Rows of one series that arrived, and when its source is to be asked next. */
export class SeriesDesk {
  readonly series: LiveSeries;
  readonly isDaily: boolean;
  /** Shorter than a second: every trade is a row, and nothing is asked for. */
  readonly isTick: boolean;
  readonly #ms: number;
  #queue: BarRow[] = [];
  #askAt: Instant;
  #boundary: Instant;
  #newest = Number.NEGATIVE_INFINITY;

  constructor(series: LiveSeries, now: Instant) {
    this.series = series;
    this.isDaily = series.timeframe.endsWith('d');
    this.#ms = timeframeMs(series.timeframe);
    this.isTick = this.#ms <= 1_000;
    this.#boundary = boundaryAfter(now, this.#ms);
    this.#askAt = (this.#boundary + GRACE_MS) as Instant;
  }

  /** End of the oldest row that waits, or when the source is to be asked; null for neither. */
  nextBar(): Instant | null {
    const [first] = this.#queue;
    if (first !== undefined) return first.at;
    return this.isDaily || this.isTick ? null : this.#askAt;
  }

  /** A row that came by itself. Older ones than the newest are late, and left to the history. */
  push(row: BarRow): boolean {
    if (row.at < this.#newest || (row.at === this.#newest && !this.isTick)) return false;
    this.#newest = row.at;
    const last = this.#queue.at(-1);
    const isFull = this.#queue.length >= QUEUE_MAX || last?.at === row.at;
    if (last !== undefined && isFull) this.#queue[this.#queue.length - 1] = mergeRows(last, row);
    else this.#queue.push(row);
    return true;
  }

  /** Rows that wait, up to `until`, after `folded`. */
  take(folded: number, until: Instant): BarRow[] {
    const rows = this.#queue.filter((row) => row.at > folded && row.at <= until);
    this.#queue = this.#queue.filter((row) => row.at > until);
    return rows;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  /** From which date on the source is to be asked, or null where nothing can be new. */
  askFrom(folded: number, until: Instant): DateText | null {
    if (this.isTick) return null;
    if (!(folded > 0)) return this.#warmupFrom(until);
    if (this.isDaily)
      return lastCloseBefore(until) <= folded ? null : exchangeDate(dayAfter(folded));
    return until >= this.#askAt || folded < until - 2 * this.#ms
      ? exchangeDate(folded as Instant)
      : null;
  }

  /** The source was asked at `now` and `newest` is the end of its newest row. */
  asked(now: Instant, newest: number): void {
    if (this.isDaily) return;
    if (newest >= this.#boundary || now > this.#boundary + GIVE_UP_MS) {
      this.#boundary = boundaryAfter(Math.max(now - GRACE_MS, this.#boundary) as Instant, this.#ms);
      this.#askAt = (this.#boundary + GRACE_MS) as Instant;
    } else this.#askAt = (now + AGAIN_MS) as Instant;
    if (newest > this.#newest) this.#newest = newest;
  }

  #warmupFrom(until: Instant): DateText {
    const perSession = this.isDaily ? 1 : Math.max(1, Math.floor(SESSION_MS / this.#ms));
    const sessions = Math.ceil(this.series.warmup / perSession) + EXTRA_SESSIONS;
    return addDays(exchangeDate(until), -Math.ceil((sessions * 7) / 5) - EXTRA_DAYS);
  }
}

const SESSION_MS = 3.5 * 3_600_000; // a half day
const EXTRA_SESSIONS = 5;
const EXTRA_DAYS = 10; // holidays

const dayAfter = (at: number): Instant => (at + 12 * 3_600_000) as Instant;

/** The close of the newest session that is over at `at`. */
export function lastCloseBefore(at: Instant): Instant {
  const date = exchangeDate(at);
  const session = sessionOn(date);
  return session !== undefined && session.close <= at ? session.close : previousSession(date).close;
}

/** The next end of a bar of `ms` after `at`, counted from each session's open. */
function boundaryAfter(at: Instant, ms: number): Instant {
  const session = sessionAfter(at);
  if (at < session.open) return Math.min(session.open + ms, session.close) as Instant;
  const next = session.open + (Math.floor((at - session.open) / ms) + 1) * ms;
  return Math.min(next, session.close) as Instant;
}

/** The session that is not over at `at`. */
function sessionAfter(at: Instant): Session {
  const date = exchangeDate(at);
  const today = sessionOn(date);
  return today !== undefined && at < today.close ? today : nextSession(date);
}
