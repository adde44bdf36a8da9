import { dateOfDay, formatMoney, type Price } from '../../base/index.ts';
import type { Bars } from '../../market/index.ts';
import type { Finding } from './check.ts';

const MOVE_MAX = 0.2;
const SIGMAS_MAX = 8;
/** Turns the median absolute deviation of normal values into their standard deviation. */
const NORMAL = 1.4826;
const MEAN_PART = 0.6;
/** A move is undone when the next one takes back at least this share of it. */
const UNDONE = 0.7;
const OUTLIERS_MAX = 50;
const SAMPLE_MIN = 20;

function median(sorted: Float64Array): number {
  const middle = sorted.length >> 1;
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
}

/**
 * Median and robust standard deviation; the latter 0 where there are too few values to tell. Where
 * most moves are the same, as among quiet minutes, the median deviation says nothing, so that part
 * of the mean one is the least.
 */
function spread(values: readonly number[]): { middle: number; sigma: number } {
  if (values.length < SAMPLE_MIN) return { middle: 0, sigma: 0 };
  const middle = median(Float64Array.from(values).sort());
  const away = Float64Array.from(values, (value) => Math.abs(value - middle)).sort();
  const mean = away.reduce((sum, one) => sum + one, 0) / away.length;
  return { middle, sigma: Math.max(median(away) * NORMAL, mean * MEAN_PART) };
}

interface Move {
  readonly index: number;
  /** Of the close, as a fraction. */
  readonly change: number;
  readonly sigmas: number;
}

/**
 * Moves of the close beyond 20 % or eight robust sigma; the 50 largest one by one, the rest
 * counted. Moves within a session and over night are each measured by their own kind. One that the
 * next bar takes back is a likely bad tick.
 */
export function outliers(bars: Bars, daily: boolean): Finding[] {
  const change = (index: number) =>
    (bars.close[index] as number) / (bars.close[index - 1] as number) - 1;
  const kinds: [number[], number[]] = [[], []];
  for (let i = 1; i < bars.length; i += 1) {
    kinds[!daily && bars.day[i] === bars.day[i - 1] ? 1 : 0].push(i);
  }
  const moves: Move[] = [];
  for (const indices of kinds) {
    const { middle, sigma } = spread(indices.map(change));
    for (const index of indices) {
      const move = change(index);
      const sigmas = sigma > 0 ? Math.abs(move - middle) / sigma : 0;
      if (Math.abs(move) > MOVE_MAX || sigmas > SIGMAS_MAX) {
        moves.push({ index, change: move, sigmas });
      }
    }
  }
  moves.sort((a, b) => Math.abs(b.change) - Math.abs(a.change) || a.index - b.index);
  const shown = moves.slice(0, OUTLIERS_MAX).sort((a, b) => a.index - b.index);
  return [...shown.map((move) => outlier(bars, move)), ...smaller(bars, moves.slice(OUTLIERS_MAX))];
}

const percent = (fraction: number): string =>
  `${fraction > 0 ? '+' : ''}${(fraction * 100).toFixed(2)} %`;

const closeAt = (bars: Bars, index: number): string => formatMoney(bars.close[index] as Price);

function outlier(bars: Bars, { index, change, sigmas }: Move): Finding {
  const next = bars.close[index + 1];
  const before = bars.close[index - 1] as number;
  const here = bars.close[index] as number;
  const undone = next !== undefined && (here - next) / (here - before) >= UNDONE;
  const date = dateOfDay(bars.day[index] as number);
  const text =
    `close moves ${percent(change)} from ${closeAt(bars, index - 1)} to ${closeAt(bars, index)}` +
    (sigmas > 0 ? `, ${sigmas.toFixed(1)} sigma` : '') +
    (undone ? `, and the next bar goes back to ${closeAt(bars, index + 1)}` : '');
  const severity = undone || Math.abs(change) > MOVE_MAX ? 'warning' : 'note';
  return { kind: 'outlier', severity, from: date, to: date, count: 1, text };
}

function smaller(bars: Bars, rest: readonly Move[]): Finding[] {
  if (rest.length === 0) return [];
  const days = Int32Array.from(rest, ({ index }) => bars.day[index] as number).sort();
  const least = rest.at(-1) as Move;
  const text = `${rest.length} more moves down to ${percent(Math.abs(least.change))} are unusual`;
  const [from, to] = [dateOfDay(days[0] as number), dateOfDay(days.at(-1) as number)];
  return [{ kind: 'outlier', severity: 'note', from, to, count: rest.length, text }];
}

/** New shares for old ones, as the usual splits have it, and how near the open has to come. */
const RATIOS: readonly (readonly [number, number, number])[] = [
  [3, 2, 0.025],
  ...[2, 3, 4, 5, 6, 7, 8, 10, 12, 15, 20, 25, 30, 40, 50].map((n) => [n, 1, 0.04] as const),
];
/** The close of a split's day may have moved on; the open is the better witness. */
const CLOSE_TOLERANCE = 0.2;
const LOOK_DAYS = 5;

/**
 * Jumps from one day to the next that look like a split nobody adjusted for: near n:1, 1:n or 3:2,
 * and not taken back within five days, nor itself such a return. Expected in raw data, an error in
 * adjusted data; of 3:2 only a warning, for a crash can look like it.
 */
export function splits(bars: Bars): Finding[] {
  const starts = dayStarts(bars);
  const findings: Finding[] = [];
  starts.forEach((index, place) => {
    if (place === 0) return;
    const before = bars.close[index - 1] as number;
    const name = splitName(
      before / (bars.open[index] as number),
      before / dayClose(bars, starts, place),
    );
    if (name === undefined || isUndone(bars, starts, place)) return;
    const date = dateOfDay(bars.day[index] as number);
    const alarm = name === '3:2' || name === '2:3' ? 'warning' : 'error';
    const severity = bars.adjustment === 'raw' ? 'note' : alarm;
    const text =
      `close ${closeAt(bars, index - 1)}, then open ${formatMoney(bars.open[index] as Price)}: ` +
      `looks like a split ${name}`;
    findings.push({ kind: 'split', severity, from: date, to: date, count: 1, text });
  });
  return findings;
}

/** Index of the first row of each day. */
function dayStarts(bars: Bars): number[] {
  const starts: number[] = [];
  for (let i = 0; i < bars.length; i += 1) {
    if (i === 0 || bars.day[i] !== bars.day[i - 1]) starts.push(i);
  }
  return starts;
}

const dayClose = (bars: Bars, starts: readonly number[], place: number): number =>
  bars.close[(starts[place + 1] ?? bars.length) - 1] as number;

const near = (ratio: number, wanted: number, tolerance: number): boolean =>
  Math.abs(ratio / wanted - 1) <= tolerance;

function splitName(openRatio: number, closeRatio: number): string | undefined {
  for (const [fresh, old, tolerance] of RATIOS) {
    for (const [n, m] of [
      [fresh, old],
      [old, fresh],
    ] as const) {
      if (near(openRatio, n / m, tolerance) && near(closeRatio, n / m, CLOSE_TOLERANCE)) {
        return `${n}:${m}`;
      }
    }
  }
  return undefined;
}

/**
 * Whether within a few days after the jump the close is again nearer to the one before it than to
 * the one after it, or the other way round in the days before: then one of the two was a bad tick.
 */
function isUndone(bars: Bars, starts: readonly number[], place: number): boolean {
  const close = (at: number) => Math.log(dayClose(bars, starts, at));
  const [before, after] = [close(place - 1), close(place)];
  for (let away = 1; away <= LOOK_DAYS; away += 1) {
    const later = close(Math.min(place + away, starts.length - 1));
    if (Math.abs(later - before) < Math.abs(later - after)) return true;
    const earlier = close(Math.max(place - 1 - away, 0));
    if (Math.abs(earlier - after) < Math.abs(earlier - before)) return true;
  }
  return false;
}

/**
 * Days on which nothing was traded though volume is known; neighbors among the rows as one finding.
 */
export function zeroVolume(bars: Bars): Finding[] {
  const starts = dayStarts(bars);
  const isZero = starts.map((start, place) => {
    const volumes = bars.volume.subarray(start, starts[place + 1] ?? bars.length);
    return volumes.every((shares) => shares === 0);
  });
  const findings: Finding[] = [];
  const whole = isZero.every(Boolean);
  for (let first = 0; first < starts.length;) {
    let next = first;
    while (next < starts.length && isZero[next]) next += 1;
    if (next === first) {
      first += 1;
      continue;
    }
    const day = (place: number) => dateOfDay(bars.day[starts[place] as number] as number);
    const count = next - first;
    const [from, to] = [day(first), day(next - 1)];
    const text = whole
      ? 'no bar has any volume'
      : `volume is zero on ${count} ${count === 1 ? 'day' : 'days'}`;
    const severity = whole ? 'note' : 'warning';
    findings.push({ kind: 'zero-volume', severity, from, to, count, text });
    first = next;
  }
  return findings;
}
