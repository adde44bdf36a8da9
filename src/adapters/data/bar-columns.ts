import { type DateText, dayNumber, parseDate } from '../../base/index.ts';
import { type Bars, type BarsHead, sliceBars } from '../../market/index.ts';

/** Columns of bars that are being filled; `length` rows of them count. */
export interface BarColumns {
  length: number;
  readonly end: Float64Array;
  readonly day: Int32Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

/** Bars as they come out of a file or the store, with sentences on what was mended in them. */
export interface LoadedBars extends Bars {
  readonly notes: readonly string[];
}

/** Empty columns with room for `capacity` rows. */
export const columnsFor = (capacity: number): BarColumns => ({
  length: 0,
  end: new Float64Array(capacity),
  day: new Int32Array(capacity),
  open: new Float64Array(capacity),
  high: new Float64Array(capacity),
  low: new Float64Array(capacity),
  close: new Float64Array(capacity),
  volume: new Float64Array(capacity),
});

/** The filled part of the columns as bars; copied when much of the room is empty. */
export function barsOf(
  head: BarsHead,
  columns: BarColumns,
  notes: readonly string[] = [],
): LoadedBars {
  const { length } = columns;
  const { symbol, timeframe, source, adjustment } = head;
  const copy = length < columns.end.length * 0.9;
  const cut = <T extends Float64Array | Int32Array>(column: T): T =>
    (copy ? column.slice(0, length) : column.subarray(0, length)) as T;
  return {
    symbol,
    timeframe,
    source,
    adjustment,
    length,
    end: cut(columns.end),
    day: cut(columns.day),
    open: cut(columns.open),
    high: cut(columns.high),
    low: cut(columns.low),
    close: cut(columns.close),
    volume: cut(columns.volume),
    notes,
  };
}

/** The bars from one exchange date to another, both included; shares the columns' memory. */
export function cutDays(bars: Bars, from: DateText | undefined, to: DateText | undefined): Bars {
  const first = from === undefined ? 0 : indexOfDay(bars.day, dayNumber(parseDate(from)));
  const next = to === undefined ? bars.length : indexOfDay(bars.day, dayNumber(parseDate(to)) + 1);
  return sliceBars(bars, first, Math.max(first, next));
}

/** Index of the first row on or after `day`. */
function indexOfDay(days: Int32Array, day: number): number {
  let [low, high] = [0, days.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((days[middle] as number) < day) low = middle + 1;
    else high = middle;
  }
  return low;
}
