import { type DateText, dateOfDay, DAY_MS, dayNumber, HOUR_MS } from '../../base/index.ts';
import type { Instant } from '../../base/index.ts';
import { instantOn, sessionOfDay } from '../../market/index.ts';

const FIRST_DAY = dayNumber('1990-01-01' as DateText);
const LAST_DAY = dayNumber('2035-12-31' as DateText);
/** 16:00 of New York's standard time, in UTC. */
const STANDARD_CLOSE_MS = 21 * HOUR_MS;

/** Whether the exchange calendar knows the day: 1990 to 2035. */
export const isInCalendar = (day: number): boolean => day >= FIRST_DAY && day <= LAST_DAY;

/** The part of a range of days that the exchange calendar knows; empty when `first` is later. */
export const withinCalendar = (first: number, last: number) => ({
  first: Math.max(first, FIRST_DAY),
  last: Math.min(last, LAST_DAY),
});

/**
 * The instant a day's bar is complete: that session's close; 16:00 New York time on a day without a
 * session; 21:00 UTC, 16:00 of New York's standard time, in years that the calendar does not know.
 */
export function endOfDay(day: number): Instant {
  if (!isInCalendar(day)) return (day * DAY_MS + STANDARD_CLOSE_MS) as Instant;
  return sessionOfDay(day)?.close ?? instantOn(dateOfDay(day), '16:00');
}
