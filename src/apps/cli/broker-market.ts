import {
  OptionMarket,
  ReplayMarket,
  syntheticSeries,
  type VenueMarket,
} from '../../adapters/alpaca-server/index.ts';
import { loadBars } from '../../adapters/data/index.ts';
import { BadInput, type DateText, type Instant, MINUTE_MS, parseDate } from '../../base/index.ts';
import {
  type Bars,
  exchangeDate,
  nextSession,
  nthSessionBefore,
  sessionsBetween,
} from '../../market/index.ts';
import { loadDesk, UsageError } from '../load.ts';
import { SeriesLoader } from '../series.ts';
import { barsOf } from './backtest.ts';
import { note } from './print.ts';

/** The clock runs from so long before the open until so long after the close. */
const AROUND_MS = 30 * MINUTE_MS;
const SYNTHETIC_FROM = '2024-06-03';
const SESSIONS_BEFORE = 252;
const SESSIONS_AFTER = 126;

export interface MarketOptions {
  readonly desk?: string;
  /** A desk whose broker's prices are told on. */
  readonly live?: string;
  readonly bars: readonly string[];
  readonly synthetic?: boolean;
  readonly from?: string;
  readonly seed: number;
  readonly spreadBps: number;
}

/** A recorded or made-up market, and the time it plays in. */
export interface PlayedMarket {
  readonly market: VenueMarket;
  readonly title: string;
  readonly symbols: readonly string[];
  readonly start: Instant;
  /** The end of what is known of it. */
  readonly end: Instant;
  /** Of a market that lives: its own clock, and what ends the connection to it. */
  readonly clock?: () => Instant;
  close?(): Promise<void>;
}

/** The market that the options name. Throws `UsageError` where they name none, or several. */
export async function openMarket(options: MarketOptions): Promise<PlayedMarket> {
  if (options.live !== undefined) {
    if (options.synthetic || options.bars.length > 0 || options.from !== undefined) {
      throw new UsageError('--live stands by itself: its market is that of the desk it names');
    }
    return (await import('./broker-live.ts')).openLiveMarket(options.live);
  }
  const sources = [options.desk !== undefined, options.bars.length > 0, options.synthetic === true];
  const isDeskWithBars = sources[0] && sources[1] && !sources[2];
  const named = sources.filter(Boolean).length;
  if (named === 0) throw new UsageError('No market: wanted --synthetic, --bars, --desk or --live');
  if (named > 1 && !isDeskWithBars) throw new UsageError('--synthetic stands by itself');
  const from = options.from === undefined ? undefined : parseDate(options.from);
  const series = options.synthetic
    ? syntheticOf(options.seed, from ?? parseDate(SYNTHETIC_FROM))
    : await recordedOf(options);
  const market = new OptionMarket(new ReplayMarket(series, { spreadBps: options.spreadBps }));
  const symbols = series.map((bars) => bars.symbol);
  const first = options.synthetic ? (from ?? parseDate(SYNTHETIC_FROM)) : from;
  const { start, end } = timesOf(series, first);
  const kind = options.synthetic ? `made up from seed ${options.seed}` : 'recorded bars';
  return { market, title: kind, symbols, start, end };
}

function syntheticOf(seed: number, from: DateText): readonly Bars[] {
  const first = nextSessionOn(from);
  const before = nthSessionBefore(first.day, SESSIONS_BEFORE).date;
  const to = nthSessionBefore(first.day + SESSIONS_AFTER * 2, SESSIONS_AFTER / 2).date;
  return syntheticSeries({ seed, from: before, to });
}

async function recordedOf({ desk, bars }: MarketOptions): Promise<readonly Bars[]> {
  const files = barsOf(bars);
  if (desk !== undefined) {
    const loaded = await loadDesk(desk, { bars: files });
    for (const warning of loaded.warnings) note(warning);
    const loader = new SeriesLoader(loaded.desk);
    const series: Bars[] = [];
    for (const symbol of Object.keys(loaded.desk.data)) series.push(await loader.load(symbol));
    return series;
  }
  const series: Bars[] = [];
  for (const [symbol, file] of Object.entries(files)) {
    const one = await loadBars(file, { symbol, adjustment: 'raw' });
    if (one.length === 0) throw new UsageError(`--bars "${symbol}=${file}": found no bars`);
    series.push(one);
  }
  return series;
}

/** The session on a date, or the next one. */
const nextSessionOn = (date: DateText) => sessionsBetween(date, date)[0] ?? nextSession(date);

/** When the play begins: before the open of `from`, or of the newest session of all series. */
function timesOf(series: readonly Bars[], from: DateText | undefined) {
  const ends = series.map((bars) => bars.end.at(-1) ?? 0);
  const end = (Math.max(...ends) + AROUND_MS) as Instant;
  const newest = exchangeDate(Math.min(...ends) as Instant);
  const session = nextSessionOn(from ?? newest);
  const start = (session.open - AROUND_MS) as Instant;
  if (start >= end) {
    throw new UsageError(`--from "${from}" is after the last bar, of ${exchangeDate(end)}`);
  }
  return { start, end };
}

/** `1x`, `60x`, or `max`: a day each second. */
export function speedOf(text: string): number {
  if (text === 'max') return 86_400;
  const match = /^(\d{1,5}(?:\.\d{1,3})?)x$/.exec(text);
  const speed = match ? Number(match[1]) : 0;
  if (speed > 0) return speed;
  throw new UsageError(`--speed "${text}": wanted max, or a factor such as 60x`);
}

/**
 * The clock of a market that is played: `speed` times as fast as `wallMs`, and past real time it
 * leaves out the nights. It stands still at the end of what is known.
 */
export function playedClock(
  { start, end }: Pick<PlayedMarket, 'start' | 'end'>,
  speed: number,
  wallMs: () => number,
): () => Instant {
  let at = start as number;
  let seen = wallMs();
  return () => {
    const wall = wallMs();
    at += Math.max(0, wall - seen) * speed;
    seen = Math.max(seen, wall);
    if (speed > 1) at = afterNights(at);
    at = Math.min(at, end);
    return Math.floor(at) as Instant;
  };
}

/** The instant itself, or as much later as it lies in the time that is left out. */
function afterNights(from: number): number {
  let at = from;
  for (;;) {
    const gap = nightAt(at);
    if (gap === null) return at;
    at = gap;
  }
}

/** Where the night ends that `at` lies in; null by day, and past the calendar. */
function nightAt(at: number): number | null {
  try {
    const date = exchangeDate(at as Instant);
    const [today] = sessionsBetween(date, date);
    if (today && at < today.open - AROUND_MS) return today.open - AROUND_MS;
    if (today && at < today.close + AROUND_MS) return null;
    return nextSession(date).open - AROUND_MS;
  } catch (error) {
    if (error instanceof BadInput) return null;
    throw error;
  }
}
