import { type Price, ratio } from '../base/index.ts';

export type SlippageTier = 'OK' | 'WARNING' | 'EXCEEDED' | 'ABORT';

/** Percent of the expected price, sign ignored; each tier begins at its figure. */
export interface SlippageTiers {
  readonly warningPct: number;
  readonly exceededPct: number;
  readonly abortPct: number;
}

/** |fill - expected| in percent of expected, rounded half to even at six decimals, and its tier. */
export function slippageOf(
  expected: Price,
  fill: Price,
  tiers: SlippageTiers,
): { readonly pct: number; readonly tier: SlippageTier } {
  const pct = ratio(Math.abs(fill - expected), 100_000_000, expected, 'half-even') / 1_000_000;
  return { pct, tier: tierOf(pct, tiers) };
}

function tierOf(pct: number, tiers: SlippageTiers): SlippageTier {
  if (pct >= tiers.abortPct) return 'ABORT';
  if (pct >= tiers.exceededPct) return 'EXCEEDED';
  return pct >= tiers.warningPct ? 'WARNING' : 'OK';
}
