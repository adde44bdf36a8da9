import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { readBars } from '../src/adapters/data/index.ts';

/**
 * Times reading of generated one-minute bars as CSV, against a bare loop over the same bytes.
 * Run: node --import tsx bench/parse-csv.ts [rows]
 */
const ROWS = Number(process.argv[2] ?? 1_000_000);
const START_MS = Date.UTC(2020, 0, 1);

function csvOf(rows: number, stamp: (ms: number) => string): string {
  const lines = ['time,open,high,low,close,volume'];
  let cents = 41_235;
  for (let i = 0; i < rows; i += 1) {
    cents += ((i * 7919) % 11) - 5;
    if (cents < 10_000) cents += 10_000;
    const [open, close] = [cents / 100, (cents + 3) / 100];
    const [high, low] = [(cents + 8) / 100, (cents - 6) / 100];
    lines.push(
      `${stamp(START_MS + i * 60_000)},${open},${high},${low},${close},${1000 + (i % 900)}`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function best<T>(run: () => T): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < 5; i += 1) {
    const start = performance.now();
    run();
    least = Math.min(least, performance.now() - start);
  }
  return least;
}

function bareSum(file: string): number {
  const bytes = fs.readFileSync(file);
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 1) sum += bytes[i] as number;
  return sum;
}

function measure(name: string, stamp: (ms: number) => string): void {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'plimsoll-parse-'));
  const file = path.join(folder, 'bars.csv');
  try {
    fs.writeFileSync(file, csvOf(ROWS, stamp));
    const bare = best(() => bareSum(file));
    const parse = best(() => readBars(file, { symbol: 'SPY' }));
    const rate = (ROWS / parse / 1000).toFixed(2);
    console.log(`${name}: ${rate} M rows/s, ${(parse / bare).toFixed(1)} x a bare loop over bytes`);
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

const iso = (ms: number) => new Date(ms).toISOString();
measure('CSV, stamps in UTC', (ms) => iso(ms).replace('.000', ''));
measure('CSV, stamps with an offset', (ms) => `${iso(ms - 18_000_000).slice(0, 19)}-05:00`);
