import { assert } from '../../base/index.ts';
import { columnName, FIELD, FIELD_COUNT, type Field, type Layout } from './field.ts';
import {
  PRICE_WANTED,
  priceOfBytes,
  priceOfText,
  VOLUME_WANTED,
  volumeOfBytes,
  volumeOfText,
} from './number.ts';
import { cellProblem, rowProblem } from './problem.ts';
import type { Rows } from './rows.ts';
import { DATE_WANTED, type StampReader, TIME_WANTED } from './stamp.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const ABSENT = -1;

/** Text between two positions. */
export const textOf = (bytes: Uint8Array, start: number, stop: number): string =>
  decoder.decode(bytes.subarray(start, stop));

/**
 * Rows of text: a format says in `next` where the values of a row are, as ranges of bytes by field;
 * here they are read. `start` of a field is -1 where the row has no such value.
 */
export abstract class TextRows implements Rows {
  readonly file: string;
  readonly layout: Layout;
  row: number;
  protected bytes: Uint8Array;
  protected position: number;
  protected limit: number;
  protected readonly starts: Int32Array;
  protected readonly stops: Int32Array;
  readonly #first: { readonly row: number; readonly position: number };
  #symbolText: string;
  #symbolBytes: Uint8Array;

  /** `position` is the first byte of data and `row` the number of lines before it. */
  constructor(file: string, layout: Layout, input: TextInput, row: number) {
    this.file = file;
    this.layout = layout;
    this.row = row;
    this.bytes = input.bytes;
    this.position = input.position;
    this.limit = input.limit;
    this.starts = new Int32Array(FIELD_COUNT).fill(ABSENT);
    this.stops = new Int32Array(FIELD_COUNT).fill(ABSENT);
    this.#first = { row, position: input.position };
    this.#symbolText = '';
    this.#symbolBytes = new Uint8Array(0);
  }

  abstract next(): boolean;

  rewind(): void {
    this.row = this.#first.row;
    this.position = this.#first.position;
  }

  /**
   * Goes on with other bytes, which begin at the start of a line and end at the end of one. Those
   * before must be used up: rows would be lost without a word.
   */
  resume({ bytes, position, limit }: TextInput): void {
    assert(this.position >= this.limit, `Rows of "${this.file}" were left unread`);
    this.bytes = bytes;
    this.position = position;
    this.limit = limit;
  }

  isOf(symbol: string): boolean {
    if (this.layout.names[FIELD.symbol] === undefined) return true;
    if (symbol !== this.#symbolText) this.#keepSymbol(symbol);
    return this.#isKept();
  }

  symbol(): string {
    if (!this.#isKept()) this.#keepSymbol(this.found(FIELD.symbol));
    return this.#symbolText;
  }

  stamp(reader: StampReader): void {
    const start = this.starts[FIELD.time] as number;
    const stop = this.stops[FIELD.time] as number;
    if (this.layout.stamp === 'date') {
      if (!reader.readDate(this.bytes, start, stop)) this.fail(FIELD.time, DATE_WANTED);
    } else if (!reader.readTime(this.bytes, start, stop)) this.fail(FIELD.time, TIME_WANTED);
  }

  price(field: Field): number {
    const start = this.starts[field] as number;
    const micros = priceOfBytes(this.bytes, start, this.stops[field] as number);
    return micros > 0 ? micros : this.#oddPrice(field);
  }

  volume(field: Field): number {
    const start = this.starts[field] as number;
    const shares = volumeOfBytes(this.bytes, start, this.stops[field] as number);
    return shares >= 0 ? shares : this.#oddVolume(field);
  }

  fail(field: Field, wanted: string): never {
    const { file, row } = this;
    const column = columnName(this.layout, field);
    if (this.starts[field] === ABSENT) throw rowProblem(file, row, `column "${column}" is missing`);
    throw cellProblem({ file, row, column, found: this.found(field), wanted });
  }

  protected found(field: Field): string {
    const start = this.starts[field] as number;
    return start === ABSENT ? '' : textOf(this.bytes, start, this.stops[field] as number);
  }

  protected malformed(what: string): never {
    throw rowProblem(this.file, this.row, what);
  }

  #oddPrice(field: Field): number {
    const micros = priceOfText(this.found(field));
    return Number.isNaN(micros) ? this.fail(field, PRICE_WANTED) : micros;
  }

  #oddVolume(field: Field): number {
    return volumeOfText(this.found(field)) ?? this.fail(field, VOLUME_WANTED);
  }

  #keepSymbol(symbol: string): void {
    this.#symbolText = symbol;
    this.#symbolBytes = encoder.encode(symbol);
  }

  #isKept(): boolean {
    const start = this.starts[FIELD.symbol] as number;
    const length = (this.stops[FIELD.symbol] as number) - start;
    if (start === ABSENT || length === 0) this.fail(FIELD.symbol, 'a symbol');
    const kept = this.#symbolBytes;
    if (length !== kept.length) return false;
    for (let i = 0; i < length; i += 1) if (this.bytes[start + i] !== kept[i]) return false;
    return true;
  }
}

/** Bytes of text from `position` up to `limit`. */
export interface TextInput {
  readonly bytes: Uint8Array;
  readonly position: number;
  readonly limit: number;
}
