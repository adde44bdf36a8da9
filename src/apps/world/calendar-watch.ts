import type { Probe } from '../../adapters/index.ts';
import { type DateText, formatInstant, type Instant } from '../../base/index.ts';
import { exchangeDate, sessionOn } from '../../market/index.ts';
import type { Notice } from '../runner.ts';

const AGAIN_MS = 60_000; // between two askings that failed

/**
 * Compares each day's session with the broker's calendar: where they differ, or nobody answers,
 * nothing that adds risk may leave on that day (F048).
 */
export class CalendarWatch {
  readonly #probe: Pick<Probe, 'sessions'>;
  readonly #now: () => Instant;
  readonly #notice: (notice: Notice) => void;
  /** The day that was answered for, and in what the calendars differ then; null for in nothing. */
  #answered: { readonly date: DateText; readonly differs: string | null } | null = null;
  #askedAt = Number.NEGATIVE_INFINITY;
  #isAsking = false;

  constructor(
    probe: Pick<Probe, 'sessions'>,
    now: () => Instant,
    notice: (notice: Notice) => void,
  ) {
    this.#probe = probe;
    this.#now = now;
    this.#notice = notice;
  }

  /** Why nothing that adds risk may leave today, or null. */
  holds(): string | null {
    const date = exchangeDate(this.#now());
    if (this.#answered?.date !== date) return `the broker's calendar of ${date} is not known yet`;
    return this.#answered.differs;
  }

  /** Asks where today was not answered for. Never throws. */
  async tend(): Promise<void> {
    const now = this.#now();
    const date = exchangeDate(now);
    if (this.#isAsking || this.#answered?.date === date || now - this.#askedAt < AGAIN_MS) return;
    this.#isAsking = true;
    this.#askedAt = now;
    try {
      const sessions = await this.#probe.sessions(date, date);
      const differs = differenceOn(date, sessions);
      this.#answered = { date, differs };
      if (differs !== null) {
        this.#notice({ severity: 'CRITICAL', code: 'calendarDiffers', text: differs });
      }
    } catch {
      const text = `The broker's calendar of ${date} cannot be read: no new risk until it is`;
      this.#notice({ severity: 'HIGH', code: 'calendarUnread', text });
    } finally {
      this.#isAsking = false;
    }
  }
}

type Hours = { readonly date: DateText; readonly open: Instant; readonly close: Instant };

/** In what the broker's session of a date differs from ours, as a sentence; null in nothing. */
export function differenceOn(date: DateText, sessions: readonly Hours[]): string | null {
  const ours = sessionOn(date);
  const theirs = sessions.find((one) => one.date === date);
  if (ours?.open === theirs?.open && ours?.close === theirs?.close) return null;
  return `Calendar of ${date}: ours is ${hours(ours)}, the broker's ${hours(theirs)}`;
}

const hours = (session: Omit<Hours, 'date'> | undefined): string =>
  session === undefined
    ? 'closed'
    : `${formatInstant(session.open)} to ${formatInstant(session.close)}`;
