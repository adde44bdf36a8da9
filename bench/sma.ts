import { assert, type Money } from '../src/base/index.ts';
import { accountEquity } from '../src/engine/index.ts';
import type { Bars } from '../src/market/index.ts';
import { runBacktest } from '../src/research/index.ts';
import {
  type BarView,
  type Decision,
  defineStrategy,
  hold,
  sma,
  type StrategyDefinition,
  trade,
  z,
} from '../src/strategy/index.ts';
import { interleaved, rounded, timed } from './measure.ts';
import { minuteBars } from './minute-bars.ts';
import type { Outcome } from './report.ts';
import { BROKER, COSTS, setupWith } from './setup.ts';

const BARS = 1_000_000;
const SEED = 7;
const ROUNDS = 15;
const WARM_ENGINE = 5;
const WARM_BARE = 30; // until its code is as good as it gets
const FAST = 10;
const SLOW = 30;
const SHARES = 100;
const CAPITAL = 1_000_000_000_000 as Money; // a million dollars

/** The bars that are played. */
export const smaBars = (): Bars => minuteBars('SPY', BARS, SEED);

/** What both ways must agree on; `equity` in micro-dollars. */
interface Played {
  readonly fills: number;
  readonly equity: number;
}

const HOLD = hold('no crossing');
const BUY = trade([{ symbol: 'SPY', side: 'buy', quantity: SHARES }], 'the fast mean rose above');
const SELL = trade([{ symbol: 'SPY', side: 'sell', quantity: SHARES }], 'the fast mean fell below');

/** As its author would write it: means of exact closes, an order at each crossing. */
export const crossover = defineStrategy({
  name: 'bench-crossover',
  version: '1.0',
  params: z.strictObject({}),
  universe: () => ['SPY'],
  subscriptions: () => [{ symbol: 'SPY', timeframe: '1m', warmup: SLOW, trigger: true }],
  create: (_params, tools) => {
    const fast = tools.use(sma(FAST));
    const slow = tools.use(sma(SLOW));
    const seen = tools.state({ above: false, crossed: false });
    return {
      onBar(bar: BarView) {
        const ready = slow.ready;
        const above = fast.update(bar.closePrice) > slow.update(bar.closePrice);
        seen.crossed = ready && above !== seen.above;
        seen.above = above;
      },
      decide: (): Decision => (seen.crossed ? (seen.above ? BUY : SELL) : HOLD),
      facts: () => ({ fast: fast.value, slow: slow.value }),
    };
  },
});

/** The backtest itself, with orders, review, broker, ledger and each day's equity. */
export function playEngine(bars: Bars): Played {
  const setup = setupWith({
    strategy: crossover as unknown as StrategyDefinition,
    params: {},
    series: [{ symbol: 'SPY', timeframe: '1m', adjustment: 'all' }],
    capital: CAPITAL,
    slot: { kind: 'every-bar' },
    record: 'none',
  });
  const { fills, state } = runBacktest(setup, [bars], { broker: BROKER, fill: 'close' });
  return { fills: fills.length, equity: accountEquity(state) };
}

/** The same rule and the same cash over the same columns, with nothing around it. */
export function playBare({ close, length }: Bars): Played {
  const fee = COSTS.feePerShare * SHARES;
  let fast = 0;
  let slow = 0;
  let cash: number = CAPITAL;
  let shares = 0;
  let fills = 0;
  let above = false;
  for (let i = 0; i < length; i++) {
    const price = close[i] as number;
    fast += price - (i < FAST ? 0 : (close[i - FAST] as number));
    slow += price - (i < SLOW ? 0 : (close[i - SLOW] as number));
    if (i < SLOW - 1) continue;
    const now = fast * SLOW > slow * FAST;
    if (now !== above && i >= SLOW) {
      const side = now ? 1 : -1;
      // Closes are whole cents, so a basis point of them is whole micro-dollars.
      cash -= side * SHARES * (price + (side * price * COSTS.slippagePpm) / 1_000_000) + fee;
      shares += side * SHARES;
      fills++;
    }
    above = now;
  }
  return { fills, equity: cash + shares * (close[length - 1] as number) };
}

/** One million one-minute bars: the engine beside a bare loop, equal to the micro-dollar. */
export function benchSma(): Outcome {
  const bars = smaBars();
  let engine: Played = { fills: 0, equity: 0 };
  let bare: Played = engine;
  const runEngine = () => {
    engine = playEngine(bars);
  };
  const cold = timed(runEngine);
  const runBare = () => {
    bare = playBare(bars);
  };
  for (let i = 0; i < WARM_ENGINE; i++) runEngine();
  for (let i = 0; i < WARM_BARE; i++) runBare();
  const { first, second } = interleaved(ROUNDS, runEngine, runBare);
  const equal = engine.fills === bare.fills && engine.equity === bare.equity;
  const found = `${engine.fills} fills and ${engine.equity}`;
  assert(equal, `The engine ends with ${found}, a bare loop with ${bare.fills} and ${bare.equity}`);
  return {
    figures: {
      barsPerSecond: Math.round((BARS / first.ms) * 1000),
      barsPerCpuSecond: Math.round((BARS / first.cpuMs) * 1000),
      coldBarsPerSecond: Math.round((BARS / cold.ms) * 1000),
      timesBareLoop: rounded(first.ms / second.ms),
      timesBareLoopByCpu: rounded(first.cpuMs / second.cpuMs),
      engineNsPerBar: rounded((first.ms * 1e6) / BARS),
      bareNsPerBar: rounded((second.ms * 1e6) / BARS),
      fills: engine.fills,
      finalEquity: engine.equity / 1_000_000,
      equalToBareLoop: equal,
    },
    goals: [
      { figure: 'barsPerSecond', bound: 'at least', value: 20_000_000 },
      { figure: 'coldBarsPerSecond', bound: 'at least', value: 8_000_000 },
      { figure: 'timesBareLoop', bound: 'at most', value: 7 },
      { figure: 'equalToBareLoop', bound: 'is', value: true },
    ],
  };
}
