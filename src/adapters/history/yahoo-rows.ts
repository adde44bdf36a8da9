import {
  BadInput,
  dateOfDay,
  dayNumber,
  type Instant,
  MINUTE_MS,
  type Price,
  scale,
  SECOND_MS,
} from '../../base/index.ts';
import {
  type BarRow,
  exchangeDay,
  instantOn,
  sessionOfDay,
  timeframeMs,
} from '../../market/index.ts';
import type { HistoryAsk } from '../market-data.ts';
import { microsOf } from '../number.ts';
import { tickPrice } from './tick.ts';
import type { Chart } from './yahoo-schema.ts';

/** Quotes may be a quarter of an hour late, so that a bar is settled no sooner after its end. */
const SETTLED_MS = 20 * MINUTE_MS;
/** Above this share of the price, an open or close outside of low to high is no rounding. */
const OUTSIDE_MAX = 0.005;

type Columns = Readonly<
  Record<'open' | 'high' | 'low' | 'close' | 'volume', readonly (number | null)[]>
>;

/** Refuses the whole reply: it contradicts itself, so none of it is believed. */
export const oddReply = (symbol: string, what: string): Error =>
  new Error(`The reply on "${symbol}" is not as it has to be: ${what}`);

/**
 * The completed bars of a chart within the dates asked for, oldest first. Left out are holes (a
 * price that is null, zero or below, or far outside of its low to high), what is not settled 20
 * minutes after its end, and intraday bars outside of the session or off its grid. A bar without
 * a session on its date stays: it ends at 16:00. Throws on a reply that contradicts itself.
 */
export function rowsOf(chart: Chart, ask: HistoryAsk, now: Instant): BarRow[] {
  const stamps = chart.timestamp ?? [];
  const columns = columnsOf(chart, ask.symbol, stamps.length);
  const adjusted = adjustedOf(chart, ask, stamps.length);
  const splits = splitsOf(chart, ask.symbol);
  const isDaily = ask.timeframe === '1d';
  const [first, last] = [dayNumber(ask.from), dayNumber(ask.to)];
  const rows: BarRow[] = [];
  for (let i = 0; i < stamps.length; i += 1) {
    const start = ((stamps[i] as number) * SECOND_MS) as Instant;
    if (i > 0 && (stamps[i] as number) < (stamps[i - 1] as number)) {
      throw oddReply(ask.symbol, `time ${stamps[i]} comes after ${stamps[i - 1]}`);
    }
    const day = exchangeDay(start);
    const at = isDaily ? endOfDay(day) : endOfBar(start, day, timeframeMs(ask.timeframe));
    if (at === null || day < first || day > last || now < at + SETTLED_MS) continue;
    if (isDaily && isRunning(chart, day, now)) continue;
    const factor = ask.adjustment === 'raw' ? factorAfter(splits, day) : 1;
    const prices = pricesOf(columns, i, factor);
    if (prices === null) continue;
    const scaled = adjusted === null ? prices : toTotalReturn(prices, adjusted[i] ?? null);
    if (scaled === null) continue;
    const volume = volumeOf(columns.volume[i] ?? null, factor);
    rows.push({ symbol: ask.symbol, at, day, ...scaled, volume });
  }
  assertSplitsDone(rows, splits, ask);
  return withoutTwins(rows, ask.symbol);
}

function columnsOf(chart: Chart, symbol: string, length: number): Columns {
  const quote = chart.indicators.quote[0] ?? {};
  const column = (name: keyof Columns) => {
    const found = quote[name] ?? [];
    if (found.length === length) return found;
    throw oddReply(symbol, `${found.length} values of "${name}" for ${length} times`);
  };
  return {
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

/** Adjusted closes where they are wanted; null where not. */
function adjustedOf(chart: Chart, ask: HistoryAsk, length: number) {
  if (ask.adjustment !== 'all' || length === 0) return null;
  const found = chart.indicators.adjclose?.[0]?.adjclose;
  if (found === undefined) throw oddReply(ask.symbol, 'it has no adjusted closes');
  if (found.length === length) return found;
  throw oddReply(ask.symbol, `${found.length} adjusted closes for ${length} times`);
}

const endOfDay = (day: number): Instant =>
  sessionOfDay(day)?.close ?? instantOn(dateOfDay(day), '16:00');

function endOfBar(start: Instant, day: number, stepMs: number): Instant | null {
  const session = sessionOfDay(day);
  if (!session) return (start + stepMs) as Instant;
  const { open, close } = session;
  if (start < open || start >= close || (start - open) % stepMs !== 0) return null;
  return Math.min(start + stepMs, close) as Instant;
}

/** Whether the source itself says that trading on that day is not over. */
function isRunning({ meta }: Chart, day: number, now: Instant): boolean {
  const period = meta.currentTradingPeriod?.regular;
  if (!period || now >= period.end * SECOND_MS) return false;
  return day === exchangeDay((period.start * SECOND_MS) as Instant);
}

type Prices = Pick<BarRow, 'open' | 'high' | 'low' | 'close'>;

function pricesOf(columns: Columns, i: number, factor: number): Prices | null {
  const price = (name: keyof Columns) => tickPrice(columns[name][i] ?? Number.NaN, factor);
  const [open, high, low, close] = [price('open'), price('high'), price('low'), price('close')];
  if (open === null || high === null || low === null || close === null) return null;
  const top = Math.max(open, high, low, close) as Price;
  const bottom = Math.min(open, high, low, close) as Price;
  const outside = Math.max(top - high, low - bottom) / close;
  return outside > OUTSIDE_MAX ? null : { open, high: top, low: bottom, close };
}

/** All four prices times adjusted close over close, each rounded half to even. */
function toTotalReturn(prices: Prices, adjusted: number | null): Prices | null {
  const micros = microsOf(adjusted);
  if (micros === null || micros <= 0) return null;
  const by = (price: Price) => scale(price, micros, prices.close, 'half-even');
  const { open, high, low, close } = prices;
  const scaled = { open: by(open), high: by(high), low: by(low), close: by(close) };
  return scaled.low > 0 ? scaled : null;
}

/** Shares; null where they are unknown, or no number of shares. */
function volumeOf(value: number | null, factor: number): number | null {
  if (value === null || value < 0) return null;
  const shares = Math.round(value / factor);
  return Number.isSafeInteger(shares) ? shares : null;
}

interface Split {
  readonly day: number;
  /** New shares for one old share. */
  readonly factor: number;
}

function splitsOf(chart: Chart, symbol: string): readonly Split[] {
  const found = Object.values(chart.events?.splits ?? {}).map(
    ({ date, numerator, denominator }): Split => ({
      day: exchangeDay((date * SECOND_MS) as Instant),
      factor: numerator / denominator,
    }),
  );
  const days = new Set(found.map(({ day }) => day));
  if (days.size < found.length) throw oddReply(symbol, 'it has two splits on one day');
  return found.sort((a, b) => a.day - b.day);
}

const factorAfter = (splits: readonly Split[], day: number): number =>
  splits.reduce((product, split) => (split.day > day ? product * split.factor : product), 1);

/** A smaller split cannot be told from a day's move. */
const SPLIT_SHOWN_MIN = 1.9;
const SPLIT_SHOWN_DAYS = 7;

/**
 * Throws where the source's prices still jump by what a split says they were adjusted for: it has
 * not done it yet.
 */
function assertSplitsDone(rows: readonly BarRow[], splits: readonly Split[], ask: HistoryAsk) {
  for (const { day, factor } of splits) {
    const next = rows.findIndex((row) => row.day >= day);
    const [before, after] = [rows[next - 1], rows[next]];
    if (Math.max(factor, 1 / factor) < SPLIT_SHOWN_MIN || !before || !after) continue;
    if (after.day - before.day > SPLIT_SHOWN_DAYS) continue;
    const full = Math.log(factor);
    const undone = ask.adjustment === 'raw' ? full : 0;
    const jump = Math.log(before.close / after.close) - undone;
    if (Math.abs(jump - full) >= Math.abs(jump)) continue;
    throw new BadInput(
      `Prices of "${ask.symbol}" are not adjusted for the split ${factor} for 1 of ` +
        `${dateOfDay(day)}: the source is at odds with itself; try again later`,
    );
  }
}

/** Of two bars for one period: one where they are the same; none, as it is not settled, else. */
function withoutTwins(rows: readonly BarRow[], symbol: string): BarRow[] {
  const kept: BarRow[] = [];
  const doubtful = new Set<Instant>();
  for (const row of rows) {
    const last = kept.at(-1);
    if (last && row.at < last.at) throw oddReply(symbol, 'its bars do not rise in time');
    if (last?.at !== row.at) kept.push(row);
    else if (!isSame(last, row)) doubtful.add(row.at);
  }
  return kept.filter((row) => !doubtful.has(row.at));
}

const isSame = (a: BarRow, b: BarRow): boolean =>
  a.open === b.open && a.high === b.high && a.low === b.low && a.close === b.close;
