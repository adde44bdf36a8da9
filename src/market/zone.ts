import { BadInput, type DateText, dateOfDay, DAY_MS, dayNumber } from '../base/index.ts';
import { HOUR_MS, type Instant, MINUTE_MS, SECOND_MS } from '../base/index.ts';
import { CALENDAR_FIRST_YEAR, CALENDAR_LAST_YEAR, dayOf, nthWeekday } from './calendar.ts';

const STANDARD_MS = -5 * HOUR_MS;
const DAYLIGHT_MS = -4 * HOUR_MS;
const YEARS = CALENDAR_LAST_YEAR - CALENDAR_FIRST_YEAR + 1;
const MEAN_YEAR_MS = 365.25 * DAY_MS;
const SUNDAY = 0;

/** First and last instant (not included) with a known offset: New York midnights. */
const RANGE_START = dayOf(CALENDAR_FIRST_YEAR, 1, 1) * DAY_MS - STANDARD_MS;
const RANGE_END = dayOf(CALENDAR_LAST_YEAR + 1, 1, 1) * DAY_MS - STANDARD_MS;

interface Daylight {
  /** Instants at which daylight time begins and ends, by year from `CALENDAR_FIRST_YEAR`. */
  readonly start: Float64Array;
  readonly end: Float64Array;
}

/**
 * Both changes are at 2:00 wall time: 7:00 and 6:00 UTC.
 * Source: Uniform Time Act as amended in 1986 and by the Energy Policy Act of 2005, section 110.
 */
function daylightTable(): Daylight {
  const start = new Float64Array(YEARS);
  const end = new Float64Array(YEARS);
  for (let i = 0; i < YEARS; i++) {
    const year = CALENDAR_FIRST_YEAR + i;
    const since2007 = year >= 2007;
    const first = since2007 ? nthWeekday(year, 3, SUNDAY, 2) : nthWeekday(year, 4, SUNDAY, 1);
    const november = nthWeekday(year, 11, SUNDAY, 1);
    const october = november - 7;
    start[i] = first * DAY_MS + 7 * HOUR_MS;
    end[i] = (since2007 ? november : october) * DAY_MS + 6 * HOUR_MS;
  }
  return { start, end };
}

const DAYLIGHT = daylightTable();

/**
 * New York wall time minus UTC at an instant: -4 hours in daylight time, -5 otherwise.
 * Throws `BadInput` outside 1990 to 2035. Source: as in `daylightTable`; no zone data of the host.
 */
export function exchangeOffsetMs(at: Instant): number {
  if (!(at >= RANGE_START && at < RANGE_END)) {
    throw new BadInput(`Instant "${at}" is outside the exchange calendar, 1990 to 2035`);
  }
  // A mean year is at most two days off, and within those both years have standard time.
  const i = Math.floor((at - RANGE_START) / MEAN_YEAR_MS);
  const daylight = at >= (DAYLIGHT.start[i] as number) && at < (DAYLIGHT.end[i] as number);
  return daylight ? DAYLIGHT_MS : STANDARD_MS;
}

/** The New York date of an instant, as days since 1970-01-01. */
export const exchangeDay = (at: Instant): number =>
  Math.floor((at + exchangeOffsetMs(at)) / DAY_MS);

/** The New York date of an instant. */
export const exchangeDate = (at: Instant): DateText => dateOfDay(exchangeDay(at));

/** The New York wall clock of an instant to the second, cut off: "15:55:00". */
export const exchangeClock = (at: Instant): string =>
  new Date(at + exchangeOffsetMs(at)).toISOString().slice(11, 19);

const CLOCK = /^([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?$/;

/**
 * The instant at which New York's wall clock shows `clock` ("15:55" or "15:55:00") on `date`.
 * In the hour that comes twice in autumn it is the first. Throws `BadInput` for the hour left out
 * in spring, for a text that is no clock time, and outside 1990 to 2035.
 */
export function instantOn(date: DateText, clock: string): Instant {
  const match = CLOCK.exec(clock);
  if (!match) throw new BadInput(`Clock time "${clock}" is not one such as "15:55" or "15:55:00"`);
  const [hours, minutes, seconds] = [match[1], match[2], match[3] ?? 0].map(Number);
  const ofDay =
    (hours as number) * HOUR_MS + (minutes as number) * MINUTE_MS + (seconds as number) * SECOND_MS;
  const wall = dayNumber(date) * DAY_MS + ofDay;
  for (const offset of [DAYLIGHT_MS, STANDARD_MS]) {
    const at = (wall - offset) as Instant;
    if (at < RANGE_START && offset === DAYLIGHT_MS) continue;
    if (exchangeOffsetMs(at) === offset) return at;
  }
  throw new BadInput(`Clock time "${clock}" does not exist on "${date}": daylight time begins`);
}
