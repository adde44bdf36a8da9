import fc from 'fast-check';
import { afterAll, describe, expect, test, vi } from 'vitest';
import {
  BadInput,
  type DateText,
  DAY_MS,
  dayNumber,
  formatInstant,
  HOUR_MS,
  instant,
  parseInstant,
  sha256,
} from '../base/index.ts';
import { sessionsBetween } from './session.ts';
import { exchangeClock, exchangeDate, exchangeDay, exchangeOffsetMs, instantOn } from './zone.ts';

const date = (text: string) => text as DateText;
const FIRST = parseInstant('1990-01-01T00:00:00-05:00');
const LAST = parseInstant('2035-12-31T23:59:59.999-05:00');

const wall = new Intl.DateTimeFormat('sv-SE', {
  timeZone: 'America/New_York',
  dateStyle: 'short',
  timeStyle: 'medium',
});
const ours = (at: number) => `${exchangeDate(instant(at))} ${exchangeClock(instant(at))}`;

describe('F047: New York wall time without zone data', () => {
  test('every open and close of 1990 to 2035 is what the zone database says', () => {
    const sessions = sessionsBetween(date('1990-01-01'), date('2035-12-31'));
    const instants = sessions.flatMap(({ open, close }) => [open, close]);
    expect(instants.filter((at) => ours(at) !== wall.format(at))).toEqual([]);
  });

  test('every hour of the Sundays on which it could change agrees', () => {
    const off: string[] = [];
    for (let year = 1990; year <= 2035; year++) {
      for (const month of [3, 4, 10, 11]) {
        const start = Date.UTC(year, month - 1, 1);
        for (let at = start; at < start + 31 * DAY_MS; at += HOUR_MS) {
          if (new Date(at - 5 * HOUR_MS).getUTCDay() !== 0) continue;
          if (ours(at) !== wall.format(at)) off.push(`${ours(at)} is ${wall.format(at)}`);
        }
      }
    }
    expect(off).toEqual([]);
  });

  test('any instant agrees', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (at) => {
        expect(ours(at)).toBe(wall.format(at));
        expect(exchangeDay(instant(at))).toBe(dayNumber(exchangeDate(instant(at))));
      }),
      { numRuns: 2000 },
    );
  });

  test('the years turn in standard time', () => {
    for (let year = 1990; year <= 2035; year++) {
      for (const hours of [-72, -1, 5, 48]) {
        const at = instant(Math.max(FIRST, Date.UTC(year, 0, 1) + hours * HOUR_MS));
        expect(exchangeOffsetMs(at)).toBe(-5 * HOUR_MS);
      }
    }
  });

  test('the week in which only the United States has changed keeps 16:00 New York', () => {
    expect(formatInstant(instantOn(date('2024-03-08'), '16:00'))).toBe('2024-03-08T21:00:00.000Z');
    expect(formatInstant(instantOn(date('2024-03-11'), '16:00'))).toBe('2024-03-11T20:00:00.000Z');
    expect(formatInstant(instantOn(date('2024-10-30'), '16:00'))).toBe('2024-10-30T20:00:00.000Z');
    expect(formatInstant(instantOn(date('2024-11-04'), '16:00'))).toBe('2024-11-04T21:00:00.000Z');
    expect(formatInstant(instantOn(date('2006-04-03'), '16:00'))).toBe('2006-04-03T20:00:00.000Z');
  });
});

describe('an instant by wall clock', () => {
  test('the clock at the instant shows the time that was asked for', () => {
    const day = fc.integer({
      min: Math.ceil(FIRST / DAY_MS) + 1,
      max: Math.floor(LAST / DAY_MS) - 1,
    });
    const second = fc.integer({ min: 0, max: 86_399 }).filter((s) => s < 7200 || s >= 10_800);
    fc.assert(
      fc.property(day, second, (n, s) => {
        const text = formatInstant(instant(n * DAY_MS + s * 1000));
        const [on, clock] = [date(text.slice(0, 10)), text.slice(11, 19)];
        expect(ours(instantOn(on, clock))).toBe(`${on} ${clock}`);
      }),
      { numRuns: 2000 },
    );
  });

  test('the hour that spring leaves out is refused', () => {
    for (const clock of ['02:00', '02:30', '02:59:59']) {
      expect(() => instantOn(date('2024-03-10'), clock)).toThrow('daylight time begins');
      expect(() => instantOn(date('1998-04-05'), clock)).toThrow(BadInput);
    }
    expect(exchangeClock(instantOn(date('2024-03-10'), '03:00'))).toBe('03:00:00');
    expect(exchangeClock(instantOn(date('2024-03-10'), '01:59:59'))).toBe('01:59:59');
  });

  test('of the hour that autumn repeats the first is taken', () => {
    expect(formatInstant(instantOn(date('2024-11-03'), '01:30'))).toBe('2024-11-03T05:30:00.000Z');
    expect(formatInstant(instantOn(date('2024-11-03'), '02:00'))).toBe('2024-11-03T07:00:00.000Z');
    expect(exchangeClock(parseInstant('2024-11-03T06:30:00Z'))).toBe('01:30:00');
  });

  test('the first and the last minute of the calendar have their instants', () => {
    expect(instantOn(date('1990-01-01'), '00:00')).toBe(FIRST);
    expect(instantOn(date('2035-12-31'), '23:59:59')).toBe(LAST - 999);
  });

  test.each(['', '9:30', '24:00', '12:60', '12:00:60', '12', '12:00Z', ' 12:00', '3pm'])(
    '"%s" is no clock time',
    (clock) => expect(() => instantOn(date('2024-01-02'), clock)).toThrow(BadInput),
  );

  test('instants and dates off the calendar are refused', () => {
    for (const at of [FIRST - 1, LAST + 1, Number.NaN]) {
      expect(() => exchangeOffsetMs(at as typeof FIRST)).toThrow(BadInput);
    }
    expect(() => instantOn(date('1989-12-31'), '23:59:59')).toThrow(BadInput);
    expect(() => instantOn(date('2036-01-01'), '00:00')).toThrow(BadInput);
  });
});

describe('F047: the host’s zone', () => {
  const zoneBefore = process.env['TZ'];
  afterAll(() => {
    if (zoneBefore === undefined) delete process.env['TZ'];
    else process.env['TZ'] = zoneBefore;
  });
  const HOSTS = {
    UTC: 0,
    'Asia/Tokyo': -540,
    'America/New_York': 300,
    'America/Los_Angeles': 480,
    'Europe/Berlin': -60,
    'Europe/London': 0,
    'Australia/Sydney': -660,
    'Asia/Kolkata': -330,
    'America/Sao_Paulo': 180,
    'Pacific/Auckland': -780,
  };

  test('the same table and slots of 46 years in ten host zones', async () => {
    const digests: string[] = [];
    for (const [zone, minutes] of Object.entries(HOSTS)) {
      process.env['TZ'] = zone;
      expect(new Date(Date.UTC(2025, 0, 15)).getTimezoneOffset()).toBe(minutes);
      vi.resetModules();
      const market = await import('./index.ts');
      const slot = market.parseSlot('close - 5m');
      const lines = market
        .sessionsBetween(date('1990-01-01'), date('2035-12-31'))
        .map((session) => {
          const at = market.slotInstant(session, slot);
          expect(at).toBe(session.close - 300_000);
          return `${JSON.stringify(session)} ${at} ${market.exchangeClock(at)}`;
        });
      digests.push(sha256(lines.join('\n')));
    }
    expect(new Set(digests).size).toBe(1);
  });
});
