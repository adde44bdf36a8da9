import { type DateText, dateOfDay, type Instant, MICROS, type Price } from '../base/index.ts';
import type { BarCopy, BarRow, BarView } from './bar.ts';

/** One bar that came as a row, read as strategies read bars. It stands still. */
export class RowView implements BarView {
  readonly symbol: string;
  readonly row: BarRow;
  readonly at: Instant;
  readonly day: number;
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly closePrice: Price;
  readonly volume: number;
  readonly provisional: boolean;

  constructor(row: BarRow, provisional = false) {
    this.symbol = row.symbol;
    this.row = row;
    this.at = row.at;
    this.day = row.day;
    this.open = row.open / MICROS;
    this.high = row.high / MICROS;
    this.low = row.low / MICROS;
    this.close = row.close / MICROS;
    this.closePrice = row.close;
    this.volume = row.volume ?? Number.NaN;
    this.provisional = provisional;
  }

  get date(): DateText {
    return dateOfDay(this.day);
  }

  copy(): BarCopy {
    const { symbol, at, day, date, open, high, low, close, closePrice, volume, provisional } = this;
    return { symbol, at, day, date, open, high, low, close, closePrice, volume, provisional };
  }
}
