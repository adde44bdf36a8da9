import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { dateOfDay, dayNumber, formatInstant, formatMoney } from '../../base/index.ts';
import type { DateText, Instant, Price } from '../../base/index.ts';
import { type Bars, sessionsBetween, timeframeMs } from '../../market/index.ts';
import { barsOf, columnsFor, type LoadedBars } from './bar-columns.ts';

/** Runs `use` with the path of a new folder, which is gone afterwards. */
export async function inFolder<T>(use: (folder: string) => T | Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'plimsoll-data-'));
  try {
    return await use(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

export const SESSIONS = sessionsBetween('2023-01-03' as DateText, '2024-12-31' as DateText);

export interface RowParts {
  readonly open: number;
  readonly close: number;
  readonly above: number;
  readonly below: number;
  readonly volume: number | null;
}

const micros = fc.oneof(
  fc.integer({ min: 1, max: 100 }),
  fc.integer({ min: 1_000_000, max: 900_000_000 }),
  fc.integer({ min: 1, max: 2 ** 50 }),
);

/**
 * Parts of a sound bar: prices in micro-dollars, how far high and low are beyond open and close.
 */
export const rowParts: fc.Arbitrary<RowParts> = fc.record({
  open: micros,
  close: micros,
  above: fc.integer({ min: 0, max: 5_000_000 }),
  below: fc.integer({ min: 0, max: 5_000_000 }),
  volume: fc.option(fc.integer({ min: 0, max: 2 ** 40 })),
});

export type Head = Pick<Bars, 'symbol' | 'timeframe' | 'source' | 'adjustment'>;
export const DAILY: Head = { symbol: 'SPY', timeframe: '1d', source: 'file', adjustment: 'splits' };
export const MINUTES: Head = { ...DAILY, timeframe: '1m' };

/** Bars of `rows`, one a session, or one a minute from the open of the first session. */
export function barsFrom(head: Head, rows: readonly RowParts[], skip = 0): LoadedBars {
  const columns = columnsFor(rows.length);
  rows.forEach(({ open, close, above, below, volume }, index) => {
    const session = SESSIONS[head.timeframe === '1d' ? index + skip : 0];
    if (!session) throw new Error('The fixture has no more sessions');
    const step = timeframeMs(head.timeframe);
    columns.end[index] =
      head.timeframe === '1d' ? session.close : session.open + step * (index + skip + 1);
    columns.day[index] = session.day;
    columns.open[index] = open;
    columns.high[index] = Math.max(open, close) + above;
    columns.low[index] = Math.max(1, Math.min(open, close) - below);
    columns.close[index] = close;
    columns.volume[index] = volume ?? Number.NaN;
  });
  columns.length = rows.length;
  return barsOf(head, columns);
}

/** `count` plain bars whose close walks a little. */
export const plainBars = (head: Head, count: number, skip = 0): LoadedBars =>
  barsFrom(
    head,
    Array.from({ length: count }, (_, index) => {
      const open = 100_000_000 + (((index + skip) * 7919) % 1000) * 1000;
      const volume = 1000 + index + skip;
      return { open, close: open + 250_000, above: 500_000, below: 300_000, volume };
    }),
    skip,
  );

const stampOf = (bars: Bars, index: number): string =>
  bars.timeframe === '1d'
    ? dateOfDay(bars.day[index] as number)
    : formatInstant(((bars.end[index] as number) - timeframeMs(bars.timeframe)) as Instant);

const cellsOf = (bars: Bars, index: number): string[] => {
  const volume = bars.volume[index] as number;
  const prices = [bars.open, bars.high, bars.low, bars.close];
  return [
    stampOf(bars, index),
    ...prices.map((column) => formatMoney(column[index] as Price)),
    Number.isNaN(volume) ? '' : String(volume),
  ];
};

export function csvOf(bars: Bars): string {
  const stamp = bars.timeframe === '1d' ? 'date' : 'time';
  const lines = [`${stamp},open,high,low,close,volume`];
  for (let i = 0; i < bars.length; i += 1) lines.push(cellsOf(bars, i).join(','));
  return `${lines.join('\n')}\n`;
}

export function jsonlOf(bars: Bars): string {
  const key = bars.timeframe === '1d' ? 'date' : 'timestamp';
  const lines: string[] = [];
  for (let i = 0; i < bars.length; i += 1) {
    const [stamp, open, high, low, close, volume] = cellsOf(bars, i);
    const prices = `"open": ${open}, "high": ${high}, "low": ${low}, "close": ${close}`;
    lines.push(
      `{"symbol": "${bars.symbol}", "${key}": "${stamp}", ` +
        `${prices}, "volume": ${volume === '' ? 'null' : volume}}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Writes a file into a folder and returns its path. */
export function writeFile(folder: string, name: string, data: string | Uint8Array): string {
  const file = path.join(folder, name);
  fs.writeFileSync(file, data);
  return file;
}

/** All columns and the head, to compare series with. */
export const plainOf = (bars: Bars) => ({
  symbol: bars.symbol,
  timeframe: bars.timeframe,
  source: bars.source,
  adjustment: bars.adjustment,
  end: [...bars.end],
  day: [...bars.day],
  open: [...bars.open],
  high: [...bars.high],
  low: [...bars.low],
  close: [...bars.close],
  volume: [...bars.volume],
});

export const day = (date: string): number => dayNumber(date as DateText);
