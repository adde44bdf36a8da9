import { columnName, type Field, type Layout, layoutOf } from './field.ts';
import { fileProblem } from './problem.ts';
import { type TextInput, textOf, TextRows } from './text-rows.ts';

const [LF, CR, COMMA, QUOTE, BLANK, TAB] = [10, 13, 44, 34, 32, 9] as const;

/** Rows of comma-separated values under a header line; values may stand in double quotes. */
export class CsvRows extends TextRows {
  readonly #columns: Int8Array;

  constructor(file: string, layout: Layout, input: TextInput, row: number) {
    super(file, layout, input, row);
    this.#columns = layout.columns;
  }

  next(): boolean {
    while (this.position < this.limit) {
      this.row += 1;
      if (this.#split()) return true;
    }
    return false;
  }

  /** Finds the values of one line; false for a blank line. */
  #split(): boolean {
    const { bytes, limit, starts, stops } = this;
    const columns = this.#columns;
    const lineStart = this.position;
    let at = lineStart;
    let column = 0;
    for (;;) {
      const start = at;
      if (bytes[at] === QUOTE && at < limit) at = this.#afterQuotes(at);
      while (at < limit && bytes[at] !== COMMA && bytes[at] !== LF) at += 1;
      const field = columns[column];
      if (field !== undefined && field >= 0) {
        starts[field] = start;
        stops[field] = at;
        if (isEdge(bytes[start]) || isEdge(bytes[at - 1])) this.#trim(field);
      }
      column += 1;
      if (at >= limit || bytes[at] === LF) break;
      at += 1;
    }
    this.position = at + 1;
    if (column === columns.length) return true;
    if (column === 1 && textOf(bytes, lineStart, at).trim() === '') return false;
    return this.#miscounted(column);
  }

  #miscounted(found: number): never {
    const wanted = this.#columns.length;
    if (found > wanted) this.malformed(`found ${found} columns, wanted ${wanted} as in the header`);
    const field = this.#columns.subarray(found).find((one) => one >= 0);
    const lacking =
      field === undefined ? '' : `; "${columnName(this.layout, field as Field)}" is missing`;
    this.malformed(`found ${found} columns, wanted ${wanted} as in the header${lacking}`);
  }

  /** The position after the closing quote; two quotes within are one character of the value. */
  #afterQuotes(open: number): number {
    const { bytes, limit } = this;
    for (let at = open + 1; at < limit && bytes[at] !== LF; at += 1) {
      if (bytes[at] !== QUOTE) continue;
      if (bytes[at + 1] !== QUOTE || at + 1 >= limit) return at + 1;
      at += 1;
    }
    return this.malformed('a quoted value has no closing quote');
  }

  /** Takes blanks, the carriage return and quotes off a value's ends. */
  #trim(field: number): void {
    const { bytes } = this;
    let start = this.starts[field] as number;
    let stop = this.stops[field] as number;
    while (start < stop && isBlank(bytes[start])) start += 1;
    while (start < stop && isBlank(bytes[stop - 1])) stop -= 1;
    if (stop - start >= 2 && bytes[start] === QUOTE && bytes[stop - 1] === QUOTE) {
      start += 1;
      stop -= 1;
    }
    this.starts[field] = start;
    this.stops[field] = stop;
  }
}

const isBlank = (byte: number | undefined) => byte === BLANK || byte === CR || byte === TAB;
const isEdge = (byte: number | undefined) => byte === QUOTE || isBlank(byte);

/**
 * The rows of CSV text whose first line is the header. Throws `BadInput` on an empty text and a
 * header that lacks a column; `trades` says whether a file of single trades will do.
 */
export function csvRows(file: string, input: TextInput, trades = false): CsvRows {
  const { bytes, limit } = input;
  let stop = input.position;
  while (stop < limit && bytes[stop] !== LF) stop += 1;
  const header = textOf(bytes, input.position, stop).trim();
  if (header === '') throw fileProblem(file, 'the first line is blank, wanted a header');
  const names = header.split(',').map((name) => name.trim().replace(/^"(.*)"$/, '$1'));
  const layout = layoutOf(file, names, trades);
  return new CsvRows(file, layout, { bytes, position: Math.min(stop + 1, limit), limit }, 1);
}
