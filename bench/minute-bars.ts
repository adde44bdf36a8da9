import { MICROS, MINUTE_MS } from '../src/base/index.ts';
import { type Bars, nextSession, type Session, sessionOn } from '../src/market/index.ts';
import { emptyBars, type Random, seeded } from '../src/sim/index.ts';

const CENT = MICROS / 100;
const FIRST_DATE = '2005-01-03' as Session['date'];
const START_CENTS = 40_000;
const LEAST_CENTS = 5_000;
const STEP_CENTS = 15; // a bar's close is up to so far from the one before, either way

/**
 * One-minute bars of a random walk in whole cents, one for each minute of each session from
 * 2005-01-03 on, until there are `count`. The same seed gives the same bars everywhere.
 */
export function minuteBars(symbol: string, count: number, seed: number): Bars {
  const bars = emptyBars(symbol, '1m', count);
  const random = seeded(seed);
  let session = sessionOn(FIRST_DATE) as Session;
  let at: number = session.open;
  let cents = START_CENTS;
  for (let i = 0; i < count; i++) {
    at += MINUTE_MS;
    if (at > session.close) {
      session = nextSession(session.date);
      at = session.open + MINUTE_MS;
    }
    bars.end[i] = at;
    bars.day[i] = session.day;
    cents = put(bars, i, cents, random);
  }
  return bars;
}

/** Writes one bar that opens at `cents`; returns its close. */
function put(bars: Bars, i: number, cents: number, random: Random): number {
  const walked = cents + Math.floor(random() * (2 * STEP_CENTS + 1)) - STEP_CENTS;
  const close = walked < LEAST_CENTS ? 2 * LEAST_CENTS - walked : walked;
  bars.open[i] = cents * CENT;
  bars.high[i] = (Math.max(cents, close) + Math.floor(random() * 6)) * CENT;
  bars.low[i] = (Math.min(cents, close) - Math.floor(random() * 6)) * CENT;
  bars.close[i] = close * CENT;
  bars.volume[i] = 1_000 + Math.floor(random() * 9_000);
  return close;
}
