import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { addDays, BadInput, type DateText, dayNumber, formatInstant } from '../base/index.ts';
import {
  closureOn,
  nextSession,
  nthSessionBefore,
  previousSession,
  type Session,
  sessionOfDay,
  sessionOn,
  sessionsBetween,
} from './session.ts';
import { exchangeClock } from './zone.ts';

const SHARED = new URL('../../../shared/data/calendar/', import.meta.url);
const shared = existsSync(SHARED);
const reason = shared ? '' : ' (skipped: the shared calendar is absent)';

function sharedRows(name: string): string[] {
  const text = gunzipSync(readFileSync(new URL(name, SHARED))).toString();
  return text.trim().split('\n').slice(1);
}

const date = (text: string) => text as DateText;
const all = () => sessionsBetween(date('1990-01-01'), date('2035-12-31'));
const utc = (at: Session['open']) => formatInstant(at).replace('.000', '');
const clocks = (text: string) => {
  const session = sessionOn(date(text));
  return session && `${exchangeClock(session.open)}-${exchangeClock(session.close)}`;
};

describe('the calendar of 2000 to 2026', () => {
  test.skipIf(!shared)(
    `every session, open, close and early flag is the shared one${reason}`,
    () => {
      const ours = sessionsBetween(date('2000-01-01'), date('2026-12-31')).map(
        (s) => `${s.date},${utc(s.open)},${utc(s.close)},${s.early ? 1 : 0}`,
      );
      expect(ours).toEqual(sharedRows('XNYS_sessions.csv.gz'));
    },
  );

  test.skipIf(!shared)(`every closed weekday has the shared name${reason}`, () => {
    const wanted = sharedRows('XNYS_holidays.csv.gz').map((line) => line.split(',', 2));
    expect(wanted.map(([day]) => [day, closureOn(date(day as string))])).toEqual(wanted);
  });
});

describe('known facts', () => {
  test.each([
    ['1994-04-27', 'Mourning: R. Nixon'],
    ['1998-01-19', 'Martin Luther King Jr. Day'],
    ['2001-09-11', 'September 11 attacks'],
    ['2001-09-14', 'September 11 attacks'],
    ['2007-01-02', 'Mourning: G. Ford'],
    ['2012-10-29', 'Hurricane Sandy'],
    ['2012-10-30', 'Hurricane Sandy'],
    ['2018-12-05', 'Mourning: G.H.W. Bush'],
    ['2021-12-24', 'Christmas Day'],
    ['2022-06-20', 'Juneteenth'],
    ['2024-03-29', 'Good Friday'],
    ['2025-01-09', 'Mourning: J. Carter'],
    ['2026-07-03', 'Independence Day'],
    ['2027-06-18', 'Juneteenth'],
    ['2027-12-24', 'Christmas Day'],
    ['2035-03-23', 'Good Friday'],
  ])('%s is closed: %s', (day, name) => {
    expect(sessionOn(date(day))).toBeUndefined();
    expect(closureOn(date(day))).toBe(name);
  });

  test.each([
    '1990-01-15', // no Martin Luther King Jr. Day before 1998
    '1997-01-20',
    '2001-09-17',
    '2012-10-31',
    '2021-06-18', // no Juneteenth before 2022
    '2021-12-31', // New Year's Day of 2022 is a Saturday: not kept
    '2010-12-31',
    '2027-12-31',
    '2022-11-11', // Veterans Day
    '2024-10-14', // Columbus Day
  ])('%s is a full day', (day) => {
    expect(clocks(day)).toBe('09:30:00-16:00:00');
    expect(sessionOn(date(day))?.early).toBe(false);
    expect(closureOn(date(day))).toBeUndefined();
  });

  test.each([
    ['1990-12-24', '14:00:00'],
    ['1992-11-27', '14:00:00'],
    ['1993-11-26', '13:00:00'],
    ['1994-02-11', '14:30:00'],
    ['1995-07-03', '13:00:00'],
    ['1996-07-05', '13:00:00'],
    ['1996-12-24', '13:00:00'],
    ['1997-10-27', '15:30:00'],
    ['1997-12-26', '13:00:00'],
    ['1999-12-31', '13:00:00'],
    ['2002-07-05', '13:00:00'],
    ['2003-12-26', '13:00:00'],
    ['2013-07-03', '13:00:00'],
    ['2024-07-03', '13:00:00'],
    ['2024-11-29', '13:00:00'],
    ['2028-07-03', '13:00:00'],
  ])('%s closes early at %s', (day, close) => {
    expect(clocks(day)).toBe(`09:30:00-${close}`);
    expect(sessionOn(date(day))?.early).toBe(true);
  });

  test.each(['1991-11-29', '1994-07-05', '2002-07-03', '2013-07-05', '2008-12-26', '2014-12-26'])(
    '%s is no half day',
    (day) => expect(clocks(day)).toBe('09:30:00-16:00:00'),
  );

  test('two days of the nineties opened late', () => {
    expect(clocks('1995-12-18')).toBe('10:30:00-16:00:00');
    expect(sessionOn(date('1995-12-18'))?.early).toBe(false);
    expect(clocks('1996-01-08')).toBe('11:00:00-14:00:00');
  });

  test('every year has 248 to 254 sessions, none on a weekend, strictly rising', () => {
    const sessions = all();
    expect(sessions).toHaveLength(11_577);
    sessions.forEach((s, i) => {
      expect([1, 2, 3, 4, 5]).toContain(new Date(s.open).getUTCDay());
      expect(s.day).toBe(dayNumber(s.date));
      expect(s.close).toBeGreaterThan(s.open);
      expect(s.day).toBeGreaterThan(sessions[i - 1]?.day ?? 0);
    });
    for (let year = 1990; year <= 2035; year++) {
      const count = sessions.filter((s) => s.date.startsWith(`${year}`)).length;
      expect(count).toBeGreaterThanOrEqual(248);
      expect(count).toBeLessThanOrEqual(254);
    }
  });
});

describe('finding sessions', () => {
  test('the neighbors of every day agree with the list', () => {
    const sessions = all();
    let next = 0;
    for (let day = dayNumber(date('1990-01-05')); day < dayNumber(date('2035-12-30')); day++) {
      while ((sessions[next] as Session).day <= day) next++;
      const text = addDays(date('1970-01-01'), day);
      const here = sessionOfDay(day);
      const before = next - (here ? 2 : 1);
      expect(here).toBe(here && sessions[next - 1]);
      expect(nextSession(text)).toBe(sessions[next]);
      expect(previousSession(text)).toBe(sessions[before]);
      expect(nthSessionBefore(day, 3)).toBe(sessions[before - 2]);
    }
  });

  test('a range has both its ends and may be empty', () => {
    const week = sessionsBetween(date('2024-11-25'), date('2024-11-29')).map((s) => s.date);
    expect(week).toEqual(['2024-11-25', '2024-11-26', '2024-11-27', '2024-11-29']);
    expect(sessionsBetween(date('2024-11-30'), date('2024-12-01'))).toEqual([]);
    expect(sessionsBetween(date('2024-12-10'), date('2024-12-01'))).toEqual([]);
  });

  test('the caller may change the list that he got', () => {
    const list = all() as Session[];
    list.length = 0;
    expect(all()).toHaveLength(11_577);
  });

  test.each(['1989-12-29', '2036-01-02', '1970-01-01'])('"%s" is off the calendar', (day) => {
    const message = `Date "${day}" is outside the exchange calendar, 1990-01-01 to 2035-12-31`;
    expect(() => sessionOn(date(day))).toThrow(new BadInput(message));
    expect(() => nextSession(date(day))).toThrow(message);
    expect(() => previousSession(date(day))).toThrow(message);
    expect(() => sessionsBetween(date(day), date('2024-01-02'))).toThrow(BadInput);
    expect(() => sessionsBetween(date('2024-01-02'), date(day))).toThrow(BadInput);
    expect(() => closureOn(date(day))).toThrow(message);
  });

  test('before the first session and after the last there is none', () => {
    expect(() => previousSession(date('1990-01-02'))).toThrow('no session 1 before "1990-01-02"');
    expect(() => nextSession(date('2035-12-31'))).toThrow('no session after "2035-12-31"');
  });

  test.each([0, -1, 1.5, Number.NaN])('the session %s before a day is refused', (n) => {
    expect(() => nthSessionBefore(20_000, n)).toThrow(BadInput);
  });

  test.each([20_000.5, Number.NaN, Infinity])('%s is no day of the calendar', (day) => {
    expect(() => sessionOfDay(day)).toThrow(BadInput);
  });
});
