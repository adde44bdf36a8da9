import { describe, expect, test } from 'vitest';
import { dateOfDay, DAY_MS, type Instant } from '../../../base/index.ts';
import { instantOn, sessionsBetween } from '../../../market/index.ts';
import type { HistoryAsk } from '../../market-data.ts';
import { day, NOW, source } from './data.fixture.ts';
import { historyQuery, historyRowsOf } from './history.ts';

const ask: HistoryAsk = {
  symbol: 'SPY',
  timeframe: '1d',
  from: day('2025-03-03'),
  to: day('2025-03-14'),
  adjustment: 'splits',
};
const midnight = (date: string) => instantOn(day(date), '01:00');
const candle = (datetime: number, more: object = {}) => ({
  open: 10,
  high: 12,
  low: 9,
  close: 11,
  volume: 100,
  datetime,
  ...more,
});
const reply = (...candles: object[]) => ({ symbol: 'SPY', empty: false, candles });

describe('bars', () => {
  test('F043 daily bars keep their dates when the clocks change, stamped with the close', () => {
    const sessions = sessionsBetween(ask.from, ask.to);
    const json = reply(...sessions.map(({ date }) => candle(midnight(date))));
    const rows = historyRowsOf(json, ask, NOW);
    expect(rows.map((row) => [dateOfDay(row.day), row.at])).toEqual(
      sessions.map(({ date, close }) => [date, close]),
    );
  });

  test('F043 today’s bar is not there before it is final', () => {
    const today = day('2026-01-05');
    const json = reply(candle(midnight('2026-01-02')), candle(midnight(today)));
    const dates = { ...ask, from: day('2026-01-01'), to: today };
    const days = (now: Instant) => historyRowsOf(json, dates, now).map((row) => dateOfDay(row.day));
    expect(days(NOW)).toEqual(['2026-01-02']);
    expect(days(instantOn(today, '16:05'))).toEqual(['2026-01-02']);
    expect(days(instantOn(today, '16:20'))).toEqual(['2026-01-02', today]);
  });

  test('F043 disorder and repetition are mended, contradiction is not', () => {
    const [one, two] = [candle(midnight('2025-03-04')), candle(midnight('2025-03-05'))];
    expect(historyRowsOf(reply(two, one, two), ask, NOW)).toHaveLength(2);
    const other = candle(midnight('2025-03-05'), { close: 10.5 });
    expect(() => historyRowsOf(reply(two, other), ask, NOW)).toThrow(/two different/);
  });

  test('F040 a bar with a price that is none, or against itself, is missing', () => {
    const at = midnight('2025-03-04');
    const bad = [
      { open: 0 },
      { high: null },
      { low: 'x' },
      { close: 13 },
      { high: 8 },
      { low: 11.5 },
    ];
    for (const more of bad) expect(historyRowsOf(reply(candle(at, more)), ask, NOW)).toEqual([]);
    expect(historyRowsOf(reply(candle(at, { volume: -1 })), ask, NOW)[0]?.volume).toBeNull();
  });

  test('days without a session, and days that were not asked for, are left out', () => {
    const json = reply(candle(midnight('2025-03-08')), candle(midnight('2025-02-28')));
    expect(historyRowsOf(json, ask, NOW)).toEqual([]);
  });

  test('F044 a stamp that is no midnight in Chicago, or another symbol, is refused', () => {
    expect(() => historyRowsOf(reply(candle(midnight('2025-03-04') + 9e6)), ask, NOW)).toThrow(
      /midnight/,
    );
    expect(() => historyRowsOf({ ...reply(), symbol: 'QQQ' }, ask, NOW)).toThrow(/not of that/);
    expect(() => historyRowsOf({ symbol: 'SPY' }, ask, NOW)).toThrow(/no bars/);
    expect(historyRowsOf({ symbol: 'SPY', empty: true, candles: [] }, ask, NOW)).toEqual([]);
  });

  test('minutes are stamped with their end, within the session, when they are over', () => {
    const date = day('2026-01-05');
    const minutes: HistoryAsk = { ...ask, timeframe: '5m', from: date, to: date };
    const at = (clock: string) => candle(instantOn(date, clock));
    const json = reply(at('09:25'), at('09:30'), at('11:55'), at('12:00'), at('16:00'));
    const ends = historyRowsOf(json, minutes, NOW).map((row) => row.at);
    expect(ends).toEqual([instantOn(date, '09:35'), instantOn(date, '12:00')]);
    expect(historyQuery(minutes)).toMatchObject({ frequency: 5, needExtendedHoursData: false });
  });

  test('what Schwab does not have is refused: other adjustments, other lengths', () => {
    expect(() => historyQuery({ ...ask, adjustment: 'all' })).toThrow(/splits only/);
    expect(() => historyQuery({ ...ask, adjustment: 'raw' })).toThrow(/splits only/);
    expect(() => historyQuery({ ...ask, timeframe: '1h' })).toThrow(/no bars of "1h"/);
  });

  test('a history says where it comes from and when it was received', async () => {
    const { data } = source(() => ({ json: reply(candle(midnight('2025-03-04'))) }));
    const { rows, ...tag } = await data.history(ask);
    expect(tag).toEqual({ source: 'schwab', feed: 'sip', adjustment: 'splits', receivedAt: NOW });
    expect(rows).toHaveLength(1);
  });
});

test('a day of Chicago is a day of UTC that began five or six hours later', () => {
  for (const { date, day: number } of sessionsBetween(day('2007-01-01'), day('2027-12-31'))) {
    const hour = (midnight(date) - number * DAY_MS) / 3_600_000;
    expect([5, 6]).toContain(hour);
  }
});
