import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadInput } from './assert.ts';
import {
  addDays,
  dateOfDay,
  type DateText,
  DAY_MS,
  dayNumber,
  formatInstant,
  instant,
  parseDate,
  parseInstant,
  weekday,
} from './time.ts';

const day = fc.integer({ min: -100_000, max: 100_000 });

describe('dates', () => {
  test('every day of four centuries has the text that the platform gives it', () => {
    const days = Array.from({ length: 150_000 }, (_, i) => i - 70_000);
    const texts = days.map((n) => new Date(n * DAY_MS).toISOString().slice(0, 10));
    expect(days.filter((n, i) => dateOfDay(n) !== texts[i])).toEqual([]);
  });

  test('a date and its day number are one another’s inverse', () => {
    fc.assert(
      fc.property(day, (n) => {
        expect(dayNumber(parseDate(dateOfDay(n)))).toBe(n);
      }),
    );
  });

  test('weekdays count from Sunday and go on before 1970', () => {
    expect(weekday('1970-01-01' as DateText)).toBe(4);
    expect(weekday('2024-02-29' as DateText)).toBe(4);
    fc.assert(
      fc.property(day, (n) => {
        expect(weekday(dateOfDay(n))).toBe(new Date(n * DAY_MS).getUTCDay());
      }),
    );
  });

  test('days are added across months and leap days', () => {
    expect(addDays('2024-02-28' as DateText, 2)).toBe('2024-03-01');
    expect(addDays('2023-02-28' as DateText, 1)).toBe('2023-03-01');
    expect(addDays('2000-01-01' as DateText, -1)).toBe('1999-12-31');
  });

  test.each([Number.NaN, Infinity, 0.5, -719_529, 2_932_897])('day %s has no text', (n) => {
    expect(dateOfDay(n)).toBe('');
  });

  test.each(['2024-02-30', '2023-02-29', '2024-13-01', '2024-00-10', '2024-1-5', '20240105', ''])(
    '"%s" is refused',
    (text) => expect(() => parseDate(text)).toThrow(BadInput),
  );
});

describe('instants', () => {
  const ms = fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 });

  test('an instant survives formatting and parsing', () => {
    fc.assert(
      fc.property(ms, (at) => {
        expect(parseInstant(formatInstant(instant(at)))).toBe(at);
      }),
    );
  });

  test('an offset moves the instant by itself', () => {
    const minutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
    fc.assert(
      fc.property(ms, minutes, fc.constantFrom('', ':'), (at, offset, colon) => {
        const wall = formatInstant(instant(at + offset * 60_000)).slice(0, -1);
        const size = Math.abs(offset);
        const [hh, mm] = [Math.floor(size / 60), size % 60].map((n) => String(n).padStart(2, '0'));
        const text = `${wall}${offset < 0 ? '-' : '+'}${hh}${colon}${mm}`;
        expect(parseInstant(text)).toBe(at);
      }),
    );
  });

  test('finer than a millisecond is cut off', () => {
    expect(parseInstant('2024-01-05T20:55:00.123999999Z') % 1000).toBe(123);
    expect(parseInstant('2024-01-05 20:55Z')).toBe(parseInstant('2024-01-05T15:55:00.0-05:00'));
  });

  test.each([
    '2024-01-05T20:55:00',
    '2024-01-05',
    '2024-01-05T24:00:00Z',
    '2024-01-05T20:60:00Z',
    '2024-01-05T20:55:60Z',
    '2024-02-30T00:00:00Z',
    '2024-01-05T20:55:00+24:00',
    '2024-01-05T20:55:00-05:60',
    '1704488100',
  ])('"%s" is refused', (text) => expect(() => parseInstant(text)).toThrow(BadInput));

  test.each([Number.NaN, 0.5, Infinity])('%s milliseconds are no instant', (value) => {
    expect(() => instant(value)).toThrow(BadInput);
  });
});
