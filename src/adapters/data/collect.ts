import {
  BadInput,
  dateOfDay,
  DAY_MS,
  dayNumber,
  type DateText,
  formatInstant,
  type Instant,
  scale,
  type Price,
} from '../../base/index.ts';
import { type BarsHead, timeframeMs } from '../../market/index.ts';
import { type BarColumns, barsOf, columnsFor, type LoadedBars } from './bar-columns.ts';
import { endOfDay, isInCalendar } from './calendar-years.ts';
import { FIELD } from './field.ts';
import { PRICE_WANTED } from './number.ts';
import { fileProblem } from './problem.ts';
import type { Rows } from './rows.ts';
import { StampReader } from './stamp.ts';

/** What to take of a file, and how. */
export interface CollectPlan {
  readonly head: BarsHead;
  /** First and last exchange date to take, both included. */
  readonly from?: DateText | undefined;
  readonly to?: DateText | undefined;
  /**
   * Widen a bar whose open or close is outside its low to high, and note it; else it is an error.
   */
  readonly repair: boolean;
  /** Room for at least as many rows as the file can have. */
  readonly capacity: number;
}

/**
 * All rows of one symbol as bars. Throws `BadInput` on the first row that is not as it has to be:
 * times that do not rise, prices that are no prices, and no row at all; nothing is returned then.
 */
export function collectBars(rows: Rows, plan: CollectPlan): LoadedBars {
  const collector = new Collector(rows, plan);
  const { symbol } = plan.head;
  const others = new Set<string>();
  while (rows.next()) {
    if (rows.isOf(symbol)) collector.take();
    else if (others.size < 5) others.add(rows.symbol());
  }
  return collector.finish([...others]);
}

class Collector {
  readonly #rows: Rows;
  readonly #plan: CollectPlan;
  readonly #columns: BarColumns;
  readonly #stamp: StampReader;
  readonly #daily: boolean;
  readonly #stepMs: number;
  readonly #firstDay: number;
  readonly #lastDay: number;
  readonly #scaled: boolean;
  /** Instant, for daily bars day, of the row before, and its number. */
  #last: number;
  #lastRow: number;
  /** Days that the calendar does not know. */
  #beyond: number;
  #repaired: number;
  #repairedFirst: string;

  constructor(rows: Rows, plan: CollectPlan) {
    this.#rows = rows;
    this.#plan = plan;
    this.#columns = columnsFor(plan.capacity);
    this.#stamp = new StampReader();
    this.#stepMs = timeframeMs(plan.head.timeframe);
    this.#daily = this.#stepMs === DAY_MS;
    this.#firstDay = plan.from === undefined ? Number.NEGATIVE_INFINITY : dayNumber(plan.from);
    this.#lastDay = plan.to === undefined ? Number.POSITIVE_INFINITY : dayNumber(plan.to);
    this.#scaled =
      plan.head.adjustment === 'all' && rows.layout.names[FIELD.adjClose] !== undefined;
    this.#last = Number.NEGATIVE_INFINITY;
    this.#lastRow = 0;
    this.#beyond = 0;
    this.#repaired = 0;
    this.#repairedFirst = '';
  }

  take(): void {
    const rows = this.#rows;
    const stamp = this.#stamp;
    rows.stamp(stamp);
    const key = this.#daily ? stamp.written : stamp.at;
    if (!(key > this.#last)) this.#notRising();
    this.#last = key;
    this.#lastRow = rows.row;
    const day = this.#daily ? stamp.written : stamp.day;
    if (day < this.#firstDay || day > this.#lastDay) return;
    const columns = this.#columns;
    const index = columns.length;
    if (!isInCalendar(day)) this.#beyond += 1;
    columns.end[index] = this.#daily ? endOfDay(day) : stamp.at + this.#stepMs;
    columns.day[index] = day;
    this.#takePrices(columns, index);
    columns.volume[index] = rows.volume(FIELD.volume);
    columns.length = index + 1;
  }

  finish(others: readonly string[]): LoadedBars {
    const { head } = this.#plan;
    if (this.#columns.length === 0) throw this.#nothing(others);
    return barsOf(head, this.#columns, this.#notes());
  }

  #notes(): string[] {
    const notes: string[] = [];
    const { length } = this.#columns;
    if (this.#repaired > 0) {
      notes.push(
        `${this.#repaired} of ${length} bars had an open or close outside low to high, ` +
          `which was widened; the first is ${this.#repairedFirst}`,
      );
    }
    if (this.#beyond > 0) {
      notes.push(
        `${this.#beyond} of ${length} days are outside of the exchange calendar, 1990 to 2035, ` +
          'and taken to end at 21:00 UTC',
      );
    }
    return notes;
  }

  #takePrices(columns: BarColumns, index: number): void {
    const rows = this.#rows;
    const open = rows.price(FIELD.open);
    const high = rows.price(FIELD.high);
    const low = rows.price(FIELD.low);
    const close = rows.price(FIELD.close);
    const top = open > close ? open : close;
    const bottom = open > close ? close : open;
    if (high < top || low > bottom) this.#outside(high < top);
    columns.open[index] = open;
    columns.high[index] = high > top ? high : top;
    columns.low[index] = low < bottom ? low : bottom;
    columns.close[index] = close;
    if (this.#scaled) this.#scale(columns, index, rows.price(FIELD.adjClose), close);
  }

  /** Total-return prices: all four times adjusted close over close, each rounded half to even. */
  #scale(columns: BarColumns, index: number, adjusted: number, close: number): void {
    for (const column of [columns.open, columns.high, columns.low, columns.close]) {
      const micros = scale(column[index] as Price, adjusted, close, 'half-even');
      if (micros <= 0) this.#rows.fail(FIELD.adjClose, `${PRICE_WANTED}, after adjustment too`);
      column[index] = micros;
    }
  }

  #outside(above: boolean): void {
    if (!this.#plan.repair) {
      const bound = above ? 'at or above open and close' : 'at or below open and close';
      this.#rows.fail(above ? FIELD.high : FIELD.low, `a price ${bound}`);
    }
    if (this.#repaired === 0) this.#repairedFirst = `row ${this.#rows.row} (${this.#text()})`;
    this.#repaired += 1;
  }

  #text(key = this.#last): string {
    return this.#daily ? dateOfDay(key) : formatInstant(key as Instant);
  }

  #notRising(): never {
    const before = `"${this.#text()}" of row ${this.#lastRow}`;
    return this.#rows.fail(FIELD.time, `a time after ${before}`);
  }

  #nothing(others: readonly string[]): BadInput {
    const { head, from, to } = this.#plan;
    const { file } = this.#rows;
    if (this.#lastRow === 0 && others.length > 0) {
      return fileProblem(file, `has no row of "${head.symbol}"; found "${others.join('", "')}"`);
    }
    if (this.#lastRow === 0) return fileProblem(file, 'has no rows of data');
    return fileProblem(file, `has no row from "${from ?? 'the first'}" to "${to ?? 'the last'}"`);
  }
}
