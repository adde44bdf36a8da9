import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateText, dateOfDay, formatInstant, type Instant } from '../../base/index.ts';
import { exchangeClock, exchangeDay, instantOn } from '../../market/index.ts';
import { day } from './bars.fixture.ts';
import { StampReader } from './stamp.ts';

const read = (text: string) => {
  const bytes = new TextEncoder().encode(`9${text}9`);
  const reader = new StampReader();
  return reader.readTime(bytes, 1, bytes.length - 1) ? reader : undefined;
};
const at = (text: string) => read(text)?.at;
const instants = fc
  .integer({ min: Date.UTC(1990, 0, 2), max: Date.UTC(2035, 11, 30) })
  .map((ms) => ms as Instant);

describe('a time', () => {
  test('in UTC is the instant and the New York date it says', () => {
    const reader = new StampReader();
    fc.assert(
      fc.property(instants, (instant) => {
        const bytes = new TextEncoder().encode(formatInstant(instant));
        expect(reader.readTime(bytes, 0, bytes.length)).toBe(true);
        expect(reader.at).toBe(instant);
        expect(reader.day).toBe(exchangeDay(instant));
      }),
      { numRuns: 1000 },
    );
  });

  test('without a zone is the wall clock of New York', () => {
    const reader = new StampReader();
    fc.assert(
      fc.property(instants, (instant) => {
        const seconds = (instant - (instant % 1000)) as Instant;
        const date = dateOfDay(exchangeDay(seconds));
        const text = `${date}T${exchangeClock(seconds)}`;
        const bytes = new TextEncoder().encode(text);
        expect(reader.readTime(bytes, 0, bytes.length)).toBe(true);
        expect(reader.at).toBe(instantOn(date, exchangeClock(seconds)));
        expect(reader.written).toBe(day(date));
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['2024-01-05T09:30:00-05:00', '2024-01-05T14:30:00.000Z'],
    ['2024-01-05 09:30:00-0500', '2024-01-05T14:30:00.000Z'],
    ['2024-01-05T14:30:00+00', '2024-01-05T14:30:00.000Z'],
    ['2024-01-05T09:30', '2024-01-05T14:30:00.000Z'],
    ['2024-07-05T09:30', '2024-07-05T13:30:00.000Z'],
    ['2024-07-05 09:30:00.5', '2024-07-05T13:30:00.500Z'],
    ['2013-10-07T08:00:00.054Z', '2013-10-07T08:00:00.054Z'],
    ['2013-10-07T08:00:00.123456789Z', '2013-10-07T08:00:00.123Z'],
    ['2024-01-05T20:00:00+05:30', '2024-01-05T14:30:00.000Z'],
    ['2024-01-05', '2024-01-05T05:00:00.000Z'],
    ['2024-11-03T01:30:00', '2024-11-03T05:30:00.000Z'],
    ['2024-03-10T03:00:00', '2024-03-10T07:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(formatInstant(at(text) as Instant)).toBe(utc);
  });

  test('has the date as written, whatever its zone', () => {
    expect(read('2024-01-05T00:00:00Z')).toMatchObject({
      written: day('2024-01-05'),
      day: day('2024-01-04'),
    });
  });

  const NASTY =
    '|2024|2024-01-0|2024-13-01T09:30:00|2024-02-30T09:30:00|2023-02-29T09:30|2024-01-05T|' +
    '2024-01-05T9:30:00|2024-01-05T09|2024-01-05T09:3|2024-01-05T24:00|2024-01-05T09:60:00|' +
    '2024-01-05T09:30:60|2024-01-05T09:30:|2024-01-05T09:30:00.|2024-01-05T09:30:00.Z|' +
    '2024-01-05T09:30:00.1234567891Z|2024-01-05T09:30:00+5|2024-01-05T09:30:00+05:|' +
    '2024-01-05T09:30:00+05:60|2024-01-05T09:30:00+24:00|2024-01-05T09:30:00ZZ|' +
    '2024-01-05T09:30:00 Z|2024-01-05X09:30:00|1704465000|05/01/2024 09:30|2024-03-10T02:30:00|' +
    '1989-12-01T09:30:00|2036-01-02T09:30:00Z|2024-01-05T09:30:00+05-30|2024-01-05T0a:30:00|' +
    '0000-00-00|2024/01/05';
  test.each(NASTY.split('|'))('that is none, or that nobody can place, is refused: %j', (text) => {
    expect(read(text)).toBeUndefined();
  });
});

const readDate = (text: string) => {
  const bytes = new TextEncoder().encode(text);
  const reader = new StampReader();
  return reader.readDate(bytes, 0, bytes.length) ? dateOfDay(reader.day) : undefined;
};

describe('a date', () => {
  test('is read as written, leap days too', () => {
    for (const date of ['1929-10-29', '1999-12-31', '2000-02-29', '2024-02-29', '2030-01-01']) {
      expect(readDate(date)).toBe(date as DateText);
    }
  });

  test.each([
    '2024-01-5',
    '2024-01-05T00:00',
    '2023-02-29',
    '1900-02-29',
    '20240105',
    '2024-00-10',
  ])('that does not exist is refused: %j', (text) => expect(readDate(text)).toBeUndefined());
});
