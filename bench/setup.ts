import type { Money } from '../src/base/index.ts';
import {
  type BookSetup,
  BUILT_IN_TRAITS,
  type SeriesSetup,
  type Setup,
} from '../src/engine/index.ts';
import type { Costs } from '../src/portfolio/index.ts';
import type { SimBrokerSettings } from '../src/sim/index.ts';
import type { StrategyDefinition } from '../src/strategy/index.ts';

/** One basis point against us, half a cent a share. */
export const COSTS: Costs = { slippagePpm: 100, feePerShare: 5_000 as Money, feePpm: 0 };

/** The built-in broker: fills at once, refuses nothing, lends shares. */
export const BROKER: SimBrokerSettings = {
  seed: 1,
  costs: COSTS,
  delayMs: [0, 0],
  rejectionPpm: 0,
  randomSlippageBps: 0,
  priceStep: 1,
  shortSelling: true,
};

/** Limits that refuse nothing of the benchmarks' orders; every check runs all the same. */
const LIMITS: Setup['limits'] = {
  positionPctMax: 100,
  cashReservePctMin: 0,
  leverageMax: 4,
  buyingPowerPctMax: 100,
  orderNotionalMax: 1_000_000_000_000 as Money,
  ordersPerDayMax: 100_000,
  dailyLossPctMax: 100,
  drawdownPctMax: 100,
  shortSelling: true,
};

export interface BookDraft {
  readonly strategy: StrategyDefinition;
  readonly params: unknown;
  readonly series: readonly SeriesSetup[];
  readonly capital: Money;
  readonly slot: BookSetup['slot'];
  readonly record: Setup['record'];
}

/** A desk of one book, with the costs and limits of all benchmarks. */
export function setupWith({ strategy, params, series, capital, slot, record }: BookDraft): Setup {
  const book: BookSetup = {
    name: 'bench',
    strategy,
    params,
    capital,
    slot,
    restart: null,
    sizing: 'all-targets',
    thresholdPct: 0,
    limits: LIMITS,
    signals: null,
  };
  return {
    desk: 'bench',
    account: 'bench',
    series,
    books: [book],
    limits: LIMITS,
    costs: COSTS,
    slippage: { warningPct: 0.3, exceededPct: 0.5, abortPct: 1 },
    dataLimits: { corporateActionPct: 20, lookbackDays: 5, quoteAgeMsMax: 60_000 },
    orderTimeoutMs: 3_600_000,
    sendWithinMs: 5_000,
    broker: BUILT_IN_TRAITS,
    fenceMs: 30_000,
    record,
  };
}
