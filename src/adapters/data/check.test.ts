import { describe, expect, test } from 'vitest';
import { type DateText, type Instant, MINUTE_MS } from '../../base/index.ts';
import {
  type BarRow,
  barsOfRows,
  exchangeClock,
  rowAt,
  sessionOn,
  type Timeframe,
} from '../../market/index.ts';
import { DAILY, day, type Head, plainBars, SESSIONS } from './bars.fixture.ts';
import type { LoadedBars } from './bar-columns.ts';
import { checkBars, type FindingKind, formatCheck } from './check.ts';

/** Daily bars of the fixture's sessions with these closes; open as the close before. */
function daysOf(closes: readonly number[], head: Head = DAILY): LoadedBars {
  const bars = plainBars(head, closes.length);
  const dollars = Float64Array.from(closes, (close) => Math.round(close * 1e6));
  const open = dollars.map((close, i) => {
    const before = dollars[i - 1] ?? close;
    return Math.abs(close / before - 1) > 0.2 ? close : before;
  });
  return { ...bars, open, high: dollars, low: dollars, close: dollars };
}

const calm = (count: number, level = 100): number[] =>
  Array.from({ length: count }, (_, i) => level * (1 + (((i * i * 31 + i * 17) % 23) - 11) / 4000));

const without = (bars: LoadedBars, drop: (row: BarRow) => boolean): LoadedBars => {
  const rows = Array.from({ length: bars.length }, (_, i) => rowAt(bars, i));
  return {
    ...barsOfRows(
      bars,
      rows.filter((row) => !drop(row)),
    ),
    notes: bars.notes,
  };
};

const found = (bars: LoadedBars, kind: FindingKind) =>
  checkBars(bars).findings.filter((finding) => finding.kind === kind);

/** All bars of a session, from `start` minutes before its open. */
function sessionBars(dates: readonly string[], timeframe: Timeframe, step: number, start = 0) {
  const rows = dates.flatMap((date): BarRow[] => {
    const session = sessionOn(date as DateText);
    const from = (session?.open ?? 0) - start * MINUTE_MS;
    const count = Math.ceil(((session?.close ?? 0) - from) / (step * MINUTE_MS));
    const price = 100_000_000 as BarRow['open'];
    return Array.from({ length: count }, (_, i) => ({
      symbol: 'SPY',
      at: (from + (i + 1) * step * MINUTE_MS) as Instant,
      day: day(date),
      open: price,
      high: price,
      low: price,
      close: (price + (i % 3) * 10_000) as BarRow['close'],
      volume: 100,
    }));
  });
  return { ...barsOfRows({ ...DAILY, timeframe }, rows), notes: [] };
}

describe('sound bars', () => {
  test('have no findings', () => {
    const check = checkBars(daysOf(calm(200)));
    expect(check).toMatchObject({ rows: 200, findings: [], verdict: 'sound' });
    expect(formatCheck(check)).toBe(
      'SPY 1d, source file, adjusted for splits: 200 bars, 2023-01-03 to 2023-10-18\n' +
        'sound: 0 errors, 0 warnings, 0 notes\n',
    );
  });

  test('within the day are whole over early closes and on any grid', () => {
    const dates = ['2024-07-02', '2024-07-03', '2024-07-05'];
    for (const [timeframe, step, start] of [
      ['1m', 1, 0],
      ['5m', 5, 0],
      ['1h', 60, 30],
      ['1h', 60, 0],
      ['7m', 7, 3],
    ] as const) {
      expect(checkBars(sessionBars(dates, timeframe, step, start)).findings).toEqual([]);
    }
  });
});

describe('gaps', () => {
  test('of daily bars are missing sessions, neighbors as one', () => {
    const gone = new Set([5, 6, 7, 20].map((index) => SESSIONS[index]?.day));
    expect(
      found(
        without(daysOf(calm(60)), (row) => gone.has(row.day)),
        'missing-sessions',
      ),
    ).toEqual([
      expect.objectContaining({
        severity: 'error',
        from: '2023-01-10',
        to: '2023-01-12',
        count: 3,
      }),
      expect.objectContaining({
        severity: 'error',
        from: '2023-02-01',
        to: '2023-02-01',
        count: 1,
      }),
    ]);
  });

  test('over a weekend are one run', () => {
    const gone = new Set([3, 4].map((index) => SESSIONS[index]?.day));
    expect(
      found(
        without(daysOf(calm(20)), (row) => gone.has(row.day)),
        'missing-sessions',
      ),
    ).toEqual([expect.objectContaining({ from: '2023-01-06', to: '2023-01-09', count: 2 })]);
  });

  test('within the day are counted day by day, with the first one', () => {
    const bars = sessionBars(['2024-07-02', '2024-07-03'], '1m', 1);
    const cut = without(
      bars,
      (row) => /^1[01]:/.test(exchangeClock(row.at)) && row.day === day('2024-07-03'),
    );
    expect(found(cut, 'missing-bars')).toEqual([
      {
        kind: 'missing-bars',
        severity: 'error',
        from: '2024-07-03',
        to: '2024-07-03',
        count: 120,
        text: '120 of 210 bars are missing, the first begins at 09:59:00',
      },
    ]);
  });

  test('at the open and at the close count too', () => {
    const bars = sessionBars(['2024-07-02'], '5m', 5);
    const late = without(bars, (row) => exchangeClock(row.at) < '09:41:00');
    expect(found(late, 'missing-bars')[0]?.text).toBe(
      '2 of 78 bars are missing, the first begins at 09:30:00',
    );
    const early = without(bars, (row) => exchangeClock(row.at) > '15:55:00');
    expect(found(early, 'missing-bars')[0]).toMatchObject({
      severity: 'warning',
      text: '1 of 78 bars are missing, the first begins at 15:55:00',
    });
  });

  test('of a whole session within the day are missing sessions', () => {
    const bars = sessionBars(['2024-07-02', '2024-07-05'], '5m', 5);
    expect(found(bars, 'missing-sessions')).toMatchObject([{ from: '2024-07-03', count: 1 }]);
  });
});

describe('bars out of place', () => {
  test('in years the calendar does not know are counted, not compared', () => {
    const bars = daysOf(calm(4));
    const dates = ['1989-12-28', '1990-01-03', '2035-12-31', '2036-01-02'];
    const { findings } = checkBars({ ...bars, day: Int32Array.from(dates, day) });
    expect(findings.filter(({ kind }) => kind === 'no-calendar')).toMatchObject([
      { severity: 'note', from: '1989-12-28', to: '2036-01-02', count: 2 },
    ]);
    expect(findings[0]).toMatchObject({ kind: 'missing-sessions', from: '1990-01-02', count: 1 });
  });

  test('are those on days without a session', () => {
    const bars = daysOf(calm(3));
    const shifted = {
      ...bars,
      day: Int32Array.from(['2024-07-03', '2024-07-04', '2024-07-05'], day),
    };
    expect(found(shifted, 'no-session')).toMatchObject([
      { severity: 'warning', from: '2024-07-04', count: 1 },
    ]);
  });

  test('are those before the open and after the close, as one note', () => {
    const bars = sessionBars(['2024-07-02'], '1m', 1, 90);
    const last = rowAt(bars, bars.length - 1);
    const rows = Array.from({ length: bars.length }, (_, index) => rowAt(bars, index));
    const after = { ...last, at: (last.at + MINUTE_MS) as Instant };
    const late = { ...barsOfRows(bars, [...rows, after]), notes: [] };
    expect(found(late, 'outside-hours')).toMatchObject([{ count: 91 }]);
    expect(found(bars, 'outside-hours')).toMatchObject([
      { severity: 'note', count: 90, text: '90 bars on 1 days are outside of trading hours' },
    ]);
    expect(found(bars, 'missing-bars')).toEqual([]);
  });
});

describe('odd prices', () => {
  test('are moves beyond eight sigma, and a bad tick says so', () => {
    const closes = calm(100);
    closes[50] = 112;
    expect(found(daysOf(closes), 'outlier')).toMatchObject([
      { severity: 'warning', from: '2023-03-16', count: 1 },
      { severity: 'note', from: '2023-03-17' },
    ]);
    expect(found(daysOf(closes), 'outlier')[0]?.text).toMatch(
      /^close moves \+1\d\.\d\d % from \S+ to 112\.00, \d+\.\d sigma, and the next bar goes back/,
    );
  });

  test('are moves beyond 20 %, though few bars tell no sigma', () => {
    expect(found(daysOf([100, 101, 130, 131]), 'outlier')).toMatchObject([
      { severity: 'warning', text: 'close moves +28.71 % from 101.00 to 130.00' },
    ]);
  });

  test('are at most fifty one by one, the rest are counted', () => {
    const wild = Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 100 : 100 + 30 + i / 10));
    const outliers = found(daysOf(wild), 'outlier');
    expect(outliers.length).toBe(51);
    expect(outliers.at(-1)).toMatchObject({ count: 149, severity: 'note' });
    expect(formatCheck(checkBars(daysOf(wild)))).toContain('and 31 more');
  });
});

const jump = (factor: number, adjustment: 'raw' | 'splits' = 'splits') =>
  daysOf([...calm(50), ...calm(50, 100 * factor)], { ...DAILY, adjustment });

describe('splits that nobody adjusted for', () => {
  test.each([
    [1 / 2, '2:1'],
    [1 / 7, '7:1'],
    [1 / 20, '20:1'],
    [10, '1:10'],
    [5, '1:5'],
  ])('by %d are errors in adjusted data', (factor, name) => {
    expect(found(jump(factor), 'split')).toMatchObject([
      { severity: 'error', from: '2023-03-16', text: expect.stringContaining(`split ${name}`) },
    ]);
    expect(checkBars(jump(factor)).verdict).toBe('unfit');
  });

  test('are notes in raw data, and by 3:2 only a warning', () => {
    expect(found(jump(1 / 4, 'raw'), 'split')).toMatchObject([{ severity: 'note' }]);
    expect(found(jump(2 / 3), 'split')).toMatchObject([{ severity: 'warning' }]);
  });

  test('are not seen in a bad tick, nor in a crash by another ratio', () => {
    const tick = calm(100);
    tick[50] = 50;
    expect(found(daysOf(tick), 'split')).toEqual([]);
    expect(found(jump(0.57), 'split')).toEqual([]);
  });
});

describe('volume', () => {
  test('of zero is a warning by runs of days, unknown volume is none', () => {
    const bars = daysOf(calm(30));
    const volume = bars.volume.with(3, 0).with(4, 0).with(9, 0).with(20, Number.NaN);
    expect(found({ ...bars, volume }, 'zero-volume')).toMatchObject([
      { severity: 'warning', from: '2023-01-06', to: '2023-01-09', count: 2 },
      { severity: 'warning', count: 1, text: 'volume is zero on 1 day' },
    ]);
  });

  test('of zero on all days is a note, as of an index', () => {
    const bars = daysOf(calm(30));
    expect(found({ ...bars, volume: new Float64Array(30) }, 'zero-volume')).toMatchObject([
      { severity: 'note', count: 30, text: 'no bar has any volume' },
    ]);
  });
});

test('what was mended on reading is told', () => {
  const check = checkBars({ ...daysOf(calm(30)), notes: ['3 of 30 bars were mended'] });
  expect(check).toMatchObject({
    verdict: 'questionable',
    counts: { error: 0, warning: 1, note: 0 },
  });
  expect(formatCheck(check)).toBe(
    'SPY 1d, source file, adjusted for splits: 30 bars, 2023-01-03 to 2023-02-14\n' +
      'questionable: 0 errors, 1 warnings, 0 notes\n' +
      '  warning mended            2023-01-03 to 2023-02-14  3 of 30 bars were mended\n',
  );
});

test('the check of no bars has no findings', () => {
  expect(checkBars(plainBars(DAILY, 0))).toMatchObject({ rows: 0, findings: [] });
});
