import {
  BadInput,
  dateOfDay,
  DAY_MS,
  HOUR_MS,
  type Instant,
  MINUTE_MS,
  SECOND_MS,
} from '../../base/index.ts';
import { exchangeDay, instantOn } from '../../market/index.ts';

export const DATE_WANTED = 'a date as "2024-01-05" that exists';
export const TIME_WANTED =
  'a time of 1990 to 2035 as "2024-01-05T09:30:00Z", or with an offset, or without in New York';

const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const FIRST_YEAR = 1700;
const [DASH, COLON, POINT, COMMA, PLUS, BLANK, LETTER_T, LETTER_Z] = [
  45, 58, 46, 44, 43, 32, 84, 90,
] as const;

function digits(bytes: Uint8Array, start: number, count: number): number {
  let value = 0;
  for (let i = start; i < start + count; i += 1) {
    const digit = (bytes[i] as number) - 48;
    if (!(digit >= 0 && digit <= 9)) return Number.NaN;
    value = value * 10 + digit;
  }
  return value;
}

const isLeap = (year: number) => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

function dayOfParts(year: number, month: number, date: number): number {
  const last = month === 2 && !isLeap(year) ? 28 : (DAYS_IN_MONTH[month - 1] ?? 0);
  const exists = year >= FIRST_YEAR && date >= 1 && date <= last;
  return exists ? Date.UTC(year, month - 1, date) / DAY_MS : Number.NaN;
}

/**
 * Reads time stamps out of bytes, without allocating. After a successful read:
 * `at` is the instant (times only), `day` the exchange date of it, `written` the date as written,
 * both as days since 1970-01-01; the two differ for a time in another zone near midnight.
 */
export class StampReader {
  at: Instant;
  day: number;
  written: number;
  /** End of the text at hand, and the first byte of it that is not read yet. */
  #stop: number;
  #next: number;
  #dateKey: number;
  #wallHour: number;
  #wallShift: number;

  constructor() {
    this.at = 0 as Instant;
    this.day = 0;
    this.written = 0;
    this.#stop = 0;
    this.#next = 0;
    this.#dateKey = Number.NaN;
    this.#wallHour = Number.NaN;
    this.#wallShift = 0;
  }

  /** Reads "2024-01-05"; false when the bytes are anything else. */
  readDate(bytes: Uint8Array, start: number, stop: number): boolean {
    if (stop - start !== 10 || !this.#date(bytes, start)) return false;
    this.day = this.written;
    return true;
  }

  /**
   * Reads an ISO 8601 time, with a zone or as New York's wall clock, to the millisecond (finer is
   * cut off); a date alone is its midnight. False for anything else, the hour that spring leaves
   * out, and outside 1990 to 2035.
   */
  readTime(bytes: Uint8Array, start: number, stop: number): boolean {
    if (stop - start < 10 || !this.#date(bytes, start)) return false;
    this.#stop = stop;
    const ofDay = stop - start === 10 ? 0 : this.#clock(bytes, start + 10);
    const next = stop - start === 10 ? stop : this.#next;
    const zone = next === stop ? 0 : this.#zone(bytes, next);
    if (Number.isNaN(ofDay) || Number.isNaN(zone)) return false;
    const wall = this.written * DAY_MS + ofDay;
    return next === stop ? this.#settleWall(wall) : this.#settle(wall - zone);
  }

  /** Takes an instant given as such; the date it was written as is that of UTC. */
  takeInstant(at: number): boolean {
    this.written = Math.floor(at / DAY_MS);
    return this.#settle(at);
  }

  /** Takes New York's wall clock, as milliseconds since 1970-01-01 00:00 on that clock. */
  takeWall(wall: number): boolean {
    this.written = Math.floor(wall / DAY_MS);
    return this.#settleWall(wall);
  }

  #settleWall(wall: number): boolean {
    try {
      return this.#settle(this.#ofNewYork(wall));
    } catch (error) {
      if (error instanceof BadInput) return false;
      throw error;
    }
  }

  /** False outside the years of the calendar. */
  #settle(at: number): boolean {
    try {
      this.at = at as Instant;
      this.day = exchangeDay(this.at);
      return true;
    } catch (error) {
      if (error instanceof BadInput) return false;
      throw error;
    }
  }

  #date(bytes: Uint8Array, start: number): boolean {
    const year = digits(bytes, start, 4);
    const month = digits(bytes, start + 5, 2);
    const date = digits(bytes, start + 8, 2);
    const key = (year * 100 + month) * 100 + date;
    if (bytes[start + 4] !== DASH || bytes[start + 7] !== DASH) return false;
    if (key === this.#dateKey) return true;
    this.written = dayOfParts(year, month, date);
    this.#dateKey = Number.isNaN(this.written) ? Number.NaN : key;
    return !Number.isNaN(this.written);
  }

  /** Milliseconds of "T09:30[:00[.000]]" at `start`; `#next` is then the first byte after it. */
  #clock(bytes: Uint8Array, start: number): number {
    const between = bytes[start];
    if (between !== LETTER_T && between !== BLANK) return Number.NaN;
    const hour = this.#pair(bytes, start + 1, 23);
    const minute = bytes[start + 3] === COLON ? this.#pair(bytes, start + 4, 59) : Number.NaN;
    let ms = hour * HOUR_MS + minute * MINUTE_MS;
    this.#next = start + 6;
    if (this.#next < this.#stop && bytes[this.#next] === COLON) {
      ms += this.#pair(bytes, start + 7, 59) * SECOND_MS;
      this.#next = start + 9;
      const mark = bytes[this.#next];
      if (this.#next < this.#stop && (mark === POINT || mark === COMMA))
        ms += this.#fraction(bytes);
    }
    return ms;
  }

  #pair(bytes: Uint8Array, start: number, max: number): number {
    const value = start + 2 <= this.#stop ? digits(bytes, start, 2) : Number.NaN;
    return value <= max ? value : Number.NaN;
  }

  /** Milliseconds of ".123456" at `#next`, one to nine digits, cut off. */
  #fraction(bytes: Uint8Array): number {
    let ms = 0;
    let unit = 100;
    let i = this.#next + 1;
    for (; i < this.#stop; i += 1) {
      const digit = (bytes[i] as number) - 48;
      if (!(digit >= 0 && digit <= 9)) break;
      ms += Math.floor(digit * unit);
      unit = unit > 1 ? unit / 10 : 0;
    }
    const count = i - this.#next - 1;
    this.#next = i;
    return count >= 1 && count <= 9 ? ms : Number.NaN;
  }

  /** Milliseconds that "Z", "+01:00", "+0100" or "+01" at `start` is ahead of UTC. */
  #zone(bytes: Uint8Array, start: number): number {
    const sign = bytes[start];
    const length = this.#stop - start;
    if (sign === LETTER_Z) return length === 1 ? 0 : Number.NaN;
    if ((sign !== PLUS && sign !== DASH) || length < 3 || length === 4 || length > 6)
      return Number.NaN;
    if (length === 6 && bytes[start + 3] !== COLON) return Number.NaN;
    const minutes = length === 3 ? 0 : this.#pair(bytes, this.#stop - 2, 59);
    const ms = this.#pair(bytes, start + 1, 23) * HOUR_MS + minutes * MINUTE_MS;
    return sign === DASH ? -ms : ms;
  }

  /** The offset changes on whole hours only, so one look-up serves an hour. */
  #ofNewYork(wall: number): number {
    const hour = Math.floor(wall / HOUR_MS);
    if (hour !== this.#wallHour) {
      const clock = `${String(((hour % 24) + 24) % 24).padStart(2, '0')}:00`;
      this.#wallShift = instantOn(dateOfDay(Math.floor(hour / 24)), clock) - hour * HOUR_MS;
      this.#wallHour = hour;
    }
    return wall + this.#wallShift;
  }
}
