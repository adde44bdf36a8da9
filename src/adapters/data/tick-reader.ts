import { BadInput, DAY_MS, type Instant, type Price } from '../../base/index.ts';
import { type Timeframe, timeframeMs } from '../../market/index.ts';
import { endOfDay } from './calendar-years.ts';
import { csvRows } from './csv-rows.ts';
import { FIELD } from './field.ts';
import { isParquet, markLength, textFormat } from './file-bytes.ts';
import { jsonRows } from './json-rows.ts';
import { fileProblem } from './problem.ts';
import { StampReader } from './stamp.ts';
import type { TextInput, TextRows } from './text-rows.ts';
import { timeframeOfRows } from './timeframe.ts';

/**
 * One row of a stream: a bar or a trade. ONE object is used for all rows of a stream: take what you
 * need of it before you go on. Prices in micro-dollars.
 */
export interface Tick {
  kind: 'bar' | 'trade';
  symbol: string;
  /** When it can be known: the end of a bar, the time of a trade. */
  at: Instant;
  /** The start of a bar (of a day's bar its end), the time of a trade. */
  start: Instant;
  /** Exchange date of `start`, as days since 1970-01-01. */
  day: number;
  /** The close of a bar, or the price of a trade. */
  price: Price;
  /** Shares of a bar (NaN where unknown) or of a trade. */
  size: number;
  /** Of a bar; all four are the price of a trade. */
  open: Price;
  high: Price;
  low: Price;
  close: Price;
}

export interface TickOptions {
  /** Only rows of this symbol; needed for a file without a symbol column. */
  readonly symbol?: string | undefined;
  /** Of bars; told from the first rows when not given. */
  readonly timeframe?: Timeframe | undefined;
}

/** Turns text, piece by piece, into ticks. */
export class TickReader {
  readonly tick: Tick;
  readonly #file: string;
  readonly #options: TickOptions;
  readonly #stamp: StampReader;
  /** Last instant by symbol, and the place of the symbol that came last. */
  readonly #last: Map<string, { at: number; row: number }>;
  #here: { at: number; row: number };
  #rows: TextRows | undefined;
  #stepMs: number;
  #isTrades: boolean;

  constructor(file: string, options: TickOptions) {
    this.#file = file;
    this.#options = options;
    this.#stamp = new StampReader();
    this.#last = new Map();
    this.#here = { at: Number.NEGATIVE_INFINITY, row: 0 };
    this.#rows = undefined;
    this.#stepMs = 0;
    this.#isTrades = false;
    const [at, none] = [0 as Instant, 0 as Price];
    this.tick = {
      kind: 'bar',
      symbol: '',
      at,
      start: at,
      day: 0,
      price: none,
      size: Number.NaN,
      open: none,
      high: none,
      low: none,
      close: none,
    };
  }

  get isOpen(): boolean {
    return this.#rows !== undefined;
  }

  /** Goes on with other lines; those before are used up. */
  open(input: TextInput): void {
    if (this.#rows) this.#rows.resume(input);
    else this.#begin(input);
  }

  *batch(input: TextInput): Generator<Tick, void> {
    this.open(input);
    while (this.next()) yield this.tick;
  }

  /** Moves `tick` to the next row; false when the lines at hand are used up. */
  next(): boolean {
    const rows = this.#rows as TextRows;
    const { symbol } = this.#options;
    while (rows.next()) {
      if (symbol !== undefined && !rows.isOf(symbol)) continue;
      this.#turnTo(symbol ?? rows.symbol());
      if (this.#isTrades) this.#trade(rows);
      else this.#bar(rows);
      return true;
    }
    return false;
  }

  #begin(input: TextInput): void {
    const file = this.#file;
    if (isParquet(input.bytes)) throw fileProblem(file, 'is Parquet, wanted CSV or JSON lines');
    const text = { ...input, position: input.position + markLength(input.bytes) };
    const bytes = text.bytes.subarray(text.position);
    const rows =
      textFormat(file, bytes) === 'csv' ? csvRows(file, text, true) : jsonRows(file, text, true);
    const { symbol, timeframe } = this.#options;
    if (symbol === undefined && rows.layout.names[FIELD.symbol] === undefined) {
      throw new BadInput(`File "${file}" has no column "symbol": name the symbol`);
    }
    this.#rows = rows;
    this.#isTrades = rows.layout.rows === 'trades';
    this.tick.kind = this.#isTrades ? 'trade' : 'bar';
    if (!this.#isTrades) this.#stepMs = timeframeMs(timeframeOfRows(rows, symbol, timeframe));
  }

  #turnTo(symbol: string): void {
    if (symbol === this.tick.symbol) return;
    this.tick.symbol = symbol;
    this.#here = this.#last.get(symbol) ?? { at: Number.NEGATIVE_INFINITY, row: 0 };
    this.#last.set(symbol, this.#here);
  }

  #trade(rows: TextRows): void {
    const { tick } = this;
    const stamp = this.#stamp;
    rows.stamp(stamp);
    if (stamp.at < this.#here.at) this.#disorder(rows, 'at or after');
    this.#keep(stamp.at, rows.row);
    const price = rows.price(FIELD.price) as Price;
    tick.at = stamp.at;
    tick.start = stamp.at;
    tick.day = stamp.day;
    tick.price = price;
    tick.size = rows.volume(FIELD.size);
    tick.open = price;
    tick.high = price;
    tick.low = price;
    tick.close = price;
  }

  #bar(rows: TextRows): void {
    const { tick } = this;
    const stamp = this.#stamp;
    rows.stamp(stamp);
    const daily = this.#stepMs === DAY_MS;
    const key = daily ? stamp.written : stamp.at;
    if (key <= this.#here.at) this.#disorder(rows, 'after');
    this.#keep(key, rows.row);
    const end = daily ? endOfDay(stamp.written) : ((stamp.at + this.#stepMs) as Instant);
    tick.at = end;
    tick.start = daily ? end : stamp.at;
    tick.day = daily ? stamp.written : stamp.day;
    tick.open = rows.price(FIELD.open) as Price;
    tick.high = rows.price(FIELD.high) as Price;
    tick.low = rows.price(FIELD.low) as Price;
    tick.close = rows.price(FIELD.close) as Price;
    tick.price = tick.close;
    tick.size = rows.volume(FIELD.volume);
  }

  #keep(at: number, row: number): void {
    this.#here.at = at;
    this.#here.row = row;
  }

  #disorder(rows: TextRows, order: string): never {
    const { row } = this.#here;
    return rows.fail(FIELD.time, `a time ${order} that of row ${row} of "${this.tick.symbol}"`);
  }
}
