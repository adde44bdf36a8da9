import {
  BadInput,
  dateOfDay,
  DAY_MS,
  formatInstant,
  formatMoney,
  type Instant,
  type Price,
} from '../../base/index.ts';
import { type Bars, timeframeMs } from '../../market/index.ts';
import { type BarColumns, barsOf, columnsFor, type LoadedBars } from './bar-columns.ts';
import { headOf } from './content.ts';

export interface Merged {
  readonly bars: LoadedBars;
  /** Rows that were not there, that were there as they are, and that took the place of others. */
  readonly added: number;
  readonly kept: number;
  readonly replaced: number;
}

const COLUMNS = ['open', 'high', 'low', 'close', 'volume'] as const;

/** Throws `BadInput` unless both are one series: same symbol, timeframe, source and adjustment. */
export function assertOneSeries(a: Bars, b: Bars): void {
  for (const key of ['symbol', 'timeframe', 'source', 'adjustment'] as const) {
    if (a[key] === b[key]) continue;
    throw new BadInput(
      `Bars of ${key} "${a[key]}" and of ${key} "${b[key]}" cannot be mixed in one series`,
    );
  }
}

/** Throws `BadInput` unless times rise and prices are whole micro-dollars within low and high. */
export function assertSound(bars: Bars): void {
  for (let i = 0; i < bars.length; i += 1) {
    const rises = i === 0 || (bars.end[i] as number) > (bars.end[i - 1] as number);
    const [open, close] = [bars.open[i] as number, bars.close[i] as number];
    const [high, low] = [bars.high[i] as number, bars.low[i] as number];
    const within = low > 0 && low <= open && low <= close && high >= open && high >= close;
    const whole = [open, close, high, low].every((micros) => Number.isSafeInteger(micros));
    if (rises && within && whole && !((bars.volume[i] as number) < 0)) continue;
    const fault = rises ? 'its prices or volume are not sound' : 'its time does not rise';
    throw new BadInput(`Bar ${i + 1} of "${bars.symbol}" (${textOfRow(bars, i)}): ${fault}`);
  }
}

const isDaily = (bars: Bars) => timeframeMs(bars.timeframe) === DAY_MS;

const textOfRow = (bars: Bars, index: number): string =>
  isDaily(bars)
    ? dateOfDay(bars.day[index] as number)
    : `ending ${formatInstant(bars.end[index] as Instant)}`;

/**
 * Old and new bars of one series as one: days are matched by date, shorter bars by their end.
 * A new row that differs from the old one of that time is an error that names it, unless `replace`.
 * Throws `BadInput` on bars of two series.
 */
export function mergeBars(old: LoadedBars, fresh: LoadedBars, replace = false): Merged {
  assertOneSeries(old, fresh);
  const columns = columnsFor(old.length + fresh.length);
  const [oldKeys, freshKeys] = isDaily(old) ? [old.day, fresh.day] : [old.end, fresh.end];
  const differing: number[] = [];
  let [i, j, kept] = [0, 0, 0];
  while (i < old.length || j < fresh.length) {
    const oldKey = i < old.length ? (oldKeys[i] as number) : Number.POSITIVE_INFINITY;
    const freshKey = j < fresh.length ? (freshKeys[j] as number) : Number.POSITIVE_INFINITY;
    if (oldKey < freshKey) push(columns, old, i);
    else push(columns, fresh, j);
    if (oldKey === freshKey && isSame(old, i, fresh, j)) kept += 1;
    else if (oldKey === freshKey) differing.push(j);
    if (oldKey <= freshKey) i += 1;
    if (freshKey <= oldKey) j += 1;
  }
  if (differing.length > 0 && !replace) throw conflict(old, fresh, differing, oldKeys, freshKeys);
  const notes = [...new Set([...old.notes, ...fresh.notes])];
  const replaced = differing.length;
  const added = fresh.length - kept - replaced;
  return { bars: barsOf(headOf(old), columns, notes), added, kept, replaced };
}

function push(columns: BarColumns, from: Bars, index: number): void {
  const at = columns.length;
  columns.end[at] = from.end[index] as number;
  columns.day[at] = from.day[index] as number;
  for (const name of COLUMNS) columns[name][at] = from[name][index] as number;
  columns.length = at + 1;
}

/** NaN is the same as NaN. */
const isSame = (a: Bars, i: number, b: Bars, j: number): boolean =>
  a.end[i] === b.end[j] &&
  COLUMNS.every((name) => {
    const [left, right] = [a[name][i] as number, b[name][j] as number];
    return left === right || (Number.isNaN(left) && Number.isNaN(right));
  });

const shown = (name: (typeof COLUMNS)[number], value: number): string =>
  name === 'volume' ? String(value) : formatMoney(value as Price);

function conflict(
  old: Bars,
  fresh: Bars,
  differing: readonly number[],
  oldKeys: Float64Array | Int32Array,
  freshKeys: Float64Array | Int32Array,
): BadInput {
  const j = differing[0] as number;
  const i = oldKeys.indexOf(freshKeys[j] as number);
  const name = COLUMNS.find((one) => !Object.is(old[one][i], fresh[one][j]));
  const what =
    name === undefined
      ? 'end of the bar differs'
      : `${name} was "${shown(name, old[name][i] as number)}", ` +
        `found "${shown(name, fresh[name][j] as number)}"`;
  return new BadInput(
    `Bars of "${fresh.symbol}": ${differing.length} rows differ from those stored; the first is ` +
      `${textOfRow(fresh, j)}, ${what}. Import with replace to take the new ones`,
  );
}
