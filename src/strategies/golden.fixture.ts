import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import {
  DAY_MS,
  dayNumber,
  formatInstant,
  type Instant,
  parseDate,
  parsePrice,
} from '../base/index.ts';
import {
  type BarRow,
  type Bars,
  barsOfRows,
  type Timeframe,
  timeframeMs,
} from '../market/index.ts';
import type { Facts } from '../strategy/index.ts';
import type { Played } from './play.fixture.ts';

const SHARED = new URL('../../../shared/', import.meta.url);

/** Empty where the reference data lies beside the project, otherwise why its tests are skipped. */
export const ABSENT = existsSync(new URL('golden/README.md', SHARED))
  ? ''
  : ' (skipped: no ../shared beside the project)';

type Row = Readonly<Record<string, string>>;

function csv(text: string): Row[] {
  const [head, ...lines] = text.trim().split(/\r?\n/);
  const names = (head as string).split(',');
  return lines.map((line) => {
    const cells = line.split(',');
    return Object.fromEntries(names.map((name, i) => [name, cells[i] ?? '']));
  });
}

const unzipped = (name: string): string =>
  gunzipSync(readFileSync(new URL(`golden/${name}.gz`, SHARED))).toString('utf8');

export const goldenRows = (name: string): Row[] => csv(unzipped(`${name}.csv`));

export const goldenLines = (name: string): Readonly<Record<string, unknown>>[] =>
  unzipped(`${name}.jsonl`)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

/** Closing time of a regular session, as if the exchange never changed its clocks. */
const CLOSE_MS = 21 * 3_600_000;

function rowOf(symbol: string, row: Row, timeframe: Timeframe): BarRow {
  const text = row['date'] ?? (row['timestamp'] as string);
  const day = dayNumber(parseDate(text.slice(0, 10)));
  const start = timeframe === '1d' ? day * DAY_MS + CLOSE_MS : Date.parse(`${text}Z`);
  const at = timeframe === '1d' ? start : start + timeframeMs(timeframe);
  const price = (name: string) => parsePrice(row[name] as string);
  const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')];
  const volume = Number(row['volume']);
  return { symbol, at: at as Instant, day, open, high, low, close, volume };
}

/** Bars of one reference input; `file` has no ".csv". */
export function goldenBars(file: string, symbol: string, timeframe: Timeframe = '1d'): Bars {
  const text = readFileSync(new URL(`data/golden-input/${file}.csv`, SHARED), 'utf8');
  const rows = csv(text).map((row) => rowOf(symbol, row, timeframe));
  return barsOfRows({ symbol, timeframe, source: 'golden', adjustment: 'all' }, rows);
}

const TOLERANCE = 1e-7;

function agrees(found: Facts[string] | undefined, wanted: string): boolean {
  if (found === undefined) return false;
  if (wanted === '' || found === null) return wanted === '' && found === null;
  if (typeof found !== 'number') return String(found) === wanted;
  const difference = Math.abs(found - Number(wanted));
  return difference <= TOLERANCE * Math.max(1, Math.abs(Number(wanted)));
}

/** Every column of `row` but the date that `facts` does not tell alike; empty when they agree. */
export function differences(facts: Facts, row: Row): string[] {
  return Object.keys(row)
    .filter((name) => name !== 'date' && !agrees(facts[name], row[name] as string))
    .map((name) => `${row['date']} ${name}: found "${facts[name]}", wanted "${row[name]}"`);
}

/** Orders as the reference tells them: stamped with a bar's start, or with a day's midnight. */
export function signalsOf(played: readonly Played[], timeframe: Timeframe) {
  return played.flatMap(({ at, date, decision, facts }) => {
    if (decision.action !== 'orders') return [];
    const start = formatInstant((at - timeframeMs(timeframe)) as Instant).slice(0, 19);
    const timestamp = timeframe === '1d' ? `${date}T00:00:00` : start;
    const { price, signal } = facts;
    return decision.orders.map(({ symbol, quantity, side }) => ({
      timestamp,
      symbol,
      price,
      qty: quantity,
      side,
      signal,
    }));
  });
}
