import { BadInput, fractionOf } from '../base/index.ts';
import type { BookSetup, SeriesSetup, Setup, World } from '../engine/index.ts';
import type { Timeframe } from '../market/index.ts';
import { defineStrategy, hold, type StrategyDefinition, z } from '../strategy/index.ts';
import type { BookConfig, DataSource, Desk } from './config/index.ts';
import { traitsOf } from './world/traits.ts';

/** Finds a strategy by how the desk names it. */
export type Definitions = (reference: string) => StrategyDefinition;

/** A book that follows a file of signals: it asks for ticks of one symbol, and never decides. */
const signalsStrategy = defineStrategy({
  name: 'signals',
  version: '1.0',
  params: z.strictObject({ symbol: z.string(), timeframe: z.string() }),
  universe: (p) => [p.symbol],
  subscriptions: (p) => [
    { symbol: p.symbol, timeframe: p.timeframe as Timeframe, warmup: 0, trigger: true },
  ],
  create: () => ({
    onBar: () => {},
    decide: () => hold('signals are worked, nothing is decided'),
    facts: () => ({}),
  }),
});

/** What the engine needs of a desk. `account` names the account that the run belongs to. */
export function setupOf(
  desk: Desk,
  definitions: Definitions,
  options: { account: string; record: Setup['record']; world?: World | undefined },
): Setup {
  const books = desk.books.map((book) => bookOf(desk, book, definitions));
  const { account, record, world } = options;
  return { ...deskParts(desk, world), account, record, books, series: seriesOf(desk, books) };
}

/** What the engine needs of a desk beside its books, their series and the account. */
export const deskParts = (
  desk: Desk,
  world?: World,
): Omit<Setup, 'account' | 'books' | 'record' | 'series'> => ({
  desk: desk.name,
  limits: desk.limits,
  costs: desk.simulator.costs,
  slippage: desk.execution.slippage,
  dataLimits: desk.dataChecks,
  orderTimeoutMs: desk.execution.orderTimeoutMs,
  sendWithinMs: desk.execution.sendWithinMs,
  flattenWithinMs: desk.execution.flattenWithinMs,
  flattenAtOpen: desk.execution.flattenAtOpen,
  broker: traitsOf(desk, world),
  fenceMs: desk.execution.fenceMs,
  reconcile: desk.reconcile,
  capitalRule: desk.capitalRule,
  ...(desk.crossing === 'inside' && { crossing: desk.crossing }),
  ...(desk.rules !== null && { rules: desk.rules }),
  ...(desk.approvals !== null && { approvals: desk.approvals }),
});

function bookOf(desk: Desk, book: BookConfig, definitions: Definitions): BookSetup {
  const { strategy, params } = strategyOf(desk, book, definitions);
  return {
    name: book.name,
    strategy,
    params,
    capital: fractionOf(desk.capital, book.capitalPct / 100, 'down'),
    slot: book.schedule,
    restart: book.history.kind === 'restart' ? book.history.bars : null,
    sizing: book.sizing,
    thresholdPct: book.thresholdPct,
    limits: book.limits,
    signals: book.origin.kind === 'signals' ? book.signalFilters : null,
    ...(book.watch !== null && { watch: book.watch }),
    ...(book.leftover !== null && { leftover: book.leftover }),
  };
}

function strategyOf(desk: Desk, book: BookConfig, definitions: Definitions) {
  if (book.origin.kind === 'strategy') {
    const { strategy, params } = book.origin;
    const reference = strategy.kind === 'file' ? strategy.file : strategy.name;
    return { strategy: definitions(reference), params };
  }
  const [symbol] = Object.keys(desk.data);
  if (symbol === undefined) throw new BadInput(`Book "${book.name}": the desk has no data`);
  const timeframe = timeframeOf(desk, symbol);
  return {
    strategy: signalsStrategy as unknown as StrategyDefinition,
    params: { symbol, timeframe },
  };
}

/** Timeframe of a symbol's data; a fund has that of what it follows. */
export function timeframeOf(desk: Desk, symbol: string): Timeframe {
  const source = desk.data[symbol];
  if (source === undefined) throw new BadInput(`The desk has no data for "${symbol}"`);
  if (source.kind === 'sample') return '1d';
  return source.kind === 'fund' ? timeframeOf(desk, source.of) : source.timeframe;
}

/** Series in the order in which books name them: what they follow, then what they may hold. */
function seriesOf(desk: Desk, books: readonly BookSetup[]): SeriesSetup[] {
  const series = new Map<string, SeriesSetup>();
  const add = (symbol: string, timeframe: Timeframe) => {
    const known = series.get(symbol);
    if (known !== undefined && known.timeframe !== timeframe) {
      const both = `bars of ${known.timeframe} and ${timeframe}`;
      throw new BadInput(`"${symbol}" is wanted in ${both}; a desk follows a symbol in one`);
    }
    const source = desk.data[symbol];
    if (source === undefined) throw new BadInput(`The desk has no data for "${symbol}"`);
    series.set(symbol, { symbol, timeframe, adjustment: adjustmentOf(source) });
  };
  for (const { strategy, params } of books) {
    for (const { symbol, timeframe, optional } of strategy.subscriptions(params)) {
      if (optional !== true || desk.data[symbol] !== undefined) add(symbol, timeframe);
    }
    for (const symbol of strategy.universe(params)) {
      if (!series.has(symbol)) add(symbol, timeframeOf(desk, symbol));
    }
  }
  return [...series.values()];
}

const adjustmentOf = (source: DataSource) =>
  source.kind === 'file' || source.kind === 'store'
    ? source.adjustment
    : source.kind === 'sample'
      ? 'splits'
      : 'all';
