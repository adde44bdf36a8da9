import {
  DAY_MS,
  type DateText,
  dateOfDay,
  type Instant,
  type Price,
  weekday,
} from '../../../base/index.ts';
import {
  type BarRow,
  exchangeOffsetMs,
  sessionOfDay,
  type Timeframe,
  timeframeMs,
} from '../../../market/index.ts';

export const isDaily = (timeframe: Timeframe): boolean => timeframe.endsWith('d');

/** Index of the first row that ends after `at`; rows are oldest first. */
export function rowAfter(rows: readonly BarRow[], at: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] as BarRow).at > at) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** One row of several, `at` and `day` given: first open, last close, sum of volumes. */
export function mergeRows(rows: readonly BarRow[], at: Instant, day: number): BarRow {
  const first = rows[0] as BarRow;
  let { high, low, volume } = first;
  for (const row of rows.slice(1)) {
    high = Math.max(high, row.high) as Price;
    low = Math.min(low, row.low) as Price;
    volume = volume === null || row.volume === null ? null : volume + row.volume;
  }
  const close = (rows.at(-1) as BarRow).close;
  return { symbol: first.symbol, at, day, open: first.open, high, low, close, volume };
}

/** Neighbors of one key together. */
function groups(rows: readonly BarRow[], keyOf: (row: BarRow) => number): [number, BarRow[]][] {
  const found: [number, BarRow[]][] = [];
  for (const row of rows) {
    const key = keyOf(row);
    const last = found.at(-1);
    if (last?.[0] === key) last[1].push(row);
    else found.push([key, [row]]);
  }
  return found;
}

/**
 * Rows of `timeframe` from rows of `baseMs` each: those of a day by exchange date, ending with the
 * session, shorter ones on multiples of `timeframe` since New York's midnight. The last may not be
 * complete: its `at` tells when it is.
 */
export function longerRows(
  rows: readonly BarRow[],
  baseMs: number,
  timeframe: Timeframe,
): readonly BarRow[] {
  const stepMs = timeframeMs(timeframe);
  if (stepMs === baseMs) return rows;
  if (isDaily(timeframe)) {
    return groups(rows, (row) => row.day).map(([day, ofDay]) => {
      const close = sessionOfDay(day)?.close ?? (ofDay.at(-1) as BarRow).at;
      return mergeRows(ofDay, close, day);
    });
  }
  const endOf = (row: BarRow) => {
    const start = row.at - baseMs;
    const offset = exchangeOffsetMs(start as Instant);
    return (Math.floor((start + offset) / stepMs) + 1) * stepMs - offset;
  };
  return groups(rows, endOf).map(([end, of]) =>
    mergeRows(of, end as Instant, (of[0] as BarRow).day),
  );
}

/** Rows of weeks that begin on Monday, or of `months` months that begin with the year. */
export function calendarRows(
  days: readonly BarRow[],
  span: { readonly weeks: 1 } | { readonly months: number },
): readonly { readonly start: DateText; readonly row: BarRow }[] {
  const startOf = (row: BarRow): number => {
    if ('weeks' in span) return row.day - ((weekday(dateOfDay(row.day)) + 6) % 7);
    const [year, month] = dateOfDay(row.day).split('-').map(Number) as [number, number];
    const first = Math.floor((month - 1) / span.months) * span.months;
    return Date.UTC(year, first, 1) / DAY_MS;
  };
  return groups(days, startOf).map(([start, of]) => {
    const last = of.at(-1) as BarRow;
    return { start: dateOfDay(start), row: mergeRows(of, last.at, last.day) };
  });
}
