import type { DateText } from '../../../base/index.ts';
import type { Bars } from '../../../market/index.ts';
import { derivedFund, syntheticBars, type SyntheticMarket } from '../../../sim/index.ts';

/** A handful of symbols that never were, minute by minute, all of one seed. */
export interface SyntheticVenue {
  readonly seed: number;
  readonly from: DateText;
  readonly to: DateText;
}

type Walk = Pick<SyntheticMarket, 'start' | 'driftPct' | 'volatilityPct' | 'between'>;

const WALKS: readonly (readonly [string, Walk])[] = [
  ['SPY', { start: 450, driftPct: 8, volatilityPct: 16, between: null }],
  ['QQQ', { start: 380, driftPct: 11, volatilityPct: 22, between: null }],
  ['AAPL', { start: 180, driftPct: 12, volatilityPct: 28, between: null }],
  ['IWM', { start: 200, driftPct: 6, volatilityPct: 22, between: null }],
  ['VIX', { start: 17, driftPct: 0, volatilityPct: 90, between: [9, 80] }],
];

/** Factors of the funds on the second walk, with their first prices in dollars. */
const FUNDS: readonly (readonly [string, number, number])[] = [
  ['TQQQ', 3, 50],
  ['SQQQ', -3, 20],
];

/** Minute bars of SPY, QQQ, AAPL, IWM, VIX, TQQQ and SQQQ that never were. */
export function syntheticSeries({ seed, from, to }: SyntheticVenue): readonly Bars[] {
  const walks = WALKS.map(([symbol, walk], i) =>
    syntheticBars({ ...walk, symbol, timeframe: '1m', seed: seed + i, from, to }),
  );
  const base = walks[1] as Bars;
  return [
    ...walks,
    ...FUNDS.map(([symbol, factor, start]) => derivedFund(base, symbol, factor, start)),
  ];
}
