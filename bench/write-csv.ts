import { closeSync, openSync, writeSync } from 'node:fs';
import { formatInstant, type Instant } from '../src/base/index.ts';
import { smaBars } from './sma.ts';

/**
 * Writes the bars of the benchmark `sma`, for other engines: stamped with their end, in dollars.
 * Run: node --import tsx bench/write-csv.ts FILE
 */
const LINES_A_WRITE = 10_000;

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Wanted the name of the file to write');
  process.exit(2);
}
const bars = smaBars();
const dollars = (column: Float64Array, i: number) => ((column[i] as number) / 1e6).toFixed(2);
const handle = openSync(file, 'w');
let lines = ['time,open,high,low,close,volume'];
for (let i = 0; i < bars.length; i++) {
  const { open, high, low, close, volume } = bars;
  const prices = [open, high, low, close].map((column) => dollars(column, i)).join(',');
  lines.push(`${formatInstant(bars.end[i] as Instant)},${prices},${volume[i]}`);
  if (lines.length < LINES_A_WRITE && i + 1 < bars.length) continue;
  writeSync(handle, `${lines.join('\n')}\n`);
  lines = [];
}
closeSync(handle);
