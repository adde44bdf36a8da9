import type { Instant, Price } from '../base/index.ts';
import type { BarView } from '../market/index.ts';

/** The newest completed bars of one series, as a ring of columns; prices in micro-dollars. */
export interface Window {
  readonly capacity: number;
  length: number;
  /** Where the next bar goes. */
  next: number;
  readonly columns: Float64Array;
}

const FIELDS = 7; // at, day, open, high, low, close, volume

export const newWindow = (capacity: number): Window => ({
  capacity,
  length: 0,
  next: 0,
  columns: new Float64Array(capacity * FIELDS),
});

/** Keeps a completed bar, and forgets the oldest beyond the capacity. */
export function keepBar(window: Window, bar: BarView): void {
  if (window.capacity === 0) return;
  const at = window.next * FIELDS;
  const { columns } = window;
  columns[at] = bar.at;
  columns[at + 1] = bar.day;
  columns[at + 2] = Math.round(bar.open * 1e6);
  columns[at + 3] = Math.round(bar.high * 1e6);
  columns[at + 4] = Math.round(bar.low * 1e6);
  columns[at + 5] = bar.closePrice;
  columns[at + 6] = bar.volume;
  window.next = window.next + 1 === window.capacity ? 0 : window.next + 1;
  if (window.length < window.capacity) window.length++;
}

export interface KeptBar {
  readonly at: Instant;
  readonly day: number;
  readonly open: Price;
  readonly high: Price;
  readonly low: Price;
  readonly close: Price;
  readonly volume: number | null;
}

/** The newest `count` bars, oldest first. */
export function keptBars(window: Window, count: number): KeptBar[] {
  const bars: KeptBar[] = [];
  for (let ago = Math.min(count, window.length); ago >= 1; ago--) {
    const slot = (window.next - ago + window.capacity) % window.capacity;
    const field = (i: number) => window.columns[slot * FIELDS + i] as number;
    bars.push({
      at: field(0) as Instant,
      day: field(1),
      open: field(2) as Price,
      high: field(3) as Price,
      low: field(4) as Price,
      close: field(5) as Price,
      volume: Number.isNaN(field(6)) ? null : field(6),
    });
  }
  return bars;
}
