import { BadInput, type DateText, parseDate } from '../../base/index.ts';
import type { Adjustment, Timeframe } from '../../market/index.ts';
import { cutDays, type LoadedBars } from './bar-columns.ts';
import { collectBars } from './collect.ts';
import { csvRows } from './csv-rows.ts';
import { isParquet, markLength, readFileBytes, textFormat } from './file-bytes.ts';
import { jsonRows } from './json-rows.ts';
import { parquetRows } from './parquet-rows.ts';
import { parquetSource } from './parquet-source.ts';
import { fileProblem } from './problem.ts';
import type { Rows } from './rows.ts';
import { readSeries, seriesMeta } from './series-file.ts';
import { timeframeOfRows } from './timeframe.ts';

export interface ReadOptions {
  /** The symbol to take: a file with a symbol column has to name exactly it. */
  readonly symbol: string;
  /** Of the file's bars; told from the file when not given. */
  readonly timeframe?: Timeframe | undefined;
  /** Where the data came from; "file" when not given. */
  readonly source?: string | undefined;
  /**
   * What the prices are adjusted for; "splits" when not given. With "all" and an `adj_close` column
   * open, high, low and close are multiplied by adjusted close over close.
   */
  readonly adjustment?: Adjustment | undefined;
  /** First and last exchange date to take, both included; other rows need sound times only. */
  readonly from?: DateText | undefined;
  readonly to?: DateText | undefined;
  /**
   * Widen low and high that do not hold open and close, and note it (default), or refuse the file.
   */
  readonly repair?: boolean | undefined;
}

function barsOfRows(rows: Rows, capacity: number, options: ReadOptions): LoadedBars {
  const { symbol, source = 'file', adjustment = 'splits', repair = true } = options;
  if (symbol === '') throw new BadInput('Symbol "" is blank');
  const from = options.from === undefined ? undefined : parseDate(options.from);
  const to = options.to === undefined ? undefined : parseDate(options.to);
  const timeframe = timeframeOfRows(rows, symbol, options.timeframe);
  const head = { symbol, timeframe, source, adjustment };
  return collectBars(rows, { head, from, to, repair, capacity });
}

function barsOfText(file: string, bytes: Uint8Array, options: ReadOptions): LoadedBars {
  const input = { bytes, position: markLength(bytes), limit: bytes.length };
  const rows = textFormat(file, bytes) === 'csv' ? csvRows(file, input) : jsonRows(file, input);
  return barsOfRows(rows, countLines(bytes), options);
}

function countLines(bytes: Uint8Array): number {
  let lines = 1;
  for (let i = 0; i < bytes.length; i += 1) if (bytes[i] === 10) lines += 1;
  return lines;
}

/**
 * Bars of a text file: CSV under a header (any order and case; `date` or `time` or `timestamp`,
 * open, high, low, close, and volume, adj_close, symbol where there are) or JSON lines of the same
 * names; gzip or not. Other columns are ignored.
 *
 * A `date` row is a day's bar and ends at that session's close (16:00 on a day without one, 21:00
 * UTC in years the calendar does not know: that is noted). A time is the START of its bar, in New
 * York time where it has no zone; `end` is start plus timeframe, and `day` the New York date of the
 * start; daily bars with times belong to the date as written. Prices are exact to six decimals,
 * rounded half to even beyond. Blank volume is NaN.
 *
 * Throws `BadInput` with file, row and column on the first fault: a malformed row, a price that is
 * not above zero, times that do not rise, a header without a needed column, gzip that is cut off, a
 * file without rows of the symbol. Nothing is returned then. A file is at most 2 GB.
 */
export function readBars(file: string, options: ReadOptions): LoadedBars {
  const bytes = readFileBytes(file);
  if (isParquet(bytes)) throw fileProblem(file, 'is Parquet, wanted CSV or JSON lines');
  return barsOfText(file, bytes, options);
}

/**
 * Bars of a file of any format: text as by `readBars`, or Parquet with columns of the same names.
 */
export async function loadBars(file: string, options: ReadOptions): Promise<LoadedBars> {
  const bytes = readFileBytes(file);
  if (!isParquet(bytes)) return barsOfText(file, bytes, options);
  const source = await parquetSource(file, bytes);
  if (seriesMeta(source)) return barsOfSeries(await readSeries(source), file, options);
  return barsOfRows(await parquetRows(source), source.count, options);
}

/**
 * Bars of a file of the store: it says itself what it is, and the options may not say otherwise.
 */
function barsOfSeries(bars: LoadedBars, file: string, options: ReadOptions): LoadedBars {
  for (const key of ['symbol', 'timeframe', 'source', 'adjustment'] as const) {
    const asked = options[key];
    if (asked === undefined || asked === bars[key]) continue;
    throw fileProblem(file, `its ${key} is "${bars[key]}", asked for "${asked}"`);
  }
  const cut = cutDays(bars, options.from, options.to);
  if (cut.length > 0) return { ...cut, notes: bars.notes };
  throw fileProblem(file, 'has no row of the dates asked for');
}
