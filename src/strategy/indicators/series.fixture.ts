import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Ohlcv } from '../indicator.ts';

/** Columns of bars, for functions that take whole columns. */
export interface Columns {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

export const columnsOf = (bars: readonly Ohlcv[]): Columns => ({
  high: Float64Array.from(bars, (bar) => bar.high),
  low: Float64Array.from(bars, (bar) => bar.low),
  close: Float64Array.from(bars, (bar) => bar.close),
});

/** Numbers from 0 to 1, the same for each seed (mulberry32 by Tommy Ettinger). */
export function seeded(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const cents = (price: number): number => Math.round(price * 100) / 100;

/** Bars of a random walk in steps of about 1 %, prices in cents, volumes in whole shares. */
export function randomBars(seed: number, length: number, start = 100): Ohlcv[] {
  const random = seeded(seed);
  let last = start;
  return Array.from({ length }, () => {
    const open = cents(last * (1 + 0.01 * (random() - 0.5)));
    const close = cents(open * (1 + 0.03 * (random() - 0.495)));
    const high = cents(Math.max(open, close) * (1 + 0.01 * random()));
    const low = cents(Math.min(open, close) * (1 - 0.01 * random()));
    last = close;
    return { open, high, low, close, volume: Math.round(1e6 * (0.2 + random())) };
  });
}

const QQQ = new URL('../../../../shared/data/daily/QQQ.csv.gz', import.meta.url);

/** Daily bars of QQQ, dollars adjusted for splits; undefined where the shared folder is absent. */
export function realBars(): Ohlcv[] | undefined {
  if (!existsSync(QQQ)) return undefined;
  const [head, ...lines] = gunzipSync(readFileSync(QQQ)).toString('utf8').trim().split(/\r?\n/);
  const names = (head as string).split(',');
  const at = (name: string) => names.indexOf(name);
  return lines.map((line) => {
    const cells = line.split(',').map(Number);
    const read = (name: string) => cells[at(name)] as number;
    const [open, high, low] = [read('open'), read('high'), read('low')];
    return { open, high, low, close: read('close'), volume: read('volume') };
  });
}
