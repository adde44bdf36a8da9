import { FIELD_NAMES, type Layout, layoutOf } from './field.ts';
import { fileProblem } from './problem.ts';
import { type TextInput, textOf, TextRows } from './text-rows.ts';

const [LF, QUOTE, BACKSLASH, COMMA, COLON] = [10, 34, 92, 44, 58] as const;
const [OPEN_BRACE, CLOSE_BRACE, OPEN_BRACKET, CLOSE_BRACKET] = [123, 125, 91, 93] as const;
const BLANK = 32;
const CASE = 32;

/** Known names by their length, so that a key is compared with few. */
const NAMES_BY_LENGTH: readonly { readonly bytes: Uint8Array; readonly field: number }[][] =
  Array.from({ length: 10 }, (_, length) =>
    FIELD_NAMES.filter(([name]) => name.length === length).map(([name, field]) => ({
      bytes: new TextEncoder().encode(name),
      field,
    })),
  );

const DATE_BYTES = new TextEncoder().encode('date');

/** Rows of JSON lines: one flat object a line. Values of keys we do not know are passed over. */
export class JsonRows extends TextRows {
  readonly #dated: boolean;

  constructor(file: string, layout: Layout, input: TextInput, row: number) {
    super(file, layout, input, row);
    this.#dated = layout.stamp === 'date';
  }

  next(): boolean {
    while (this.position < this.limit) {
      this.row += 1;
      this.#skipBlanks();
      if (this.position < this.limit && this.bytes[this.position] !== LF) {
        this.#object();
        return true;
      }
      this.position += 1;
    }
    return false;
  }

  #object(): void {
    this.starts.fill(-1);
    this.#expect(OPEN_BRACE);
    if (this.#peek() !== CLOSE_BRACE) {
      this.#member();
      while (this.#peek() === COMMA) {
        this.position += 1;
        this.#member();
      }
    }
    this.#expect(CLOSE_BRACE);
    const end = this.#peek();
    if (this.position < this.limit && end !== LF) this.#broken();
    this.position += 1;
  }

  #member(): void {
    this.#skipBlanks();
    const start = this.position + 1;
    this.#string();
    const field = this.#fieldOf(start, this.position - 1);
    this.#expect(COLON);
    this.#skipBlanks();
    const from = this.position;
    const quoted = this.bytes[from] === QUOTE ? 1 : 0;
    this.#value();
    if (field < 0) return;
    this.starts[field] = from + quoted;
    this.stops[field] = this.position - quoted;
  }

  /** Passes over one value: a string, a nested one, or a number or word. */
  #value(): void {
    const byte = this.bytes[this.position];
    if (byte === QUOTE) this.#string();
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) this.#nested();
    else {
      const { bytes, limit, position } = this;
      let at = position;
      while (at < limit && !endsWord(bytes[at] as number)) at += 1;
      if (at === position) this.#broken();
      this.position = at;
    }
  }

  #nested(): void {
    let depth = 0;
    do {
      const byte = this.bytes[this.position];
      if (this.position >= this.limit || byte === LF) this.#broken();
      if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
      else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
      if (byte === QUOTE) this.#string();
      else this.position += 1;
    } while (depth > 0);
  }

  #string(): void {
    const { bytes, limit } = this;
    let at = this.position;
    if (at >= limit || bytes[at] !== QUOTE) this.#broken();
    for (at += 1; at < limit && bytes[at] !== QUOTE && bytes[at] !== LF; at += 1) {
      if (bytes[at] === BACKSLASH && bytes[at + 1] !== LF) at += 1;
    }
    if (at >= limit || bytes[at] !== QUOTE) this.#broken();
    this.position = at + 1;
  }

  #fieldOf(start: number, stop: number): number {
    const candidates = NAMES_BY_LENGTH[stop - start];
    if (!candidates) return -1;
    for (const { bytes, field } of candidates) {
      if (!this.#named(start, bytes)) continue;
      return !this.#dated && this.#named(start, DATE_BYTES) && stop - start === 4 ? -1 : field;
    }
    return -1;
  }

  /** Whether the key at `start` is `name`, any case. */
  #named(start: number, name: Uint8Array): boolean {
    for (let i = 0; i < name.length; i += 1) {
      if (((this.bytes[start + i] as number) | CASE) !== ((name[i] as number) | CASE)) return false;
    }
    return true;
  }

  #expect(byte: number): void {
    if (this.#peek() !== byte) this.#broken();
    this.position += 1;
  }

  /** The next byte that is no blank, or 0 at the end. */
  #peek(): number {
    this.#skipBlanks();
    return this.position < this.limit ? (this.bytes[this.position] as number) : 0;
  }

  #skipBlanks(): void {
    const { bytes, limit } = this;
    let at = this.position;
    while (at < limit && (bytes[at] as number) <= BLANK && bytes[at] !== LF) at += 1;
    this.position = at;
  }

  #broken(): never {
    return this.malformed('the line is not one whole JSON object');
  }
}

const endsWord = (byte: number): boolean =>
  byte <= BLANK || byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET;

/**
 * The rows of JSON lines; the first line's keys are the layout. Throws `BadInput` when that line is
 * no JSON object or lacks a key; `trades` says whether a file of single trades will do.
 */
export function jsonRows(file: string, input: TextInput, trades = false): JsonRows {
  const { bytes, limit } = input;
  let stop = input.position;
  while (stop < limit && bytes[stop] !== LF) stop += 1;
  const keys = keysOf(textOf(bytes, input.position, stop));
  if (!keys) throw fileProblem(file, 'row 1: the line is not one whole JSON object');
  return new JsonRows(file, layoutOf(file, keys, trades), input, 0);
}

function keysOf(line: string): string[] | undefined {
  try {
    const value: unknown = JSON.parse(line);
    const flat = typeof value === 'object' && value !== null && !Array.isArray(value);
    return flat ? Object.keys(value) : undefined;
  } catch {
    return undefined;
  }
}
