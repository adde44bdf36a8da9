import { BadInput, type DateText, type Instant, MICROS, MINUTE_MS } from '../base/index.ts';
import {
  type Bars,
  type Session,
  sessionsBetween,
  type Timeframe,
  timeframeMs,
} from '../market/index.ts';
import { normalPair, type Random, seeded } from './random.ts';

/** A market that never was: geometric Brownian motion with changing volatility, from a seed. */
export interface SyntheticMarket {
  readonly symbol: string;
  readonly timeframe: Timeframe;
  readonly seed: number;
  readonly from: DateText;
  readonly to: DateText;
  /** First price in dollars. */
  readonly start: number;
  /** Percent a year. */
  readonly driftPct: number;
  /** Percent a year, on average; it clusters. */
  readonly volatilityPct: number;
  /** Lowest and highest price in dollars, as an index of volatility has them; null: anywhere. */
  readonly between: readonly [number, number] | null;
}

const DAYS_A_YEAR = 252;
const MINUTES_A_DAY = 390;
/** Share of the gap to its first level that a bounded market closes in a bar. */
const REVERSION = 0.04;

/** Bars on every session of the range; prices are whole cents. */
export function syntheticBars(market: SyntheticMarket): Bars {
  const sessions = sessionsBetween(market.from, market.to);
  if (sessions.length === 0) throw new BadInput(`No session from ${market.from} to ${market.to}`);
  const daily = market.timeframe.endsWith('d');
  const stepMs = daily ? 0 : timeframeMs(market.timeframe);
  const ends: [Session, Instant][] = [];
  for (const session of sessions) {
    if (daily) ends.push([session, session.close]);
    else
      for (let at = session.open + stepMs; at <= session.close; at += stepMs)
        ends.push([session, at as Instant]);
  }
  const perYear = daily ? DAYS_A_YEAR : (DAYS_A_YEAR * MINUTES_A_DAY * MINUTE_MS) / stepMs;
  return walk(market, ends, perYear);
}

const clamp = (price: number, [low, high]: readonly [number, number]): number =>
  Math.min(high, Math.max(low, price));

function walk(market: SyntheticMarket, ends: [Session, Instant][], perYear: number): Bars {
  const random = seeded(market.seed);
  const n = ends.length;
  const bars = emptyBars(market.symbol, market.timeframe, n);
  const sigma = market.volatilityPct / 100 / Math.sqrt(perYear);
  const drift = market.driftPct / 100 / perYear;
  let logVol = 0;
  let price = market.start;
  for (let i = 0; i < n; i++) {
    const [session, at] = ends[i] as [Session, Instant];
    const [shock, volShock] = normalPair(random);
    logVol = 0.97 * logVol + 0.12 * volShock;
    const pull = market.between === null ? 0 : REVERSION * Math.log(market.start / price);
    const vol = sigma * Math.exp(logVol - 0.06);
    const open = price * Math.exp(vol * 0.3 * normalPair(random)[0]);
    price *= Math.exp(drift - (vol * vol) / 2 + pull + vol * shock);
    if (market.between !== null) price = clamp(price, market.between);
    put(bars, i, at, session.day, open, price, vol, random);
  }
  return bars;
}

/** Whole cents of dollars, at least one, in micro-dollars. */
const cents = (dollars: number): number => Math.max(1, Math.round(dollars * 100)) * (MICROS / 100);

function put(
  bars: Bars,
  i: number,
  at: Instant,
  day: number,
  open: number,
  close: number,
  vol: number,
  random: Random,
): void {
  bars.end[i] = at;
  bars.day[i] = day;
  bars.open[i] = cents(open);
  bars.close[i] = cents(close);
  bars.high[i] = Math.max(
    bars.open[i] as number,
    cents(Math.max(open, close) * (1 + vol * random())),
  );
  bars.high[i] = Math.max(bars.high[i] as number, bars.close[i] as number);
  bars.low[i] = Math.min(
    bars.open[i] as number,
    cents(Math.min(open, close) * (1 - vol * random())),
  );
  bars.low[i] = Math.min(bars.low[i] as number, bars.close[i] as number);
  bars.volume[i] = Math.round(1_000_000 * (0.5 + random()) * (1 + 40 * vol));
}

/** Columns of `n` bars, all 0, marked as synthetic. */
export function emptyBars(symbol: string, timeframe: Timeframe, n: number): Bars {
  return {
    symbol,
    timeframe,
    source: 'synthetic',
    adjustment: 'all',
    length: n,
    end: new Float64Array(n),
    day: new Int32Array(n),
    open: new Float64Array(n),
    high: new Float64Array(n),
    low: new Float64Array(n),
    close: new Float64Array(n),
    volume: new Float64Array(n),
  };
}

/** Whole hundredths of a cent, at least one, in micro-dollars. */
const hundredths = (dollars: number): number => Math.max(1, Math.round(dollars * 1e4)) * 100;

/** A fund that makes `factor` times the return of `base` from close to close, each day anew. */
export function derivedFund(base: Bars, symbol: string, factor: number, start: number): Bars {
  const bars = emptyBars(symbol, base.timeframe, base.length);
  bars.end.set(base.end);
  bars.day.set(base.day);
  bars.volume.set(base.volume);
  let last = start;
  for (let i = 0; i < base.length; i++) {
    const from = base.close[Math.max(0, i - 1)] as number;
    const at = (value: number) => last * Math.max(0.01, 1 + factor * (value / from - 1));
    const ends = [at(base.high[i] as number), at(base.low[i] as number)];
    const [open, close] = [at(base.open[i] as number), at(base.close[i] as number)];
    bars.open[i] = hundredths(open);
    bars.close[i] = hundredths(close);
    bars.high[i] = Math.max(
      hundredths(Math.max(...ends)),
      bars.open[i] as number,
      bars.close[i] as number,
    );
    bars.low[i] = Math.min(
      hundredths(Math.min(...ends)),
      bars.open[i] as number,
      bars.close[i] as number,
    );
    last = close;
  }
  return bars;
}
