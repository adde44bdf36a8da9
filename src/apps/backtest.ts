import {
  canonical,
  type DateText,
  formatInstant,
  formatMoney,
  type Money,
  type Price,
  sha256,
} from '../base/index.ts';
import {
  capitalOf,
  type DecisionRecord,
  type EquityPoint,
  type FillRecord,
  BUILT_IN_TRAITS,
} from '../engine/index.ts';
import { stateView } from './final-state.ts';
import { type Bars, timeframeMs } from '../market/index.ts';
import type { BacktestOptions, BacktestResult } from '../research/index.ts';
import { runBacktest } from '../research/index.ts';
import type { RunRecord } from '../views/index.ts';
import type { Desk } from './config/index.ts';
import type { LoadedDesk } from './load.ts';
import { SeriesLoader } from './series.ts';
import { setupOf, timeframeOf } from './setup.ts';
import { readSignals } from '../adapters/data/index.ts';
import { deskFile } from './config/index.ts';

export interface BacktestRun {
  readonly result: BacktestResult;
  readonly record: RunRecord;
  readonly digest: string;
  readonly finalEquity: Money;
}

/** Loads a desk's bars and backtests it; all decisions are recorded when `keepAll`. */
export async function backtestDesk(
  loaded: LoadedDesk,
  options: {
    from?: DateText;
    to?: DateText;
    keepAll: boolean;
    onProgress?: (share: number) => void;
  },
): Promise<BacktestRun> {
  const { desk } = loaded;
  const record = options.keepAll ? 'all' : recordOf(desk);
  // Nobody is there to approve, and the broker is the one in this process, whatever the desk names.
  const { approvals: _, ...parts } = setupOf(desk, loaded.definitions, {
    account: 'backtest',
    record,
  });
  const setup = { ...parts, broker: BUILT_IN_TRAITS };
  const loader = new SeriesLoader(desk, options.to);
  const series: Bars[] = [];
  for (const { symbol } of setup.series) series.push(await loader.load(symbol));
  const benchmark = desk.benchmark === null ? null : await loader.load(desk.benchmark);
  const result = runBacktest(setup, series, {
    ...brokerOptions(desk),
    ...given(options),
    ...signalsOf(desk),
  });
  return finish(desk, capitalOf(setup), result, benchmark, loader.notes());
}

const given = ({
  from,
  to,
  onProgress,
}: {
  from?: DateText;
  to?: DateText;
  onProgress?: (share: number) => void;
}) => ({
  ...(from === undefined ? {} : { from }),
  ...(to === undefined ? {} : { to }),
  ...(onProgress === undefined ? {} : { onProgress }),
});

function brokerOptions(desk: Desk): Pick<BacktestOptions, 'broker' | 'fill'> {
  return { broker: immediateBroker(desk), fill: desk.simulator.fill };
}

/** The built-in broker that fills at once and refuses nothing: backtest and dry run. */
export function immediateBroker(desk: Desk): BacktestOptions['broker'] {
  return {
    seed: desk.simulator.seed,
    costs: desk.simulator.costs,
    delayMs: [0, 0],
    rejectionPpm: 0,
    randomSlippageBps: 0,
    priceStep: 1,
    ...(desk.simulator.reserve && { reserve: true }),
    shortSelling: desk.limits.shortSelling || desk.books.some((book) => book.limits.shortSelling),
  };
}

/**
 * Signals of all books that follow a file, in order of time. A signal bears the stamp of the bar it
 * came from, which is the bar's start; it can be known, and is due, when that bar is complete.
 */
export function signalsOf(desk: Desk): Pick<BacktestOptions, 'signals'> {
  const signals = desk.books.flatMap(({ origin }, book) =>
    origin.kind === 'signals'
      ? readSignals(deskFile(desk, origin.file)).map((signal) => ({
          book,
          signal: { ...signal, at: signal.at + barMs(desk, signal.symbol) },
        }))
      : [],
  );
  if (signals.length === 0) return {};
  return { signals: signals.sort((a, b) => a.signal.at - b.signal.at) };
}

function barMs(desk: Desk, symbol: string): number {
  if (desk.data[symbol] === undefined) return 0;
  const timeframe = timeframeOf(desk, symbol);
  return timeframe.endsWith('d') ? 0 : timeframeMs(timeframe);
}

function finish(
  desk: Desk,
  startEquity: Money,
  result: BacktestResult,
  benchmark: Bars | null,
  notes: string[],
): BacktestRun {
  const { decisions, fills, equity, state } = result;
  const stopped = state.books
    .filter((book) => book.stopped !== null)
    .map((book) => `Book "${book.setup.name}" stopped: ${book.stopped}`);
  if (state.haltReason !== null) stopped.push(`Halted to ${state.halt}: ${state.haltReason}`);
  const last = equity.at(-1);
  return {
    result,
    digest: digestOf(desk, { decisions, fills }, stateView(state)),
    finalEquity: last?.equity ?? startEquity,
    record: {
      desk: desk.name,
      stage: 'backtest',
      startEquity,
      equity,
      decisions,
      fills,
      benchmark: benchmark && { symbol: benchmark.symbol, closes: closesOn(benchmark, equity) },
      notes: [...notes, ...stopped],
    },
  };
}

export function closesOn(bars: Bars, equity: readonly EquityPoint[]): (Price | null)[] {
  const closes = new Map<number, number>();
  for (let i = 0; i < bars.length; i++) closes.set(bars.day[i] as number, bars.close[i] as number);
  return equity.map(
    ({ date }) => (closes.get(Date.parse(date) / 86_400_000) as Price | undefined) ?? null,
  );
}

/**
 * SHA-256 over decisions, fills and the final state: equal runs have equal digests, whatever was
 * written beside them. A desk on every bar counts the decisions that trade, as its journal does.
 */
export function digestOf(
  desk: Desk,
  lists: { decisions: readonly DecisionRecord[]; fills: readonly FillRecord[] },
  final: unknown,
): string {
  const decisions =
    recordOf(desk) === 'all'
      ? lists.decisions
      : lists.decisions.filter(({ action }) => !isIdle(action));
  const lines = [...decisions.map(decisionLine), ...lists.fills.map(fillLine), final];
  return sha256(lines.map((line) => canonical(line)).join('\n'));
}

const isIdle = (action: string): boolean => action === 'hold' || action === 'warmup';

/** Which decisions a run keeps: all where books answer once a day, else those that trade. */
export const recordOf = (desk: Desk): 'all' | 'trades' =>
  desk.books.every((book) => book.schedule.kind === 'session') ? 'all' : 'trades';

/** A decision as it stands in files. */
export const decisionLine = (decision: DecisionRecord) => ({
  ...decision,
  at: formatInstant(decision.at),
});

/** A fill as it stands in files; money as decimal text. */
export const fillLine = (fill: FillRecord) => ({
  date: fill.date,
  at: formatInstant(fill.at),
  book: fill.book,
  symbol: fill.symbol,
  side: fill.side,
  quantity: fill.quantity,
  price: formatMoney(fill.price),
  fee: formatMoney(fill.fee),
  order: fill.order,
});

/** A day's equity as it stands in files; money as decimal text. */
export const equityLine = (point: EquityPoint) => ({
  date: point.date,
  at: formatInstant(point.at),
  cash: formatMoney(point.cash),
  equity: formatMoney(point.equity),
  positions: point.positions,
});
