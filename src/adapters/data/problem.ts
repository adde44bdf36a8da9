import { BadInput } from '../../base/index.ts';

const FOUND_MAX = 60;

const clipped = (text: string): string =>
  text.length > FOUND_MAX ? `${text.slice(0, FOUND_MAX)}…` : text;

/** A fault of a whole file. */
export const fileProblem = (file: string, what: string): BadInput =>
  new BadInput(`File "${file}": ${what}`);

/** A fault of one row; `row` is the line number in a text file, counted from 1. */
export const rowProblem = (file: string, row: number, what: string): BadInput =>
  new BadInput(`File "${file}", row ${row}: ${what}`);

export interface CellProblem {
  readonly file: string;
  /** Line number in a text file, row number in a Parquet file; counted from 1. */
  readonly row: number;
  readonly column: string;
  readonly found: string;
  readonly wanted: string;
}

/** A fault of one value. A long `found` is cut off. */
export const cellProblem = ({ file, row, column, found, wanted }: CellProblem): BadInput =>
  new BadInput(
    `File "${file}", row ${row}, column "${column}": found "${clipped(found)}", wanted ${wanted}`,
  );
