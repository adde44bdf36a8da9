import type { Field, Layout } from './field.ts';
import type { StampReader } from './stamp.ts';

/**
 * The rows of a file of bars or trades, one at a time, whatever its format. Every read is of the
 * row at hand and throws `BadInput` that names file, row, column, what was found and what was
 * wanted.
 */
export interface Rows {
  readonly file: string;
  readonly layout: Layout;
  /** Line number in a text file, row number in a Parquet file; counted from 1. */
  readonly row: number;
  /** Moves to the next row; false when there is none. */
  next(): boolean;
  /** Starts over before the first row. */
  rewind(): void;
  /** Whether the row's symbol is exactly `symbol`; true in a file without such a column. */
  isOf(symbol: string): boolean;
  symbol(): string;
  /** Reads the row's stamp: a date or an instant, as the layout says. */
  stamp(reader: StampReader): void;
  /** Micro-dollars, above zero. */
  price(field: Field): number;
  /** Shares, NaN where unknown. */
  volume(field: Field): number;
  /** Throws about one value of this row. */
  fail(field: Field, wanted: string): never;
}
