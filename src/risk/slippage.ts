import type { Price } from '../base/index.ts';

export type SlippageTier = 'OK' | 'WARNING' | 'EXCEEDED' | 'ABORT';

/** Percent of the expected price, sign ignored; each tier begins at its figure. */
export interface SlippageTiers {
  readonly warningPct: number;
  readonly exceededPct: number;
  readonly abortPct: number;
}

/** |fill - expected| in percent of expected, rounded to six decimals, and its tier. */
export function slippageOf(
  expected: Price,
  fill: Price,
  tiers: SlippageTiers,
): { readonly pct: number; readonly tier: SlippageTier } {
  const pct = Math.round((Math.abs(fill - expected) / expected) * 100_000_000) / 1_000_000;
  return { pct, tier: tierOf(pct, tiers) };
}

/** What cannot be compared is the worst tier. */
function tierOf(pct: number, tiers: SlippageTiers): SlippageTier {
  if (pct < tiers.warningPct) return 'OK';
  if (pct < tiers.exceededPct) return 'WARNING';
  return pct < tiers.abortPct ? 'EXCEEDED' : 'ABORT';
}
