import { assert, type Money } from '../src/base/index.ts';
import { accountEquity } from '../src/engine/index.ts';
import { type Bars, sliceBars } from '../src/market/index.ts';
import { type BacktestResult, runBacktest } from '../src/research/index.ts';
import { syntheticBars } from '../src/sim/index.ts';
import {
  defineStrategy,
  rebalance,
  type StrategyDefinition,
  type Weights,
  z,
} from '../src/strategy/index.ts';
import { middle, rounded, timed } from './measure.ts';
import type { Outcome } from './report.ts';
import { BROKER, setupWith } from './setup.ts';

const FUNDS = ['SPY', 'QQQ', 'IWM', 'EFA', 'TLT'];
const DAYS = 4_000;
const SEED = 11;
const ROUNDS = 15;
const CAPITAL = 1_000_000_000_000 as Money; // a million dollars
const CYCLE = 7;

/**
 * Weights of day `n` of the cycle: each fund has 4 to 10 parts of 42, other ones each day, so that
 * every day trades all five; two parts or more stay cash.
 */
const weightsOf = (n: number): Weights =>
  Object.fromEntries(FUNDS.map((fund, k) => [fund, (4 + ((n + 3 * k) % CYCLE)) / 42]));

const TABLE = Array.from({ length: CYCLE }, (_, n) =>
  rebalance(weightsOf(n), 'the day of weights'),
);

const rotation = defineStrategy({
  name: 'bench-rotation',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => FUNDS,
  subscriptions: () =>
    FUNDS.map((symbol, k) => ({ symbol, timeframe: '1d', warmup: 0, trigger: k === 0 })),
  create: (_params, tools) => {
    const seen = tools.state({ days: 0 });
    return {
      onBar(bar) {
        if (bar.symbol === FUNDS[0]) seen.days++;
      },
      decide: () => TABLE[seen.days % CYCLE] ?? rebalance({}, 'never'),
      facts: () => ({ days: seen.days }),
    };
  },
});

/** Daily bars of the five funds on the same 4,000 sessions from 2005-01-03 on, whole cents. */
function fundBars(): Bars[] {
  return FUNDS.map((symbol, k) => {
    const bars = syntheticBars({
      symbol,
      timeframe: '1d',
      seed: SEED + k,
      from: '2005-01-03' as never,
      to: '2020-12-31' as never,
      start: 60 + 20 * k,
      driftPct: 5,
      volatilityPct: 15,
      between: [20, 400],
    });
    assert(bars.length >= DAYS, `${bars.length} sessions, wanted ${DAYS}`);
    return sliceBars(bars, 0, DAYS);
  });
}

function play(bars: readonly Bars[]): BacktestResult {
  const setup = setupWith({
    strategy: rotation as unknown as StrategyDefinition,
    params: {},
    series: FUNDS.map((symbol) => ({ symbol, timeframe: '1d', adjustment: 'all' })),
    capital: CAPITAL,
    slot: { kind: 'session', anchor: 'close', offsetMs: 0 },
    record: 'none',
  });
  return runBacktest(setup, bars, { broker: BROKER, fill: 'close' });
}

/** Five funds brought to other weights on each of 4,000 days. */
export function benchRebalance(): Outcome {
  const bars = fundBars();
  let result = play(bars);
  const run = () => {
    result = play(bars);
  };
  const took = middle(Array.from({ length: ROUNDS }, () => timed(run)));
  const { fills, equity, refusals, state } = result;
  assert(equity.length === DAYS, `${equity.length} days were played, wanted ${DAYS}`);
  assert(refusals.length === 0, `${refusals.length} orders were refused`);
  return {
    figures: {
      wholeMs: rounded(took.ms),
      wholeCpuMs: rounded(took.cpuMs),
      microsecondsPerOrder: rounded((took.ms * 1000) / fills.length),
      days: DAYS,
      fills: fills.length,
      finalEquity: accountEquity(state) / 1_000_000,
    },
    goals: [{ figure: 'wholeMs', bound: 'at most', value: 8 }],
  };
}
