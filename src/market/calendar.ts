import { DAY_MS, type DateText, dayNumber } from '../base/index.ts';

/** Years the calendar knows, both included. */
export const CALENDAR_FIRST_YEAR = 1990;
export const CALENDAR_LAST_YEAR = 2035;

/** Trading hours of one day, in minutes after midnight of the exchange's wall clock. */
export interface Hours {
  readonly open: number;
  readonly close: number;
}

const clock = (hour: number, minute = 0): number => hour * 60 + minute;

const SUNDAY = 0;
const MONDAY = 1;
const WEDNESDAY = 3;
const THURSDAY = 4;
const SATURDAY = 6;

/** Days since 1970-01-01 of a date given in parts, `month` counted from 1. */
export const dayOf = (year: number, month: number, date: number): number =>
  Date.UTC(year, month - 1, date) / DAY_MS;

/** 0 Sunday to 6 Saturday, of a day on or after 1970-01-01. */
export const weekdayOfDay = (day: number): number => (day + 4) % 7;

/** The `nth` such weekday of a month, counted from 1. */
export function nthWeekday(year: number, month: number, weekday: number, nth: number): number {
  const first = dayOf(year, month, 1);
  return first + ((weekday - weekdayOfDay(first) + 7) % 7) + (nth - 1) * 7;
}

function lastMonday(year: number, month: number): number {
  const last = dayOf(year, month + 1, 1) - 1;
  return last - ((weekdayOfDay(last) - MONDAY + 7) % 7);
}

/** A holiday on Saturday is kept on Friday, one on Sunday on Monday. */
function nearestWeekday(day: number): number {
  if (weekdayOfDay(day) === SATURDAY) return day - 1;
  return weekdayOfDay(day) === SUNDAY ? day + 1 : day;
}

/** Two days before Easter Sunday. Source: Meeus, Astronomical Algorithms, chapter 8. */
function goodFriday(year: number): number {
  const century = Math.floor(year / 100);
  const golden = year % 19;
  const skipped = Math.floor((century - Math.floor((century + 8) / 25) + 1) / 3);
  const moon = (19 * golden + century - Math.floor(century / 4) - skipped + 15) % 30;
  const leaps = 2 * (century % 4) + 2 * Math.floor((year % 100) / 4);
  const toSunday = (32 + leaps - moon - (year % 4)) % 7;
  const late = Math.floor((golden + 11 * moon + 22 * toSunday) / 451);
  return dayOf(year, 3, 22) + moon + toSunday - 7 * late - 2;
}

interface Holiday {
  readonly name: string;
  readonly since: number;
  /** The weekday on which it is kept; a weekend day when it is not kept that year. */
  readonly day: (year: number) => number;
}

/** New Year's Day on Saturday is not kept: the Friday before ends an accounting year. */
const newYear = (year: number): number => {
  const day = dayOf(year, 1, 1);
  return weekdayOfDay(day) === SUNDAY ? day + 1 : day;
};

/** Source: New York Stock Exchange, Rule 7.2 "Holidays", and its yearly holiday notices. */
const HOLIDAYS: readonly Holiday[] = [
  { name: "New Year's Day", since: 1990, day: newYear },
  { name: 'Martin Luther King Jr. Day', since: 1998, day: (y) => nthWeekday(y, 1, MONDAY, 3) },
  { name: "Washington's Birthday", since: 1990, day: (y) => nthWeekday(y, 2, MONDAY, 3) },
  { name: 'Good Friday', since: 1990, day: goodFriday },
  { name: 'Memorial Day', since: 1990, day: (y) => lastMonday(y, 5) },
  { name: 'Juneteenth', since: 2022, day: (y) => nearestWeekday(dayOf(y, 6, 19)) },
  { name: 'Independence Day', since: 1990, day: (y) => nearestWeekday(dayOf(y, 7, 4)) },
  { name: 'Labor Day', since: 1990, day: (y) => nthWeekday(y, 9, MONDAY, 1) },
  { name: 'Thanksgiving Day', since: 1990, day: (y) => nthWeekday(y, 11, THURSDAY, 4) },
  { name: 'Christmas Day', since: 1990, day: (y) => nearestWeekday(dayOf(y, 12, 25)) },
];

/** Whole days on which the exchange did not open although no holiday was due. */
const CLOSURES: Readonly<Record<string, string>> = {
  '1994-04-27': 'Mourning: R. Nixon',
  '2001-09-11': 'September 11 attacks',
  '2001-09-12': 'September 11 attacks',
  '2001-09-13': 'September 11 attacks',
  '2001-09-14': 'September 11 attacks',
  '2004-06-11': 'Mourning: R. Reagan',
  '2007-01-02': 'Mourning: G. Ford',
  '2012-10-29': 'Hurricane Sandy',
  '2012-10-30': 'Hurricane Sandy',
  '2018-12-05': 'Mourning: G.H.W. Bush',
  '2025-01-09': 'Mourning: J. Carter',
};

export const FULL_DAY: Hours = { open: clock(9, 30), close: clock(16) };
/** Half days ended at 14:00 up to 1992. */
const halfDay = (year: number): Hours => ({ ...FULL_DAY, close: clock(year < 1993 ? 14 : 13) });

/**
 * Days whose hours no rule gives. Halts and moments of silence within a session are not hours:
 * left out are 2001-09-17 and others of some minutes, 2002-09-11 (stocks from noon), 2005-06-01
 * (a fault four minutes before the close).
 */
const SPECIAL_HOURS: Readonly<Record<string, Hours>> = {
  '1994-02-11': { open: clock(9, 30), close: clock(14, 30) }, // snow
  '1995-12-18': { open: clock(10, 30), close: clock(16) }, // computers down
  '1996-01-08': { open: clock(11), close: clock(14) }, // snow
  '1997-10-27': { open: clock(9, 30), close: clock(15, 30) }, // circuit breaker
  '1997-12-26': { open: clock(9, 30), close: clock(13) },
  '1999-12-31': { open: clock(9, 30), close: clock(13) },
  '2003-12-26': { open: clock(9, 30), close: clock(13) },
};

const ofYear = <T>(data: Readonly<Record<string, T>>, year: number): [number, T][] =>
  Object.entries(data)
    .filter(([date]) => date.startsWith(String(year)))
    .map(([date, value]) => [dayNumber(date as DateText), value]);

/** Days closed by a holiday or a special closure, with the reason. */
export function closuresOf(year: number): ReadonlyMap<number, string> {
  const kept = HOLIDAYS.filter((holiday) => year >= holiday.since);
  const holidays = kept.map((holiday): [number, string] => [holiday.day(year), holiday.name]);
  return new Map([...holidays, ...ofYear(CLOSURES, year)]);
}

/** Days with other hours than usual; some of them are closed all the same. */
export function shortDaysOf(year: number): ReadonlyMap<number, Hours> {
  const half = halfDay(year);
  const days: [number, Hours][] = [[dayOf(year, 12, 24), half]];
  if (year >= 1992) days.push([nthWeekday(year, 11, THURSDAY, 4) + 1, half]);
  const eve = dayOf(year, 7, 3);
  const beforeThursday = weekdayOfDay(eve) === WEDNESDAY;
  if (year >= 1995 && (!beforeThursday || year >= 2013)) days.push([eve, half]);
  // Up to 2012 a holiday on Thursday shortened the Friday after it, not the Wednesday before.
  if (year >= 1995 && year < 2013 && beforeThursday) days.push([eve + 2, half]);
  return new Map([...days, ...ofYear(SPECIAL_HOURS, year)]);
}
