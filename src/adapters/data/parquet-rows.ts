import type { SchemaElement } from 'hyparquet';
import { DAY_MS, type Instant } from '../../base/index.ts';
import { exchangeClock } from '../../market/index.ts';
import { columnName, FIELD, type Field, type Layout, layoutOf } from './field.ts';
import { PRICE_WANTED, priceOfNumber, priceOfText, VOLUME_WANTED, volumeOfText } from './number.ts';
import { parquetColumns, type ParquetSource } from './parquet-source.ts';
import { cellProblem } from './problem.ts';
import type { Rows } from './rows.ts';
import { DATE_WANTED, type StampReader, TIME_WANTED } from './stamp.ts';

type StampKind = 'days' | 'instant' | 'wall' | 'text';

/** A time that Parquet does not call adjusted to UTC is a wall clock: New York's. */
function stampKind({ converted_type, logical_type, type }: SchemaElement): StampKind {
  if (converted_type === 'DATE' || logical_type?.type === 'DATE') return 'days';
  if (logical_type?.type === 'TIMESTAMP') return logical_type.isAdjustedToUTC ? 'instant' : 'wall';
  if (converted_type?.startsWith('TIMESTAMP') || type === 'INT96') return 'instant';
  return 'text';
}

/** The number that the shortest decimal text of a 32-bit float stands for. */
export function shortestFloat(value: number): number {
  for (let digits = 6; digits < 9; digits += 1) {
    const candidate = Number(value.toPrecision(digits));
    if (Math.fround(candidate) === value) return candidate;
  }
  return Number(value.toPrecision(9));
}

interface Column {
  readonly values: readonly unknown[];
  readonly isFloat32: boolean;
}

/** Rows of a Parquet file that another program wrote. */
export class ParquetRows implements Rows {
  readonly file: string;
  readonly layout: Layout;
  row: number;
  readonly #count: number;
  readonly #columns: readonly (Column | undefined)[];
  readonly #kind: StampKind;

  constructor(source: ParquetSource, layout: Layout, columns: readonly (Column | undefined)[]) {
    const time = layout.names[FIELD.time];
    const element = source.schema.find(({ name }) => name.trim() === time) as SchemaElement;
    this.file = source.file;
    this.layout = layout;
    this.row = 0;
    this.#count = source.count;
    this.#columns = columns;
    this.#kind = stampKind(element);
  }

  next(): boolean {
    if (this.row >= this.#count) return false;
    this.row += 1;
    return true;
  }

  rewind(): void {
    this.row = 0;
  }

  isOf(symbol: string): boolean {
    return this.layout.names[FIELD.symbol] === undefined || this.symbol() === symbol;
  }

  symbol(): string {
    const value = this.#value(FIELD.symbol);
    return typeof value === 'string' && value !== '' ? value : this.fail(FIELD.symbol, 'a symbol');
  }

  stamp(reader: StampReader): void {
    const value = this.#value(FIELD.time);
    const daily = this.layout.stamp === 'date';
    const read = daily ? this.#readDate(reader, value) : this.#readTime(reader, value);
    if (!read) this.fail(FIELD.time, daily ? DATE_WANTED : TIME_WANTED);
  }

  price(field: Field): number {
    const micros = this.#micros(field);
    return micros > 0 ? micros : this.fail(field, PRICE_WANTED);
  }

  volume(field: Field): number {
    const value = this.#value(field);
    if (value === null || value === undefined || Number.isNaN(value)) return Number.NaN;
    const shares = typeof value === 'bigint' ? Number(value) : value;
    const found = typeof shares === 'string' ? volumeOfText(shares.trim()) : shares;
    if (typeof found === 'number' && (Number.isNaN(found) || isShares(found))) return found;
    return this.fail(field, VOLUME_WANTED);
  }

  fail(field: Field, wanted: string): never {
    const { file, row } = this;
    const column = columnName(this.layout, field);
    const found = String(this.#value(field) ?? '');
    throw cellProblem({ file, row, column, found, wanted });
  }

  #value(field: Field): unknown {
    return this.#columns[field]?.values[this.row - 1];
  }

  #micros(field: Field): number {
    const value = this.#value(field);
    if (typeof value === 'string') return priceOfText(value.trim());
    if (typeof value === 'bigint') return priceOfText(String(value));
    if (typeof value !== 'number') return Number.NaN;
    return priceOfNumber(this.#columns[field]?.isFloat32 ? shortestFloat(value) : value);
  }

  #readDate(reader: StampReader, value: unknown): boolean {
    if (typeof value === 'string') return readText(value, (...at) => reader.readDate(...at));
    if (typeof value !== 'number') return false;
    if (this.#kind === 'days') return setDay(reader, value);
    const midnight = value % DAY_MS === 0;
    if (midnight) return setDay(reader, value / DAY_MS);
    const local = this.#kind === 'instant' && reader.takeInstant(value);
    return local && exchangeClock(value as Instant) === '00:00:00';
  }

  #readTime(reader: StampReader, value: unknown): boolean {
    if (typeof value === 'string') return readText(value, (...at) => reader.readTime(...at));
    if (typeof value !== 'number' || this.#kind === 'text') return false;
    if (this.#kind === 'instant') return reader.takeInstant(value);
    return reader.takeWall(this.#kind === 'days' ? value * DAY_MS : value);
  }
}

const isShares = (value: number): boolean => Number.isFinite(value) && value >= 0;

function setDay(reader: StampReader, day: number): boolean {
  reader.written = day;
  reader.day = day;
  return Number.isInteger(day);
}

const encoder = new TextEncoder();

function readText(
  text: string,
  read: (bytes: Uint8Array, start: number, stop: number) => boolean,
): boolean {
  const bytes = encoder.encode(text.trim());
  return read(bytes, 0, bytes.length);
}

/** The rows of a Parquet file; throws `BadInput` when it lacks a column or is damaged. */
export async function parquetRows(source: ParquetSource): Promise<ParquetRows> {
  const names = source.schema.map(({ name }) => name);
  const layout = layoutOf(source.file, names);
  const wanted = names.filter((_, index) => (layout.columns[index] as number) >= 0);
  const values = await parquetColumns(source, wanted);
  const columns = layout.names.map((name): Column | undefined => {
    const element = source.schema.find((one) => one.name.trim() === name);
    if (name === undefined || !element) return undefined;
    return {
      values: values.get(element.name) as unknown[],
      isFloat32: element.type === 'FLOAT',
    };
  });
  return new ParquetRows(source, layout, columns);
}
