import { BadInput, type DateText, dateOfDay, DAY_MS, type Instant } from '../../base/index.ts';
import { type Session, sessionsBetween, type Timeframe, timeframeMs } from '../../market/index.ts';

/** Days asked for in one request, both included. */
export interface Chunk {
  readonly from: DateText;
  readonly to: DateText;
}

/** Neighboring sessions. */
export interface Run extends Chunk {
  readonly sessions: number;
}

/** How many of the newest days that are stored are asked for again: they may be corrected. */
export const NEWEST_DAYS = 5;

const [MINUTES_DAYS, HOURS_DAYS, DAILY_DAYS] = [7, 180, 1_826];
const HOUR = 3_600_000;

/** Calendar days of one request: what sources give at once, and what is little to lose. */
export function chunkDays(timeframe: Timeframe): number {
  const step = timeframeMs(timeframe);
  return step >= DAY_MS ? DAILY_DAYS : step >= HOUR ? HOURS_DAYS : MINUTES_DAYS;
}

/** Sessions of those dates that are over. Throws `BadInput` for dates beyond the calendar. */
export function finishedSessions(from: DateText, to: DateText, now: Instant): Session[] {
  if (from > to) throw new BadInput(`The first date "${from}" is after the last one, "${to}"`);
  return sessionsBetween(from, to).filter(({ close }) => close <= now);
}

/** Days in rising order as requests of at most `most` calendar days each. */
export function chunksOf(days: readonly number[], most: number): Chunk[] {
  const chunks: { first: number; last: number }[] = [];
  for (const day of days) {
    const chunk = chunks.at(-1);
    if (chunk && day - chunk.first < most) chunk.last = day;
    else chunks.push({ first: day, last: day });
  }
  return chunks.map(({ first, last }) => ({ from: dateOfDay(first), to: dateOfDay(last) }));
}

/**
 * What to ask for: the sessions that are not stored, and the newest stored days again. The request
 * with those comes first: it tells whether the source still gives what is stored. Then the newer
 * sessions, then the older ones, each oldest first.
 */
export function planChunks(
  sessions: readonly Session[],
  held: readonly number[],
  most: number,
): Chunk[] {
  const has = new Set(held);
  const missing = sessions.map(({ day }) => day).filter((day) => !has.has(day));
  const newest = held.slice(-NEWEST_DAYS);
  const [first] = newest;
  if (first === undefined) return chunksOf(missing, most);
  const later = [...newest, ...missing.filter((day) => day > first)].sort((a, b) => a - b);
  const earlier = missing.filter((day) => day < first);
  return [...chunksOf(later, most), ...chunksOf(earlier, most)];
}

/** Sessions without a stored bar, neighbors together. */
export function missingRuns(sessions: readonly Session[], held: ReadonlySet<number>): Run[] {
  const runs: { from: DateText; to: DateText; sessions: number }[] = [];
  let isOpen = false;
  for (const { day, date } of sessions) {
    const run = runs.at(-1);
    if (held.has(day)) isOpen = false;
    else if (run && isOpen) [run.to, run.sessions] = [date, run.sessions + 1];
    else {
      runs.push({ from: date, to: date, sessions: 1 });
      isOpen = true;
    }
  }
  return runs;
}
