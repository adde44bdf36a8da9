import { join } from 'node:path';
import { streamTicks } from '../adapters/data/index.ts';
import { openDurableMap } from '../adapters/journal/index.ts';
import { PaperBroker, RemoteBroker } from '../adapters/paper/index.ts';
import { ReplayFeed, StreamFeed } from '../adapters/replay/index.ts';
import { BadInput, type DateText, dateOfDay, dayNumber, type Instant } from '../base/index.ts';
import { type Broker, capitalOf, type Feed, type Setup } from '../engine/index.ts';
import type { Bars } from '../market/index.ts';
import type { SimBrokerSettings } from '../sim/index.ts';
import { immediateBroker } from './backtest.ts';
import { type Desk, deskFile } from './config/index.ts';
import type { LoadedDesk } from './load.ts';
import type { SeriesLoader } from './series.ts';

const brokerPath = (folder: string): string => join(folder, 'journal', 'broker.db');

/** The built-in broker, in this process or, for recorded bars, behind the address of the desk. */
export function builtInBroker(
  { desk, folder }: Pick<LoadedDesk, 'desk' | 'folder'>,
  stage: string,
  { setup, feed }: { setup: Setup; feed: Pick<Feed, 'mark' | 'lives'> },
): { broker: Broker; close: () => void } {
  const mark = (symbol: string, at: Instant) => feed.mark(symbol, at);
  const { url } = desk.simulator;
  if (url !== null && feed.lives === undefined) {
    const remote = new RemoteBroker({ url, mark });
    return { broker: remote, close: () => remote.close() };
  }
  const store = openDurableMap(brokerPath(folder));
  const broker = new PaperBroker(brokerSettings(desk, stage), capitalOf(setup), { store, mark });
  return { broker, close: () => store.close() };
}

function brokerSettings(desk: Desk, stage: string): SimBrokerSettings {
  const immediate = immediateBroker(desk);
  if (stage === 'dry-run') return immediate;
  const { delayMs, rejectionPct, randomSlippageBps } = desk.simulator;
  return {
    ...immediate,
    ...(desk.simulator.partialFills && { partialFills: desk.simulator.partialFills }),
    delayMs: [delayMs.min, delayMs.max],
    rejectionPpm: Math.round(rejectionPct * 10_000),
    randomSlippageBps,
  };
}

/** A desk on every tick of one file is streamed, however long; any other has its bars loaded. */
export async function recordedFeed(
  desk: Desk,
  setup: Setup,
  loader: SeriesLoader,
  to: DateText | undefined,
): Promise<{ feed: ReplayFeed | StreamFeed; first: DateText }> {
  const lastDay = to === undefined ? Number.POSITIVE_INFINITY : dayNumber(to);
  const [only] = setup.series;
  const source = only === undefined ? undefined : desk.data[only.symbol];
  const everyBar = setup.books.every((book) => book.slot.kind === 'every-bar');
  if (only && everyBar && setup.series.length === 1 && source?.kind === 'file') {
    const file = deskFile(desk, source.file);
    if (isStreamable(file)) {
      const { symbol, timeframe } = only;
      const [tick] = streamTicks(file, { symbol, timeframe });
      if (tick === undefined) throw new BadInput(`"${file}" has no ticks of "${symbol}"`);
      const ticks = streamTicks(file, { symbol, timeframe });
      return { feed: new StreamFeed(symbol, ticks, lastDay), first: dateOfDay(tick.day) };
    }
  }
  const series: Bars[] = [];
  for (const { symbol } of setup.series) series.push(await loader.load(symbol));
  return { feed: new ReplayFeed(series, lastDay), first: firstDate(series) };
}

const isStreamable = (file: string): boolean => /\.(csv|jsonl)$/.test(file);

const firstDate = (series: readonly Bars[]): DateText =>
  dateOfDay(Math.max(...series.map((bars) => bars.day[0] as number)));
