import { fileProblem } from './problem.ts';
import type { TextInput } from './text-rows.ts';

const LF = 10;
const WINDOW_BYTES = 1 << 20;

/**
 * A window of fixed size over a text that is too large for memory: bytes go in at `room`, whole
 * lines come out of `lines`. A line is at most one mebibyte.
 */
export class LineWindow {
  readonly #file: string;
  readonly #bytes: Uint8Array;
  /** First byte not given out yet, and the end of what is filled. */
  #start: number;
  #filled: number;

  constructor(file: string, size = WINDOW_BYTES) {
    this.#file = file;
    this.#bytes = new Uint8Array(size);
    this.#start = 0;
    this.#filled = 0;
  }

  /** Bytes written and not given out yet. */
  get held(): number {
    return this.#filled - this.#start;
  }

  /**
   * Free bytes to write to; what was given out by `lines` is dropped. Throws on an endless line.
   */
  room(): Uint8Array {
    if (this.#start > 0) {
      this.#bytes.copyWithin(0, this.#start, this.#filled);
      this.#filled -= this.#start;
      this.#start = 0;
    }
    if (this.#filled < this.#bytes.length) return this.#bytes.subarray(this.#filled);
    throw fileProblem(this.#file, `has a line longer than ${this.#bytes.length} bytes`);
  }

  /** Says that `count` bytes were written to `room`. */
  wrote(count: number): void {
    this.#filled += count;
  }

  /**
   * Whole lines not given out yet, or with `atEnd` all that is left; undefined when there are none.
   */
  lines(atEnd: boolean): TextInput | undefined {
    const position = this.#start;
    let limit = this.#filled;
    if (!atEnd) while (limit > position && this.#bytes[limit - 1] !== LF) limit -= 1;
    if (limit === position) return undefined;
    this.#start = limit;
    return { bytes: this.#bytes, position, limit };
  }
}
