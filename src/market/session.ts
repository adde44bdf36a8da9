import { BadInput, type DateText, dateOfDay, DAY_MS, dayNumber } from '../base/index.ts';
import { type Instant, MINUTE_MS } from '../base/index.ts';
import {
  CALENDAR_FIRST_YEAR,
  CALENDAR_LAST_YEAR,
  closuresOf,
  dayOf,
  FULL_DAY,
  type Hours,
  shortDaysOf,
  weekdayOfDay,
} from './calendar.ts';
import { exchangeOffsetMs } from './zone.ts';

/** One trading day of the New York Stock Exchange. */
export interface Session {
  readonly date: DateText;
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly open: Instant;
  readonly close: Instant;
  /** Closes before 16:00 exchange time. */
  readonly early: boolean;
}

const FIRST_DAY = dayOf(CALENDAR_FIRST_YEAR, 1, 1);
const LAST_DAY = dayOf(CALENDAR_LAST_YEAR, 12, 31);
const DAYS = LAST_DAY - FIRST_DAY + 1;

interface SessionTable {
  /** Days of all sessions, oldest first. */
  readonly days: Int32Array;
  /** By day from `FIRST_DAY` to one past the last: index of the first session on or after it. */
  readonly onOrAfter: Int32Array;
  readonly shortDays: ReadonlyMap<number, Hours>;
  /** The sessions asked for so far, by index. */
  readonly made: (Session | undefined)[];
}

function buildTable(): SessionTable {
  const closed = new Uint8Array(DAYS);
  const shortDays = new Map<number, Hours>();
  for (let year = CALENDAR_FIRST_YEAR; year <= CALENDAR_LAST_YEAR; year++) {
    for (const day of closuresOf(year).keys()) closed[day - FIRST_DAY] = 1;
    for (const [day, hours] of shortDaysOf(year)) shortDays.set(day, hours);
  }
  const days = new Int32Array(DAYS);
  const onOrAfter = new Int32Array(DAYS + 1);
  let count = 0;
  for (let i = 0; i < DAYS; i++) {
    onOrAfter[i] = count;
    const weekday = weekdayOfDay(FIRST_DAY + i);
    if (weekday > 0 && weekday < 6 && closed[i] === 0) days[count++] = FIRST_DAY + i;
  }
  onOrAfter[DAYS] = count;
  const made = Array.from<Session | undefined>({ length: count });
  return { days: days.subarray(0, count), onOrAfter, shortDays, made };
}

let built: SessionTable | undefined;
const table = (): SessionTable => (built ??= buildTable());

/** The session at an index, made when first asked for. */
function sessionAt(index: number): Session | undefined {
  const { days, made, shortDays } = table();
  const known = made[index];
  const day = days[index];
  if (known || day === undefined) return known;
  const { open, close } = shortDays.get(day) ?? FULL_DAY;
  // The offset changes on Sundays only, so that of noon in UTC holds for the session.
  const midnight = day * DAY_MS - exchangeOffsetMs((day * DAY_MS + DAY_MS / 2) as Instant);
  const session: Session = {
    date: dateOfDay(day),
    day,
    open: (midnight + open * MINUTE_MS) as Instant,
    close: (midnight + close * MINUTE_MS) as Instant,
    early: close < FULL_DAY.close,
  };
  made[index] = session;
  return session;
}

function noSession(sought: string): never {
  throw new BadInput(`The exchange calendar, 1990 to 2035, has no session ${sought}`);
}

/** Index of the first session on or after `day`, which may be one past the last day. */
const indexFrom = (day: number): number => table().onOrAfter[day - FIRST_DAY] as number;

function outside(day: number): BadInput {
  const date = Number.isInteger(day) ? dateOfDay(day) : '';
  return new BadInput(
    `Date "${date || day}" is outside the exchange calendar, 1990-01-01 to 2035-12-31`,
  );
}

function checkedDay(day: number): number {
  if (day >= FIRST_DAY && day <= LAST_DAY && Number.isInteger(day)) return day;
  throw outside(day);
}

/** As `sessionOn`, for days since 1970-01-01. */
export function sessionOfDay(day: number): Session | undefined {
  const index = indexFrom(checkedDay(day));
  return table().days[index] === day ? sessionAt(index) : undefined;
}

/** The session on a date, undefined when closed. Throws `BadInput` outside 1990 to 2035. */
export const sessionOn = (date: DateText): Session | undefined => sessionOfDay(dayNumber(date));

/** Sessions from one date to another, both included, oldest first; none when `from` is later. */
export function sessionsBetween(from: DateText, to: DateText): readonly Session[] {
  const start = indexFrom(checkedDay(dayNumber(from)));
  const end = indexFrom(checkedDay(dayNumber(to)) + 1);
  const length = Math.max(0, end - start);
  return Array.from({ length }, (_, i) => sessionAt(start + i) as Session);
}

/** The first session strictly after a date. Throws `BadInput` where the calendar ends. */
export const nextSession = (after: DateText): Session =>
  sessionAt(indexFrom(checkedDay(dayNumber(after)) + 1)) ?? noSession(`after "${after}"`);

/** The last session strictly before a date. Throws `BadInput` where the calendar begins. */
export const previousSession = (before: DateText): Session =>
  nthSessionBefore(dayNumber(before), 1);

/**
 * The `n`th session strictly before `day` (days since 1970-01-01): 1 is the latest of them.
 * Throws `BadInput` unless `n` is whole and above zero, and where the calendar begins.
 */
export function nthSessionBefore(day: number, n: number): Session {
  if (!Number.isInteger(n) || n < 1)
    throw new BadInput(`Count of sessions "${n}" is not 1 or more`);
  return sessionAt(indexFrom(checkedDay(day)) - n) ?? noSession(`${n} before "${dateOfDay(day)}"`);
}

/** Why the exchange is closed all day on a weekday, undefined on sessions and plain weekends. */
export const closureOn = (date: DateText): string | undefined => {
  const day = checkedDay(dayNumber(date));
  return sessionOfDay(day) ? undefined : closuresOf(Number(date.slice(0, 4))).get(day);
};
