import { BadInput, DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../../base/index.ts';
import { type Timeframe, timeframeMs } from '../../market/index.ts';
import { fileProblem } from './problem.ts';
import type { Rows } from './rows.ts';
import { StampReader } from './stamp.ts';

const SAMPLE_ROWS = 1_000;
/** Midnights of New York are 23 hours apart in spring. */
const DAILY_GAP_MS = 23 * HOUR_MS;

const UNITS = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['m', MINUTE_MS],
  ['s', SECOND_MS],
] as const;

/**
 * The timeframe of that many milliseconds in its largest whole unit, undefined when it has none.
 */
export function timeframeOf(ms: number): Timeframe | undefined {
  for (const [unit, unitMs] of UNITS) {
    const count = ms / unitMs;
    if (Number.isInteger(count) && count >= 1 && count <= 9999) return `${count}${unit}`;
  }
  return undefined;
}

/** Least distance between stamps of one symbol among the first rows; undefined below two rows. */
function smallestGap(rows: Rows, symbol: string | undefined): number | undefined {
  const stamp = new StampReader();
  let [gap, last] = [Number.POSITIVE_INFINITY, Number.NaN];
  let only = symbol;
  for (let count = 0; count < SAMPLE_ROWS && rows.next();) {
    only ??= rows.symbol();
    if (!rows.isOf(only)) continue;
    count += 1;
    rows.stamp(stamp);
    if (stamp.at > last) gap = Math.min(gap, stamp.at - last);
    last = stamp.at;
  }
  rows.rewind();
  return Number.isFinite(gap) ? gap : undefined;
}

/**
 * The timeframe of a file of bars: "1d" under a date column, else `asked`, else the smallest gap
 * among the first 1000 rows of `symbol` (of the first symbol, where undefined). Leaves the rows
 * before the first one. Throws `BadInput` when it cannot be told, and when the bars are not of the
 * timeframe asked for: a date column for less than a day, or stamps nearer to each other than one
 * bar.
 */
export function timeframeOfRows(
  rows: Rows,
  symbol: string | undefined,
  asked: Timeframe | undefined,
): Timeframe {
  const { file } = rows;
  if (rows.layout.stamp === 'date') {
    if (asked === undefined || timeframeMs(asked) === DAY_MS) return '1d';
    throw fileProblem(file, `has a date column, so its bars are "1d", asked for "${asked}"`);
  }
  const gap = smallestGap(rows, symbol);
  if (asked !== undefined) return agreed(file, asked, gap);
  if (gap === undefined) throw fileProblem(file, 'has too few rows to tell the timeframe: name it');
  const inferred = gap >= DAILY_GAP_MS ? '1d' : timeframeOf(gap);
  if (inferred === undefined) {
    throw fileProblem(file, `bars are ${gap} ms apart, which is no timeframe: name it`);
  }
  return inferred;
}

function agreed(file: string, asked: Timeframe, gap: number | undefined): Timeframe {
  const askedMs = timeframeMs(asked);
  if (askedMs > DAY_MS) throw new BadInput(`Timeframe "${asked}" is longer than a day`);
  const least = askedMs === DAY_MS ? DAILY_GAP_MS : askedMs;
  if (gap === undefined || gap >= least) return asked;
  throw fileProblem(
    file,
    `bars are ${timeframeOf(gap) ?? `${gap} ms`} apart, asked for "${asked}"`,
  );
}
