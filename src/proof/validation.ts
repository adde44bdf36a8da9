import { type Price, ratio } from '../base/index.ts';
import type { Weights } from '../strategy/index.ts';

export type Verdict = 'GREEN' | 'YELLOW' | 'RED';

/** One live day against the same decision made again on official closes. */
export interface Validation {
  readonly verdict: Verdict;
  /** 100 when every weight agrees; half of the weight that lies elsewhere is taken off. */
  readonly logicMatchPct: number;
  /** By symbol of either: weight live, weight of the rerun, unsigned difference. */
  readonly differences: Readonly<Record<string, readonly [number, number, number]>>;
  /**
   * |close - quote| in percent of the quote, by symbol known to both, and the largest; 0 for none.
   */
  readonly driftPct: Readonly<Record<string, number>>;
  readonly driftPctMax: number;
}

/** Noise of floating point that counts as equal. */
const FULL_MATCH_PCT = 99.9999;

/**
 * GREEN: every weight agrees and no price drifted by half a percent. YELLOW: at least 95 % and less
 * than 2 %. RED: anything else. Drift is rounded half to even at six decimals of a percent.
 */
export function validateDay(
  live: { readonly weights: Weights; readonly quotes: Readonly<Record<string, Price>> },
  rerun: { readonly weights: Weights; readonly closes: Readonly<Record<string, Price>> },
): Validation {
  const differences: Record<string, readonly [number, number, number]> = {};
  let apart = 0;
  for (const symbol of symbolsOf(live.weights, rerun.weights)) {
    const [ours, theirs] = [live.weights[symbol] ?? 0, rerun.weights[symbol] ?? 0];
    const gap = Math.abs(ours - theirs);
    apart += gap;
    differences[symbol] = [ours, theirs, gap];
  }
  const logicMatchPct = Math.max(0, 100 - 50 * apart);
  const driftPct = driftOf(live.quotes, rerun.closes);
  const driftPctMax = Math.max(0, ...Object.values(driftPct));
  const verdict = verdictOf(logicMatchPct, driftPctMax);
  return { verdict, logicMatchPct, differences, driftPct, driftPctMax };
}

const symbolsOf = (a: Weights, b: Weights): Set<string> =>
  new Set([...Object.keys(a), ...Object.keys(b)].sort());

function driftOf(
  quotes: Readonly<Record<string, Price>>,
  closes: Readonly<Record<string, Price>>,
): Record<string, number> {
  const drift: Record<string, number> = {};
  for (const symbol of Object.keys(quotes).sort()) {
    const quote = quotes[symbol];
    const close = closes[symbol];
    if (quote === undefined || close === undefined) continue;
    drift[symbol] = ratio(Math.abs(close - quote), 100_000_000, quote, 'half-even') / 1_000_000;
  }
  return drift;
}

function verdictOf(matchPct: number, driftPct: number): Verdict {
  if (matchPct >= FULL_MATCH_PCT && driftPct < 0.5) return 'GREEN';
  return matchPct >= 95 && driftPct < 2 ? 'YELLOW' : 'RED';
}
