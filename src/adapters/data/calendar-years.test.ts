import { expect, test } from 'vitest';
import { type DateText, formatInstant } from '../../base/index.ts';
import { sessionOfDay, sessionOn } from '../../market/index.ts';
import { day } from './bars.fixture.ts';
import { endOfDay, isInCalendar, withinCalendar } from './calendar-years.ts';

test('the years are those of the exchange calendar', () => {
  for (const date of ['1990-01-01', '2035-12-31']) {
    expect(isInCalendar(day(date))).toBe(true);
    expect(() => sessionOfDay(day(date))).not.toThrow();
  }
  for (const date of ['1989-12-31', '2036-01-01']) {
    expect(isInCalendar(day(date))).toBe(false);
    expect(() => sessionOfDay(day(date))).toThrow('outside the exchange calendar');
  }
  expect(withinCalendar(day('1980-01-01'), day('2040-01-01'))).toEqual({
    first: day('1990-01-01'),
    last: day('2035-12-31'),
  });
});

test('a day ends at its session close, else at 16:00 of New York', () => {
  expect(endOfDay(day('2024-07-03'))).toBe(sessionOn('2024-07-03' as DateText)?.close);
  expect(formatInstant(endOfDay(day('2024-07-04')))).toBe('2024-07-04T20:00:00.000Z');
  expect(formatInstant(endOfDay(day('1950-07-04')))).toBe('1950-07-04T21:00:00.000Z');
});
