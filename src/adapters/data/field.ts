import { fileProblem } from './problem.ts';

/** What a column of a file can mean to us; the numbers index ranges and names. */
export const FIELD = {
  time: 0,
  open: 1,
  high: 2,
  low: 3,
  close: 4,
  volume: 5,
  adjClose: 6,
  symbol: 7,
  price: 8,
  size: 9,
} as const;

export type Field = (typeof FIELD)[keyof typeof FIELD];
export const FIELD_COUNT = 10;

/** Lower-case column names, each with its field. */
export const FIELD_NAMES: readonly (readonly [string, Field])[] = [
  ['date', FIELD.time],
  ['time', FIELD.time],
  ['timestamp', FIELD.time],
  ['open', FIELD.open],
  ['high', FIELD.high],
  ['low', FIELD.low],
  ['close', FIELD.close],
  ['volume', FIELD.volume],
  ['adj_close', FIELD.adjClose],
  ['adj close', FIELD.adjClose],
  ['adjclose', FIELD.adjClose],
  ['symbol', FIELD.symbol],
  ['price', FIELD.price],
  ['size', FIELD.size],
];

const FIELD_OF_NAME = new Map<string, Field>(FIELD_NAMES);
const PRICES = [FIELD.open, FIELD.high, FIELD.low, FIELD.close] as const;

/** How a file's columns map to fields. */
export interface Layout {
  /** Names as the file writes them, by field; undefined where the file has no such column. */
  readonly names: readonly (string | undefined)[];
  /** The field of each column in the file's order, -1 for one we do not read. */
  readonly columns: Int8Array;
  /** Whether rows are stamped with a date or with an instant. */
  readonly stamp: 'date' | 'time';
  /** Whether rows are bars or single trades. */
  readonly rows: 'bars' | 'trades';
}

/**
 * Maps column names, any case and order, to fields; unknown ones are ignored. A `date` beside a
 * `time` or `timestamp` is ignored too. Throws `BadInput` when one field has two columns.
 */
function mapColumns(file: string, header: readonly string[]) {
  const lower = header.map((name) => name.trim().toLowerCase());
  const timed = lower.includes('time') || lower.includes('timestamp');
  const names = Array<string | undefined>(FIELD_COUNT).fill(undefined);
  const columns = new Int8Array(header.length).fill(-1);
  lower.forEach((name, index) => {
    const field = timed && name === 'date' ? undefined : FIELD_OF_NAME.get(name);
    if (field === undefined) return;
    if (names[field] !== undefined) {
      throw fileProblem(file, `columns "${names[field]}" and "${header[index]}" mean the same`);
    }
    names[field] = (header[index] as string).trim();
    columns[index] = field;
  });
  return { names, columns, stamp: timed ? ('time' as const) : ('date' as const) };
}

/**
 * The layout of a file of bars (time, open, high, low, close) or, where `trades` may be, of trades
 * (time, price, size). Throws `BadInput` naming the columns that are missing and those found.
 */
export function layoutOf(file: string, header: readonly string[], trades = false): Layout {
  const mapped = mapColumns(file, header);
  const { names } = mapped;
  const lacks = (field: Field) => names[field] === undefined;
  if (trades && !lacks(FIELD.time) && !lacks(FIELD.price) && lacks(FIELD.open)) {
    if (lacks(FIELD.size)) throw missing(file, ['size'], header);
    return { ...mapped, rows: 'trades' };
  }
  const absent: string[] = lacks(FIELD.time) ? ['date" or "time'] : [];
  for (const field of PRICES) if (lacks(field)) absent.push(nameOf(field));
  if (absent.length > 0) throw missing(file, absent, header);
  return { ...mapped, rows: 'bars' };
}

const nameOf = (field: Field): string =>
  (FIELD_NAMES.find(([, known]) => known === field) as readonly [string, Field])[0];

const missing = (file: string, absent: readonly string[], header: readonly string[]) =>
  fileProblem(
    file,
    `header has no column "${absent.join('", "')}"; found "${header.join(',').slice(0, 200)}"`,
  );

/** The column's name for messages: as the file writes it, or the field's own. */
export const columnName = (layout: Layout, field: Field): string =>
  layout.names[field] ?? nameOf(field);
