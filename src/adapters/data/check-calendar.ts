import { dateOfDay, type Instant } from '../../base/index.ts';
import {
  type Bars,
  exchangeClock,
  type Session,
  sessionOfDay,
  sessionsBetween,
  timeframeMs,
} from '../../market/index.ts';
import { isInCalendar, withinCalendar } from './calendar-years.ts';
import type { Finding } from './check.ts';

/** Days in rising order, gathered into runs of neighbors: `apart` says when a new run begins. */
function runsOf(
  days: readonly number[],
  apart: (last: number, next: number) => boolean,
): number[][] {
  const runs: number[][] = [];
  for (const day of days) {
    const run = runs.at(-1);
    if (!run || apart(run.at(-1) as number, day)) runs.push([day]);
    else run.push(day);
  }
  return runs;
}

/** Sessions between the first and the last bar, as far as the calendar knows. */
function sessionsOf(bars: Bars): readonly Session[] {
  const range = withinCalendar(bars.day[0] as number, bars.day[bars.length - 1] as number);
  if (range.first > range.last) return [];
  return sessionsBetween(dateOfDay(range.first), dateOfDay(range.last));
}

/** Sessions in `missing`, runs of neighboring sessions as one finding each. */
function missingSessions(sessions: readonly Session[], missing: readonly number[]): Finding[] {
  const place = new Map(sessions.map(({ day }, index) => [day, index]));
  const apart = (last: number, next: number) =>
    (place.get(next) as number) - (place.get(last) as number) > 1;
  return runsOf(missing, apart).map((run) => ({
    kind: 'missing-sessions',
    severity: 'error',
    ...span(run),
    text: run.length === 1 ? 'a session has no bar' : `${run.length} sessions have no bar`,
  }));
}

function withoutSession(days: readonly number[]): Finding[] {
  const known = days.filter((day) => isInCalendar(day) && !sessionOfDay(day));
  const unknown = days.filter((day) => !isInCalendar(day));
  const strange = runsOf(known, (last, next) => next - last > 1).map((run): Finding => ({
    kind: 'no-session',
    severity: 'warning',
    ...span(run),
    text: 'there are bars on days without a session',
  }));
  const text = `${unknown.length} days are outside of the exchange calendar, 1990 to 2035`;
  if (unknown.length === 0) return strange;
  return [...strange, { kind: 'no-calendar', severity: 'note', ...span(unknown), text }];
}

const span = (days: readonly number[]) => ({
  from: dateOfDay(days[0] as number),
  to: dateOfDay(days.at(-1) as number),
  count: days.length,
});

/** Sessions without a bar and bars without a session, of daily bars. */
export function dailyGaps(bars: Bars): Finding[] {
  const sessions = sessionsOf(bars);
  const held = new Set(bars.day);
  const missing = sessions.filter(({ day }) => !held.has(day)).map(({ day }) => day);
  return [...missingSessions(sessions, missing), ...withoutSession([...held])];
}

/** Rows of one exchange date: from index `start` up to `stop`. */
interface DayRows {
  readonly start: number;
  readonly stop: number;
}

function rowsByDay(bars: Bars): Map<number, DayRows> {
  const rows = new Map<number, DayRows>();
  for (let start = 0; start < bars.length;) {
    const day = bars.day[start] as number;
    let stop = start + 1;
    while (stop < bars.length && bars.day[stop] === day) stop += 1;
    rows.set(day, { start, stop });
    start = stop;
  }
  return rows;
}

/**
 * Bars missing within sessions, day by day; whole sessions; bars without a session or off hours.
 */
export function intradayGaps(bars: Bars): Finding[] {
  const sessions = sessionsOf(bars);
  const byDay = rowsByDay(bars);
  const missing: number[] = [];
  const partial: Finding[] = [];
  const off: { day: number; count: number }[] = [];
  for (const session of sessions) {
    const rows = byDay.get(session.day);
    const held = rows && sessionRows(bars, rows, session);
    if (!rows || !held || held.start === held.stop) missing.push(session.day);
    else partial.push(...missingBars(bars, held, session));
    const outside = rows ? rows.stop - rows.start - (held ? held.stop - held.start : 0) : 0;
    if (outside > 0) off.push({ day: session.day, count: outside });
  }
  return [
    ...missingSessions(sessions, missing),
    ...partial,
    ...withoutSession([...byDay.keys()]),
    ...outsideHours(off),
  ];
}

/** Those rows of a day whose bar has a part of the session in it. */
function sessionRows(bars: Bars, { start, stop }: DayRows, session: Session): DayRows {
  const stepMs = timeframeMs(bars.timeframe);
  let [first, next] = [start, stop];
  while (first < next && (bars.end[first] as number) <= session.open) first += 1;
  while (next > first && (bars.end[next - 1] as number) - stepMs >= session.close) next -= 1;
  return { start: first, stop: next };
}

const HALF = 0.5;

/** Compares with a grid through the first bar of the session, whatever minute that begins at. */
function missingBars(bars: Bars, { start, stop }: DayRows, session: Session): Finding[] {
  const stepMs = timeframeMs(bars.timeframe);
  const firstEnd = bars.end[start] as number;
  const early = Math.ceil((firstEnd - session.open) / stepMs) - 1;
  const gridEnd = firstEnd - early * stepMs;
  const expected = Math.ceil((session.close - (gridEnd - stepMs)) / stepMs);
  const count = expected - (stop - start);
  if (count <= 0) return [];
  let [index, slot] = [start, gridEnd];
  while (index < stop && (bars.end[index] as number) <= slot) {
    index += 1;
    slot += stepMs;
  }
  const date = dateOfDay(session.day);
  const at = exchangeClock((slot - stepMs) as Instant);
  const text = `${count} of ${expected} bars are missing, the first begins at ${at}`;
  const severity = count > expected * HALF ? 'error' : 'warning';
  return [{ kind: 'missing-bars', severity, from: date, to: date, count, text }];
}

function outsideHours(off: readonly { day: number; count: number }[]): Finding[] {
  const [first, last] = [off[0], off.at(-1)];
  if (!first || !last) return [];
  const count = off.reduce((sum, one) => sum + one.count, 0);
  const text = `${count} bars on ${off.length} days are outside of trading hours`;
  const [from, to] = [dateOfDay(first.day), dateOfDay(last.day)];
  return [{ kind: 'outside-hours', severity: 'note', from, to, count, text }];
}
