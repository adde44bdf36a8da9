import { BadInput } from './assert.ts';
import type { Brand } from './brand.ts';

/** A point in time: whole milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = Brand<number, 'Instant'>;
/** A calendar date of the exchange, "YYYY-MM-DD". */
export type DateText = Brand<string, 'DateText'>;

export const SECOND_MS = 1_000;
export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

export const instant = (ms: number): Instant => {
  if (!Number.isSafeInteger(ms)) throw new BadInput(`Instant "${ms}" is not whole milliseconds`);
  return ms as Instant;
};

/** "2024-01-05T20:55:00.000Z". */
export const formatInstant = (at: Instant): string => new Date(at).toISOString();

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)$/;

/**
 * Instant of an ISO 8601 text with a zone ("Z" or an offset), to the millisecond; finer is cut off.
 * Throws `BadInput` for a text without a zone, an impossible date, or anything else.
 */
export function parseInstant(text: string): Instant {
  const m = ISO.exec(text);
  if (!m) throw new BadInput(`Time "${text}" is not ISO 8601 with a zone: "2024-01-05T20:55:00Z"`);
  const date = parseDate(`${m[1]}-${m[2]}-${m[3]}`);
  const [hour, minute, second] = [Number(m[4]), Number(m[5]), Number(m[6] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) throw new BadInput(`Time "${text}" does not exist`);
  const ms = Number((m[7] ?? '').padEnd(3, '0').slice(0, 3));
  const local = dayNumber(date) * DAY_MS + hour * HOUR_MS + minute * MINUTE_MS + second * 1000 + ms;
  return (local - zoneOffsetMs(m[8] as string, text)) as Instant;
}

function zoneOffsetMs(zone: string, text: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.replace(':', '');
  const [hours, minutes] = [Number(digits.slice(1, 3)), Number(digits.slice(3, 5))];
  if (hours > 23 || minutes > 59) throw new BadInput(`Time "${text}" has an impossible zone`);
  const ms = hours * HOUR_MS + minutes * MINUTE_MS;
  return digits.startsWith('-') ? -ms : ms;
}

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** A date that exists; throws `BadInput` otherwise. */
export function parseDate(text: string): DateText {
  const match = DATE.exec(text);
  const ms = match
    ? Date.UTC(Number(match[1]), Number(match[2]) - 1, Number(match[3]))
    : Number.NaN;
  if (!match || dateOfDay(ms / DAY_MS) !== text) {
    throw new BadInput(`Date "${text}" is not a day of the calendar as "YYYY-MM-DD"`);
  }
  return text as DateText;
}

/** Days since 1970-01-01 of a valid date. */
export const dayNumber = (date: DateText): number =>
  Date.UTC(Number(date.slice(0, 4)), Number(date.slice(5, 7)) - 1, Number(date.slice(8, 10))) /
  DAY_MS;

const PAIRS: readonly string[] = Array.from({ length: 100 }, (_, i) => String(i).padStart(2, '0'));
const FIRST_DATE_DAY = -719_528; // 0000-01-01
const LAST_DATE_DAY = 2_932_896; // 9999-12-31

/**
 * The date `days` after 1970-01-01; empty text unless `days` is whole and the year has four digits.
 * Source: the Gregorian calendar counted in eras of 400 years that begin on March 1.
 */
export function dateOfDay(days: number): DateText {
  if (!(days >= FIRST_DATE_DAY && days <= LAST_DATE_DAY && Number.isInteger(days))) {
    return '' as DateText;
  }
  const sinceEra = days - FIRST_DATE_DAY - 60;
  const era = Math.floor(sinceEra / 146_097);
  const ofEra = sinceEra - era * 146_097;
  const leapless = ofEra - ((ofEra / 1460) | 0) + ((ofEra / 36_524) | 0) - ((ofEra / 146_096) | 0);
  const yearOfEra = (leapless / 365) | 0;
  const ofYear = ofEra - 365 * yearOfEra - (yearOfEra >> 2) + ((yearOfEra / 100) | 0);
  const fromMarch = ((5 * ofYear + 2) / 153) | 0;
  const date = ofYear - (((153 * fromMarch + 2) / 5) | 0) + 1;
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  const year = era * 400 + yearOfEra + (month <= 2 ? 1 : 0);
  const text = `${PAIRS[(year / 100) | 0]}${PAIRS[year % 100]}-${PAIRS[month]}-${PAIRS[date]}`;
  return text as DateText;
}

export const addDays = (date: DateText, days: number): DateText =>
  dateOfDay(dayNumber(date) + days);

/** 0 Sunday to 6 Saturday. */
export const weekday = (date: DateText): number => (((dayNumber(date) + 4) % 7) + 7) % 7;
